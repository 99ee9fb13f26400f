// bench/startup.h — how long a server takes from exec to its first good answer, and what it holds when idle.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace anabranch::bench {

struct StartupRun {
  double ready_ms = 0;  // from just before exec to the first 200
  std::uint64_t idle_resident_bytes = 0;
  double stop_ms = 0;  // from SIGTERM to its end
};

/// Starts `command`, asks `ready_url` until it answers 200, lets it rest, stops it by SIGTERM; `runs` times.
/// Errors: internal (it ended by itself, with another code than 0, or was not ready within half a minute).
Result<std::vector<StartupRun>> measure_startup(const std::vector<std::string>& command,
                                                const std::string& ready_url, unsigned runs);

}  // namespace anabranch::bench
