// What this proves: a process under load is killed (SIGKILL) at random instants, over and over on one folder;
// after each, all that it had acknowledged is there and whole, and nothing is half there.
//
// CRASH_ROUNDS (default 60) chooses how often; TEST_SEED=<seed> replays the workload and the instants.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <thread>

#include "crash/options.h"
#include "crash/workload.h"
#include "io/posix_disk.h"
#include "support/scratch.h"
#include "support/seed.h"

extern char** environ;

namespace anabranch::crash {
namespace {

constexpr int kMillisecondsMax = 400;

struct Told {
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
};

/// Starts the child, kills it after `delay`, gives what it had told.
Told run_and_kill(const std::string& folder, std::uint64_t seed, std::chrono::milliseconds delay) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string program = KILL_CHILD, seed_text = std::to_string(seed), path = folder;
  char* arguments[] = {program.data(), path.data(), seed_text.data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output;
  std::thread reader([&] {
    char bytes[4096];
    for (ssize_t count = 0; (count = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
      output.append(bytes, static_cast<std::size_t>(count));
    }
  });
  // tidy-allow: polls what another thread or process does
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  reader.join();
  ::close(ends[0]);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  Told told;
  std::istringstream lines(output);
  char what = 0;
  std::uint64_t step = 0;
  while (lines >> what >> step) (what == 'A' ? told.acknowledged : told.sent) = step;
  return told;
}

TEST(Kill, AtRandomInstantsLosesNothingAcknowledged) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  const char* given = std::getenv("CRASH_ROUNDS");
  const int rounds = given != nullptr ? std::stoi(given) : 60;
  const testing_support::ScratchDirectory scratch;
  std::mt19937_64 random(seed);
  std::uint64_t steps = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::chrono::milliseconds delay(random() % kMillisecondsMax);
    const Told told = run_and_kill(scratch.path(), seed, delay);
    io::PosixDisk disk(scratch.path());
    const auto engine = engine::Engine::open(disk, small_options());
    ASSERT_TRUE(engine) << engine.error().message;
    steps = verify(**engine, seed, std::max(steps, told.acknowledged), std::max(steps, told.sent));
  }
  std::cout << rounds << " kills, " << steps << " batches" << std::endl;
  EXPECT_GT(steps, 0u);
}

}  // namespace
}  // namespace anabranch::crash
