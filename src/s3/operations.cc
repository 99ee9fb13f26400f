#include "s3/operations.h"

#include <algorithm>
#include <array>

#include "s3/headers.h"

namespace anabranch::s3 {
namespace {

/// Calls `visit(word)` until it gives false; true where it never did.
template <class Visit>
bool every_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const auto blank = std::min(words.find(' '), words.size());
    if (!visit(words.substr(0, blank))) return false;
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
  return true;
}

Level level_of(const Call& call) {
  return call.bucket.empty() ? Level::service : call.key.empty() ? Level::bucket : Level::object;
}

bool matches(const OperationRow& row, const Call& call) {
  if (!row.header.empty() && !call.request.headers.contains(row.header)) return false;
  return every_word(row.sub_resource, [&](std::string_view word) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) return call.has_parameter(word);
    return call.parameter(word.substr(0, equals)) == word.substr(equals + 1);
  });
}

bool decides(const OperationRow& row, std::string_view parameter) {
  return !every_word(row.sub_resource, [&](std::string_view word) {
    return word.substr(0, std::min(word.find('='), word.size())) != parameter;
  });
}

/// True if `parameter` makes a request of this method and level another operation.
bool is_sub_resource(const OperationRow& of, std::string_view parameter) {
  const auto rows = operations();
  return std::any_of(rows.begin(), rows.end(), [&](const OperationRow& row) {
    return row.level == of.level && row.method == of.method && decides(row, parameter);
  });
}

/// The first parameter that the row does not know and that may ask for something. Reads take unknown
/// parameters with a value, as S3 does: they can only mean more of the same.
std::string unknown_parameter(const OperationRow& row, const Call& call) {
  for (const auto& [name, value] : call.query) {
    if (decides(row, name) || has_word(row.parameters, name) || describes_request(name)) continue;
    if (row.reads() && !value.empty() && !is_sub_resource(row, name)) continue;
    return "?" + name;
  }
  return {};
}

}  // namespace

bool has_word(std::string_view words, std::string_view name) {
  return !every_word(words, [&](std::string_view word) { return word != name; });
}

bool describes_request(std::string_view parameter) {
  constexpr auto kNames = std::to_array<std::string_view>({
      "x-id",
      "X-Anabranch-Asked-By",  // in URLs that the server signed itself
      "AWSAccessKeyId",
      "Signature",
      "Expires",  // these three: version 2
      "X-Amz-Algorithm",
      "X-Amz-Credential",
      "X-Amz-Date",
      "X-Amz-Expires",
      "X-Amz-SignedHeaders",
      "X-Amz-Signature",
      "X-Amz-Security-Token",
      "X-Amz-Content-Sha256",
  });
  return std::find(kNames.begin(), kNames.end(), parameter) != kNames.end() ||
         http::equal_ignoring_case(parameter, "x-amz-user-agent") ||
         starts_with_ignoring_case(parameter, "amz-sdk-") ||
         http::equal_ignoring_case(parameter, "x-amzn-trace-id");
}

const OperationRow* find_operation(const Call& call, std::string& unknown) {
  unknown.clear();
  const Level level = level_of(call);
  for (const OperationRow& row : operations()) {
    if (row.level != level || row.method != call.request.method || !matches(row, call)) continue;
    if (row.offered()) unknown = unknown_parameter(row, call);
    return unknown.empty() ? &row : nullptr;
  }
  return nullptr;
}

}  // namespace anabranch::s3
