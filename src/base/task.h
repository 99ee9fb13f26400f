// base/task.h — the one coroutine type of the product: lazy, one awaiter, resumed where it was awaited.
//
// Rules for g++ 12 (CONTRIBUTING.md names the bugs): name every argument of a `co_await` call; coroutines
// take parameters by value (or references to what outlives them) and lambdas that are coroutines capture
// nothing; inside them write `if (!x) co_return fail(std::move(x).error());`, not ANABRANCH_TRY.
#pragma once

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "base/executor.h"

namespace anabranch {

template <class T>
class Task;

namespace internal {

// Who arrives second at `settled` goes on with the awaiting coroutine: the child at its end, or the awaiter
// right after starting it. So a child that ends at once costs no stack, whatever the optimisation level.
struct TaskPromiseBase {
  std::coroutine_handle<> continuation;
  std::atomic<bool> settled{false};
  std::exception_ptr exception;

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      TaskPromiseBase& promise = handle.promise();
      const std::coroutine_handle<> next = promise.continuation;
      if (promise.settled.exchange(true, std::memory_order_acq_rel)) next.resume();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace internal

/// A computation that starts when it is awaited and yields one T. Awaited at most once.
/// Thread safety: none; a Task belongs to the coroutine that awaits it.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() { reset(); }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> continuation) const {
        handle.promise().continuation = continuation;
        handle.resume();
        return !handle.promise().settled.exchange(true, std::memory_order_acq_rel);
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }
  /// So that a named task can be awaited: `auto task = f(); co_await std::move(task);` or `co_await task;`.
  auto operator co_await() & noexcept { return std::move(*this).operator co_await(); }

 private:
  void reset() {
    if (handle_) std::exchange(handle_, {}).destroy();
  }
  Handle handle_;
};

namespace internal {
template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

/// A coroutine that nobody awaits; destroys itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};
inline Detached run_detached(Task<void> task) { co_await std::move(task); }
}  // namespace internal

/// Starts `task` on this thread and lets it go on by itself. It must not throw.
inline void spawn(Task<void> task) { internal::run_detached(std::move(task)); }

/// Suspends the caller until a callback is called, then resumes it on the executor where it was suspended (or
/// on the callback's own thread where that was none); it goes on at once, without a suspension, where the
/// callback was called before `start` returned. `start` gets the callback, which must be called exactly once,
/// on any thread.
///
///   Callback<Result<void>> done([&](auto resume) { store.commit(batch, resume); });
///   Result<void> result = co_await done;
template <class T>
class [[nodiscard]] Callback {
 public:
  using Resume = std::function<void(T)>;
  explicit Callback(std::function<void(Resume)> start) : start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    Executor* const home = Executor::current();
    auto start = std::move(start_);  // the awaiter may be gone before start() returns
    start([this, home, handle](T value) {
      value_.emplace(std::move(value));
      if (!settled_.exchange(true, std::memory_order_acq_rel)) return;  // start() is still running: see below
      if (home != nullptr) {
        home->post([handle] { handle.resume(); });
      } else {
        handle.resume();
      }
    });
    return !settled_.exchange(true, std::memory_order_acq_rel);
  }
  T await_resume() { return std::move(*value_); }

 private:
  std::function<void(Resume)> start_;
  std::optional<T> value_;
  std::atomic<bool> settled_{false};  // as in TaskPromiseBase: who comes second goes on
};

/// Runs a task to its end on this thread, which becomes an executor meanwhile. For tests, tools and pool
/// threads; never on a network thread.
template <class T>
T block_on(Task<T> task);

namespace internal {

class BlockingExecutor final : public Executor {
 public:
  void post(std::function<void()> function) override {
    // Notifies under the lock: the waiter may destroy this object as soon as it sees the function.
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(function));
    condition_.notify_one();
  }
  void run_until(const bool& done) {
    const Scope scope(this);
    while (!done) {
      std::unique_lock lock(mutex_);
      condition_.wait(lock, [&] { return !queue_.empty(); });
      auto function = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      function();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
};

template <class T>
Task<void> store_result(Task<T> task, std::optional<T>& out, std::exception_ptr& error, bool& done) {
  try {
    out.emplace(co_await std::move(task));
  } catch (...) {
    error = std::current_exception();
  }
  done = true;
}
inline Task<void> store_result(Task<void> task, std::exception_ptr& error, bool& done) {
  try {
    co_await std::move(task);
  } catch (...) {
    error = std::current_exception();
  }
  done = true;
}

}  // namespace internal

template <class T>
T block_on(Task<T> task) {
  internal::BlockingExecutor executor;
  bool done = false;
  std::exception_ptr error;
  if constexpr (std::is_void_v<T>) {
    executor.post([&] { spawn(internal::store_result(std::move(task), error, done)); });
    executor.run_until(done);
    if (error) std::rethrow_exception(error);
  } else {
    std::optional<T> value;
    executor.post([&] { spawn(internal::store_result(std::move(task), value, error, done)); });
    executor.run_until(done);
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
}

}  // namespace anabranch
