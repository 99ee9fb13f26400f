// What this proves: what leaves the machine while a command runs is whole text without secrets, each byte
// once; metric points are found as they are written, and half a line is none.
#include "runner/live_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "support/scratch.h"
#include "support/seed.h"

namespace anabranch::runner {
namespace {

using testing::ElementsAre;

class LiveFilesTest : public testing::Test {
 protected:
  void append(const std::string& name, const std::string& text) {
    std::ofstream(scratch_.path(name), std::ios::app | std::ios::binary) << text;
  }
  static std::vector<std::tuple<std::string, std::int64_t, double>> points(MetricWatch& watch) {
    std::vector<std::tuple<std::string, std::int64_t, double>> out;
    for (const auto& point : watch.take(1'000)) out.emplace_back(point.name, point.step, point.value);
    return out;
  }
  testing_support::ScratchDirectory scratch_;
};

TEST_F(LiveFilesTest, TheLastLinesAreWhatOneWouldHaveSeenLast) {
  for (int i = 0; i < 5'000; ++i) append("err", "line " + std::to_string(i) + " of a long log\n");
  append("err", "10%\r50%\r\x1b[31m100%\r\nTraceback of s3cret-key:\n  caf\xe9\n\n\n");

  const std::string tail = last_lines(scratch_.path("err"), {"s3cret-key"});

  EXPECT_TRUE(tail.ends_with("line 4999 of a long log\n[31m100%\nTraceback of ***:\n  caf\xEF\xBF\xBD\n"))
      << tail;
  EXPECT_EQ(std::count(tail.begin(), tail.end(), '\n'), 20);
  EXPECT_EQ(last_lines(scratch_.path("none"), {}), "");
}

TEST_F(LiveFilesTest, TheLastLinesOfOneEndlessLineAreItsEnd) {
  append("err", std::string(1'000'000, 'x') + "the end");

  const std::string tail = last_lines(scratch_.path("err"), {});

  EXPECT_TRUE(tail.ends_with("xxthe end\n"));
  EXPECT_LT(tail.size(), 5'000);
}

TEST_F(LiveFilesTest, ASecretNeverLeavesHoweverItWasWritten) {
  const auto seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string secret = "s3cret-key";
  LogTail tail(scratch_.path("out"), {secret});
  std::string written;
  std::string said;
  for (int i = 0; i < 200; ++i) {
    written += random() % 5 == 0 ? secret : "text ";
    if (random() % 3 == 0) written += "ü";
  }
  std::string expected = written;
  for (auto at = expected.find(secret); at != std::string::npos; at = expected.find(secret))
    expected.replace(at, secret.size(), "***");
  for (std::size_t at = 0; at < written.size();) {
    const std::size_t size = 1 + random() % 7;
    append("out", written.substr(at, size));
    at += size;
    tail.look(at >= written.size());
    while (tail.has_text()) {
      const TextPiece piece = tail.take(4 + random() % 20);
      ASSERT_EQ(piece.offset, said.size());
      said += piece.text;
      ASSERT_EQ(said.find(secret), std::string::npos);
    }
  }

  EXPECT_EQ(said, expected);
}

TEST_F(LiveFilesTest, BytesThatAreNoTextAreReplaced) {
  LogTail tail(scratch_.path("out"), {});
  append("out",
         "a\xFF"
         "b\xE2\x82");
  tail.look(false);
  EXPECT_EQ(tail.take(100).text,
            "a\xEF\xBF\xBD"
            "b");
  append("out", "\xAC");
  tail.look(false);
  EXPECT_EQ(tail.take(100).text, "\xE2\x82\xAC");
  append("out", "\xC3");
  tail.look(true);
  EXPECT_EQ(tail.take(100).text, "\xEF\xBF\xBD");
}

TEST_F(LiveFilesTest, OutputThatNobodyTakesIsCutAtTheEnd) {
  append("out", std::string(2 * kTextWaitingMax, 'x'));
  LogTail tail(scratch_.path("out"), {});

  tail.look(true);

  std::string text;
  while (tail.has_text()) text += tail.take(1 * MiB).text;
  EXPECT_LT(text.size(), kTextWaitingMax + 2 * MiB);
  EXPECT_THAT(text, testing::HasSubstr("in the run's commit"));
}

TEST_F(LiveFilesTest, LinesOfMetricsArePointsOnceTheyAreWhole) {
  MetricWatch watch(scratch_.path());
  append("metrics.jsonl", "{\"step\": 1, \"loss\": 0.5}\n{\"epoch\": 2, \"lo");
  watch.look(7, false);
  EXPECT_THAT(points(watch), ElementsAre(std::tuple("loss", 1, 0.5)));
  append("metrics.jsonl", "ss\": 0.25}\nnot json\n{\"val\": {\"loss\": NaN, \"acc\": 1}}\n");
  watch.look(8, false);
  const auto read = watch.take(10);
  ASSERT_EQ(read.size(), 3);
  EXPECT_EQ(std::tuple(read[0].name, read[0].step, read[0].value), std::tuple("loss", 2, 0.25));
  EXPECT_EQ(std::tuple(read[1].name, read[1].step, read[1].value), std::tuple("val.acc", 2, 1.0));
  EXPECT_EQ(read[2].name, "val.loss");
  EXPECT_TRUE(std::isnan(read[2].value));
  append("metrics.jsonl", "{\"step\": 3, \"loss\": 0.125}");
  watch.look(9, true);
  EXPECT_THAT(points(watch), ElementsAre(std::tuple("loss", 3, 0.125)));
}

TEST_F(LiveFilesTest, EachChangeOfTheSummaryIsAPointUnlessLinesTellIt) {
  MetricWatch watch(scratch_.path());
  append("metrics.jsonl", "{\"step\": 10, \"loss\": 0.5}\n");
  std::ofstream(scratch_.path("metrics.json")) << R"({"loss": 0.5, "accuracy": 0.9})";
  watch.look(1, false);
  EXPECT_THAT(points(watch), ElementsAre(std::tuple("loss", 10, 0.5), std::tuple("accuracy", 0, 0.9)));
  watch.look(2, false);
  EXPECT_FALSE(watch.has_points());

  std::ofstream(scratch_.path("metrics.json")) << R"({"loss": 0.25, "accuracy": 0.95, "more": 1})";
  watch.look(3, false);
  EXPECT_THAT(points(watch), ElementsAre(std::tuple("accuracy", 1, 0.95), std::tuple("more", 0, 1.0)));
  EXPECT_THAT(watch.gone({{"loss", 0.25}, {"more", 1}}), ElementsAre("accuracy"));
}

TEST_F(LiveFilesTest, WhereStepsRepeatTimeKeepsTheOrder) {
  MetricWatch watch(scratch_.path());
  append("metrics.jsonl",
         "{\"step\":0,\"a\":1}\n{\"step\":1,\"a\":2}\n{\"step\":0,\"a\":3}\n{\"step\":0,\"a\":4}\n");
  watch.look(7, false);

  std::vector<std::int64_t> times;
  for (const auto& point : watch.take(10)) times.push_back(point.time_ms);
  EXPECT_THAT(times, ElementsAre(7, 7, 8, 9));
}

TEST_F(LiveFilesTest, AllPointsComeHoweverManyThereAreAndWhereverTheFileIs) {
  MetricWatch watch(scratch_.path());
  std::string lines;
  constexpr std::int64_t kLines = 250'000;
  for (std::int64_t i = 0; i < kLines; ++i) lines += "{\"a\":" + std::to_string(i) + "}\n";
  append("metrics.jsonl", lines);
  watch.look(7, true);
  std::filesystem::remove(scratch_.path("metrics.jsonl"));

  std::int64_t count = 0;
  while (watch.has_points()) {
    for (const auto& point : watch.take(1'000)) EXPECT_EQ(point.value, static_cast<double>(count++));
  }
  EXPECT_EQ(count, kLines);
}

}  // namespace
}  // namespace anabranch::runner
