// runner/gitignore.h — the rules of .gitignore files, for working folders that git does not manage.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace anabranch::runner {

/// The rules that hold in one folder tree, outer files first. Thread safety: none.
/// Source: https://git-scm.com/docs/gitignore (PATTERN FORMAT).
class Gitignore {
 public:
  /// Adds the lines of the .gitignore of `folder` ("" for the root, else "a/b").
  void add(std::string_view folder, std::string_view text);
  /// `path` is relative to the root, without a slash at its end. The last rule that matches decides. Whoever
  /// walks does not enter ignored folders, so that nothing below them comes back.
  bool ignores(std::string_view path, bool is_folder) const;

 private:
  struct Rule {
    std::string folder;   // where it was written: it holds below
    std::string pattern;  // without the marks below
    bool negated = false;
    bool folders_only = false;
    bool anchored = false;  // compared with the whole path below `folder`, else with the last name
  };
  std::vector<Rule> rules_;
};

/// True if `text` matches the glob: `*` and `?` stop at a slash, `**` as a whole segment does not, [a-z] and
/// [!a-z].
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace anabranch::runner
