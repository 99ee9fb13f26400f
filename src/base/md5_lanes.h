// base/md5_lanes.h — MD5 of several streams at once, one in each lane of a SIMD register.
//
// In:  pieces of streams that arrive side by side, such as S3 uploads, whose ETags are MD5s. One stream
// cannot be hashed faster than about 0.8 GB/s; eight or sixteen together can. Out: each stream's digest. What
// waits while a batch runs is in the next one; below four streams, OpenSSL runs.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"
#include "base/workers.h"

namespace anabranch {

/// One running MD5. Thread safety: none; moves and copies only between updates.
class Md5Stream {
 public:
  /// Here and now, without lanes: for small pieces. Not between update() and its `done`.
  void update(ByteView bytes);
  /// The raw digest of 16 bytes. Ends the stream.
  std::string finish();

 private:
  friend class Md5Lanes;
  static constexpr std::size_t kBlockSize = 64;

  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::uint64_t size_bytes_ = 0;                     // of all that came
  std::array<unsigned char, kBlockSize> partial_{};  // its first size_bytes_ % kBlockSize bytes
};

/// Hashes on `workers`, which must outlive it. Thread safety: update() from any thread, for different
/// streams.
class Md5Lanes {
 public:
  /// At most `runners_max` of the workers' threads at a time.
  Md5Lanes(Workers& workers, unsigned runners_max);
  /// Every update must be done; waits for the runners' way out, so not on one of them.
  ~Md5Lanes();
  Md5Lanes(const Md5Lanes&) = delete;
  Md5Lanes& operator=(const Md5Lanes&) = delete;

  /// Adds `bytes` to `stream`, then calls `done` on a worker's thread; `done` must be quick. Stream and bytes
  /// must stay until then; one update per stream at a time.
  void update(Md5Stream& stream, ByteView bytes, std::function<void()> done);
  /// The same, awaited.
  Task<void> update(Md5Stream& stream, ByteView bytes);

 private:
  struct Job {
    Md5Stream* stream = nullptr;
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    std::function<void()> done;
  };

  void run();
  static void begin(Job& job);
  static void hash_together(std::vector<Job>& jobs);
  static void end(Job& job);

  Workers& workers_;
  const unsigned runners_max_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Job> queue_;  // guarded by mutex_
  unsigned runners_ = 0;   // guarded by mutex_
};

/// The ways to compress blocks side by side; for tests. Fewer streams than lanes: fill with any other's
/// pointers.
inline constexpr std::size_t kMd5LanesMax = 16;
struct Md5LaneStates {
  alignas(64) std::array<std::array<std::uint32_t, kMd5LanesMax>, 4> words;  // [a, b, c, d][lane]
};
struct Md5Kernel {
  std::string_view name;  // "portable", "avx2", "avx512"
  std::size_t lanes;
  /// Adds `blocks` blocks of 64 bytes at bytes[lane] to each lane's state.
  void (*compress)(Md5LaneStates& states, const unsigned char* const* bytes, std::size_t blocks);
};
/// Those that this processor runs, slowest first; never empty.
const std::vector<Md5Kernel>& md5_kernels();

}  // namespace anabranch
