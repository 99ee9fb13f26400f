// What this proves: a mode is chosen by trying, what is not possible is refused with the reason, and an
// overlay that was tried leaves nothing behind.
#include "runner/data_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support/scratch.h"

namespace anabranch::runner {
namespace {

using testing::HasSubstr;

TEST(DataModeTest, HasNamesThatReadBack) {
  for (const auto mode : {DataMode::automatic, DataMode::reflink, DataMode::overlay, DataMode::copy})
    EXPECT_EQ(parse_data_mode(to_string(mode)).value(), mode);
  EXPECT_THAT(parse_data_mode("hardlink").error().message, HasSubstr("auto, reflink, overlay and copy"));
}

/// In a process of its own: what is chosen is for good.
template <class Check>
int in_child(Check check) {
  const pid_t child = fork();
  if (child == 0) _exit(check() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DataModeTest, CopyIsAlwaysPossible) {
  const testing_support::ScratchDirectory scratch;
  const DataCache cache(scratch.path("cache"), scratch.path("work"));

  EXPECT_EQ(choose_data_mode(DataMode::copy, cache)->mode, DataMode::copy);
}

TEST(DataModeTest, AutomaticTakesTheFirstThatIsPossibleAndSaysWhyNotTheOthers) {
  const testing_support::ScratchDirectory scratch;
  const DataCache cache(scratch.path("cache"), scratch.path("work"));
  const auto possible = [&](DataMode mode) {
    return in_child([&] { return choose_data_mode(mode, cache).has_value(); }) == 0;
  };
  const DataMode expected = possible(DataMode::reflink)   ? DataMode::reflink
                            : possible(DataMode::overlay) ? DataMode::overlay
                                                          : DataMode::copy;

  EXPECT_EQ(in_child([&] {
              const auto chosen = choose_data_mode(DataMode::automatic, cache);
              return chosen && chosen->mode == expected &&
                     chosen->why.empty() == (expected == DataMode::reflink);
            }),
            0);
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path("work")));
}

TEST(DataModeTest, WhatIsNotPossibleIsRefusedWithTheReason) {
  // No folder can be made there: nothing is possible.
  const DataCache cache("/proc/cache", "/proc/work");

  EXPECT_FALSE(choose_data_mode(DataMode::reflink, cache));
  EXPECT_THAT(choose_data_mode(DataMode::overlay, cache).error().message,
              HasSubstr("--data-mode overlay is not possible here: "));
  EXPECT_EQ(choose_data_mode(DataMode::automatic, cache)->mode, DataMode::copy);
}

}  // namespace
}  // namespace anabranch::runner
