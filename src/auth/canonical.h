// auth/canonical.h — the spellings that signatures are computed over: percent-encoding, queries, header
// values.
//
// In:  pieces of a request as sent, hostile ones too. Out: AWS's canonical form of them. Pure; any input is
// taken. Source: AWS General Reference, "Create a signed AWS API request", step 1.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/signature.h"

namespace anabranch::auth {

/// Appends `raw` with every byte but A-Z a-z 0-9 - . _ ~ as %XX (and "/", where `keep_slash`).
void append_encoded(std::string& out, std::string_view raw, bool keep_slash);
/// The same for text that is percent-encoded already, in whatever way. A broken escape stands for itself.
void append_path_reencoded(std::string& out, std::string_view path);
/// A broken escape stands for itself; "+" is a blank where `plus_is_blank`.
std::string percent_decoded(std::string_view text, bool plus_is_blank);

/// One `name=value` of a query, decoded ("+" is a blank: what handlers read is what was signed).
struct QueryParameter {
  std::string name;
  std::string value;
  bool has_value = false;  // false: "?acl"; true: "?acl="
};
/// In the order as sent; empty pieces ("a&&b") are left out.
std::vector<QueryParameter> split_query(std::string_view query);
/// Sorted by encoded name, then encoded value; parameters called `omitted` are left out
/// (none where it is empty).
void append_canonical_query(std::string& out, std::string_view query, std::string_view omitted);

/// The value without blanks around it, and with one where there were several.
void append_collapsed(std::string& out, std::string_view header_value);
std::string_view trimmed(std::string_view text);
bool equal_ignoring_case(std::string_view left, std::string_view right);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string to_lower(std::string_view text);

/// The first header of that name (any case), or nullptr.
const std::string* find_header(const SignedRequest& request, std::string_view name);

}  // namespace anabranch::auth
