// What this proves: points come back by step and time whatever the order they came in, all of them, writes
// stay small, and thinning keeps both ends and every extreme.
#include "experiments/series.h"

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "experiments/fields.h"
#include "experiments/records.h"
#include "fixture.h"
#include "support/seed.h"
#include "versioning/records.h"

namespace anabranch::experiments {
namespace {

using testing::ElementsAre;

class SeriesTest : public testing::Test {
 protected:
  /// Gives the bytes that were written.
  std::size_t add(const std::vector<NamedPoint>& points) {
    kv::Batch batch;
    EXPECT_TRUE(add_points(kv_, batch, "u", "r", points, 9));
    std::size_t size = 0;
    for (const auto& change : batch.changes()) size += change.value.size();
    EXPECT_TRUE(kv::commit_blocking(kv_, std::move(batch)));
    return size;
  }
  std::vector<Series> read(const std::string& metric = "") {
    return read_series(kv_, "u", "r", metric).value();
  }

  kv::MemoryStore kv_;
};

TEST_F(SeriesTest, AnyOrderOfStepsGivesTheSameCurve) {
  const auto seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::map<std::pair<std::int64_t, TimeMs>, double> model;
  for (int i = 0; i < 60; ++i) {
    std::vector<NamedPoint> points;
    for (std::uint64_t left = random() % 200; left > 0; --left) {
      const auto step = static_cast<std::int64_t>(random() % 40) - 20;
      const auto time = static_cast<TimeMs>(1 + random() % 1'000'000);
      const auto value = static_cast<double>(random() % 1'000);
      if (!model.try_emplace({step, time}, value).second) continue;
      points.push_back({"m", {step, time, value}});
    }
    add(points);
    if (i % 7 == 0) {
      EXPECT_EQ(add(points), 0);  // said again
    }
  }

  const auto curve = read("m").at(0).points;

  ASSERT_EQ(curve.size(), model.size());
  auto expected = model.begin();
  for (const auto& point : curve) {
    EXPECT_EQ(std::pair(point.step, point.time_ms), expected->first);
    EXPECT_EQ(point.value, expected->second);
    ++expected;
  }
}

TEST_F(SeriesTest, PointsOfOneStepAndTimeStayInTheirOrder) {
  std::vector<NamedPoint> points;
  for (int i = 0; i < 600; ++i) points.push_back({"m", {0, 5, static_cast<double>(i % 2)}});

  add(points);

  const auto curve = read("m").at(0).points;
  ASSERT_EQ(curve.size(), 600);
  for (std::size_t i = 0; i < curve.size(); ++i) EXPECT_EQ(curve[i].value, static_cast<double>(i % 2));
  EXPECT_EQ(add(points), 0);
}

TEST_F(SeriesTest, PointsWithoutATimeAreKeptInTheirOrderToo) {
  add({{"m", {3, 0, 1}}, {"m", {3, 0, 2}}, {"m", {3, 0, 1}}});
  add({{"m", {3, 0, 4}}});

  std::vector<double> values;
  const auto series = read("m").at(0);
  for (const auto& point : series.points) values.push_back(point.value);
  EXPECT_THAT(values, ElementsAre(1, 2, 1, 4));
}

TEST_F(SeriesTest, WhatIsNoFiniteNumberIsAPoint) {
  add({{"m", {1, 1, std::nan("")}}, {"m", {2, 1, HUGE_VAL}}, {"m", {3, 1, 7}}});

  const auto series = read("m").at(0);
  ASSERT_EQ(series.points.size(), 3);
  EXPECT_TRUE(std::isnan(series.points[0].value));
  EXPECT_EQ(add({{"m", {1, 1, std::nan("")}}}), 0);
  EXPECT_EQ(series.extremes.not_finite, 2);
  EXPECT_EQ(series.extremes.greatest->step, 3);
  EXPECT_EQ(series.extremes.least->value, 7);
}

TEST_F(SeriesTest, ASeriesOfBeforeTimesCountedGoesOn) {
  // Version 1 of the list: first steps alone; its chunks are named by steps.
  kv::Batch batch;
  FieldWriter list;
  list.number(2).signed_number(std::numeric_limits<std::int64_t>::min()).signed_number(300);
  batch.put(keys::series("u", "r", "m"), list.take());
  FieldWriter low, high;
  low.number(1).signed_number(7).signed_number(1).real(0.5);
  high.number(1).signed_number(300).signed_number(1).real(0.25);
  batch.put(keys::chunk("u", "r", "m", std::numeric_limits<std::int64_t>::min(), 0), low.take());
  batch.put(keys::chunk("u", "r", "m", 300, 0), high.take());
  ASSERT_TRUE(kv::commit_blocking(kv_, std::move(batch)));

  add({{"m", {300, 9, 4}}, {"m", {8, 9, 3}}});

  std::vector<std::pair<std::int64_t, double>> points;
  const auto series = read("m").at(0);
  for (const auto& point : series.points) points.emplace_back(point.step, point.value);
  EXPECT_THAT(points,
              ElementsAre(std::pair(7, 0.5), std::pair(8, 3.0), std::pair(300, 0.25), std::pair(300, 4.0)));
}

TEST_F(SeriesTest, AppendingStaysCheapHoweverLongTheSeriesIs) {
  std::size_t largest = 0;
  for (int i = 0; i < 20'000; i += 10) {
    std::vector<NamedPoint> points;
    for (int p = i; p < i + 10; ++p) points.push_back({"m", {p, 1'700'000'000'000 + p, 0.5}});
    largest = std::max(largest, add(points));
  }

  EXPECT_LT(largest, 12 * KiB);
  EXPECT_EQ(read("m").at(0).points.size(), 20'000);
}

TEST_F(SeriesTest, MetricsOfSimilarNamesAreApart) {
  add({{"a", {1, 1, 1}}, {"ab", {1, 1, 2}}, {"a.b", {1, 1, 3}}});

  EXPECT_EQ(read().size(), 3);
  EXPECT_EQ(read("a").at(0).points.at(0).value, 1);
  EXPECT_EQ(read("ab").at(0).points.at(0).value, 2);
  EXPECT_TRUE(read("b").empty());
}

TEST_F(SeriesTest, APointWithoutATimeGetsOneOnce) {
  add({{"m", {1, 0, 5}}});
  EXPECT_EQ(read("m").at(0).points.at(0).time_ms, 9);

  EXPECT_EQ(add({{"m", {1, 0, 5}}}), 0);
}

TEST(Thin, KeepsBothEndsAndTheExtremesOfEachPart) {
  const auto seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::size_t points_max : {2U, 3U, 4U, 5U, 8U, 50U, 500U}) {
    std::vector<MetricPoint> points;
    for (int i = 0; i < 1'000; ++i) points.push_back({i, 0, static_cast<double>(random() % 1'000'000)});
    if (points_max % 2 == 1) points[static_cast<std::size_t>(random() % 1'000)].value = std::nan("");
    const Extremes whole = extremes_of(points);

    const auto thinned = thin(points, points_max);

    ASSERT_LE(thinned.size(), points_max);
    EXPECT_EQ(thinned.front().step, 0);
    EXPECT_EQ(thinned.back().step, 999);
    for (std::size_t i = 1; i < thinned.size(); ++i) EXPECT_LT(thinned[i - 1].step, thinned[i].step);
    if (points_max < 5) continue;
    const Extremes kept = extremes_of(thinned);
    EXPECT_EQ(kept.greatest->value, whole.greatest->value);
    EXPECT_EQ(kept.least->value, whole.least->value);
    EXPECT_EQ(kept.not_finite, whole.not_finite);
    EXPECT_GE(thinned.size(), points_max / 2);
  }
  EXPECT_EQ(thin({{1, 0, 0}, {2, 0, 0}}, 2).size(), 2);
}

TEST(Thin, KeepsAPeakOfOnePoint) {
  std::vector<MetricPoint> points;
  for (int i = 0; i < 20'000; ++i) points.push_back({i, 0, i == 12'345 ? 0.999 : 0.8});

  const auto thinned = thin(points, 500);

  EXPECT_THAT(thinned, testing::Contains(testing::Field(&MetricPoint::value, 0.999)));
}

TEST_F(ExperimentsTest, ACurveThatIsFullIsToldInTheRunsProblemForGood) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("s-1", "s"));
  const auto say = [&](std::int64_t step, std::optional<std::string> problem) {
    Report said;
    said.metrics = {{"loss", {step, 5, 1}}, {"other", {step, 5, 1}}};
    said.problem = std::move(problem);
    return report("s-1", said);
  };
  ASSERT_TRUE(say(1, std::nullopt));
  EXPECT_EQ(experiments_.get_run("dogs", "s-1")->problem, "");
  // As many chunks as there may be, the last of them full.
  const auto record = stores_.keys.get(versioning::keys::repository("dogs")).value();
  const std::string uid = versioning::decode_repository(*record)->uid;
  constexpr auto kChunks = static_cast<std::int64_t>(kChunksPerSeriesMax),
                 kPoints = std::int64_t{kChunkPointsMax};
  FieldWriter list(2), chunk;
  list.number(kChunksPerSeriesMax).signed_number(std::numeric_limits<std::int64_t>::min()).signed_number(0);
  for (std::int64_t i = 1; i < kChunks; ++i) list.signed_number(i * kPoints).signed_number(1);
  chunk.number(kChunkPointsMax);
  for (std::int64_t i = 0; i < kPoints; ++i)
    chunk.signed_number((kChunks - 1) * kPoints + i).signed_number(1).real(1);
  kv::Batch batch;
  batch.put(keys::series(uid, "s-1", "loss"), list.take());
  batch.put(keys::chunk(uid, "s-1", "loss", (kChunks - 1) * kPoints, 1), chunk.take());
  ASSERT_TRUE(kv::commit_blocking(stores_.keys, std::move(batch)));

  ASSERT_TRUE(say(kChunks * kPoints, std::nullopt));
  ASSERT_TRUE(say(kChunks * kPoints + 1, "exit code 1"));

  const auto run = experiments_.get_run("dogs", "s-1").value();
  EXPECT_EQ(run.problem,
            "exit code 1\nthe curve of 'loss' is full: points that came since are in its last value alone");
  EXPECT_EQ(run.metrics.at("loss").step, kChunks * kPoints + 1);
}

}  // namespace
}  // namespace anabranch::experiments
