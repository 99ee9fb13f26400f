// What this proves: lines are parsable whatever users send, secrets never show, and flush() means written.
#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

namespace anabranch::log {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr TimeMs kTime = 1'700'000'000'042;  // 2023-11-14T22:13:20.042Z

TEST(LogFormat, JsonHoldsTimeLevelMessageAndFields) {
  const std::string line = format_line(Format::json, kTime, Level::warning, "slow disk",
                                       {{"request_id", "r-1"},
                                        {"status", 503},
                                        {"size_bytes", std::uint64_t{18446744073709551615U}},
                                        {"delta", -5L},
                                        {"share", 0.5},
                                        {"not_a_number", std::numeric_limits<double>::quiet_NaN()},
                                        {"retry", true},
                                        {"code", ErrorCode::no_space}});

  EXPECT_EQ(
      line,
      "{\"time\":\"2023-11-14T22:13:20.042Z\",\"level\":\"warning\",\"message\":\"slow disk\","
      "\"request_id\":\"r-1\",\"status\":503,\"size_bytes\":18446744073709551615,\"delta\":-5,\"share\":0.5,"
      "\"not_a_number\":null,\"retry\":true,\"code\":\"no_space\"}\n");
}

TEST(LogFormat, TextQuotesOnlyWhatNeedsIt) {
  const std::string line =
      format_line(Format::text, kTime, Level::info, "served",
                  {{"request_id", "r-1"}, {"key", "a b"}, {"empty", ""}, {"status", 200}});

  EXPECT_EQ(line,
            "2023-11-14T22:13:20.042Z info    served request_id=r-1 key=\"a b\" empty=\"\" status=200\n");
}

TEST(LogFormat, TimesBefore1970KeepTheirMilliseconds) {
  EXPECT_THAT(format_line(Format::text, -1, Level::info, "", {}), HasSubstr("1969-12-31T23:59:59.999Z"));
}

TEST(LogFormat, WhatUsersSendCannotForgeALine) {
  for (const Format format : {Format::text, Format::json}) {
    const std::string line =
        format_line(format, kTime, Level::info, "a\nb", {{"key", "x\"\r\n\\ \x1b[31m \x7f"}});

    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_THAT(line, HasSubstr("a\\nb"));
    EXPECT_THAT(line, HasSubstr("x\\\"\\u000d\\n\\\\ \\u001b[31m \\u007f"));
  }
}

TEST(LogFormat, KeepsUtf8AndReplacesOtherBytes) {
  const auto json_of = [](std::string_view text) {
    const std::string line = format_line(Format::json, kTime, Level::info, "", {{"k", text}});
    const auto start = line.find("\"k\":\"") + 5;
    return line.substr(start, line.rfind('"') - start);
  };

  EXPECT_EQ(json_of("r\u00e9sum\u00e9 \u20ac \U0001F600"), "r\u00e9sum\u00e9 \u20ac \U0001F600");
  EXPECT_EQ(json_of("\xff"
                    "a"),
            "\\ufffda");
  EXPECT_EQ(json_of("\xc3"), "\\ufffd");                                   // cut short
  EXPECT_EQ(json_of("\xc0\xaf"), "\\ufffd\\ufffd");                        // overlong
  EXPECT_EQ(json_of("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");             // a surrogate
  EXPECT_EQ(json_of("\xf4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd");  // past U+10FFFF
}

TEST(Secret, ShowsNeverInLogsOrStreams) {
  const Secret secret("wJalrXUtnFEMI");
  std::ostringstream stream;
  stream << secret;

  EXPECT_EQ(stream.str(), "***");
  for (const Format format : {Format::text, Format::json}) {
    const std::string line = format_line(format, kTime, Level::info, "key made", {{"secret", secret}});
    EXPECT_THAT(line, HasSubstr("***"));
    EXPECT_THAT(line, Not(HasSubstr("wJalr")));
  }
}

TEST(Secret, CopiesMovesAndComparesAsItsText) {
  Secret a("one");
  Secret b = a;
  EXPECT_TRUE(a == b);
  EXPECT_FALSE(a == Secret("two"));

  Secret c = std::move(a);
  EXPECT_EQ(c.reveal(), "one");
  EXPECT_TRUE(a.empty());  // NOLINT: what a move leaves behind is the point

  b = Secret(std::string(100, 'x'));
  c = b;
  EXPECT_EQ(c.reveal(), std::string(100, 'x'));
}

class LogTest : public testing::Test {
 protected:
  void start(Level level, Format format) {
    init({level, format, [this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
          }});
  }
  void TearDown() override { init({}); }
  std::vector<std::string> lines() {
    flush();
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
};

TEST_F(LogTest, WritesFromTheSetLevelOnInTheOrderLogged) {
  start(Level::warning, Format::text);

  debug("no");
  info("no");
  warning("first");
  error("second", {{"request_id", "r-2"}});

  const auto written = lines();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_THAT(written[0], HasSubstr("warning first\n"));
  EXPECT_THAT(written[1], HasSubstr("error   second request_id=r-2\n"));
  EXPECT_FALSE(enabled(Level::info));
  EXPECT_TRUE(enabled(Level::error));
}

TEST_F(LogTest, OffWritesNothing) {
  start(Level::off, Format::text);

  error("no");

  EXPECT_TRUE(lines().empty());
  EXPECT_FALSE(enabled(Level::off));
}

TEST_F(LogTest, TakesBracesInMessagesAsTheyAre) {
  start(Level::info, Format::json);

  info("{} {0} %v %n");

  ASSERT_EQ(lines().size(), 1U);
  EXPECT_THAT(lines()[0], HasSubstr("{} {0} %v %n"));
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  start(Level::info, Format::text);
  constexpr int kPerThread = 500;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < kPerThread; ++i) info("x", {{"request_id", i}});
    });
  }
  for (auto& thread : threads) thread.join();

  const auto written = lines();
  EXPECT_EQ(written.size(), 4U * kPerThread);
  for (const auto& line : written) {
    EXPECT_THAT(line, testing::MatchesRegex("[^ \n]+ info +x request_id=[0-9]+\n"));
  }
}

TEST_F(LogTest, FlushReturnsWhileOtherThreadsLogMoreThanIsKept) {
  start(Level::info, Format::text);
  std::atomic<bool> over{false};
  std::atomic<bool> started{false};
  std::thread flood([&] {
    while (!over) {
      info("flood");
      started = true;
      started.notify_all();
    }
  });
  started.wait(false);

  for (int i = 0; i < 5; ++i) flush();

  over = true;
  flood.join();
  EXPECT_FALSE(lines().empty());
}

TEST(LogOptions, ParseTheirNamesAndRefuseOthers) {
  EXPECT_EQ(parse_level("debug").value(), Level::debug);
  EXPECT_EQ(parse_level("off").value(), Level::off);
  EXPECT_EQ(parse_format("json").value(), Format::json);
  EXPECT_EQ(parse_format("text").value(), Format::text);
  EXPECT_THAT(parse_level("loud").error().message, HasSubstr("loud"));
  EXPECT_THAT(parse_format("xml").error().message, HasSubstr("xml"));
}

}  // namespace
}  // namespace anabranch::log
