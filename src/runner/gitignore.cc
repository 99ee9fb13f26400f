#include "runner/gitignore.h"

#include <algorithm>

namespace anabranch::runner {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Where the class that begins at `pattern[0] == '['` ends (past its ']'), and whether `c` is in it; kNone
/// where it is none.
std::size_t class_end(std::string_view pattern, char c, bool& in_class) {
  std::size_t i = 1;
  const bool inverted = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (inverted) ++i;
  bool found = false;
  const std::size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found |= pattern[i] <= c && c <= pattern[i + 2];
      i += 2;
    } else {
      found |= pattern[i] == c;
    }
  }
  if (i >= pattern.size()) return kNone;
  in_class = found != inverted && c != '/';
  return i + 1;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**/")) {
      pattern.remove_prefix(3);
      if (glob_matches(pattern, text)) return true;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/' && glob_matches(pattern, text.substr(i + 1))) return true;
      }
      return false;
    }
    if (pattern == "**") return !text.empty();
    if (pattern.front() == '*') {
      while (pattern.starts_with('*')) pattern.remove_prefix(1);
      for (std::size_t i = 0;; ++i) {
        if (glob_matches(pattern, text.substr(i))) return true;
        if (i == text.size() || text[i] == '/') return false;
      }
    }
    if (text.empty()) return false;
    bool in_class = false;
    const std::size_t end = pattern.front() == '[' ? class_end(pattern, text.front(), in_class) : kNone;
    if (end != kNone) {
      if (!in_class) return false;
      pattern.remove_prefix(end);
    } else if (pattern.front() == '?') {
      if (text.front() == '/') return false;
      pattern.remove_prefix(1);
    } else {
      if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern.front() != text.front()) return false;
      pattern.remove_prefix(1);
    }
    text.remove_prefix(1);
  }
  return text.empty();
}

void Gitignore::add(std::string_view folder, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    Rule rule;
    rule.folder = std::string(folder);
    if (line.front() == '!') {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != kNone;
    if (line.starts_with('/')) line.remove_prefix(1);
    rule.pattern = std::string(line);
    if (!rule.pattern.empty()) rules_.push_back(std::move(rule));
  }
}

bool Gitignore::ignores(std::string_view path, bool is_folder) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && !is_folder) continue;
    std::string_view below = path;
    if (!rule->folder.empty()) {
      if (!below.starts_with(rule->folder + "/")) continue;
      below.remove_prefix(rule->folder.size() + 1);
    }
    if (!rule->anchored) below = below.substr(below.rfind('/') + 1);  // npos + 1 is 0
    if (glob_matches(rule->pattern, below)) return !rule->negated;
  }
  return false;
}

}  // namespace anabranch::runner
