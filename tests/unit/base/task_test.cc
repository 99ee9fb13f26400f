// What this proves: tasks are lazy, give their value or exception to their awaiter, go on where they were
// awaited, and cost no stack however many end at once.
#include "base/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/workers.h"

namespace anabranch {
namespace {

Task<int> seven() { co_return 7; }
Task<int> throwing() {
  throw std::runtime_error("thrown");
  co_return 0;
}
Task<void> set(bool& flag) {
  flag = true;
  co_return;
}
Task<std::unique_ptr<int>> movable() { co_return std::make_unique<int>(3); }

TEST(Task, DoesNothingUntilItIsAwaited) {
  bool ran = false;
  { const Task<void> task = set(ran); }
  EXPECT_FALSE(ran);

  block_on(set(ran));
  EXPECT_TRUE(ran);
}

TEST(Task, GivesItsValueToItsAwaiter) {
  const auto sum = []() -> Task<int> {
    auto named = seven();
    const int first = co_await named;
    const int second = co_await seven();
    co_return first + second;
  };

  EXPECT_EQ(block_on(sum()), 14);
  EXPECT_EQ(*block_on(movable()), 3);
}

TEST(Task, GivesItsExceptionToItsAwaiter) {
  const auto catching = []() -> Task<std::string> {
    try {
      co_await throwing();
    } catch (const std::runtime_error& error) {
      co_return std::string(error.what());
    }
    co_return std::string("nothing");
  };

  EXPECT_EQ(block_on(catching()), "thrown");
  EXPECT_THROW(block_on(throwing()), std::runtime_error);
}

/// The address of something on the stack of whoever asks.
[[gnu::noinline]] std::uintptr_t stack_position() {
  volatile char here = 0;
  return reinterpret_cast<std::uintptr_t>(&here);
}

Task<std::uintptr_t> position() { co_return stack_position(); }

Task<std::uintptr_t> drift_of_many_awaits(int count) {
  const std::uintptr_t start = co_await position();
  std::uintptr_t drift = 0;
  for (int i = 0; i < count; ++i) {
    const std::uintptr_t now = co_await position();
    drift = std::max(drift, now > start ? now - start : start - now);
  }
  co_return drift;
}

TEST(Task, AMillionAwaitsThatEndAtOnceCostNoStack) {
#if defined(__SANITIZE_ADDRESS__)
  // Locals may live on a fake stack there, whose addresses say nothing: that it does not overflow must do.
  block_on(drift_of_many_awaits(1'000'000));
#else
  EXPECT_LT(block_on(drift_of_many_awaits(1'000'000)), 4096U);
#endif
}

Task<std::thread::id> after_a_hop(Workers& workers) {
  co_return co_await on_workers(workers, [] { return std::this_thread::get_id(); });
}

Task<int> hops_that_left_home(Workers& workers, int count) {
  const auto home = std::this_thread::get_id();
  int astray = 0;
  for (int i = 0; i < count; ++i) {
    const auto there = co_await after_a_hop(workers);
    if (there == home || std::this_thread::get_id() != home) ++astray;
  }
  co_return astray;
}

TEST(Task, GoesOnOnTheExecutorWhereItWasSuspended) {
  Workers workers("test", 2);

  EXPECT_EQ(block_on(hops_that_left_home(workers, 10'000)), 0);
}

TEST(Task, ManyGoOnAtOnceEachAtHome) {
  Workers workers("test", 3);
  std::vector<std::thread> threads;
  std::atomic<int> astray{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { astray += block_on(hops_that_left_home(workers, 2000)); });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(astray, 0);
}

/// Resumes on another thread while the one that started it is still on its way back: no executor in between.
Task<int> without_a_home(Workers& workers, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await on_workers(workers, [] { return 1; });
  co_return sum;
}
Task<void> count_and_tell(Workers& workers, int count, std::atomic<int>& out) {
  auto task = without_a_home(workers, count);
  out = co_await std::move(task);
  out.notify_all();
}

TEST(Task, GoesOnOnTheCallbacksThreadWhereItHasNoExecutor) {
  constexpr int kCount = 5000;
  std::atomic<int> sum{0};
  {
    Workers workers("test", 3);
    spawn(count_and_tell(workers, kCount, sum));  // this plain thread is no executor
    sum.wait(0);
  }
  EXPECT_EQ(sum, kCount);
}

Task<int> deep(Workers& workers, int depth) {
  if (depth == 0) co_return co_await on_workers(workers, [] { return 0; });
  auto below = deep(workers, depth - 1);
  co_return 1 + co_await std::move(below);
}

TEST(Task, UnwindsADeepChainThatWasSuspendedAtItsBottom) {
  Workers workers("test", 1);

  EXPECT_EQ(block_on(deep(workers, 500)), 500);
}

TEST(Callback, GivesWhatItsCallbackGotEvenAtOnce) {
  const auto at_once = []() -> Task<std::string> {
    Callback<std::string> callback([](auto resume) { resume("now"); });
    co_return co_await callback;
  };
  const auto later = []() -> Task<std::string> {
    std::thread thread;
    Callback<std::string> callback(
        [&thread](auto resume) { thread = std::thread([resume = std::move(resume)] { resume("later"); }); });
    std::string text = co_await callback;
    thread.join();
    co_return text;
  };

  EXPECT_EQ(block_on(at_once()), "now");
  EXPECT_EQ(block_on(later()), "later");
}

Task<int> million_callbacks() {
  int sum = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    Callback<int> callback([](auto resume) { resume(1); });
    sum += co_await callback;
  }
  co_return sum;
}
Task<void> store_million(int& out) { out = co_await million_callbacks(); }

TEST(Callback, AMillionThatAreCalledAtOnceCostNoStack) {
  EXPECT_EQ(block_on(million_callbacks()), 1'000'000);
}

TEST(Callback, AMillionThatAreCalledAtOnceCostNoStackWithoutAnExecutorEither) {
  int sum = 0;

  spawn(store_million(sum));

  EXPECT_EQ(sum, 1'000'000);
}

TEST(Executor, IsKnownOnlyWithinItsScope) {
  EXPECT_EQ(Executor::current(), nullptr);
  const auto current = []() -> Task<Executor*> { co_return Executor::current(); };

  EXPECT_NE(block_on(current()), nullptr);

  EXPECT_EQ(Executor::current(), nullptr);
}

TEST(BlockOn, NestsWithinATask) {
  const auto outer = []() -> Task<int> {
    Executor* const home = Executor::current();
    const int value = block_on(seven());
    EXPECT_EQ(Executor::current(), home);
    co_return value;
  };

  EXPECT_EQ(block_on(outer()), 7);
}

}  // namespace
}  // namespace anabranch
