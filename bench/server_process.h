// bench/server_process.h — what a server costs, seen from outside: CPU time, memory, and when it has come to
// rest.
//
// In:  process ids of this machine. Out: figures of the kernel. Source: clock_getcpuclockid(3), proc(5).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"

namespace anabranch::bench {

/// One server, of one or several processes. Thread safety: none.
class ServerProcess {
 public:
  /// Errors: not_found (a process that is not there).
  static Result<ServerProcess> attach(std::vector<pid_t> pids);

  /// User and system time since its start, all threads, those that ended too. Errors: not_found.
  Result<double> cpu_seconds() const;
  /// Resident now, and at most since reset_peak() (or since its start, where the kernel refuses the reset).
  Result<std::uint64_t> resident_bytes() const;
  Result<std::uint64_t> peak_resident_bytes() const;
  /// False: refused (not our process), so that peaks count from the server's start.
  bool reset_peak() const;

  /// Blocks until the server used less than 1 % of a core for a second. nullopt: it did not within `max`.
  /// Else how long that took, without the quiet second itself.
  Result<std::optional<std::chrono::duration<double>>> wait_until_idle(
      std::chrono::seconds max = std::chrono::seconds(30)) const;

 private:
  explicit ServerProcess(std::vector<pid_t> pids) : pids_(std::move(pids)) {}
  Result<std::uint64_t> sum_of_status(const char* field) const;
  std::vector<pid_t> pids_;
};

/// Of this process: the client's own cost.
double own_cpu_seconds();

}  // namespace anabranch::bench
