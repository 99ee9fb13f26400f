// runner/source_tree.h — which files of a working folder belong to an experiment's code, and their content
// id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anabranch::runner {

struct SourceFile {
  std::string path;  // relative
  bool is_link = false;
  bool is_executable = false;
  std::string link_target;       // of a link
  std::uint64_t size_bytes = 0;  // of a file
};

/// More is no code: a data set that .gitignore does not name, or the wrong folder.
inline constexpr std::size_t kSourceFilesMax = 100'000;
inline constexpr std::uint64_t kSourceSizeMax = 2ULL << 30;

/// What git would take into a commit (tracked and untracked, not ignored) where `folder` is in a git work
/// tree; else every file but those that .gitignore files exclude. Never `.git`, nor what runs produce at the
/// top (metrics.json, artifacts/): stale results must not pass for new ones. Nor a server's data folder
/// below, nor the folders of `excluded`. Nor what git does not track of folders that tools make anew: those
/// of tool_folders(), Python environments of any name, and caches that say so (CACHEDIR.TAG); `left_out` gets
/// their names. Sorted by path. Errors: not_found, io, entity_too_large (the limits above).
Result<std::vector<SourceFile>> list_source(const std::string& folder,
                                            const std::vector<std::string>& excluded = {},
                                            std::vector<std::string>* left_out = nullptr);

/// Names of folders that tools make anew: environments, packages, compiled files.
std::vector<std::string> tool_folders();
/// True if one of the folders that `path` leads through, or it itself, has such a name.
bool is_in_tool_folder(std::string_view path);

/// Every file and link below `folder`, whatever ignore rules say. Errors: io.
Result<std::vector<SourceFile>> list_unpacked(const std::string& folder);

/// True for names that usually hold secrets (.env, .netrc, *.pem, ~/.aws, ...): a run may use them, no commit
/// keeps them.
bool looks_secret(std::string_view path);

/// SHA-256, hex, over the sorted paths, kinds, executable bits and contents of `files`.
Result<std::string> content_id(const std::string& folder, const std::vector<SourceFile>& files);

/// A copy that shares no later change with `folder`; files keep their times.
Result<void> copy_source(const std::string& folder, const std::vector<SourceFile>& files,
                         const std::string& target);

/// What git says of a folder. All empty where there is no git, or no commit.
struct GitState {
  std::string sha;
  bool is_dirty = false;
  /// Against the commit, without files that look secret. `git apply` takes it, whatever the user's settings.
  std::string diff;
  bool is_diff_too_large = false;  // then there is none
};
GitState read_git_state(const std::string& folder);

}  // namespace anabranch::runner
