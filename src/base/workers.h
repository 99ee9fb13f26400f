// base/workers.h — the pool of threads for what may block, and the rule "what is in memory is answered
// inline".
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace anabranch {

/// May a read on this thread wait for a disk? kv and blob stores look at it; `memory` makes them answer
/// ErrorCode::would_block instead of waiting. Threads start as `may_block`; network threads use
/// inline_or_on().
enum class ReadTier : unsigned char { may_block, memory };
ReadTier read_tier() noexcept;

class ReadTierScope {
 public:
  explicit ReadTierScope(ReadTier tier) noexcept;
  ~ReadTierScope();
  ReadTierScope(const ReadTierScope&) = delete;
  ReadTierScope& operator=(const ReadTierScope&) = delete;

 private:
  ReadTier before_;
};

/// A fixed number of threads over one queue. Thread safety: every method from any thread.
/// The destructor runs what is queued, then joins.
class Workers final {
 public:
  Workers(std::string name, unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void run(std::function<void()> function);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

/// Runs `function` on a thread of `workers`; the caller goes on where it was. `function` must not throw.
template <class Function>
auto on_workers(Workers& workers, Function function) -> Task<std::invoke_result_t<Function&>> {
  using T = std::invoke_result_t<Function&>;
  if constexpr (std::is_void_v<T>) {
    Callback<bool> done([&workers, &function](Callback<bool>::Resume resume) {
      workers.run([&function, resume = std::move(resume)] {
        function();
        resume(true);
      });
    });
    co_await done;
  } else {
    Callback<T> done([&workers, &function](typename Callback<T>::Resume resume) {
      workers.run([&function, resume = std::move(resume)] { resume(function()); });
    });
    co_return co_await done;
  }
}

/// For reads (repeatable, no side effects): runs `function` here with ReadTier::memory; only where that says
/// would_block, runs it again on `workers`. `function` returns a Result<...>.
template <class Function>
auto inline_or_on(Workers& workers, Function function) -> Task<std::invoke_result_t<Function&>> {
  {
    const ReadTierScope scope(ReadTier::memory);
    auto answer = function();
    if (answer || answer.error().code != ErrorCode::would_block) co_return answer;
  }
  auto task = on_workers(workers, std::move(function));
  co_return co_await std::move(task);
}

}  // namespace anabranch
