#include "runner/uri.h"

#include <algorithm>

namespace anabranch::runner {
namespace {

constexpr std::string_view kLakefsScheme = "lakefs://";

std::string take_segment(std::string_view& rest) {
  const auto end = std::min(rest.find('/'), rest.size());
  std::string segment(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

tl::unexpected<Error> wanted(std::string_view text, const char* form) {
  return fail(ErrorCode::invalid_argument, "'" + std::string(text) + "' is not of the form " + form);
}

}  // namespace

std::string Uri::to_string() const {
  std::string text(kUriScheme);
  text += repository;
  if (!ref.empty()) text += "/" + ref;
  if (!path.empty()) text += "/" + path;
  return text;
}

bool is_uri(std::string_view text) { return text.starts_with(kUriScheme) || text.starts_with(kLakefsScheme); }

Result<Uri> parse_uri(std::string_view text) {
  if (!is_uri(text)) return wanted(text, "anabranch://repository/ref/path");
  std::string_view rest = text;
  rest.remove_prefix(text.starts_with(kUriScheme) ? kUriScheme.size() : kLakefsScheme.size());
  Uri uri;
  uri.repository = take_segment(rest);
  uri.ref = take_segment(rest);
  uri.path = std::string(rest);
  if ((uri.repository.empty() && !uri.ref.empty()) || (uri.ref.empty() && !uri.path.empty())) {
    return wanted(text, "anabranch://repository/ref/path");
  }
  return uri;
}

bool NamedPath::holds(std::string_view path) const {
  return path.starts_with(folder) || (!object.empty() && path == object);
}

NamedPath named_by(std::string_view path) {
  if (path.empty() || path.ends_with('/')) return {{}, std::string(path)};
  return {std::string(path), std::string(path) + "/"};
}

Result<Uri> parse_ref_uri(std::string_view text) {
  ANABRANCH_TRY(Uri uri, parse_uri(text));
  if (uri.ref.empty()) return wanted(text, "anabranch://repository/ref");
  return uri;
}

Result<Uri> parse_object_uri(std::string_view text) {
  ANABRANCH_TRY(Uri uri, parse_uri(text));
  if (uri.path.empty()) return wanted(text, "anabranch://repository/ref/path");
  return uri;
}

}  // namespace anabranch::runner
