// What this proves: a command ends with its exit code, takes its children with it, and inherits nothing of
// ours.
#include "runner/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <future>
#include <sstream>
#include <thread>

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

  /// What the script wrote to the file `left`; 0: not yet.
  pid_t left() {
    pid_t number = 0;
    std::ifstream(scratch_.path("left")) >> number;
    return number;
  }

  testing_support::ScratchDirectory scratch_;
  Interruption interruption_;
};

/// As /proc has it; 'Z' also where there is none.
char state_of(pid_t process, pid_t* parent = nullptr) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return 'Z';
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  char state = 'Z';
  pid_t its_parent = 0;
  fields >> state >> its_parent;
  if (parent != nullptr) *parent = its_parent;
  return state;
}
pid_t parent_of(pid_t process) {
  pid_t parent = 0;
  state_of(process, &parent);
  return parent;
}
bool is_gone(pid_t process) { return process > 0 && state_of(process) == 'Z'; }

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

  EXPECT_TRUE(is_gone(std::stoi(out())));
}

TEST_F(ProcessTest, ASessionOfItsOwnIsNoWayOut) {
  // Twice forked, its parents gone, deaf to all that can be blocked.
  const std::string daemon = "setsid sh -c 'trap \"\" TERM HUP INT; (sleep 1000 & echo $! > left) &'";

  ASSERT_EQ(Process::run(shell(daemon + "; until [ -s left ]; do :; done; exit 4"), interruption_).value(),
            4);

  EXPECT_TRUE(is_gone(left()));
}

TEST_F(ProcessTest, AnInterruptionEndsTheDeafToo) {
  auto options = shell(
      "setsid sh -c 'trap \"\" TERM; echo $$ > left; while :; do sleep 0.1; done' & "
      "until [ -s left ]; do :; done; echo > ready; exec sleep 1000");
  auto running = std::async(std::launch::async, [&] { return Process::run(options, interruption_); });
  while (!std::ifstream(scratch_.path("ready")).is_open()) std::this_thread::yield();
  interruption_.request(SIGTERM);

  EXPECT_EQ(running.get().value(), 128 + SIGTERM);
  EXPECT_TRUE(is_gone(left()));
}

TEST_F(ProcessTest, WhoeverIsAskedHasTimeToSaveItsWork) {
  auto options =
      shell("trap 'sleep 0.2; echo saved; exit 3' TERM; echo > ready; while :; do sleep 0.05; done");
  auto running = std::async(std::launch::async, [&] { return Process::run(options, interruption_); });
  while (!std::ifstream(scratch_.path("ready")).is_open()) std::this_thread::yield();
  interruption_.request(SIGTERM);

  EXPECT_EQ(running.get().value(), 3);
  EXPECT_EQ(out(), "saved\n");
}

TEST_F(ProcessTest, WhoeverKillsTheSupervisorEndsTheCommandWithAllItStarted) {
  auto options = shell("setsid sh -c 'echo $$ > left; exec sleep 1000' & exec sleep 1000");
  options.on_start = [&](pid_t pid) {
    while (left() == 0) std::this_thread::yield();
    kill(parent_of(pid), SIGKILL);
  };

  const auto ended = Process::run(options, interruption_);

  EXPECT_EQ(ended.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(is_gone(left()));
}

TEST_F(ProcessTest, ASupervisorHasANameOfItsOwnAndIsDeafToSignals) {
  std::string name;
  auto options = shell("sleep 0.1");
  options.on_start = [&](pid_t pid) {
    const pid_t supervisor = parent_of(pid);
    const std::string folder = "/proc/" + std::to_string(supervisor);
    name = read_file(folder + "/comm", 100).value() + read_file(folder + "/cmdline", 1'000).value();
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1}) kill(supervisor, number);
  };

  EXPECT_EQ(Process::run(options, interruption_).value(), 0);
  EXPECT_TRUE(name.starts_with(std::string("anabranch-guard\nanabranch-guard") + '\0')) << name;
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
