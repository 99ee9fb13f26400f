// bench/load.h — runs one operation many times over many connections, and keeps what each took.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/task.h"
#include "http/client.h"

namespace anabranch::bench {

/// What one operation did, beyond being one.
struct Moved {
  std::uint64_t bytes = 0;    // of payload
  std::uint64_t entries = 0;  // listed, imported, compared
};

/// Operation number i of a case: sends, awaits and checks the answer. Called on a network thread of the
/// client. Any answer that is not what it must be is an Error, and the case has failed.
using Operation = std::function<Task<Result<Moved>>(std::uint64_t)>;

struct LoadOptions {
  unsigned connections = 16;     // operations at a time
  std::uint64_t operations = 0;  // their number; fewer where the time is over first
  std::chrono::duration<double> time_max = std::chrono::hours(24);
};

struct LoadResult {
  std::uint64_t operations = 0;  // those that succeeded
  std::uint64_t errors = 0;
  std::string first_error;
  Moved moved;
  double wall_seconds = 0;
  double client_cpu_seconds = 0;
  std::vector<double> latencies_ms;  // of those that succeeded, sorted

  /// The nearest rank: the smallest latency that `percent` of all do not pass. 0 where there is none.
  double percentile_ms(double percent) const;
};

/// Blocks until all is done. Operations 0..n-1 have then been tried, n <= options.operations. Gives up after
/// a handful of errors: there is nothing to measure then.
LoadResult run_load(http::Client& client, const LoadOptions& options, const Operation& operation);

/// The i-th of `count` numbers below `count` in an order that looks random; a permutation of 0..count-1,
/// repeated.
std::uint64_t scattered(std::uint64_t i, std::uint64_t count);

}  // namespace anabranch::bench
