#include "runner/overlay.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "runner/files.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReasonSizeMax = 4096;

tl::unexpected<Error> cannot(const std::string& what) {
  const int error = errno;
  return fail(ErrorCode::unavailable, what + ": " + std::strerror(error));
}

Result<void> write_proc(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (file >= 0) close(file);
  errno = error;
  return written ? Result<void>() : cannot(std::string("cannot write ") + path);
}

Result<void> make_own_user() {
  const std::string user = std::to_string(geteuid()), group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return cannot("user namespaces are not allowed");
  // Only whoever may not drop groups may map one without privileges: user_namespaces(7).
  ANABRANCH_CHECK(write_proc("/proc/self/setgroups", "deny"));
  ANABRANCH_CHECK(write_proc("/proc/self/uid_map", user + " " + user + " 1"));
  return write_proc("/proc/self/gid_map", group + " " + group + " 1");
}

/// Folders by number instead of by name: overlayfs's options part names at ':' and ',', and have a limit.
class OpenFolder {
 public:
  explicit OpenFolder(const std::string& path)
      : number_(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  ~OpenFolder() {
    if (number_ >= 0) close(number_);
  }
  OpenFolder(const OpenFolder&) = delete;
  OpenFolder& operator=(const OpenFolder&) = delete;
  bool is_open() const { return number_ >= 0; }
  std::string name() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
};

/// What a run may do to its input. `folder` holds lower/, upper/, scratch/, merged/.
Result<void> use_overlay(const std::string& folder) {
  ANABRANCH_CHECK(enter_own_mounts());
  ANABRANCH_TRY(const auto mount, OverlayMount::make(folder + "/lower", folder + "/upper",
                                                     folder + "/scratch", folder + "/merged"));
  const std::string merged = folder + "/merged/";
  const auto text = [&](const std::string& path) { return read_file(path, kReasonSizeMax).value_or("?"); };
  if (chmod((merged + "written").c_str(), 0644) != 0) return cannot("chmod");
  ANABRANCH_CHECK(write_file(merged + "written", "new"));
  ANABRANCH_CHECK(write_file(merged + "fresh", "new"));
  if (rename((merged + "fresh").c_str(), (merged + "replaced").c_str()) != 0) return cannot("rename");
  if (unlink((merged + "removed").c_str()) != 0) return cannot("unlink");
  std::error_code error;
  fs::remove_all(merged + "sub", error);
  if (error || mkdir((merged + "sub").c_str(), 0755) != 0) return cannot("a folder made anew");
  ANABRANCH_CHECK(write_file(merged + "sub/other", "new"));
  if (text(merged + "written") != "new" || text(merged + "replaced") != "new" ||
      fs::exists(merged + "removed", error) || fs::exists(merged + "sub/inner", error)) {
    return fail(ErrorCode::unavailable, "an overlay does not show what was written to it");
  }
  for (const char* name : {"written", "replaced", "removed", "sub/inner"}) {
    if (text(folder + "/lower/" + name) != "old")
      return fail(ErrorCode::unavailable, "an overlay changes what is below it");
  }
  return {};
}

}  // namespace

Result<void> try_overlay(const std::string& folder) {
  ANABRANCH_TRY(const auto home, TemporaryFolder::make(folder, "try-overlay"));
  for (const char* name : {"upper", "scratch", "merged"})
    ANABRANCH_CHECK(make_folders(home.path() + "/" + name));
  for (const char* name : {"written", "replaced", "removed", "sub/inner"}) {
    const std::string file = home.path() + "/lower/" + name;
    ANABRANCH_CHECK(write_file(file, "old"));
    if (chmod(file.c_str(), 0444) != 0) return cannot("chmod");
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return cannot("pipe");
  const pid_t child = fork();
  if (child == 0) {
    const auto used = use_overlay(home.path());
    const std::string reason = used ? "" : used.error().message.substr(0, kReasonSizeMax);
    static_cast<void>(!write(ends[1], reason.data(), reason.size()));
    _exit(used ? 0 : 1);
  }
  const int error = errno;
  close(ends[1]);
  std::string reason(kReasonSizeMax, '\0');
  const ssize_t size = child < 0 ? 0 : read(ends[0], reason.data(), reason.size());
  close(ends[0]);
  errno = error;
  if (child < 0) return cannot("fork");
  reason.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  chmod((home.path() + "/scratch/work").c_str(), S_IRWXU);  // else nobody but root can remove it
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorCode::unavailable, reason.empty() ? "trying it was cut short" : reason);
}

Result<void> enter_own_mounts() {
  if (geteuid() != 0) {
    ANABRANCH_CHECK(make_own_user());
  } else if (unshare(CLONE_NEWNS) != 0) {
    return cannot("mount namespaces are not allowed");
  }
  // What others mount is still seen here; what is mounted here is nobody else's.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return cannot("mounts are not allowed");
  return {};
}

Result<OverlayMount> OverlayMount::make(const std::string& lower, const std::string& upper,
                                        const std::string& scratch, const std::string& target) {
  const OpenFolder lower_folder(lower), upper_folder(upper), scratch_folder(scratch);
  if (!lower_folder.is_open() || !upper_folder.is_open() || !scratch_folder.is_open())
    return cannot("cannot open the folders of an overlay at " + target);
  std::string options = "lowerdir=" + lower_folder.name() + ",upperdir=" + upper_folder.name() +
                        ",workdir=" + scratch_folder.name();
  if (geteuid() != 0) options += ",userxattr";  // the others are root's
  if (mount("overlay", target.c_str(), "overlay", 0, options.c_str()) != 0)
    return cannot("overlayfs is not possible here");
  return OverlayMount(target, scratch);
}

OverlayMount::OverlayMount(OverlayMount&& other) noexcept
    : target_(std::exchange(other.target_, {})), scratch_(std::move(other.scratch_)) {}

OverlayMount& OverlayMount::operator=(OverlayMount&& other) noexcept {
  if (this != &other) {
    unmount();
    target_ = std::exchange(other.target_, {});
    scratch_ = std::move(other.scratch_);
  }
  return *this;
}

OverlayMount::~OverlayMount() { unmount(); }

void OverlayMount::unmount() {
  if (target_.empty()) return;
  // At once for all who look from now on, and in truth when its last user is gone.
  umount2(target_.c_str(), MNT_DETACH);
  chmod((scratch_ + "/work").c_str(), S_IRWXU);  // else nobody but root can remove it
  target_.clear();
}

}  // namespace anabranch::runner
