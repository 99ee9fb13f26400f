// Names of repositories, branches and tags. Source: lakeFS's rules (pkg/validator, pkg/graveler/validate.go).
#include <algorithm>
#include <string>

#include "versioning/repositories.h"

namespace anabranch::versioning {
namespace {

constexpr std::size_t kRefNameSizeMax = 255;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

Result<void> check_repository_name(const std::string& name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.size() < 3 || name.size() > 63 || name.front() == '-' ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return fail(ErrorCode::invalid_name,
                "repository name '" + name + "': 3 to 63 of a-z, 0-9 and '-', the first one not '-'");
  }
  return {};
}

Result<void> check_branch_name(const std::string& name) {
  const auto allowed = [](char c) { return is_word(c) || c == '-'; };
  if (name.empty() || name.size() > kRefNameSizeMax || name.front() == '-' ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return fail(
        ErrorCode::invalid_name,
        "branch name '" + name + "': letters, digits, '_' and '-', the first one not '-', at most 255");
  }
  return {};
}

Result<void> check_tag_name(const std::string& name) {
  const auto has = [&](std::string_view text) { return name.find(text) != std::string::npos; };
  const auto ends = [&](std::string_view text) { return name.ends_with(text); };
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  if (name.empty() || name.size() > kRefNameSizeMax || name == "@" || ends(".") || ends(".lock") ||
      has("..") || has("/") || has("@{") || control || name.find_first_of("^:?*[\\") != std::string::npos) {
    return fail(ErrorCode::invalid_name, "tag name '" + name + "': as git's, without '/', at most 255 bytes");
  }
  return {};
}

bool PageRequest::is_wanted(std::string_view name) const {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [lower](char a, char b) { return lower(a) == lower(b); };
  return std::search(name.begin(), name.end(), search.begin(), search.end(), same) != name.end() ||
         search.empty();
}

}  // namespace anabranch::versioning
