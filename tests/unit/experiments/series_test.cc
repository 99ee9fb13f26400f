// What this proves: points come back by step whatever the order they came in, writes stay small, and thinning
// keeps both ends.
#include "experiments/series.h"

#include <map>
#include <random>

#include "fixture.h"
#include "support/seed.h"

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
  std::map<std::int64_t, double> model;
  for (int i = 0; i < 60; ++i) {
    std::vector<NamedPoint> points;
    for (std::uint64_t left = random() % 200; left > 0; --left) {
      const auto step = static_cast<std::int64_t>(random() % 8'000) - 4'000;
      const auto value = static_cast<double>(random() % 1'000);
      points.push_back({"m", {step, 1, value}});
      model[step] = value;
    }
    add(points);
  }

  const auto curve = read("m").at(0).points;

  ASSERT_EQ(curve.size(), model.size());
  auto expected = model.begin();
  for (const auto& point : curve) {
    EXPECT_EQ(point.step, expected->first);
    EXPECT_EQ(point.value, expected->second);
    ++expected;
  }
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

TEST(Thin, KeepsBothEndsAndSpreadsTheRest) {
  std::vector<MetricPoint> points;
  for (int i = 0; i <= 100; ++i) points.push_back({i, 0, 0});
  const auto steps = [&](std::size_t points_max) {
    std::vector<std::int64_t> out;
    for (const auto& point : thin(points, points_max)) out.push_back(point.step);
    return out;
  };

  EXPECT_THAT(steps(5), ElementsAre(0, 25, 50, 75, 100));
  EXPECT_THAT(steps(2), ElementsAre(0, 100));
  EXPECT_EQ(steps(101).size(), 101);
  EXPECT_EQ(steps(1'000).size(), 101);
}

}  // namespace
}  // namespace anabranch::experiments
