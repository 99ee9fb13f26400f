#include "runner/process_tree.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/clock.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr auto kKillForMax = std::chrono::seconds(10);
constexpr auto kKillAgain = std::chrono::milliseconds(20);

/// Where version 2 is mounted; next to version 1 it may be anywhere.
std::string cgroup_mount() {
  std::ifstream mounts("/proc/self/mounts");
  std::string line;
  while (std::getline(mounts, line)) {
    std::istringstream fields(line);
    std::string device, folder, type;
    fields >> device >> folder >> type;
    if (type == "cgroup2") return folder;
  }
  return {};
}

/// This process's own, below the mount.
std::string own_cgroup() {
  constexpr std::string_view kVersion2 = "0::";
  std::ifstream groups("/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line)) {
    if (line.starts_with(kVersion2)) return line.substr(kVersion2.size());
  }
  return {};
}

/// What `name` of a process holds between NULs.
bool has_variable(const fs::path& process, const std::string& variable) {
  std::ifstream file(process / "environ", std::ios::binary);
  const std::string text = '\0' + std::string(std::istreambuf_iterator<char>(file), {}) + '\0';
  return text.find('\0' + variable + '\0') != std::string::npos;
}

bool kill_once(const std::string& variable) {
  bool found = false;
  std::error_code error;
  for (auto entry = fs::directory_iterator("/proc", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (problem != std::errc() || end != name.data() + name.size() || number == getpid()) continue;
    if (!has_variable(entry->path(), variable)) continue;
    found = true;
    kill(number, SIGKILL);
  }
  return found;
}

}  // namespace

std::optional<std::string> make_cgroup() {
  const std::string mount = cgroup_mount(), own = own_cgroup();
  if (mount.empty() || own.empty()) return std::nullopt;
  std::string cgroup = (fs::path(mount + own) / ("anabranch-" + make_xid(system_clock().now_ms()))).string();
  std::error_code error;
  if (!fs::create_directory(cgroup, error)) return std::nullopt;
  // Moving a process needs more rights than making the folder.
  if (access((cgroup + "/cgroup.procs").c_str(), W_OK) == 0) return cgroup;
  remove_cgroup(cgroup);
  return std::nullopt;
}

void remove_cgroup(const std::string& cgroup) {
  std::ofstream(cgroup + "/cgroup.kill") << "1";
  rmdir(cgroup.c_str());
}

void kill_marked(const std::string& variable) {
  const auto until = std::chrono::steady_clock::now() + kKillForMax;
  while (kill_once(variable) && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(kKillAgain);  // tidy-allow: the end of a stranger's child is told to nobody
}

}  // namespace anabranch::runner
