#include "bench/server_process.h"

#include <sys/resource.h>

#include <cstring>
#include <ctime>
#include <deque>
#include <fstream>
#include <string>
#include <thread>

#include "base/bytes.h"

namespace anabranch::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSampleEvery = std::chrono::milliseconds(100);
constexpr auto kQuietFor = std::chrono::seconds(1);
constexpr double kIdleCores = 0.01;

std::string proc_file(pid_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

tl::unexpected<Error> gone(pid_t pid) {
  return fail(ErrorCode::not_found, "there is no server process " + std::to_string(pid));
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

Result<ServerProcess> ServerProcess::attach(std::vector<pid_t> pids) {
  ServerProcess server(std::move(pids));
  ANABRANCH_CHECK(server.cpu_seconds());
  return server;
}

Result<double> ServerProcess::cpu_seconds() const {
  double sum = 0;
  for (const pid_t pid : pids_) {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return gone(pid);
    sum += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
  return sum;
}

Result<std::uint64_t> ServerProcess::sum_of_status(const char* field) const {
  std::uint64_t sum = 0;
  for (const pid_t pid : pids_) {
    std::ifstream status(proc_file(pid, "status"));
    std::string word;
    while (status >> word && word != field) {
    }
    std::uint64_t kib = 0;
    if (!(status >> kib)) return gone(pid);
    sum += kib * KiB;
  }
  return sum;
}

Result<std::uint64_t> ServerProcess::resident_bytes() const { return sum_of_status("VmRSS:"); }
Result<std::uint64_t> ServerProcess::peak_resident_bytes() const { return sum_of_status("VmHWM:"); }

bool ServerProcess::reset_peak() const {
  for (const pid_t pid : pids_) {
    std::ofstream control(proc_file(pid, "clear_refs"));
    control << "5" << std::flush;  // 5: the peak resident size becomes the present one
    if (!control) return false;
  }
  return true;
}

Result<std::optional<std::chrono::duration<double>>> ServerProcess::wait_until_idle(
    std::chrono::seconds max) const {
  struct Sample {
    Clock::time_point when;
    double cpu_seconds;
  };
  std::deque<Sample> samples;
  const auto began = Clock::now();
  while (true) {
    ANABRANCH_TRY(const double cpu, cpu_seconds());
    const auto now = Clock::now();
    samples.push_back({now, cpu});
    while (samples.size() > 1 && now - samples[1].when >= kQuietFor) samples.pop_front();
    const std::chrono::duration<double> span = now - samples.front().when;
    if (span >= kQuietFor && cpu - samples.front().cpu_seconds < kIdleCores * span.count()) {
      return std::optional<std::chrono::duration<double>>(samples.front().when - began);
    }
    if (now - began > max) return std::optional<std::chrono::duration<double>>();
    std::this_thread::sleep_for(kSampleEvery);
  }
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

}  // namespace anabranch::bench
