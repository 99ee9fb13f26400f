// runner/leavings.h — what a command left in its folder, told from what lay there before it began. Private to
// runner.
//
// In:  the folder before and after. Out: the files that are its results, what cannot be kept and why, and
// what lies where nothing is kept.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <vector>

#include "runner/outputs.h"

namespace anabranch::runner {

/// Longer keys are refused by every server of S3.
inline constexpr std::size_t kKeySizeMax = 1024;

/// Files, links and the like (no folders) of a folder tree as they are at one moment: every write, also one
/// that puts the time back, makes another version of a file.
class FolderState {
 public:
  /// Of all that is below `folder`; links are not followed. What cannot be read is in unread().
  static FolderState of(const std::string& folder);

  struct Version {
    ino_t inode = 0;
    off_t size_bytes = 0;
    mode_t mode = 0;
    timespec modified{}, changed{};
  };
  struct Unread {
    std::string path;
    std::string why;
  };
  const std::map<std::string, Version>& versions() const { return versions_; }
  const std::vector<Unread>& unread() const { return unread_; }
  /// True if `path` is here and is not the same in `before`.
  bool is_new(const std::string& path, const FolderState& before) const;

 private:
  void look(const std::string& folder, const std::string& below);
  std::map<std::string, Version> versions_;
  std::vector<Unread> unread_;
};

struct Output {
  std::string path;  // on the branch
  std::string file;  // here
};

struct Leavings {
  std::vector<Output> outputs;     // by path
  bool has_metrics = false;        // metrics.json is this run's
  bool has_metric_lines = false;   // metrics.jsonl is
  std::vector<std::string> lost;   // what should have been kept and cannot be: a line each, fit to be shown
  std::vector<std::string> notes;  // what is left out by design: the same
};

/// What is below `folder` now, and was not so `before`. Nothing that is kept lies outside of `folder`.
Leavings find_leavings(const std::string& folder, const FolderState& before, const OutputPlaces& places);

}  // namespace anabranch::runner
