// runner/files.h — files of this machine: read, write, copy, hash, temporary folders; paths that may be
// trusted.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace anabranch::runner {

/// Errors of all: not_found, io, no_space; entity_too_large where a limit is given.
Result<std::string> read_file(const std::string& path, std::uint64_t size_max_bytes);
/// Makes the folders above. Replaces what is there.
Result<void> write_file(const std::string& path, std::string_view bytes);
Result<void> make_folders(const std::string& path);
/// Makes the folders above. By reference to the same blocks where the file system can (reflink), else byte by
/// byte within the kernel: the copy never shares later changes. `mode`: permission bits of the copy.
Result<void> copy_file(const std::string& source, const std::string& target, unsigned mode);
/// By reference to the same blocks or not at all. Errors: also unavailable (the file system cannot).
Result<void> clone_file(const std::string& source, const std::string& target, unsigned mode);
/// Gives `target` the times of `source`.
Result<void> copy_times(const std::string& source, const std::string& target);
/// Lower-case hex.
Result<std::string> sha256_of_file(const std::string& path);
/// Lower-case hex: the ETag of an object that was sent in one piece.
Result<std::string> md5_of_file(const std::string& path);

/// Copies `source` to `target` and writes "***" for every occurrence of a text of `hidden`; of any size.
Result<void> copy_without(const std::string& source, const std::string& target,
                          const std::vector<std::string>& hidden);

/// The same for text that comes piece by piece. Thread safety: none.
class Concealer {
 public:
  explicit Concealer(std::vector<std::string> hidden) : hidden_(std::move(hidden)) {}
  /// What is sure by now; what may be the beginning of a hidden text waits.
  std::string feed(std::string_view piece);
  /// The rest.
  std::string finish() { return std::move(text_); }

 private:
  const std::vector<std::string> hidden_;
  std::string text_;
};

/// True for "a/b": relative, no empty, "." or ".." segment, no NUL. Keys from a server are not trusted as
/// paths.
bool is_safe_relative_path(std::string_view path);

/// Every regular file below `folder`, as sorted relative paths. Symbolic links count where they lead to a
/// regular file below `root`; all else that is no file goes to `skipped`, where given. An absent folder has
/// none.
Result<std::vector<std::string>> files_below(const std::string& folder, const std::string& root,
                                             std::vector<std::string>* skipped = nullptr);

/// A new private folder, removed with all that is in it at the end. A file beside it, ".<its name>.owner", is
/// locked as long as this process is there, or one that was forked from it: what a killed one leaves is told
/// from what is in use by that.
class TemporaryFolder {
 public:
  /// Below `parent`, which is made where absent. Errors: io, no_space.
  static Result<TemporaryFolder> make(const std::string& parent, const std::string& name);
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }
  /// Leaves the folder where it is, for ever.
  void keep();
  /// Removes what killed processes left below `parent`; gives how many folders. What is in use, was kept, or
  /// cannot be removed stays.
  static std::size_t remove_abandoned(const std::string& parent);

 private:
  TemporaryFolder(std::string path, int owner) : path_(std::move(path)), owner_(owner) {}
  void remove();
  void disown();
  std::string path_;  // empty: moved from
  int owner_ = -1;    // the locked file; -1: none
  bool is_kept_ = false;
};

/// Calls `work(0)` ... `work(count - 1)` on up to `threads` threads. After a failure no more are started.
/// Gives the first failure.
Result<void> for_each_parallel(std::size_t count, unsigned threads,
                               const std::function<Result<void>(std::size_t)>& work);

}  // namespace anabranch::runner
