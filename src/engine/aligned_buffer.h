// engine/aligned_buffer.h — memory for direct writes.
#pragma once

#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "base/bytes.h"
#include "io/disk.h"

namespace anabranch::engine {

/// A block-aligned buffer of a fixed size (a multiple of the block size), not initialised.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size_bytes)
      : bytes_(static_cast<std::byte*>(std::aligned_alloc(io::kBlockSize, size_bytes))),
        size_bytes_(size_bytes) {
    if (bytes_ == nullptr) throw std::bad_alloc();
  }
  std::byte* data() { return bytes_.get(); }
  std::size_t size() const { return size_bytes_; }
  ByteSpan first(std::size_t count) { return {bytes_.get(), count}; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<std::byte, Free> bytes_;
  std::size_t size_bytes_ = 0;
};

/// Keeps a few buffers of one size for the next user. Thread safety: every method from any thread.
class BufferPool {
 public:
  BufferPool(std::size_t buffer_bytes, std::size_t kept_max)
      : buffer_bytes_(buffer_bytes), kept_max_(kept_max) {}

  AlignedBuffer take() {
    {
      const std::lock_guard lock(mutex_);
      if (!kept_.empty()) {
        AlignedBuffer buffer = std::move(kept_.back());
        kept_.pop_back();
        return buffer;
      }
    }
    return AlignedBuffer(buffer_bytes_);
  }
  void give(AlignedBuffer buffer) {
    const std::lock_guard lock(mutex_);
    if (buffer.size() == buffer_bytes_ && kept_.size() < kept_max_) kept_.push_back(std::move(buffer));
  }

 private:
  const std::size_t buffer_bytes_;
  const std::size_t kept_max_;
  std::mutex mutex_;
  std::vector<AlignedBuffer> kept_;  // guarded by mutex_
};

}  // namespace anabranch::engine
