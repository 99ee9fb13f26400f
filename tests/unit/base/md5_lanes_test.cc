// What this proves: every kernel is MD5, and streams hashed side by side never mix, however their pieces are
// cut.
#include "base/md5_lanes.h"

#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "support/seed.h"

namespace anabranch {
namespace {

std::string random_string(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

TEST(Md5Stream, IsMd5AtEveryLength) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = random_string(random, size);
    const std::size_t cut = random() % (size + 1);
    Md5Stream stream;
    stream.update(as_bytes(std::string_view(bytes).substr(0, cut)));
    stream.update(as_bytes(std::string_view(bytes).substr(cut)));
    ASSERT_EQ(stream.finish(), md5(bytes)) << size << " cut at " << cut;
  }
}

TEST(Md5Kernels, EachIsMd5InEachLane) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::size_t kBlocks = 5;
  constexpr std::array<std::uint32_t, 4> kStart = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  for (const Md5Kernel& kernel : md5_kernels()) {
    std::vector<std::string> messages;
    Md5LaneStates states;
    std::vector<const unsigned char*> bytes;
    std::vector<std::string> padded;
    for (std::size_t lane = 0; lane < kernel.lanes; ++lane) {
      messages.push_back(random_string(random, kBlocks * 64 - 9));
      std::string& text = padded.emplace_back(messages.back() + '\x80');
      for (int i = 0; i < 8; ++i) text.push_back(static_cast<char>(messages.back().size() * 8 >> (8 * i)));
      for (std::size_t word = 0; word < 4; ++word) states.words[word][lane] = kStart[word];
    }
    for (const auto& text : padded) bytes.push_back(reinterpret_cast<const unsigned char*>(text.data()));

    kernel.compress(states, bytes.data(), kBlocks);

    for (std::size_t lane = 0; lane < kernel.lanes; ++lane) {
      std::string digest;
      for (const auto& words : states.words) {
        for (int shift = 0; shift < 32; shift += 8) digest.push_back(static_cast<char>(words[lane] >> shift));
      }
      EXPECT_EQ(to_hex(digest), to_hex(md5(messages[lane]))) << kernel.name << ", lane " << lane;
    }
  }
}

Task<std::string> hash_in_pieces(Md5Lanes& lanes, std::string_view bytes, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Md5Stream stream;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, random() % 40'000);
    auto updating = lanes.update(stream, as_bytes(piece));
    co_await std::move(updating);
    bytes.remove_prefix(piece.size());
  }
  co_return stream.finish();
}

void hash_streams(std::size_t count, unsigned runners) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < count; ++i) messages.push_back(random_string(random, random() % 300'000));
  std::vector<std::string> digests(count);
  Workers workers("md5", runners);
  Md5Lanes lanes(workers, runners);

  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] { digests[i] = block_on(hash_in_pieces(lanes, messages[i], seed + i)); });
  }
  for (auto& thread : threads) thread.join();

  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(to_hex(digests[i]), to_hex(md5(messages[i]))) << i;
}

TEST(Md5Lanes, HashOneStream) { hash_streams(1, 1); }
TEST(Md5Lanes, HashFewerStreamsThanLanes) { hash_streams(4, 1); }
TEST(Md5Lanes, HashStreamsInPartOfTheLanes) { hash_streams(13, 1); }
TEST(Md5Lanes, HashMoreStreamsThanLanesOnTwoRunners) { hash_streams(40, 2); }

TEST(Md5Lanes, CallDoneOnceForEachUpdateEvenOfNothing) {
  std::array<Md5Stream, 50> streams;
  std::atomic<int> done{0};
  {
    Workers workers("md5", 1);
    Md5Lanes lanes(workers, 1);
    for (auto& stream : streams) {
      lanes.update(stream, ByteView{}, [&done] {
        ++done;
        done.notify_all();
      });
    }
    for (int seen = done; seen < 50; seen = done) done.wait(seen);
  }

  EXPECT_EQ(done, 50);
  EXPECT_EQ(streams[49].finish(), md5(""));
}

}  // namespace
}  // namespace anabranch
