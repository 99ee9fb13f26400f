// What this proves: a command ends with its exit code, takes its children with it, and inherits nothing of
// ours.
#include "runner/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <future>

#include "runner/files.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

class ProcessTest : public testing::Test {
 protected:
  ProcessOptions shell(const std::string& script) {
    return {{"sh", "-c", script},
            {"PATH=/usr/bin:/bin", "MINE=1"},
            scratch_.path(),
            scratch_.path("out"),
            scratch_.path("err")};
  }
  std::string out() { return read_file(scratch_.path("out"), 1'000'000).value(); }
  std::string err() { return read_file(scratch_.path("err"), 1'000'000).value(); }

  testing_support::ScratchDirectory scratch_;
  Interruption interruption_;
};

TEST_F(ProcessTest, GivesExitCodeAndBothOutputs) {
  const auto exit_code = Process::run(shell("echo $MINE; pwd; echo problem >&2; exit 7"), interruption_);

  EXPECT_EQ(exit_code.value(), 7);
  EXPECT_EQ(out(), "1\n" + scratch_.path() + "\n");
  EXPECT_EQ(err(), "problem\n");
}

TEST_F(ProcessTest, ASignalIsAnExitCodeAsInShells) {
  EXPECT_EQ(Process::run(shell("kill -9 $$"), interruption_).value(), 128 + SIGKILL);
}

TEST_F(ProcessTest, AMissingCommandIsNotFound) {
  auto options = shell("");
  options.argv = {"no-such-command-anywhere"};

  EXPECT_EQ(Process::run(options, interruption_).error().code, ErrorCode::not_found);
}

TEST_F(ProcessTest, HasEmptyInputAndNoOpenFilesOfOurs) {
  const std::ifstream open_here("/dev/null");

  ASSERT_TRUE(Process::run(shell("cat; cd /proc/$$/fd; echo *"), interruption_));

  EXPECT_THAT(out(), testing::AnyOf("0 1 2\n", "0 1 2 3\n"));  // 3: the shell's own, for the pattern
}

TEST_F(ProcessTest, WhatItLeftBehindIsKilled) {
  ASSERT_EQ(Process::run(shell("sleep 1000 & echo $!"), interruption_).value(), 0);

  const int child = std::stoi(out());
  // The kernel may take a moment to end it; kill() fails once it is gone (or it is a zombie of init's).
  std::string state = "R";
  while (state != "Z" && kill(child, 0) == 0) {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    std::string pid, name;
    if (!(stat >> pid >> name >> state)) break;
  }
  EXPECT_TRUE(state == "Z" || kill(child, 0) != 0);
}

TEST_F(ProcessTest, APartIsStoppedAloneAndWithAll) {
  Interruption one(interruption_);
  one.request(SIGTERM);
  EXPECT_EQ(Process::run(shell("true"), one).error().code, ErrorCode::cancelled);
  EXPECT_EQ(Process::run(shell("true"), interruption_).value(), 0);

  Interruption other(interruption_);
  auto options = shell("echo on; exec sleep 1000");
  options.on_start = [&](pid_t) { interruption_.request(SIGTERM); };
  EXPECT_EQ(Process::run(options, other).value(), 128 + SIGTERM);
  EXPECT_TRUE(Interruption(interruption_).requested());
}

TEST_F(ProcessTest, TellsWhatItUsed) {
  ResourceUse use;

  ASSERT_TRUE(Process::run(shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"), interruption_, &use));

  EXPECT_GT(use.cpu_seconds, 0);
  EXPECT_GT(use.memory_bytes_max, 0);
}

TEST_F(ProcessTest, AnInterruptionStopsItAndEveryoneAfterIt) {
  auto running = std::async(std::launch::async, [this] {
    return Process::run(shell("mkfifo ready; (echo > ready) & sleep 1000"), interruption_);
  });
  std::ifstream ready;
  while (!ready.is_open()) ready.open(scratch_.path("ready"));  // opens once the command has begun
  interruption_.request(SIGTERM);

  EXPECT_EQ(running.get().value(), 128 + SIGTERM);
  EXPECT_EQ(Process::run(shell("true"), interruption_).error().code, ErrorCode::cancelled);
}

TEST_F(ProcessTest, CaptureGivesTheOutputOrSaysWhyNot) {
  const auto environment = own_environment();

  EXPECT_EQ(capture({"sh", "-c", "printf abc"}, scratch_.path(), environment, 10).value(), "abc");
  EXPECT_FALSE(capture({"sh", "-c", "exit 3"}, scratch_.path(), environment, 10));
  EXPECT_EQ(capture({"sh", "-c", "yes"}, scratch_.path(), environment, 10).error().code,
            ErrorCode::entity_too_large);
}

}  // namespace
}  // namespace anabranch::runner
