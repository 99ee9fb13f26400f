#include "http/internal/loop.h"

#include <boost/asio/post.hpp>
#include <ctime>

#include "http/message.h"

namespace anabranch::http::internal {

Loop::Loop(std::chrono::milliseconds tick) : tick_(tick), guard_(context_.get_executor()), timer_(context_) {}

Loop::~Loop() {
  if (thread_.joinable()) finish();
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::run() {
  const Executor::Scope scope(this);
  context_.run();
}

void Loop::finish() {
  guard_.reset();
  post([this] { timer_.cancel(); });
  if (thread_.joinable()) thread_.join();
}

void Loop::post(std::function<void()> function) { boost::asio::post(context_, std::move(function)); }

void Loop::Yield::await_suspend(std::coroutine_handle<> handle) const {
  boost::asio::post(loop.context_, [handle] { handle.resume(); });
}

void Loop::watch(Watched& watched) {
  watched.after_ = first_;
  if (first_ != nullptr) first_->before_ = &watched;
  first_ = &watched;
  if (!is_ticking_) arm_tick();
}

void Loop::unwatch(Watched& watched) {
  if (watched.before_ != nullptr) watched.before_->after_ = watched.after_;
  if (watched.after_ != nullptr) watched.after_->before_ = watched.before_;
  if (first_ == &watched) first_ = watched.after_;
  watched.before_ = watched.after_ = nullptr;
}

// The timer runs only while there is something to watch: an idle server does not wake up.
void Loop::arm_tick() {
  is_ticking_ = true;
  timer_.expires_after(tick_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    is_ticking_ = false;
    if (!error) on_tick();
  });
}

void Loop::on_tick() {
  const TimePoint now = std::chrono::steady_clock::now();
  for (Watched* watched = first_; watched != nullptr; watched = watched->after_) watched->on_tick(now);
  if (first_ != nullptr) arm_tick();
}

std::string_view Loop::http_date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ = format_http_date(static_cast<std::int64_t>(now) * 1000);
  }
  return date_;
}

}  // namespace anabranch::http::internal
