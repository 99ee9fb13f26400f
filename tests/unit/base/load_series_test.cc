// What this proves: what happened is told in its own interval and in no other, an hour long, also from many
// threads.
#include "base/load_series.h"

#include <gtest/gtest.h>

#include <thread>

namespace anabranch {
namespace {

using Protocol = LoadSeries::Protocol;
constexpr TimeMs kStart = 1'700'000'000'000;  // the beginning of an interval

class LoadSeriesTest : public testing::Test {
 protected:
  LoadSeries series_;
};

TEST_F(LoadSeriesTest, AnHourOfNothingIsZeros) {
  for (TimeMs time = kStart - 3'600'000; time <= kStart; time += 1'000) series_.observe_traffic(0, 0, time);

  const auto points = series_.points(1'000, kStart + 5);

  ASSERT_EQ(points.size(), kLoadIntervalsMax);
  EXPECT_EQ(points.front().time_ms, kStart - 3'600'000);
  EXPECT_EQ(points.back().time_ms, kStart - 10'000);
  for (const auto& point : points) EXPECT_EQ(point.s3_requests + point.rest_requests, 0U);
}

TEST_F(LoadSeriesTest, TimesOfWhichNothingIsKnownHaveNoPoint) {
  EXPECT_TRUE(series_.points(kLoadIntervalsMax, kStart).empty());
  series_.observe_traffic(0, 0, kStart);
  series_.observe_traffic(0, 0, kStart + 3 * kLoadIntervalMs);

  const auto points = series_.points(kLoadIntervalsMax, kStart + 4 * kLoadIntervalMs);

  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].time_ms, kStart);
  EXPECT_EQ(points[1].time_ms, kStart + 3 * kLoadIntervalMs);
}

TEST_F(LoadSeriesTest, WhatWasKnownBeforeAStartIsKnownAfterIt) {
  for (int i = 0; i < 10; ++i) series_.observe(Protocol::s3, 200, 0.001, kStart);
  series_.observe_traffic(700, 900, kStart);
  series_.observe(Protocol::rest, 500, 1.0, kStart + kLoadIntervalMs);
  const auto kept = series_.history(kStart + kLoadIntervalMs + 5);
  ASSERT_EQ(kept.size(), 2U) << "the present interval too";

  LoadSeries after;
  after.restore(kept);
  after.observe(Protocol::rest, 404, 0.001, kStart + kLoadIntervalMs + 9'000);
  after.observe(Protocol::rest, 200, 0.001, kStart + 3 * kLoadIntervalMs);
  const auto points = after.points(kLoadIntervalsMax, kStart + 4 * kLoadIntervalMs);

  ASSERT_EQ(points.size(), 3U) << "nothing is known of the interval in between";
  EXPECT_EQ(points[0].s3_requests, 10U);
  EXPECT_EQ(points[0].received_bytes, 700U);
  EXPECT_NEAR(points[0].p50_ms, 1, 0.2);
  EXPECT_EQ(points[1].rest_requests, 2U) << "one before, one after";
  EXPECT_EQ(points[1].server_errors, 1U);
  EXPECT_EQ(points[1].client_errors, 1U);
  EXPECT_EQ(points[2].time_ms, kStart + 3 * kLoadIntervalMs);
  EXPECT_TRUE(after.points(kLoadIntervalsMax, kStart + 365 * kLoadIntervalMs).empty());
}

TEST_F(LoadSeriesTest, RequestsCountInTheirIntervalOnceItIsOver) {
  series_.observe(Protocol::s3, 200, 0.001, kStart);
  series_.observe(Protocol::rest, 404, 0.001, kStart + 9'999);
  series_.observe(Protocol::rest, 500, 0.001, kStart + 10'000);
  series_.observe_traffic(100, 1'000, kStart + 1);
  series_.observe_traffic(150, 1'500, kStart + 10'001);

  EXPECT_TRUE(series_.points(1, kStart + 9'999).empty()) << "not over yet";
  const auto points = series_.points(2, kStart + 20'000);

  EXPECT_EQ(points[0].s3_requests, 1U);
  EXPECT_EQ(points[0].rest_requests, 1U);
  EXPECT_EQ(points[0].client_errors, 1U);
  EXPECT_EQ(points[0].server_errors, 0U);
  EXPECT_EQ(points[0].received_bytes, 100U);
  EXPECT_EQ(points[0].sent_bytes, 1'000U);
  EXPECT_EQ(points[1].server_errors, 1U);
  EXPECT_EQ(points[1].received_bytes, 50U);
  EXPECT_EQ(points[1].sent_bytes, 500U);
}

TEST_F(LoadSeriesTest, PercentilesAreRightWithinTheirStep) {
  for (int ms = 1; ms <= 1'000; ++ms) series_.observe(Protocol::s3, 200, ms / 1000.0, kStart);

  const auto point = series_.points(1, kStart + kLoadIntervalMs).at(0);

  EXPECT_NEAR(point.p50_ms, 500, 500 * 0.1);
  EXPECT_NEAR(point.p95_ms, 950, 950 * 0.1);
  EXPECT_NEAR(point.p99_ms, 990, 990 * 0.1);
  EXPECT_LE(point.p50_ms, point.p95_ms);
  EXPECT_LE(point.p95_ms, point.p99_ms);
}

TEST_F(LoadSeriesTest, StrangeTimesAreKeptInBounds) {
  for (const double seconds : {0.0, -1.0, 1e-9, 1e9}) series_.observe(Protocol::s3, 200, seconds, kStart);

  const auto point = series_.points(1, kStart + kLoadIntervalMs).at(0);

  EXPECT_EQ(point.s3_requests, 4U);
  EXPECT_GE(point.p50_ms, 0);
  EXPECT_GT(point.p99_ms, 100'000);
}

TEST_F(LoadSeriesTest, WhatHappenedAnHourAgoIsForgotten) {
  series_.observe(Protocol::s3, 200, 0.001, kStart);
  const TimeMs later = kStart + 3'600'000;
  EXPECT_EQ(series_.points(kLoadIntervalsMax, later).front().s3_requests, 1U);

  EXPECT_TRUE(series_.points(kLoadIntervalsMax, later + kLoadIntervalMs).empty());
  series_.observe(Protocol::rest, 200, 0.001, kStart + 361 * kLoadIntervalMs);  // the same place of the ring
  const auto points = series_.points(1, kStart + 362 * kLoadIntervalMs);

  EXPECT_EQ(points.at(0).s3_requests, 0U);
  EXPECT_EQ(points.at(0).rest_requests, 1U);
}

TEST_F(LoadSeriesTest, AClockThatWasSetBackSpoilsNothing) {
  series_.observe(Protocol::s3, 200, 0.001, kStart);
  series_.observe(Protocol::s3, 200, 0.001, kStart - 361 * kLoadIntervalMs);

  EXPECT_EQ(series_.points(1, kStart + kLoadIntervalMs).at(0).s3_requests, 1U);
}

TEST_F(LoadSeriesTest, ManyThreadsLoseNothing) {
  constexpr int kThreads = 4, kEach = 2'000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this] {
      for (int i = 0; i < kEach; ++i) {
        series_.observe(Protocol::s3, 200, 0.002, kStart + i * 100);
        if (i % 100 == 0) (void)series_.points(kLoadIntervalsMax, kStart + i * 100);
      }
    });
  }
  for (auto& thread : threads) thread.join();

  std::uint64_t total = 0;
  for (const auto& point : series_.points(kLoadIntervalsMax, kStart + kEach * 100))
    total += point.s3_requests;
  EXPECT_EQ(total, static_cast<std::uint64_t>(kThreads * kEach));
}

}  // namespace
}  // namespace anabranch
