#include "runner/resource_use.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr int kAncestorsMax = 64;  // a chain of parents is short; a loop of reused numbers has no end

struct Process {
  pid_t parent = 0;
  pid_t group = 0;
  ResourceUse use;
};

/// nullopt: it is gone, or not as proc(5) says.
std::optional<Process> read_process(const std::string& folder) {
  static const double ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::ifstream file(folder + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  Process process;
  double ticks[4] = {};
  std::int64_t resident_pages = 0;
  fields >> skipped >> process.parent >> process.group;
  for (int i = 6; i < 14; ++i) fields >> skipped;   // session ... cmajflt
  for (double& tick : ticks) fields >> tick;        // utime stime cutime cstime
  for (int i = 18; i < 24; ++i) fields >> skipped;  // priority ... vsize
  fields >> resident_pages;
  if (!fields) return std::nullopt;
  process.use.cpu_seconds = (ticks[0] + ticks[1] + ticks[2] + ticks[3]) / ticks_per_second;
  process.use.memory_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, resident_pages)) * page_bytes;
  return process;
}

}  // namespace

std::map<pid_t, ResourceUse> measure(const std::vector<pid_t>& processes) {
  std::map<pid_t, ResourceUse> use;
  if (processes.empty()) return use;
  std::map<pid_t, Process> all;
  std::error_code error;
  for (auto entry = fs::directory_iterator("/proc", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (problem != std::errc() || end != name.data() + name.size()) continue;
    if (const auto process = read_process(entry->path().string())) all.emplace(number, *process);
  }
  const auto is_asked = [&](pid_t number) {
    return std::find(processes.begin(), processes.end(), number) != processes.end();
  };
  for (const auto& [number, process] : all) {
    pid_t owner = is_asked(process.group) ? process.group : number;
    for (int i = 0; i < kAncestorsMax && owner > 1 && !is_asked(owner); ++i) {
      const auto found = all.find(owner);
      owner = found == all.end() ? 0 : found->second.parent;
    }
    if (!is_asked(owner)) continue;
    ResourceUse& sum = use[owner];
    sum.cpu_seconds += process.use.cpu_seconds;
    sum.memory_bytes += process.use.memory_bytes;
  }
  for (auto& [number, sum] : use) sum.memory_bytes_max = sum.memory_bytes;
  return use;
}

}  // namespace anabranch::runner
