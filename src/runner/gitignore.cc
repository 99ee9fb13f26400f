#include "runner/gitignore.h"

#include <algorithm>
#include <utility>

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

/// Whether the part of a pattern that stands for one character takes `c`; `size`: how long that part is.
bool matches_one(std::string_view pattern, char c, std::size_t& size) {
  bool in_class = false;
  const std::size_t end = pattern.front() == '[' ? class_end(pattern, c, in_class) : kNone;
  if (end != kNone) {
    size = end;
    return in_class;
  }
  size = 1;
  if (pattern.front() == '?') return c != '/';
  if (pattern.front() == '\\' && pattern.size() > 1) size = 2;
  return pattern[size - 1] == c;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  if (pattern.find_first_of("*?[\\") == kNone) return pattern == text;
  // All places of `text` that the pattern so far may have come to, at once: no pattern takes longer than its
  // size times the text's, whatever its stars.
  std::vector<char> here(text.size() + 1);
  std::vector<char> next;
  here[0] = 1;
  for (std::size_t i = 0; i < pattern.size();) {
    next.assign(here.size(), 0);
    const std::string_view rest = pattern.substr(i);
    const bool begins_segment = i == 0 || pattern[i - 1] == '/';
    if (begins_segment && rest.starts_with("**/")) {  // nothing, or whole segments
      bool begun = false;
      for (std::size_t j = 0; j <= text.size(); ++j) {
        next[j] = static_cast<char>(here[j] != 0 || (begun && text[j - 1] == '/'));
        begun = begun || here[j] != 0;
      }
      i += 3;
    } else if (begins_segment && rest == "**") {  // all that is below
      const auto from = std::find(here.begin(), here.end(), 1);
      return from != here.end() && from != here.end() - 1;
    } else if (rest.front() == '*') {
      for (std::size_t j = 0; j <= text.size(); ++j)
        next[j] = static_cast<char>(here[j] != 0 || (j > 0 && next[j - 1] != 0 && text[j - 1] != '/'));
      i += 1;
    } else {
      std::size_t size = 1;
      for (std::size_t j = 0; j < text.size(); ++j) {
        if (here[j] != 0) next[j + 1] = static_cast<char>(matches_one(rest, text[j], size));
      }
      i += size;
    }
    std::swap(here, next);
  }
  return here[text.size()] != 0;
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
