// http/internal/loop.h — one thread over one io_context: an Executor, with a coarse clock of deadlines for
// its sockets.
//
// Deadlines cost nothing per request: a socket that waits notes until when, and a tick looks at all of them
// now and then.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <coroutine>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/executor.h"

namespace anabranch::http::internal {

using TimePoint = std::chrono::steady_clock::time_point;

/// A member of a loop's list of things with deadlines. Lives and dies on the loop's thread.
class Watched {
 public:
  Watched() = default;
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 protected:
  ~Watched() = default;

 private:
  friend class Loop;
  /// Called at every tick of the loop. Must not add or remove members of the list.
  virtual void on_tick(TimePoint now) = 0;
  Watched* before_ = nullptr;
  Watched* after_ = nullptr;
};

class Loop final : public Executor {
 public:
  /// `tick`: how often deadlines are looked at, while there is anything to watch.
  explicit Loop(std::chrono::milliseconds tick);
  ~Loop() override;

  void start();
  /// Lets run() end once nothing is left to do, and joins.
  void finish();

  void post(std::function<void()> function) override;
  boost::asio::io_context& context() { return context_; }

  // The rest: on the loop's thread only.
  void watch(Watched& watched);
  void unwatch(Watched& watched);
  /// `IMF-fixdate` of now, made once per second.
  std::string_view http_date();

  /// Suspends the coroutine until what else is ready on this loop has had its turn.
  struct Yield {
    Loop& loop;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const;
    void await_resume() const noexcept {}
  };
  Yield yield() { return Yield{*this}; }

 private:
  void run();
  void arm_tick();
  void on_tick();

  const std::chrono::milliseconds tick_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer timer_;
  bool is_ticking_ = false;
  Watched* first_ = nullptr;
  std::string date_;
  std::time_t date_second_ = 0;
  std::thread thread_;
};

}  // namespace anabranch::http::internal
