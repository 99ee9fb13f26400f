// runner/outputs.h — where a run's results are, in its folder and on its branch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/api_client.h"

namespace anabranch::runner {

/// `--out PATH`: a file or a folder of the run's folder that is kept as artifacts/ is, at the same place of
/// its branch. Gives it without "./" and without a slash at its end. Errors: invalid_argument (it leads out
/// of the run's folder, is not UTF-8, or is where the runner keeps its own records).
Result<std::string> parse_output(std::string_view text);

/// The places of a run's results. Copies share nothing. Thread safety: none is needed, it does not change.
class OutputPlaces {
 public:
  /// artifacts/, config/ and `more`, each as of parse_output().
  explicit OutputPlaces(std::vector<std::string> more = {});
  /// True if the file at `path` of the run's folder is kept.
  bool contain(std::string_view path) const;
  const std::vector<std::string>& more() const { return more_; }

  /// The objects that `commit` has in these places of a branch, and where the runner writes. They are other
  /// runs': a run's branch begins without them, so that what is there at its end is its own. Errors: the
  /// API's.
  Result<std::vector<std::string>> list_inherited(const ApiClient& api, const std::string& repository,
                                                  const std::string& commit) const;

 private:
  std::vector<std::string> more_;
};

/// True for the paths of a branch that the runner itself writes.
bool is_runners_own(std::string_view path);

/// What the project's `anabranch.toml` says.
struct ProjectFile {
  std::vector<std::string> outputs;  // out = ["checkpoints", ...], each as of parse_output()
};
/// Of the folder `workdir`; where it has no such file, nothing is said. Errors: invalid_argument, naming what
/// is wrong: no TOML, an unknown key, a value of another kind.
Result<ProjectFile> read_project_file(const std::string& workdir);

}  // namespace anabranch::runner
