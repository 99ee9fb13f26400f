// What this proves: a run ends with what metrics.json says, else with the value of its greatest step; what
// cannot be read is said and hides nothing else.
#include "runner/metric_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>

#include "support/scratch.h"
#include "support/seed.h"

namespace anabranch::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class MetricFilesTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(scratch_.path(name), std::ios::binary) << text;
  }
  Metrics read() {
    notes_.clear();
    return read_metric_files(scratch_.path("metrics.json"), scratch_.path("metrics.jsonl"), notes_, lost_);
  }
  testing_support::ScratchDirectory scratch_;
  std::vector<std::string> notes_, lost_;
};

TEST_F(MetricFilesTest, TheGreatestStepCountsAndTheLastWhereStepsRepeat) {
  std::string lines;
  for (const int step : {0, 3, 1, 2, 7, 5, 6, 4, 9, 8})
    lines += "{\"step\": " + std::to_string(step) + ", \"a\": " + std::to_string(100 - step) + "}\n";
  write("metrics.jsonl", lines + "{\"step\": 9, \"b\": 1}\n{\"step\": 9, \"b\": 2}");

  EXPECT_THAT(read(), ElementsAre(Pair("a", 91), Pair("b", 2)));
  EXPECT_THAT(lost_, IsEmpty());
}

TEST_F(MetricFilesTest, TheSummaryIsWhatItSaysWhateverLinesSaidBefore) {
  write("metrics.jsonl", "{\"step\": 1, \"loss\": 0.2, \"other\": 5}\n");
  write("metrics.json", "\xEF\xBB\xBF{\"loss\": NaN, \"accuracy\": 1e400}");

  const Metrics metrics = read();

  ASSERT_EQ(metrics.size(), 3);
  EXPECT_TRUE(std::isnan(metrics.at("loss")));
  EXPECT_EQ(metrics.at("accuracy"), HUGE_VAL);
  EXPECT_EQ(metrics.at("other"), 5);
  EXPECT_THAT(lost_, IsEmpty());
}

TEST_F(MetricFilesTest, WhatCannotBeReadIsSaidAndHidesNothingElse) {
  write("metrics.json", "{half");
  write("metrics.jsonl", "{\"a\": 1}\r\n\n   \nEpoch 1\n[1]\n{\"a\": 2}\n{\"a\": ");

  EXPECT_THAT(read(), ElementsAre(Pair("a", 2)));
  ASSERT_EQ(notes_.size(), 2);
  EXPECT_THAT(notes_[0], HasSubstr("metrics.json cannot be read"));
  EXPECT_THAT(notes_[1], HasSubstr("3 lines are no metrics, the first is line 4"));
}

TEST_F(MetricFilesTest, ACurveWithMorePointsThanAreKeptIsNamed) {
  {
    std::ofstream file(scratch_.path("metrics.jsonl"), std::ios::binary);
    std::string lines;
    for (int i = 0; i < 4'096; ++i) lines += "{\"a\":1}\n";
    for (std::uint64_t left = kCurvePointsMax / 4'096; left > 0; --left) file << lines;
    file << "{\"a\": 2, \"b\": 3}\n";
  }

  EXPECT_THAT(read(), ElementsAre(Pair("a", 2), Pair("b", 3)));

  ASSERT_EQ(lost_.size(), 1);
  EXPECT_THAT(lost_[0], HasSubstr("metric 'a' has 4194305 points"));
}

TEST_F(MetricFilesTest, AStepThatIsNotWholeIsAMetric) {
  const auto line = parse_metric_line("{\"epoch\": 0.5, \"loss\": 1}");

  EXPECT_FALSE(line->step);
  EXPECT_EQ(line->metrics.at("epoch"), 0.5);
  EXPECT_EQ(parse_metric_line("{\"step\": 20, \"epoch\": 0.5}")->step, 20);
  EXPECT_EQ(parse_metric_line("{\"step\": NaN, \"epoch\": 3}")->step, 3);
}

TEST(MetricLineReader, HoweverTheFileIsCutTheLinesAreTheSame) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"a\": " + std::to_string(i) + "}\n";
  text += "{\"b\": \"" + std::string(kMetricLineSizeMax, 'x') + "\"}\n{\"a\": 100}";
  MetricLineReader reader;
  std::vector<double> values;
  const auto on_line = [&](const Metrics& metrics, std::int64_t step) {
    EXPECT_EQ(step, static_cast<std::int64_t>(values.size()));
    values.push_back(metrics.at("a"));
  };

  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = 1 + random() % (at < 1'000 ? 30 : 1 * MiB);
    reader.feed(std::string_view(text).substr(at, size), on_line);
    at += size;
  }
  reader.finish(on_line);

  ASSERT_EQ(values.size(), 101);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], static_cast<double>(i));
  EXPECT_THAT(reader.complaint(), HasSubstr("line 101: it is longer"));
}

}  // namespace
}  // namespace anabranch::runner
