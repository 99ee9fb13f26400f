// What this proves: the power may fail at every single write, sync, allocation and change of a name, with
// unsynced sectors lost or torn; after each, all that was acknowledged is there and whole, and nothing is
// half there.
//
// CRASH_STRIDE=1 (default) cuts at every operation; TEST_SEED=<seed> replays a run.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include "crash/options.h"
#include "crash/workload.h"
#include "io/memory_disk.h"
#include "support/seed.h"

namespace anabranch::crash {
namespace {

constexpr std::uint64_t kSteps = 36;
constexpr std::uint64_t kInFlightMax = 3;
constexpr int kCompletedRuns = 15;

/// Counts outcomes of batches that were sent.
class Outcomes {
 public:
  std::function<void(Result<void>)> sent() {
    ++sent_;
    return [this](Result<void> done) {
      const std::lock_guard lock(mutex_);
      ++over_;
      if (done && !failed_) {
        ++acknowledged_;
      } else {
        failed_ = true;
      }
      changed_.notify_all();
    };
  }
  void unsent() { --sent_; }
  void wait_until_in_flight(std::uint64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sent_ - over_ <= count; });
  }
  bool failed() {
    const std::lock_guard lock(mutex_);
    return failed_;
  }
  std::uint64_t acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t sent_ = 0;  // by one thread
  std::uint64_t over_ = 0;
  std::uint64_t acknowledged_ = 0;
  bool failed_ = false;
};

struct Progress {
  std::uint64_t acknowledged = 0;
  std::uint64_t submitted = 0;
  bool completed = false;
};

/// Runs steps `from`+1 .. `to` until the disk fails.
void run_steps(io::MemoryDisk& disk, std::uint64_t seed, std::uint64_t to, Progress& progress) {
  auto engine = engine::Engine::open(disk, small_options());
  if (!engine) {
    EXPECT_TRUE(disk.failed()) << engine.error().message;
    return;
  }
  Workload workload(seed);
  workload.skip_to(progress.acknowledged);
  Outcomes outcomes;
  const std::uint64_t before = progress.acknowledged;
  bool sending = true;
  {
    Runner runner(**engine);
    sending = runner.ready();
    while (sending && workload.model().steps < to) {
      const Step step = workload.next();
      auto done = outcomes.sent();
      if (runner.submit(step, done)) {
        progress.submitted = step.number;
      } else {
        outcomes.unsent();
        sending = false;
      }
      outcomes.wait_until_in_flight(kInFlightMax);
      sending = sending && !outcomes.failed();
    }
    outcomes.wait_until_in_flight(0);
  }
  progress.acknowledged = before + outcomes.acknowledged();
  const auto closed = (*engine)->close();
  progress.completed = closed && sending && !outcomes.failed();
}

/// A first half, a clean stop and start, a second half. The cut may fall anywhere.
Progress run(io::MemoryDisk& disk, std::uint64_t seed) {
  Progress progress;
  run_steps(disk, seed, kSteps / 2, progress);
  if (!progress.completed) return progress;
  progress.completed = false;
  run_steps(disk, seed, kSteps, progress);
  return progress;
}

void cut_at(std::uint64_t operation, bool torn, std::uint64_t seed, bool& completed) {
  SCOPED_TRACE("cut at operation " + std::to_string(operation) + (torn ? ", torn" : "") +
               ", TEST_SEED=" + std::to_string(seed));
  io::MemoryDisk disk;
  disk.fail_at(operation);
  const Progress progress = run(disk, seed);
  completed = progress.completed;
  const auto tear = torn ? std::optional(seed + operation) : std::nullopt;
  disk.power_cut(tear);
  if (operation % 3 == 0) {
    // The power fails again, while the first start recovers.
    disk.fail_at(1 + operation % 17);
    (void)engine::Engine::open(disk, small_options());
    disk.power_cut(tear);
  }
  std::uint64_t steps = 0;
  {
    auto engine = engine::Engine::open(disk, small_options());
    ASSERT_TRUE(engine) << engine.error().message;
    steps = verify(**engine, seed, progress.acknowledged, progress.submitted);
    // The store goes on, and what it takes now survives the next cut as well.
    Workload workload(seed);
    workload.skip_to(steps);
    Runner runner(**engine);
    ASSERT_TRUE(runner.ready());
    Outcomes outcomes;
    ASSERT_TRUE(runner.submit(workload.next(), outcomes.sent()));
    outcomes.wait_until_in_flight(0);
    ASSERT_EQ(outcomes.acknowledged(), 1u);
    if (operation % 2 == 0) {
      runner.forget_writers();
      ASSERT_TRUE((*engine)->close());
    } else {
      disk.fail_at(1);
      (void)disk.sync_directory("");
    }
  }
  disk.power_cut(tear);
  const auto engine = engine::Engine::open(disk, small_options());
  ASSERT_TRUE(engine) << engine.error().message;
  verify(**engine, seed, steps + 1, steps + 1);
}

void cut_everywhere(bool torn) {
  const std::uint64_t seed = testing_support::seed();
  const char* given = std::getenv("CRASH_STRIDE");
  const std::uint64_t stride = given != nullptr ? std::stoull(given) : 1;
  // Background work makes the number of operations vary: a few runs in a row must have come to their end
  // uncut.
  std::uint64_t operation = 1;
  for (int completed_runs = 0; completed_runs < kCompletedRuns && !testing::Test::HasFailure();
       operation += stride) {
    bool completed = false;
    cut_at(operation, torn, seed, completed);
    completed_runs = completed ? completed_runs + 1 : 0;
  }
  std::cout << "cut at " << (operation - 1) / stride << " operations" << std::endl;
  EXPECT_GT(operation, 100u) << "the run did too little to prove anything";
}

TEST(PowerCut, AtAnyOperationLosesNothingAcknowledged) { cut_everywhere(false); }
TEST(PowerCut, WithTornWritesAtAnyOperationLosesNothingAcknowledged) { cut_everywhere(true); }

}  // namespace
}  // namespace anabranch::crash
