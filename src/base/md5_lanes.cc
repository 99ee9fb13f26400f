#define OPENSSL_SUPPRESS_DEPRECATED  // as in hash.cc
#include "base/md5_lanes.h"

#include <openssl/md5.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/assert.h"

namespace anabranch {
namespace {

constexpr std::size_t kBlockSize = 64;
/// Fewer streams than this go one after the other: a pass over eight lanes costs what three single blocks do,
/// one over sixteen what four do.
constexpr std::size_t kStreamsMin = 4;
/// Between two chances for newcomers to join and for the short to leave.
constexpr std::size_t kBlocksMax = 16 * KiB / kBlockSize;

void compress_one(std::array<std::uint32_t, 4>& state, const unsigned char* bytes, std::size_t blocks) {
  MD5_CTX context{};
  context.A = state[0];
  context.B = state[1];
  context.C = state[2];
  context.D = state[3];
  MD5_Update(&context, bytes, blocks * kBlockSize);
  state = {context.A, context.B, context.C, context.D};
}

/// As many streams as the widest kernel has lanes are hashed together.
std::size_t streams_max() { return md5_kernels().back().lanes; }

/// The narrowest that holds `count` streams: the wider, the longer a pass takes.
const Md5Kernel& kernel_for(std::size_t count) {
  for (const Md5Kernel& kernel : md5_kernels()) {
    if (kernel.lanes >= count) return kernel;
  }
  ANABRANCH_ASSERT(false, std::to_string(count) + " streams at once");
}

}  // namespace

void Md5Stream::update(ByteView bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t size = bytes.size();
  if (size == 0) return;
  const std::size_t held = size_bytes_ % kBlockSize;
  size_bytes_ += size;
  if (held != 0) {
    const std::size_t taken = std::min(size, kBlockSize - held);
    std::memcpy(partial_.data() + held, at, taken);
    at += taken;
    size -= taken;
    if (held + taken < kBlockSize) return;
    compress_one(state_, partial_.data(), 1);
  }
  const std::size_t blocks = size / kBlockSize;
  if (blocks > 0) compress_one(state_, at, blocks);
  std::memcpy(partial_.data(), at + blocks * kBlockSize, size % kBlockSize);
}

std::string Md5Stream::finish() {
  const std::uint64_t size_bits = size_bytes_ * 8;
  const std::size_t held = size_bytes_ % kBlockSize;
  std::array<unsigned char, 2 * kBlockSize> padding{0x80};
  const std::size_t padding_size = (held < kBlockSize - 8 ? kBlockSize : 2 * kBlockSize) - held;
  for (std::size_t i = 0; i < 8; ++i) {
    padding[padding_size - 8 + i] = static_cast<unsigned char>(size_bits >> (8 * i));
  }
  update(std::as_bytes(std::span(padding).first(padding_size)));
  std::string digest;
  for (const std::uint32_t word : state_) {
    for (int shift = 0; shift < 32; shift += 8) digest.push_back(static_cast<char>(word >> shift));
  }
  return digest;
}

Md5Lanes::Md5Lanes(Workers& workers, unsigned runners_max) : workers_(workers), runners_max_(runners_max) {
  ANABRANCH_ASSERT(runners_max > 0, "no runner would hash");
}

Md5Lanes::~Md5Lanes() {
  // A runner's last act is to see the queue empty, after the last `done`: it may still be on its way out.
  std::unique_lock lock(mutex_);
  ANABRANCH_ASSERT(queue_.empty(), std::to_string(queue_.size()) + " updates are not done");
  idle_.wait(lock, [this] { return runners_ == 0; });
}

void Md5Lanes::update(Md5Stream& stream, ByteView bytes, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(
        {&stream, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), std::move(done)});
    if (runners_ == runners_max_) return;
    ++runners_;
  }
  workers_.run([this] { run(); });
}

Task<void> Md5Lanes::update(Md5Stream& stream, ByteView bytes) {
  Callback<bool> hashed([this, &stream, bytes](Callback<bool>::Resume resume) {
    update(stream, bytes, [resume = std::move(resume)] { resume(true); });
  });
  co_await hashed;
}

void Md5Lanes::run() {
  std::vector<Job> jobs;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      while (jobs.size() < streams_max() && !queue_.empty()) {
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
        begin(jobs.back());
      }
      if (jobs.empty()) {
        --runners_;
        idle_.notify_all();  // under the lock: the destructor may be waiting
        return;
      }
    }
    hash_together(jobs);
    const auto over =
        std::partition(jobs.begin(), jobs.end(), [](const Job& job) { return job.size >= kBlockSize; });
    std::vector<Job> ended(std::make_move_iterator(over), std::make_move_iterator(jobs.end()));
    jobs.erase(over, jobs.end());
    for (Job& job : ended) end(job);
  }
}

/// Fills up the block that an earlier update left.
void Md5Lanes::begin(Job& job) {
  const std::size_t held = job.stream->size_bytes_ % kBlockSize;
  if (held == 0) return;
  const std::size_t taken = std::min(job.size, kBlockSize - held);
  job.stream->update(std::as_bytes(std::span(job.bytes, taken)));
  job.bytes += taken;
  job.size -= taken;
}

/// As many whole blocks as all jobs that have any share, up to kBlocksMax.
void Md5Lanes::hash_together(std::vector<Job>& jobs) {
  std::array<Job*, kMd5LanesMax> active{};
  std::size_t count = 0;
  std::size_t blocks = kBlocksMax;
  for (Job& job : jobs) {
    if (job.size < kBlockSize) continue;
    active[count++] = &job;
    blocks = std::min(blocks, job.size / kBlockSize);
  }
  if (count == 0) return;
  if (count < kStreamsMin) {
    for (std::size_t i = 0; i < count; ++i) compress_one(active[i]->stream->state_, active[i]->bytes, blocks);
  } else {
    const Md5Kernel& kernel = kernel_for(count);
    Md5LaneStates states;
    std::array<const unsigned char*, kMd5LanesMax> bytes{};
    for (std::size_t lane = 0; lane < kernel.lanes; ++lane) {
      const Job& job = *active[lane < count ? lane : 0];
      bytes[lane] = job.bytes;
      for (std::size_t word = 0; word < 4; ++word) states.words[word][lane] = job.stream->state_[word];
    }
    kernel.compress(states, bytes.data(), blocks);
    for (std::size_t lane = 0; lane < count; ++lane) {
      for (std::size_t word = 0; word < 4; ++word)
        active[lane]->stream->state_[word] = states.words[word][lane];
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    active[i]->bytes += blocks * kBlockSize;
    active[i]->size -= blocks * kBlockSize;
    active[i]->stream->size_bytes_ += blocks * kBlockSize;
  }
}

/// Keeps the bytes after the last whole block, and tells.
void Md5Lanes::end(Job& job) {
  job.stream->update(std::as_bytes(std::span(job.bytes, job.size)));
  job.done();
}

}  // namespace anabranch
