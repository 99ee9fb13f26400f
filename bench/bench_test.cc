// What this proves: payloads are distinct, reproducible in pieces and checked to the byte; percentiles and
// orders are what they say; a failed operation is never counted as a good one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "base/hash.h"
#include "bench/load.h"
#include "bench/payload.h"
#include "bench/server_process.h"
#include "bench/suite.h"

namespace anabranch::bench {
namespace {

TEST(Payload, PiecesMakeTheSameBytesAsTheWhole) {
  const Payload payload{7, 3 * kStampEveryBytes + 100};
  const std::string whole = make_body(payload);

  for (const std::uint64_t piece : {1ULL, 23ULL, 4095ULL, 4096ULL, 5000ULL}) {
    const auto source = make_body_source(payload, piece);
    EXPECT_EQ(block_on(read_all(*source, MiB)).value(), whole) << "in pieces of " << piece;
  }
  EXPECT_EQ(sha256_hex(payload), to_hex(sha256(whole)));
}

TEST(Payload, NoTwoBlocksOfAnyTwoObjectsAreEqual) {
  std::set<std::string> blocks;
  std::size_t count = 0;
  for (std::uint64_t number = 0; number < 20; ++number) {
    const std::string body = make_body({number, 300 * kStampEveryBytes});
    for (std::size_t at = 0; at < body.size(); at += kStampEveryBytes, ++count) {
      blocks.insert(body.substr(at, kStampEveryBytes));
    }
  }
  EXPECT_EQ(blocks.size(), count);
}

TEST(Payload, OneWrongByteAnywhereIsSeen) {
  const Payload payload{1, 2 * kStampEveryBytes};
  const std::string body = make_body(payload);
  EXPECT_TRUE(matches(payload, 0, as_bytes(body)));
  EXPECT_TRUE(matches(payload, 10, as_bytes(body).subspan(10, 5000)));

  for (std::size_t at = 0; at < body.size(); at += 17) {
    std::string wrong = body;
    wrong[at] = static_cast<char>(wrong[at] + 1);
    EXPECT_FALSE(matches(payload, 0, as_bytes(wrong))) << "byte " << at;
  }
  EXPECT_FALSE(matches(payload, 1, as_bytes(body))) << "longer than the object";
}

TEST(Load, EveryOperationRunsOnceAndPercentilesAreNearestRanks) {
  http::Client client;
  std::vector<std::atomic<int>> seen(1'000);
  const Operation operation = [&](std::uint64_t i) -> Task<Result<Moved>> {
    ++seen[i];
    return [](std::uint64_t number) -> Task<Result<Moved>> { co_return Moved{number, 1}; }(i);
  };

  const LoadResult result = run_load(client, {16, seen.size()}, operation);

  EXPECT_EQ(result.operations, seen.size());
  EXPECT_EQ(result.errors, 0U);
  EXPECT_EQ(result.moved.entries, seen.size());
  EXPECT_EQ(result.moved.bytes, 999U * 1'000U / 2);
  for (const auto& times : seen) EXPECT_EQ(times, 1);
  LoadResult ranks;
  ranks.latencies_ms = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(ranks.percentile_ms(50), 5);
  EXPECT_EQ(ranks.percentile_ms(99), 10);
  EXPECT_EQ(ranks.percentile_ms(100), 10);
  EXPECT_EQ(LoadResult{}.percentile_ms(50), 0);
}

TEST(Load, FailedOperationsAreCountedApartAndEndTheRunEarly) {
  http::Client client;
  const Operation operation = [](std::uint64_t i) -> Task<Result<Moved>> {
    return [](std::uint64_t number) -> Task<Result<Moved>> {
      if (number % 2 == 1) co_return fail(ErrorCode::internal, "planted");
      co_return Moved{};
    }(i);
  };

  const LoadResult result = run_load(client, {4, 1'000'000}, operation);

  EXPECT_GE(result.errors, 20U);
  EXPECT_LT(result.operations, 1'000U);
  EXPECT_THAT(result.first_error, testing::HasSubstr("planted"));
}

TEST(Load, ScatteredIsAPermutation) {
  for (const std::uint64_t count : {1ULL, 2ULL, 100ULL, 99'000ULL, 100'000ULL}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < count; ++i) seen.insert(scattered(i, count));
    EXPECT_EQ(seen.size(), count);
    EXPECT_LT(*seen.rbegin(), count);
  }
}

TEST(ServerProcess, OwnCostIsSeenAndAMissingProcessIsSaid) {
  const auto self = ServerProcess::attach({getpid()});
  ASSERT_TRUE(self);
  const double before = self->cpu_seconds().value();
  const double deadline = own_cpu_seconds() + 0.05;
  while (own_cpu_seconds() < deadline) {
  }

  EXPECT_GE(self->cpu_seconds().value() - before, 0.045);
  EXPECT_GT(self->resident_bytes().value(), MiB);
  EXPECT_GE(self->peak_resident_bytes().value(), self->resident_bytes().value());
  constexpr pid_t kNobody = (1 << 22) + 1;  // beyond the largest of any kernel
  EXPECT_EQ(ServerProcess::attach({kNobody}).error().code, ErrorCode::not_found);
}

TEST(Suite, GroupsLeaveOutWhatCannotRunAndNamesAreRefused) {
  Settings settings;
  settings.objects = 5'000;

  const auto without_api = choose_cases({"all"}, settings);
  ASSERT_TRUE(without_api);
  for (const auto& one : *without_api) EXPECT_FALSE(one.chosen.is_versioned) << one.chosen.name;
  EXPECT_FALSE(choose_cases({"commit-1k"}, settings)) << "there is no REST API";
  settings.api_url = "http://127.0.0.1:1/api/v1";
  const auto serial = choose_cases({"commit-1k-serial"}, settings);
  ASSERT_TRUE(serial);
  EXPECT_TRUE(serial->front().is_serial);
  EXPECT_FALSE(choose_cases({"commit-100k"}, settings)) << "there are too few objects";
  EXPECT_FALSE(choose_cases({"put-4kk"}, settings));
}

}  // namespace
}  // namespace anabranch::bench
