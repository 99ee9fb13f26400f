#include "base/log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <future>
#include <mutex>
#include <utility>

namespace anabranch::log {
namespace {

constexpr std::size_t kLinesWaitingMax = 8192;
constexpr std::chrono::milliseconds kFlushRetry{100};

std::atomic<Level> enabled_level{Level::info};

/// Passes lines, which are complete already, to a function; says when a flush has come through.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

  /// Before the flush that it belongs to.
  std::future<void> expect_flush() {
    const std::lock_guard lock(mutex_);
    flushed_ = std::promise<void>();
    flush_expected_ = true;
    return flushed_.get_future();
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    const std::string_view text(line.payload.data(), line.payload.size());
    if (write_) {
      write_(text);
    } else {
      std::fwrite(text.data(), 1, text.size(), stderr);
    }
  }
  void flush_() override {
    if (!write_) std::fflush(stderr);
    if (std::exchange(flush_expected_, false)) flushed_.set_value();
  }

 private:
  std::function<void(std::string_view)> write_;
  std::promise<void> flushed_;   // guarded by the base's mutex
  bool flush_expected_ = false;  // guarded by the base's mutex
};

/// Its end writes what is waiting: the pool joins its thread.
struct Logger {
  explicit Logger(Options options)
      : format(options.format),
        sink(std::make_shared<LineSink>(std::move(options.write))),
        pool(std::make_shared<spdlog::details::thread_pool>(kLinesWaitingMax, 1)),
        lines(std::make_shared<spdlog::async_logger>("anabranch", sink, pool,
                                                     spdlog::async_overflow_policy::overrun_oldest)) {
    lines->set_level(spdlog::level::trace);
  }

  Format format;
  std::shared_ptr<LineSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> lines;
  std::mutex flush_mutex;
};

std::unique_ptr<Logger>& logger() {
  static auto current = std::make_unique<Logger>(Options{});
  return current;
}

}  // namespace

void init(Options options) {
  enabled_level = options.level;
  logger() = std::make_unique<Logger>(std::move(options));
}

void flush() {
  Logger& current = *logger();
  const std::lock_guard lock(current.flush_mutex);
  std::future<void> flushed = current.sink->expect_flush();
  // The request for it waits among the lines, and may be dropped as they are.
  do {
    current.lines->flush();
  } while (flushed.wait_for(kFlushRetry) != std::future_status::ready);
}

bool enabled(Level level) noexcept {
  return level != Level::off && level >= enabled_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  Logger& current = *logger();
  const std::string line = format_line(current.format, system_clock().now_ms(), level, message, fields);
  current.lines->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace anabranch::log
