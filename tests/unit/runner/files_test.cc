// What this proves: copies are copies, keys from a server cannot leave a folder, and hidden texts are gone
// wherever the pieces of a file are cut.
#include "runner/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <random>

#include "support/scratch.h"
#include "support/seed.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class Files : public testing::Test {
 protected:
  testing_support::ScratchDirectory scratch_;
};

TEST_F(Files, ACopyHasTheBytesAndTheModeOnly) {
  const std::string bytes(3'000'000, 'x');
  ASSERT_TRUE(write_file(scratch_.path("a"), bytes));

  ASSERT_TRUE(copy_file(scratch_.path("a"), scratch_.path("deep/b"), 0444));
  ASSERT_TRUE(write_file(scratch_.path("a"), "changed"));

  EXPECT_EQ(read_file(scratch_.path("deep/b"), 4'000'000).value(), bytes);
  struct stat about {};
  stat(scratch_.path("deep/b").c_str(), &about);
  EXPECT_EQ(about.st_mode & 0777, 0444U);
  EXPECT_EQ(about.st_nlink, 1U);
}

TEST_F(Files, AnEmptyFileIsCopiedToo) {
  ASSERT_TRUE(write_file(scratch_.path("a"), ""));
  ASSERT_TRUE(copy_file(scratch_.path("a"), scratch_.path("b"), 0644));
  EXPECT_EQ(read_file(scratch_.path("b"), 1).value(), "");
  EXPECT_EQ(copy_file(scratch_.path("none"), scratch_.path("c"), 0644).error().code, ErrorCode::not_found);
}

TEST_F(Files, HiddenTextsAreGoneWhereverTheyStand) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string secret = "planted-secret";
  std::string text;
  std::size_t count = 0;
  while (text.size() < 5 * MiB) {  // several pieces of a read: some secrets lie across their borders
    text.append(random() % 3'000, static_cast<char>('a' + random() % 26));
    text += "planted-secre";
    text += secret;
    ++count;
  }
  for (std::size_t border = MiB; border < text.size(); border += MiB)
    text.replace(border - random() % 14, 14, secret);
  ASSERT_TRUE(write_file(scratch_.path("log"), text));

  ASSERT_TRUE(copy_without(scratch_.path("log"), scratch_.path("clean"), {secret, ""}));

  const std::string clean = read_file(scratch_.path("clean"), 6 * MiB).value();
  EXPECT_EQ(clean.find(secret), std::string::npos);
  EXPECT_NE(clean.find("planted-secre***"), std::string::npos);
  EXPECT_GT(clean.size(), text.size() - (count + 10) * secret.size());
}

TEST_F(Files, BelowAFolderAreFilesAndLinksThatStayInside) {
  ASSERT_TRUE(write_file(scratch_.path("root/out/b/c"), ""));
  ASSERT_TRUE(write_file(scratch_.path("root/out/a"), ""));
  ASSERT_TRUE(write_file(scratch_.path("root/elsewhere"), ""));
  ASSERT_TRUE(write_file(scratch_.path("secret"), ""));
  fs::create_symlink("../elsewhere", scratch_.path("root/out/inside"));
  fs::create_symlink("../../secret", scratch_.path("root/out/outside"));
  fs::create_symlink("/etc", scratch_.path("root/out/folder"));
  std::vector<std::string> skipped;

  const auto files = files_below(scratch_.path("root/out"), scratch_.path("root"), &skipped);

  EXPECT_THAT(files.value(), ElementsAre("a", "b/c", "inside"));
  EXPECT_THAT(skipped, testing::UnorderedElementsAre("outside", "folder"));
  EXPECT_THAT(files_below(scratch_.path("none"), scratch_.path("root")).value(), testing::IsEmpty());
}

TEST(SafePath, IsRelativeAndStaysBelow) {
  for (const char* path : {"a", "a/b", "...", "a/..b", ".hidden"})
    EXPECT_TRUE(is_safe_relative_path(path)) << path;
  for (const char* path : {"", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/."}) {
    EXPECT_FALSE(is_safe_relative_path(path)) << path;
  }
  EXPECT_FALSE(is_safe_relative_path(std::string("a\0b", 3)));
}

TEST(TemporaryFolderTest, OfAKilledProcessIsRemovedByTheNextAndNoOther) {
  const testing_support::ScratchDirectory scratch;
  const std::string parent = scratch.path("work");
  auto used = TemporaryFolder::make(parent, "used");
  auto kept = TemporaryFolder::make(parent, "kept");
  ASSERT_TRUE(used && kept);
  kept->keep();
  ASSERT_TRUE(write_file(parent + "/older-x/file", "of a version without owners"));
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto left = TemporaryFolder::make(parent, "left");
    const bool done = left && write_file(left->path() + "/sealed/file", "x");
    fs::permissions(left->path() + "/sealed", fs::perms::owner_read);
    if (done && write(told[1], "x", 1) == 1) pause();
    _exit(1);
  }
  char word = 0;
  ASSERT_EQ(read(told[0], &word, 1), 1);
  EXPECT_EQ(TemporaryFolder::remove_abandoned(parent), 0U);  // it lives

  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(TemporaryFolder::remove_abandoned(parent), 1U);

  EXPECT_TRUE(fs::exists(used->path()) && fs::exists(kept->path()) && fs::exists(parent + "/older-x"));
  std::size_t left = 0;
  for (const auto& entry : fs::directory_iterator(parent))
    left += entry.path().string().find("left") != std::string::npos;
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(TemporaryFolder::remove_abandoned(parent), 0U);
  EXPECT_EQ(TemporaryFolder::remove_abandoned(scratch.path("none")), 0U);
  close(told[0]);
  close(told[1]);
}

TEST(TemporaryFolderTest, IsGoneAtTheEndUnlessKept) {
  const testing_support::ScratchDirectory scratch;
  std::string gone;
  std::string kept;
  {
    auto first = TemporaryFolder::make(scratch.path("deep"), "run");
    auto second = TemporaryFolder::make(scratch.path("deep"), "run");
    ASSERT_TRUE(first && second);
    gone = first->path();
    kept = second->path();
    ASSERT_TRUE(write_file(gone + "/a/b", ""));
    fs::permissions(gone + "/a/b", fs::perms::owner_read);
    second->keep();
  }
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_TRUE(fs::exists(kept));
}

TEST(ForEachParallel, DoesEverythingOnceAndGivesAFailure) {
  std::atomic<int> sum{0};
  ASSERT_TRUE(for_each_parallel(100, 4, [&](std::size_t i) -> Result<void> {
    sum += static_cast<int>(i);
    return {};
  }));
  EXPECT_EQ(sum, 4950);

  const auto failed = for_each_parallel(100, 4, [&](std::size_t i) -> Result<void> {
    if (i == 10) return fail(ErrorCode::io, "ten");
    return {};
  });
  EXPECT_EQ(failed.error().message, "ten");
}

}  // namespace
}  // namespace anabranch::runner
