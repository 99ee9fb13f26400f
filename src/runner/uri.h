// runner/uri.h — anabranch://repository/ref/path, the name of an object on the command line.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace anabranch::runner {

inline constexpr std::string_view kUriScheme = "anabranch://";

/// What an address names: all repositories (all parts empty), a repository, a ref of it, or a path in that
/// ref.
struct Uri {
  std::string repository;
  std::string ref;
  std::string path;  // as it is stored: no slash in front; empty or with a slash at its end: a prefix

  std::string to_string() const;
};

/// True if `text` begins as such an address does (and is no file on this machine).
bool is_uri(std::string_view text);

/// Takes `anabranch://` and, for those who come from lakeFS, `lakefs://`. Nothing in it is percent-decoded.
/// Errors: invalid_argument, with the form that was wanted.
Result<Uri> parse_uri(std::string_view text);

/// What a path on the command line names, in every command: with a slash at its end, or empty, a folder and
/// all below it; else the object of that name and the folder of that name. Never what merely begins so:
/// `raw` does not name raw-2/x.
struct NamedPath {
  std::string object;  // empty: none
  std::string folder;  // with a slash at its end; empty: all there is
  bool holds(std::string_view path) const;
};
NamedPath named_by(std::string_view path);

/// How much of an address a command needs; says so where it is missing. Errors: invalid_argument.
Result<Uri> parse_ref_uri(std::string_view text);
Result<Uri> parse_object_uri(std::string_view text);

}  // namespace anabranch::runner
