#include "io/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "base/workers.h"

namespace anabranch::io {
namespace {

/// The Error of `errno` after `action` on `path`.
tl::unexpected<Error> fail_errno(const char* action, const std::string& path, int error = errno,
                                 std::source_location where = std::source_location::current()) {
  ErrorCode code = ErrorCode::io;
  if (error == ENOENT) code = ErrorCode::not_found;
  if (error == ENOSPC || error == EDQUOT) code = ErrorCode::no_space;
  if (error == EACCES || error == EPERM || error == EROFS) code = ErrorCode::access_denied;
  return fail(code, std::string(action) + " " + path + ": " + std::generic_category().message(error), where);
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

class PosixFile final : public File {
 public:
  /// `direct` is used for writes where valid, else `cached`.
  PosixFile(std::string path, Descriptor cached, Descriptor direct)
      : path_(std::move(path)), cached_(std::move(cached)), direct_(std::move(direct)) {}

  Result<void> write(std::uint64_t offset_bytes, ByteView bytes) override {
    ANABRANCH_ASSERT(!direct_.valid() || (offset_bytes % kBlockSize == 0 && bytes.size() % kBlockSize == 0 &&
                                          reinterpret_cast<std::uintptr_t>(bytes.data()) % kBlockSize == 0),
                     "unaligned direct write to " + path_);
    const int fd = writer();
    while (!bytes.empty()) {
      const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset_bytes));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail_errno("write", path_);
      if (written == 0) return fail(ErrorCode::io, "write " + path_ + ": nothing was written");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset_bytes += static_cast<std::uint64_t>(written);
    }
    return {};
  }

  Result<std::size_t> read(std::uint64_t offset_bytes, ByteSpan out) override {
    const int flags = read_tier() == ReadTier::memory ? RWF_NOWAIT : 0;
    std::size_t total = 0;
    while (total < out.size()) {
      const iovec piece{out.data() + total, out.size() - total};
      const ssize_t count =
          ::preadv2(cached_.get(), &piece, 1, static_cast<off_t>(offset_bytes + total), flags);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && flags != 0 && (errno == EAGAIN || errno == EOPNOTSUPP)) {
        return fail(ErrorCode::would_block, path_);
      }
      if (count < 0) return fail_errno("read", path_);
      if (count == 0) break;
      total += static_cast<std::size_t>(count);
    }
    return total;
  }

  Result<void> sync() override {
    if (::fdatasync(writer()) == 0) return {};
    return fail(ErrorCode::io, "sync " + path_ + ": " + std::generic_category().message(errno));
  }

  Result<void> allocate(std::uint64_t size_bytes) override {
    auto before = size();
    if (!before) return fail(std::move(before).error());
    if (*before >= size_bytes) return {};
    const auto start = static_cast<off_t>(*before), length = static_cast<off_t>(size_bytes - *before);
    int failed = 0;
    do {
      failed = ::fallocate(writer(), 0, start, length);
    } while (failed != 0 && errno == EINTR);
    if (failed == 0) return {};
    const int error = errno;
    if (error == EOPNOTSUPP) return truncate(size_bytes);
    (void)::ftruncate(writer(), start);  // what was reserved before it ran out goes back
    return fail_errno("allocate", path_, error);
  }

  Result<void> punch(std::uint64_t offset_bytes, std::uint64_t length_bytes) override {
    if (::fallocate(writer(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset_bytes),
                    static_cast<off_t>(length_bytes)) == 0 ||
        errno == EOPNOTSUPP) {
      return {};
    }
    return fail_errno("punch", path_);
  }

  Result<void> truncate(std::uint64_t size_bytes) override {
    if (::ftruncate(writer(), static_cast<off_t>(size_bytes)) == 0) return {};
    return fail_errno("truncate", path_);
  }

  Result<std::uint64_t> size() override {
    struct stat facts {};
    if (::fstat(cached_.get(), &facts) != 0) return fail_errno("stat", path_);
    return static_cast<std::uint64_t>(facts.st_size);
  }

 private:
  int writer() const { return direct_.valid() ? direct_.get() : cached_.get(); }

  const std::string path_;
  Descriptor cached_;
  Descriptor direct_;
};

class PosixLock final : public Lock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // flock() ends with it
};

}  // namespace

Result<std::unique_ptr<PosixDisk>> PosixDisk::make(const std::string& root) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) return fail_errno("make folder", root, error.value());
  return std::make_unique<PosixDisk>(root);
}

Result<std::unique_ptr<File>> PosixDisk::open(const std::string& path, OpenMode mode) {
  const std::string name = full(path);
  const int flags = mode == OpenMode::read ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC;
  Descriptor cached(::open(name.c_str(), flags, 0600));
  if (!cached.valid()) return fail_errno("open", name);
  Descriptor direct;
  if (mode == OpenMode::write_direct) {
    direct = Descriptor(::open(name.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
    if (!direct.valid() && errno != EINVAL && errno != EOPNOTSUPP) return fail_errno("open direct", name);
  }
  return std::make_unique<PosixFile>(name, std::move(cached), std::move(direct));
}

Result<void> PosixDisk::remove(const std::string& path) {
  if (::remove(full(path).c_str()) == 0) return {};
  return fail_errno("remove", full(path));
}

Result<void> PosixDisk::rename(const std::string& source, const std::string& target) {
  if (::rename(full(source).c_str(), full(target).c_str()) == 0) return {};
  return fail_errno("rename", full(source));
}

Result<void> PosixDisk::make_directory(const std::string& path) {
  if (::mkdir(full(path).c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail_errno("make folder", full(path));
}

Result<void> PosixDisk::sync_directory(const std::string& path) {
  const Descriptor folder(::open(full(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return fail_errno("open folder", full(path));
  if (::fsync(folder.get()) != 0) return fail(ErrorCode::io, "sync folder " + full(path));
  return {};
}

Result<std::vector<std::string>> PosixDisk::list(const std::string& path) {
  DIR* folder = ::opendir(full(path).c_str());
  if (folder == nullptr) return fail_errno("list", full(path));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int error = errno;
  ::closedir(folder);
  if (error != 0) return fail_errno("list", full(path), error);
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> PosixDisk::exists(const std::string& path) {
  if (::access(full(path).c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return fail_errno("look up", full(path));
}

Result<std::unique_ptr<Lock>> PosixDisk::lock(const std::string& path) {
  Descriptor descriptor(::open(full(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!descriptor.valid()) return fail_errno("open", full(path));
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno("lock", full(path));
    return fail(ErrorCode::conflict, full(path) + " is held by another process");
  }
  return std::unique_ptr<Lock>(std::make_unique<PosixLock>(std::move(descriptor)));
}

Result<std::uint64_t> PosixDisk::free_bytes() {
  struct statvfs facts {};
  if (::statvfs(root_.c_str(), &facts) != 0) return fail_errno("stat", root_);
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

}  // namespace anabranch::io
