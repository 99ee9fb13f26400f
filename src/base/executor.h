// base/executor.h — where a coroutine goes on. A network thread, a pool's thread and block_on() are
// executors.
#pragma once

#include <functional>

namespace anabranch {

/// Runs functions one after the other. Thread safety: post() may be called from any thread.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Runs `function` later on this executor's own thread; never inside this call.
  virtual void post(std::function<void()> function) = 0;

  /// The executor whose thread this is, or null on a thread that is none's (a plain std::thread).
  static Executor* current() noexcept;

  /// Makes `executor` current for this thread while the scope lives. For executors' own run loops.
  class Scope {
   public:
    explicit Scope(Executor* executor) noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Executor* before_;
  };
};

}  // namespace anabranch
