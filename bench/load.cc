#include "bench/load.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <optional>

#include "bench/server_process.h"

namespace anabranch::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kErrorsMax = 20;
constexpr std::uint64_t kStride = 2'654'435'761;  // a prime: visits every residue unless it divides the count

/// What one connection did. Written on its thread only.
struct Log {
  std::vector<double> latencies_ms;
  Moved moved;
  std::uint64_t errors = 0;
  std::string first_error;
};

struct Run {
  const Operation& operation;
  const LoadOptions& options;
  Clock::time_point deadline;
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> errors{0};

  std::mutex mutex;
  std::condition_variable ended;
  unsigned running = 0;  // guarded by mutex

  /// The number of the next operation, or nothing where the run is over.
  std::optional<std::uint64_t> take() {
    if (errors.load(std::memory_order_relaxed) >= kErrorsMax || Clock::now() >= deadline) return std::nullopt;
    const std::uint64_t number = next.fetch_add(1, std::memory_order_relaxed);
    return number < options.operations ? std::optional(number) : std::nullopt;
  }
  void one_ended() {
    const std::lock_guard lock(mutex);
    --running;
    ended.notify_one();
  }
};

Task<void> work(Run& run, Log& log) {
  while (const std::optional<std::uint64_t> number = run.take()) {
    const auto began = Clock::now();
    auto trying = run.operation(*number);
    const Result<Moved> moved = co_await std::move(trying);
    const std::chrono::duration<double, std::milli> took = Clock::now() - began;
    if (moved) {
      log.latencies_ms.push_back(took.count());
      log.moved.bytes += moved->bytes;
      log.moved.entries += moved->entries;
      continue;
    }
    run.errors.fetch_add(1, std::memory_order_relaxed);
    if (log.errors++ == 0)
      log.first_error = "operation " + std::to_string(*number) + ": " + moved.error().message;
  }
  run.one_ended();
}

LoadResult sum_up(const std::vector<Log>& logs) {
  LoadResult result;
  for (const Log& log : logs) {
    result.latencies_ms.insert(result.latencies_ms.end(), log.latencies_ms.begin(), log.latencies_ms.end());
    result.moved.bytes += log.moved.bytes;
    result.moved.entries += log.moved.entries;
    result.errors += log.errors;
    if (result.first_error.empty()) result.first_error = log.first_error;
  }
  std::sort(result.latencies_ms.begin(), result.latencies_ms.end());
  result.operations = result.latencies_ms.size();
  return result;
}

}  // namespace

double LoadResult::percentile_ms(double percent) const {
  if (latencies_ms.empty()) return 0;
  const auto rank = std::ceil(percent / 100 * static_cast<double>(latencies_ms.size()));
  return latencies_ms[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

LoadResult run_load(http::Client& client, const LoadOptions& options, const Operation& operation) {
  const auto began = Clock::now();
  const double cpu_began = own_cpu_seconds();
  const auto time_max = std::chrono::duration_cast<Clock::duration>(options.time_max);
  Run run{operation, options, began + time_max, {}, {}, {}, {}, options.connections};
  std::vector<Log> logs(options.connections);
  for (Log& log : logs) log.latencies_ms.reserve(options.operations / options.connections + 1);
  const auto executors = client.executors();
  for (unsigned i = 0; i < options.connections; ++i) {
    executors[i % executors.size()]->post([&run, &log = logs[i]] { spawn(work(run, log)); });
  }
  {
    std::unique_lock lock(run.mutex);
    run.ended.wait(lock, [&] { return run.running == 0; });
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  const double cpu = own_cpu_seconds() - cpu_began;
  LoadResult result = sum_up(logs);
  result.wall_seconds = took.count();
  result.client_cpu_seconds = cpu;
  return result;
}

std::uint64_t scattered(std::uint64_t i, std::uint64_t count) {
  if (count == 0 || std::gcd(kStride, count) != 1) return count == 0 ? 0 : i % count;
  return (i % count) * (kStride % count) % count;
}

}  // namespace anabranch::bench
