#include "base/workers.h"

#include <pthread.h>

#include "base/assert.h"

namespace anabranch {
namespace {
thread_local ReadTier current_tier = ReadTier::may_block;
}

ReadTier read_tier() noexcept { return current_tier; }
ReadTierScope::ReadTierScope(ReadTier tier) noexcept : before_(current_tier) { current_tier = tier; }
ReadTierScope::~ReadTierScope() { current_tier = before_; }

Workers::Workers(std::string name, unsigned threads) {
  ANABRANCH_ASSERT(threads > 0, name + " would run nothing");
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { loop(); });
    pthread_setname_np(threads_.back().native_handle(), name.substr(0, 15).c_str());
  }
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  condition_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Workers::run(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(function));
  }
  condition_.notify_one();
}

void Workers::loop() {
  while (true) {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto function = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    function();
  }
}

}  // namespace anabranch
