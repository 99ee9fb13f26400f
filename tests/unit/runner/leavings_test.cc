// What this proves: what a run made or wrote to is its result, what lay there before is not, and what cannot
// be kept is named, alone.
#include "runner/leavings.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "runner/files.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LeavingsTest : public testing::Test {
 protected:
  std::string at(const std::string& path) const { return scratch_.path("work/" + path); }
  void write(const std::string& path, const std::string& text = "x") {
    ASSERT_TRUE(write_file(at(path), text));
    set_time(path, 1'000'000'000);  // long ago, as that of copied code is
  }
  void set_time(const std::string& path, time_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, at(path).c_str(), times, 0), 0);
  }
  void begin() { before_ = FolderState::of(scratch_.path("work")); }
  /// Waits until the file system's clock has gone on: it may tick every 10 ms only.
  void let_time_pass() {
    const auto changed = [&] {
      EXPECT_TRUE(write_file(scratch_.path("clock"), "x"));
      struct stat about {};
      EXPECT_EQ(stat(scratch_.path("clock").c_str(), &about), 0);
      return std::pair(about.st_ctim.tv_sec, about.st_ctim.tv_nsec);
    };
    const auto before = changed();
    while (changed() == before) {
    }
  }
  Leavings find() { return find_leavings(scratch_.path("work"), before_, places_); }
  std::vector<std::string> kept() {
    std::vector<std::string> paths;
    for (const auto& output : find().outputs) paths.push_back(output.path);
    return paths;
  }

  testing_support::ScratchDirectory scratch_;
  FolderState before_;
  OutputPlaces places_{{"out"}};
};

TEST_F(LeavingsTest, AreWhatTheRunMadeOrWroteToAndNotWhatLayThere) {
  for (const char* path : {"config/old.toml", "config/rewritten.toml", "config/replaced.toml",
                           "config/gone.toml", "artifacts/input.bin", "out/stale.pt", "train.py"})
    write(path);
  write("metrics.json", "{}");
  begin();

  ASSERT_TRUE(write_file(at("config/rewritten.toml"), "x"));  // the same bytes
  write("fresh");
  fs::rename(at("fresh"), at("config/replaced.toml"));
  fs::remove(at("config/gone.toml"));
  write("artifacts/model.bin");
  write("out/deep/new.pt");

  EXPECT_THAT(kept(), ElementsAre("artifacts/model.bin", "config/replaced.toml", "config/rewritten.toml",
                                  "out/deep/new.pt"));
  EXPECT_FALSE(find().has_metrics);
  EXPECT_THAT(find().notes, IsEmpty());
  EXPECT_THAT(find().lost, IsEmpty());
}

TEST_F(LeavingsTest, AWriteThatPutsTheTimeBackIsAWrite) {
  write("config/a", "1");
  begin();
  let_time_pass();

  write("config/a", "2");

  EXPECT_THAT(kept(), ElementsAre("config/a"));
}

TEST_F(LeavingsTest, OneNameThatCannotBeKeptHidesNoOther) {
  begin();
  write("artifacts/a");
  write("artifacts/caf\xe9.bin");
  write("artifacts/z");
  std::string deep = "artifacts";
  for (int i = 0; i < 5; ++i) deep += "/" + std::string(240, 'd');
  write(deep + "/file");
  std::string deeper = "artifacts";
  for (int i = 0; i < 12; ++i) deeper += "/" + std::string(200, 'e');
  fs::create_directories(at(deeper));
  fs::create_directories(at("logs"));

  const auto left = find();

  EXPECT_THAT(kept(), ElementsAre("artifacts/a", "artifacts/z"));
  EXPECT_THAT(left.lost,
              testing::UnorderedElementsAre(AllOf(HasSubstr("artifacts/caf\\xe9.bin"), HasSubstr("UTF-8")),
                                            AllOf(HasSubstr("/file"), HasSubstr("1024")),
                                            AllOf(HasSubstr("eeee"), HasSubstr("too long"))));
}

TEST_F(LeavingsTest, WhatLiesElsewhereIsToldWithItsCountBytesAndFirstNames) {
  write("train.py", "code");
  begin();
  write("model.pkl", std::string(1000, 'm'));
  for (int i = 0; i < 9; ++i) write("mlruns/" + std::to_string(i), "12");
  write("src/__pycache__/a.pyc");

  EXPECT_THAT(find().notes, ElementsAre(AllOf(HasSubstr("10 files, 1018 bytes"),
                                              HasSubstr(": mlruns/0, mlruns/1,"), HasSubstr("--out"))));
}

TEST_F(LeavingsTest, LinksStandForWhatTheyLeadToInsideTheFolder) {
  ASSERT_TRUE(write_file(scratch_.path("outside"), "secret"));
  write("data/big");
  fs::create_directories(at("artifacts"));
  fs::create_symlink("../data/big", at("artifacts/stale"));
  begin();
  write("runs/5/model");
  write("best.pt");
  fs::create_symlink("../best.pt", at("artifacts/best"));
  fs::create_symlink("../runs/5", at("artifacts/latest"));
  fs::create_symlink(scratch_.path("outside"), at("artifacts/out"));
  fs::create_symlink("nowhere", at("artifacts/dangling"));
  fs::create_symlink("..", at("artifacts/around"));

  EXPECT_THAT(kept(), ElementsAre("artifacts/best", "artifacts/latest/model"));
  EXPECT_THAT(find().lost, IsEmpty());
  EXPECT_THAT(find().notes, ElementsAre(HasSubstr("artifacts/around"), HasSubstr("artifacts/dangling"),
                                        HasSubstr("artifacts/out")));
}

TEST_F(LeavingsTest, ThePlaceItselfMayBeALinkOrAFile) {
  begin();
  write("run-7/model");
  fs::create_directory_symlink("run-7", at("artifacts"));
  write("out", "one file");

  EXPECT_THAT(kept(), ElementsAre("artifacts/model", "out"));
  EXPECT_THAT(find().notes, IsEmpty());
}

TEST_F(LeavingsTest, SecretsAndWhatIsNoFileAreLeftOutAndNamed) {
  begin();
  write("artifacts/.env");
  ASSERT_EQ(mkfifo(at("artifacts/pipe").c_str(), 0600), 0);

  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_THAT(find().notes, ElementsAre(HasSubstr("artifacts/.env"), HasSubstr("artifacts/pipe")));
}

}  // namespace
}  // namespace anabranch::runner
