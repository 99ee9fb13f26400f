// What this proves: guessing is slowed by address and key, nobody locks out somebody else, right secrets
// never wait for each other, and memory is bounded.
#include "service/sign_in_guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace anabranch::service {
namespace {

using Proof = SignInGuard::Proof;

class SignInGuardTest : public testing::Test {
 protected:
  void fail_times(std::size_t times, const std::string& address, const std::string& key = "KEY",
                  Proof proof = Proof::secret) {
    for (std::size_t i = 0; i < times; ++i) {
      ASSERT_EQ(guard_.wait(address, key), 0) << i;
      guard_.failed(address, key, proof, true);
    }
  }
  /// So many failures from everywhere that addresses that are not known wait.
  void besiege(const std::string& key = "KEY") {
    for (std::size_t i = 0; i < kWrongOfKeyMax; ++i) {
      guard_.failed("203.0.113." + std::to_string(i % 256) + ":1", key, Proof::signature, true);
    }
  }

  ManualClock clock_{1'700'000'000'000};
  SignInGuard guard_{clock_};
};

TEST_F(SignInGuardTest, TheEleventhWrongSecretInAMinuteWaitsForTheFirstToBeAMinuteOld) {
  for (std::size_t i = 0; i < kWrongSecretsMax; ++i) {
    fail_times(1, "192.0.2.1:1");
    clock_.advance(1'000);
  }

  EXPECT_EQ(guard_.wait("192.0.2.1:1", "KEY"), 50'000);
  clock_.advance(50'000);
  EXPECT_EQ(guard_.wait("192.0.2.1:1", "KEY"), 0);
  guard_.failed("192.0.2.1:1", "KEY", Proof::secret, true);
  EXPECT_EQ(guard_.wait("192.0.2.1:1", "KEY"), 1'000) << "the second failure is 59 seconds old";
}

TEST_F(SignInGuardTest, OnlyThatAddressAndThatKeyWait) {
  fail_times(kWrongSecretsMax, "192.0.2.1:1");

  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0);
  EXPECT_EQ(guard_.wait("192.0.2.2:1", "KEY"), 0);
  EXPECT_EQ(guard_.wait("192.0.2.1:1", "OTHER"), 0);
}

TEST_F(SignInGuardTest, AWrongSignatureWeighsAThird) {
  fail_times(kWrongSignaturesMax, "192.0.2.1:1", "KEY", Proof::signature);

  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0);
}

TEST_F(SignInGuardTest, PortsAndTheHostsOfAnIpv6NetworkAreOneAddress) {
  for (std::size_t i = 0; i < kWrongSecretsMax; ++i) {
    fail_times(1, "192.0.2.1:" + std::to_string(1'000 + i));
    fail_times(1, "[2001:db8::" + std::to_string(i) + "]:1");
  }

  EXPECT_GT(guard_.wait("192.0.2.1:7", "KEY"), 0);
  EXPECT_GT(guard_.wait("192.0.2.1", "KEY"), 0);
  EXPECT_GT(guard_.wait("[2001:db8::ffff:1:2]:7", "KEY"), 0);
  EXPECT_GT(guard_.wait("2001:db8::7", "KEY"), 0);
  EXPECT_EQ(guard_.wait("[2001:db8:0:1::1]:7", "KEY"), 0);
}

TEST_F(SignInGuardTest, FailuresOfOthersNeverCountAgainstAnAddressThatLatelySignedIn) {
  guard_.succeeded("192.0.2.1:1", "KEY");

  besiege();

  EXPECT_EQ(guard_.wait("192.0.2.1:999", "KEY"), 0) << "also on another connection";
  EXPECT_GT(guard_.wait("192.0.2.2:1", "KEY"), 0) << "a stranger is slowed";
  EXPECT_EQ(guard_.wait("192.0.2.2:1", "OTHER"), 0);
  clock_.advance(kSignInWindowMs);
  EXPECT_EQ(guard_.wait("192.0.2.2:1", "KEY"), 0) << "not for ever";
}

TEST_F(SignInGuardTest, LatelyIsADay) {
  guard_.succeeded("192.0.2.1:1", "KEY");
  clock_.advance(kSignedInLatelyMs);

  besiege();

  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0);
}

TEST_F(SignInGuardTest, AConnectionThatSignedInGoesOnWhateverItsNeighboursDo) {
  guard_.succeeded("192.0.2.1:1", "KEY");
  fail_times(kWrongSecretsMax, "192.0.2.1:2");

  EXPECT_EQ(guard_.wait("192.0.2.1:1", "KEY"), 0);
  EXPECT_GT(guard_.wait("192.0.2.1:2", "KEY"), 0);
  EXPECT_GT(guard_.wait("192.0.2.1:3", "KEY"), 0);
  EXPECT_GT(guard_.wait("192.0.2.1", "KEY"), 0) << "no connection is known";

  guard_.failed("192.0.2.1:1", "KEY", Proof::secret, true);
  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0) << "one wrong secret, and it is a stranger's";
}

TEST_F(SignInGuardTest, ASuccessForgivesNoGuess) {
  fail_times(kWrongSecretsMax - 1, "192.0.2.1:1");
  guard_.succeeded("192.0.2.1:2", "KEY");

  fail_times(1, "192.0.2.1:1");

  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0);
}

TEST_F(SignInGuardTest, GuessesAtKeysThatDoNotExistCountAndPushNothingOut) {
  fail_times(kWrongSecretsMax, "192.0.2.1:1");
  guard_.succeeded("192.0.2.9:1", "KEY");
  for (std::size_t i = 0; i < 10 * kOtherPairsMax; ++i) {
    guard_.failed("192.0.2.1:1", "NOBODY" + std::to_string(i), Proof::secret, false);
  }
  for (std::size_t i = 0; i < kWrongSecretsMax; ++i) {
    guard_.failed("192.0.2.1:1", "NOBODY", Proof::secret, false);
  }

  EXPECT_GT(guard_.wait("192.0.2.1:1", "NOBODY"), 0);
  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0);
  besiege();
  EXPECT_EQ(guard_.wait("192.0.2.9:1", "KEY"), 0);
}

TEST_F(SignInGuardTest, MemoryIsBoundedAndTheLatestArekept) {
  for (std::size_t i = 0; i < 4 * kKnownPairsMax; ++i) {
    const std::string address = "address-" + std::to_string(i);
    guard_.failed(address, "KEY", Proof::secret, true);
    guard_.succeeded("known-" + address, "KEY");
  }
  EXPECT_LE(guard_.pairs(), kKnownPairsMax + kOtherPairsMax);

  clock_.advance(kSignInWindowMs);
  fail_times(kWrongSecretsMax, "192.0.2.1:1");
  EXPECT_GT(guard_.wait("192.0.2.1:1", "KEY"), 0);
  EXPECT_EQ(guard_.wait("192.0.2.2:1", std::string(1'000'000, 'k')), 0);
}

TEST_F(SignInGuardTest, RightSecretsSideBySideAllPassWhileWrongOnesPourIn) {
  constexpr int kRight = 4, kWrong = 4, kTimes = 5'000;
  for (int i = 0; i < kRight; ++i) guard_.succeeded("192.0.2." + std::to_string(i) + ":1", "KEY");
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kRight; ++i) {
    threads.emplace_back([&, address = "192.0.2." + std::to_string(i) + ":1"] {
      for (int n = 0; n < kTimes; ++n) {
        if (guard_.wait(address, "KEY") > 0) ++refused;
        guard_.succeeded(address, "KEY");
      }
    });
  }
  for (int i = 0; i < kWrong; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kTimes; ++n) {
        // From everywhere, and from the neighbours of those who are right.
        const bool neighbour = n % 2 == 0;
        const std::string address = neighbour
                                        ? "192.0.2." + std::to_string(i) + ":" + std::to_string(2 + n % 100)
                                        : "203.0.113." + std::to_string(n % 256) + ":1";
        if (guard_.wait(address, "KEY") == 0) guard_.failed(address, "KEY", Proof::secret, true);
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace anabranch::service
