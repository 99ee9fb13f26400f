#include "runner/files.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/hash.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceSize = 1 * MiB;

tl::unexpected<Error> system_error(const std::string& what) {
  const int number = errno;
  const ErrorCode code = number == ENOENT                       ? ErrorCode::not_found
                         : number == ENOSPC || number == EDQUOT ? ErrorCode::no_space
                                                                : ErrorCode::io;
  return fail(code, what + ": " + std::strerror(number));
}

/// A file descriptor that is closed at the end.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, unsigned mode = 0)
      : number_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

/// Gives the pieces of a file to `take`.
Result<void> read_pieces(const std::string& path, const std::function<Result<void>(std::string_view)>& take) {
  const Descriptor file(path, O_RDONLY);
  if (!file.is_open()) return system_error("cannot read " + path);
  std::string buffer(kPieceSize, '\0');
  while (true) {
    const ssize_t count = read(file.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot read " + path);
    if (count == 0) return {};
    ANABRANCH_CHECK(take(std::string_view(buffer).substr(0, static_cast<std::size_t>(count))));
  }
}

Result<void> write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot write " + path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> make_folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? Result<void>() : make_folders(folder);
}

/// All of `source` within the kernel; false where the kernel cannot, and nothing was written.
Result<bool> copy_in_kernel(const Descriptor& source, const Descriptor& target, const std::string& path) {
  if (ioctl(target.number(), FICLONE, source.number()) == 0) return true;
  bool begun = false;
  while (true) {
    const ssize_t count = copy_file_range(source.number(), nullptr, target.number(), nullptr, GiB, 0);
    if (count == 0) return begun;  // 0 at once: an empty file, or one that must be read (as those of /proc)
    if (count > 0) {
      begun = true;
      continue;
    }
    if (begun) return system_error("cannot copy to " + path);
    return false;
  }
}

std::size_t longest_of(const std::vector<std::string>& texts) {
  std::size_t longest = 0;
  for (const auto& text : texts) longest = std::max(longest, text.size());
  return longest;
}

void hide(std::string& text, const std::vector<std::string>& hidden) {
  for (const auto& word : hidden) {
    for (auto at = text.find(word); !word.empty() && at != std::string::npos; at = text.find(word, at)) {
      text.replace(at, word.size(), "***");
    }
  }
}

/// How many bytes at the end of `text` could be the beginning of a text of `hidden`.
std::size_t undecided_at_end(std::string_view text, const std::vector<std::string>& hidden) {
  for (std::size_t size = std::min(text.size(), longest_of(hidden)); size > 0; --size) {
    const std::string_view end = text.substr(text.size() - size);
    for (const auto& word : hidden) {
      if (word.size() > size && std::string_view(word).starts_with(end)) return size;
    }
  }
  return 0;
}

constexpr std::string_view kOwnerPrefix = ".", kOwnerSuffix = ".owner";

std::string owner_of(const fs::path& folder) {
  return (folder.parent_path() / (std::string(kOwnerPrefix) + folder.filename().string())).string() +
         std::string(kOwnerSuffix);
}

/// Keeps others out who lock the same folder. Where it cannot be locked, nobody is kept out.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (number_ >= 0) static_cast<void>(flock(number_, LOCK_EX));
  }
  ~DirectoryLock() {
    if (number_ >= 0) close(number_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int number_;
};

void open_up(const fs::path& folder) {
  std::error_code error;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add | fs::perm_options::nofollow, error);
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    if (fs::is_directory(fs::symlink_status(at->path(), unknown))) open_up(at->path());
  }
}

/// What cannot be removed stays; nothing depends on it.
void remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return;
  open_up(path);  // folders that nobody may write to
  fs::remove_all(path, error);
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::uint64_t size_max_bytes) {
  std::string bytes;
  ANABRANCH_CHECK(read_pieces(path, [&](std::string_view piece) -> Result<void> {
    if (bytes.size() + piece.size() > size_max_bytes) {
      return fail(ErrorCode::entity_too_large,
                  path + " is larger than " + std::to_string(size_max_bytes) + " bytes");
    }
    bytes += piece;
    return {};
  }));
  return bytes;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  ANABRANCH_CHECK(make_folder_of(path));
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (!file.is_open()) return system_error("cannot write " + path);
  return write_all(file, bytes, path);
}

Result<void> make_folders(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(ErrorCode::io, "cannot make the folder " + path + ": " + error.message());
  return {};
}

Result<void> copy_file(const std::string& source, const std::string& target, unsigned mode) {
  ANABRANCH_CHECK(make_folder_of(target));
  const Descriptor from(source, O_RDONLY);
  if (!from.is_open()) return system_error("cannot read " + source);
  const Descriptor to(target, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!to.is_open()) return system_error("cannot write " + target);
  ANABRANCH_TRY(const bool copied, copy_in_kernel(from, to, target));
  if (!copied) {
    ANABRANCH_CHECK(
        read_pieces(source, [&](std::string_view piece) { return write_all(to, piece, target); }));
  }
  if (fchmod(to.number(), mode) != 0) return system_error("cannot set the permissions of " + target);
  return {};
}

Result<void> clone_file(const std::string& source, const std::string& target, unsigned mode) {
  ANABRANCH_CHECK(make_folder_of(target));
  const Descriptor from(source, O_RDONLY);
  if (!from.is_open()) return system_error("cannot read " + source);
  const Descriptor to(target, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!to.is_open()) return system_error("cannot write " + target);
  if (ioctl(to.number(), FICLONE, from.number()) != 0) {
    const int error = errno;
    return fail(error == ENOSPC || error == EDQUOT ? ErrorCode::no_space : ErrorCode::unavailable,
                std::string("files cannot share blocks: ") + std::strerror(error));
  }
  if (fchmod(to.number(), mode) != 0) return system_error("cannot set the permissions of " + target);
  return {};
}

Result<void> copy_times(const std::string& source, const std::string& target) {
  struct stat about {};
  if (stat(source.c_str(), &about) != 0) return system_error("cannot read " + source);
  const timespec times[2] = {about.st_atim, about.st_mtim};
  if (utimensat(AT_FDCWD, target.c_str(), times, 0) != 0)
    return system_error("cannot set the times of " + target);
  return {};
}

namespace {

Result<std::string> digest_of_file(HashAlgorithm algorithm, const std::string& path) {
  const auto hasher = make_hasher(algorithm);
  ANABRANCH_CHECK(read_pieces(path, [&](std::string_view piece) -> Result<void> {
    hasher->update(as_bytes(piece));
    return {};
  }));
  return to_hex(hasher->finish());
}

}  // namespace

Result<std::string> sha256_of_file(const std::string& path) {
  return digest_of_file(HashAlgorithm::sha256, path);
}

Result<std::string> md5_of_file(const std::string& path) { return digest_of_file(HashAlgorithm::md5, path); }

Result<void> copy_without(const std::string& source, const std::string& target,
                          const std::vector<std::string>& hidden) {
  ANABRANCH_CHECK(make_folder_of(target));
  const Descriptor to(target, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!to.is_open()) return system_error("cannot write " + target);
  Concealer concealer(hidden);
  ANABRANCH_CHECK(read_pieces(
      source, [&](std::string_view piece) { return write_all(to, concealer.feed(piece), target); }));
  return write_all(to, concealer.finish(), target);
}

std::string Concealer::feed(std::string_view piece) {
  text_ += piece;
  hide(text_, hidden_);
  const std::size_t ready = text_.size() - undecided_at_end(text_, hidden_);
  std::string sure = text_.substr(0, ready);
  text_.erase(0, ready);
  return sure;
}

bool is_safe_relative_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  while (true) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Result<std::vector<std::string>> files_below(const std::string& folder, const std::string& root,
                                             std::vector<std::string>* skipped) {
  std::vector<std::string> paths;
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(folder, error))) return paths;
  const std::string inside = fs::canonical(root, error).string() + "/";
  auto entry = fs::recursive_directory_iterator(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (entry->is_directory(error) && !entry->is_symlink(error)) continue;
    const std::string relative = path.lexically_relative(folder).string();
    std::error_code broken;
    const std::string real = fs::canonical(path, broken).string();
    if (!broken && fs::is_regular_file(real, broken) && real.starts_with(inside)) {
      paths.push_back(relative);
    } else if (skipped != nullptr) {
      skipped->push_back(relative);
    }
  }
  if (error) return fail(ErrorCode::io, "cannot read the folder " + folder + ": " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<TemporaryFolder> TemporaryFolder::make(const std::string& parent, const std::string& name) {
  ANABRANCH_CHECK(make_folders(parent));
  // Nobody looks for abandoned folders between the making of the owner's file and its lock.
  const DirectoryLock making(parent);
  std::string path = parent + "/" + name + "-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return system_error("cannot make a folder in " + parent);
  const int owner = open(owner_of(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  // Where files cannot be locked, the folder is nobody's, and is not taken for abandoned.
  if (owner >= 0 && flock(owner, LOCK_EX | LOCK_NB) == 0) return TemporaryFolder(std::move(path), owner);
  if (owner >= 0) close(owner);
  unlink(owner_of(path).c_str());
  return TemporaryFolder(std::move(path), -1);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      owner_(std::exchange(other.owner_, -1)),
      is_kept_(other.is_kept_) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
    owner_ = std::exchange(other.owner_, -1);
    is_kept_ = other.is_kept_;
  }
  return *this;
}

TemporaryFolder::~TemporaryFolder() { remove(); }

void TemporaryFolder::remove() {
  if (path_.empty()) return;
  if (!is_kept_) remove_tree(path_);
  disown();
}

void TemporaryFolder::disown() {
  if (owner_ < 0) return;
  unlink(owner_of(path_).c_str());
  close(std::exchange(owner_, -1));
}

void TemporaryFolder::keep() {
  is_kept_ = true;
  disown();
}

std::size_t TemporaryFolder::remove_abandoned(const std::string& parent) {
  std::vector<std::pair<std::string, int>> abandoned;  // folders, and the locks of their owners' files
  {
    const DirectoryLock looking(parent);
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(parent, error)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(kOwnerPrefix) || !name.ends_with(kOwnerSuffix)) continue;
      const int owner = open(entry.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
      if (owner < 0) continue;
      if (flock(owner, LOCK_EX | LOCK_NB) != 0) {
        close(owner);
        continue;
      }
      abandoned.emplace_back(
          parent + "/" +
              name.substr(kOwnerPrefix.size(), name.size() - kOwnerPrefix.size() - kOwnerSuffix.size()),
          owner);
    }
  }
  std::size_t removed = 0;
  for (const auto& [folder, owner] : abandoned) {
    std::error_code error;
    remove_tree(folder);
    if (!fs::exists(folder, error)) {  // else the next one tries again
      unlink(owner_of(folder).c_str());
      ++removed;
    }
    close(owner);
  }
  return removed;
}

Result<void> for_each_parallel(std::size_t count, unsigned threads,
                               const std::function<Result<void>(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> first_error;  // guarded by mutex
  const auto loop = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
      auto done = work(i);
      if (done) continue;
      const std::lock_guard lock(mutex);
      if (!first_error) first_error = std::move(done).error();
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(count, std::max(1U, threads)); ++i)
    others.emplace_back(loop);
  loop();
  for (auto& thread : others) thread.join();
  if (first_error) return fail(*std::move(first_error));
  return {};
}

}  // namespace anabranch::runner
