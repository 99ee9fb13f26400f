// io/posix_disk.h — a Disk over a folder of this machine's file system.
//
// Direct writes (O_DIRECT) fall back to cached ones where the file system has none (tmpfs, some overlays).
#pragma once

#include <string>

#include "io/disk.h"

namespace anabranch::io {

/// Thread safety: every method from any thread.
class PosixDisk final : public Disk {
 public:
  /// `root` must exist (see make()).
  explicit PosixDisk(std::string root) : root_(std::move(root)) {}
  /// Makes the folder and its parents where absent. Errors: io, no_space, access_denied.
  static Result<std::unique_ptr<PosixDisk>> make(const std::string& root);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& source, const std::string& target) override;
  Result<void> make_directory(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::unique_ptr<Lock>> lock(const std::string& path) override;
  Result<std::uint64_t> free_bytes() override;
  std::string native_path() const override { return root_; }

 private:
  std::string full(const std::string& path) const { return path.empty() ? root_ : root_ + "/" + path; }

  const std::string root_;
};

}  // namespace anabranch::io
