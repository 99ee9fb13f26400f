// What this proves: the page is what Prometheus reads, and no increment is lost between threads.
#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace anabranch::metrics {
namespace {

using testing::HasSubstr;

TEST(Metrics, RenderTheTextFormat) {
  Registry registry;
  registry.counter("requests_total", "Requests served.", {{"operation", "GetObject"}, {"status", "200"}})
      .add(3);
  registry.counter("requests_total", "Requests served.", {{"operation", "PutObject"}, {"status", "500"}})
      .add();
  registry.gauge("connections", "Open connections.", [] { return 2.5; });
  Histogram& seconds = registry.histogram("duration_seconds", "Time\nspent \\ waited.", {0.1, 1});
  seconds.observe(0.0625);
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(7);

  EXPECT_EQ(registry.render(),
            "# HELP connections Open connections.\n"
            "# TYPE connections gauge\n"
            "connections 2.5\n"
            "# HELP duration_seconds Time\\nspent \\\\ waited.\n"
            "# TYPE duration_seconds histogram\n"
            "duration_seconds_bucket{le=\"0.1\"} 2\n"
            "duration_seconds_bucket{le=\"1\"} 3\n"
            "duration_seconds_bucket{le=\"+Inf\"} 4\n"
            "duration_seconds_sum 7.6625\n"
            "duration_seconds_count 4\n"
            "# HELP requests_total Requests served.\n"
            "# TYPE requests_total counter\n"
            "requests_total{operation=\"GetObject\",status=\"200\"} 3\n"
            "requests_total{operation=\"PutObject\",status=\"500\"} 1\n");
}

TEST(Metrics, HistogramsWithLabelsPutTheBoundLast) {
  Registry registry;
  registry.histogram("h", "H.", {1}, {{"disk", "a"}}).observe(2);

  EXPECT_THAT(registry.render(), HasSubstr("h_bucket{disk=\"a\",le=\"1\"} 0\n"
                                           "h_bucket{disk=\"a\",le=\"+Inf\"} 1\n"
                                           "h_sum{disk=\"a\"} 2\n"
                                           "h_count{disk=\"a\"} 1\n"));
}

TEST(Metrics, EscapeLabelValues) {
  Registry registry;
  registry.counter("c", "C.", {{"path", "a\"b\\c\nd"}}).add();

  EXPECT_THAT(registry.render(), HasSubstr("c{path=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(Metrics, ShowWhatIsNotFinite) {
  Registry registry;
  registry.gauge("g", "G.", [] { return std::numeric_limits<double>::infinity(); }, {{"k", "up"}});
  registry.gauge("g", "G.", [] { return -std::numeric_limits<double>::infinity(); }, {{"k", "down"}});
  registry.gauge("g", "G.", [] { return std::numeric_limits<double>::quiet_NaN(); }, {{"k", "none"}});

  const std::string page = registry.render();
  EXPECT_THAT(page, HasSubstr("g{k=\"up\"} +Inf\n"));
  EXPECT_THAT(page, HasSubstr("g{k=\"down\"} -Inf\n"));
  EXPECT_THAT(page, HasSubstr("g{k=\"none\"} NaN\n"));
}

TEST(Metrics, RegisteringAgainGivesTheSameOne) {
  Registry registry;
  Counter& first = registry.counter("c", "C.", {{"a", "b"}});

  EXPECT_EQ(&registry.counter("c", "C.", {{"a", "b"}}), &first);
  EXPECT_NE(&registry.counter("c", "C."), &first);
}

TEST(Metrics, LoseNothingBetweenThreads) {
  constexpr int kPerThread = 20'000;
  Registry registry;
  Counter& counter = registry.counter("c", "C.");
  Histogram& histogram = registry.histogram("h", "H.", {0.5});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kPerThread; ++i) {
        counter.add();
        histogram.observe(i % 2);
      }
    });
  }
  while (counter.value() < kPerThread) EXPECT_THAT(registry.render(), HasSubstr("h_count "));
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(counter.value(), 4U * kPerThread);
  EXPECT_EQ(histogram.snapshot().cumulative, (std::vector<std::uint64_t>{2U * kPerThread, 4U * kPerThread}));
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum, 2.0 * kPerThread);
}

TEST(Metrics, LatencyBoundsAscend) {
  const Histogram histogram(latency_bounds_s());  // asserts it
  EXPECT_EQ(histogram.bounds().front(), 0.0001);
}

TEST(MetricsDeathTest, RefusesWrongNamesAndAChangeOfKind) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Registry registry;
  registry.counter("c", "C.");

  EXPECT_DEATH(registry.counter("no-dashes", "."), "metric no-dashes");
  EXPECT_DEATH(registry.counter("c", "C.", {{"1st", "x"}}), "label 1st");
  EXPECT_DEATH(registry.gauge("c", "C.", [] { return 0.0; }), "c is a counter");
  EXPECT_DEATH(Histogram({2, 1}), "do not ascend");
}

}  // namespace
}  // namespace anabranch::metrics
