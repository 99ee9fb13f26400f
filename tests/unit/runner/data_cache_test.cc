// What this proves: --data means folders, cannot lead out of a run's folder, and the cache is where the user
// says.
#include "runner/data_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <optional>

#include "base/hash.h"
#include "runner/files.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

TEST(DataSpecTest, TheFolderIsThePrefixUnlessItIsNamed) {
  EXPECT_EQ(parse_data("raw/images/")->prefix, "raw/images");
  EXPECT_EQ(parse_data("raw/images/")->folder, "raw/images");
  EXPECT_EQ(parse_data("raw=data/in/")->prefix, "raw");
  EXPECT_EQ(parse_data("raw=./data/in/")->folder, "data/in");
  EXPECT_EQ(parse_data("odd=name=data")->prefix, "odd=name");
}

TEST(DataSpecTest, FoldersThatLeadOutAreRefused) {
  for (const char* text : {"", "=data", "raw=", "raw=/etc", "raw=..", "raw=a/../../b", "../raw"}) {
    EXPECT_FALSE(parse_data(text)) << text;
  }
}

TEST(DataCacheTest, IsWhereTheEnvironmentSays) {
  const auto with = [](std::map<std::string, std::string> variables) {
    return DataCache::default_folder([variables](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
  };

  EXPECT_EQ(with({{"ANABRANCH_CACHE", "/fast/cache"}, {"HOME", "/home/me"}}), "/fast/cache");
  EXPECT_EQ(with({{"XDG_CACHE_HOME", "/x"}, {"HOME", "/home/me"}}), "/x/anabranch");
  EXPECT_EQ(with({{"HOME", "/home/me"}}), "/home/me/.cache/anabranch");
}

TEST(DataCacheTest, KeepsWhatRunsMakeElsewhereSoThatItMayBeDeleted) {
  const testing_support::ScratchDirectory scratch;
  const std::string home = scratch.path();
  const auto with = [](std::map<std::string, std::string> variables) {
    return DataCache::default_work_folder([variables](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
  };

  EXPECT_EQ(with({{"ANABRANCH_WORK", "/fast/work"}, {"HOME", home}}), "/fast/work");
  EXPECT_EQ(with({{"ANABRANCH_CACHE", home + "/cache/"}, {"HOME", home}}), home + "/cache.work");
  EXPECT_EQ(with({{"HOME", home}}), home + "/.local/state/anabranch/work");
  EXPECT_EQ(with({{"HOME", home}, {"XDG_STATE_HOME", home + "/s"}}), home + "/s/anabranch/work");
  // Beside a file in a file there is no place for a folder.
  EXPECT_EQ(with({{"ANABRANCH_CACHE", "/proc/version/cache"}, {"HOME", home}}),
            home + "/.local/state/anabranch/work");
}

class CachedFileTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file(file_.path, "content"));
    file_.md5 = to_hex(md5("content"));
    ASSERT_TRUE(file_.look());
  }
  /// Waits until the file system's clock has gone on: it may tick every 10 ms only.
  void let_time_pass() {
    CachedFile clock{scratch_.path("clock"), {}, {}};
    const auto tick = [&] {
      EXPECT_TRUE(write_file(clock.path, "x"));
      EXPECT_TRUE(clock.look());
      return clock.version.changed_ns;
    };
    const auto before = tick();
    while (tick() == before) {
    }
  }
  void put_time_back() {
    const timespec times[2] = {
        {0, UTIME_OMIT},
        {file_.version.modified_ns / 1'000'000'000, file_.version.modified_ns % 1'000'000'000}};
    ASSERT_EQ(utimensat(AT_FDCWD, file_.path.c_str(), times, 0), 0);
  }

  testing_support::ScratchDirectory scratch_;
  CachedFile file_{scratch_.path("file"), {}, {}};
};

TEST_F(CachedFileTest, ThatWasWrittenToIsFoundThoughItsTimeWasPutBack) {
  let_time_pass();
  ASSERT_TRUE(write_file(file_.path, "CONTENT"));
  put_time_back();

  const auto intact = file_.is_intact();

  ASSERT_TRUE(intact);
  EXPECT_FALSE(*intact);
}

TEST_F(CachedFileTest, ThatWasOnlyTouchedOrLinkedIsIntact) {
  const auto before = file_.version;
  let_time_pass();
  ASSERT_EQ(link(file_.path.c_str(), scratch_.path("link").c_str()), 0);

  EXPECT_TRUE(file_.is_intact().value());
  EXPECT_NE(file_.version, before);
}

TEST_F(CachedFileTest, ThatIsGoneIsNotFound) {
  std::filesystem::remove(file_.path);

  EXPECT_EQ(file_.is_intact().error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace anabranch::runner
