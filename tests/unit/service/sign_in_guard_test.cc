// What this proves: guessing is slowed by address and by key, a right secret is not punished, and memory is
// bounded.
#include "service/sign_in_guard.h"

#include <gtest/gtest.h>

namespace anabranch::service {
namespace {

class SignInGuardTest : public testing::Test {
 protected:
  void fail_times(std::size_t times, const std::string& address, const std::string& key) {
    for (std::size_t i = 0; i < times; ++i) EXPECT_EQ(guard_.admit(address, key), 0) << i;
  }

  ManualClock clock_{1'700'000'000'000};
  SignInGuard guard_{clock_};
};

TEST_F(SignInGuardTest, TheEleventhFailureOfAKeyInAMinuteWaitsForTheFirstToBeAMinuteOld) {
  for (std::size_t i = 0; i < kSignInFailuresMax; ++i) {
    EXPECT_EQ(guard_.admit("192.0.2." + std::to_string(i) + ":1", "KEY"), 0);
    clock_.advance(1'000);
  }

  EXPECT_EQ(guard_.admit("192.0.2.99:1", "KEY"), 50'000);
  EXPECT_EQ(guard_.admit("192.0.2.99:1", "OTHER"), 0);
  clock_.advance(50'000);
  EXPECT_EQ(guard_.admit("192.0.2.99:1", "KEY"), 0);
  EXPECT_EQ(guard_.admit("192.0.2.99:1", "KEY"), 1'000) << "the second failure is 59 seconds old";
}

TEST_F(SignInGuardTest, AnAddressIsCountedWhateverItsPortAndTheKeys) {
  for (std::size_t i = 0; i < kSignInFailuresMax; ++i) {
    EXPECT_EQ(guard_.admit("[2001:db8::1]:" + std::to_string(1'000 + i), "KEY" + std::to_string(i)), 0);
  }

  EXPECT_GT(guard_.admit("[2001:db8::1]:7", "ANOTHER"), 0);
  EXPECT_EQ(guard_.admit("[2001:db8::2]:7", "ANOTHER"), 0);
}

TEST_F(SignInGuardTest, ASuccessClearsTheKeyAndDoesNotCountForTheAddress) {
  fail_times(kSignInFailuresMax - 1, "192.0.2.1:1", "KEY");
  EXPECT_EQ(guard_.admit("192.0.2.2:1", "KEY"), 0);
  guard_.accept("192.0.2.2:1", "KEY");

  fail_times(kSignInFailuresMax, "192.0.2.2:1", "KEY");

  EXPECT_GT(guard_.admit("192.0.2.2:1", "KEY"), 0);
}

TEST_F(SignInGuardTest, WhoSignsInOftenIsNeverRefused) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(guard_.admit("192.0.2.1:1", "KEY"), 0);
    guard_.accept("192.0.2.1:1", "KEY");
  }
}

TEST_F(SignInGuardTest, AnAttemptWithoutAnAnswerIsForgiven) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(guard_.admit("192.0.2.1:1", "KEY"), 0);
    guard_.forgive("192.0.2.1:1", "KEY");
  }
}

TEST_F(SignInGuardTest, MemoryIsBoundedAndTheLatestFailuresAreKept) {
  for (std::size_t i = 0; i < kSignInSubjectsMax; ++i) {
    EXPECT_EQ(guard_.admit("address-" + std::to_string(i), "KEY" + std::to_string(i)), 0);
  }
  fail_times(kSignInFailuresMax, "192.0.2.1:1", "KEY");

  EXPECT_LE(guard_.subjects(), kSignInSubjectsMax);
  EXPECT_GT(guard_.admit("192.0.2.1:1", "KEY"), 0);
  EXPECT_EQ(guard_.admit("address-0", std::string(1'000'000, 'k')), 0);
}

}  // namespace
}  // namespace anabranch::service
