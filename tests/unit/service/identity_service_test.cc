// What this proves: keys are made, limited and ended as their owners were promised.
#include <chrono>
#include <thread>

#include "fixture.h"

namespace anabranch::service {
namespace {

using testing::HasSubstr;

class IdentityServiceTest : public ServiceTest {};

TEST_F(IdentityServiceTest, ARunsKeyLivesAtMostAWeek) {
  const auto made = run(identity_.create_run_key(root_, "repo", "main", "run", kRunKeyLifetimeMaxMs + 1));

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
}

TEST_F(IdentityServiceTest, ANewRunsKeySweepsThoseThatExpired) {
  const auto old = run(identity_.create_run_key(root_, "repo", "main", "old", 300));
  const auto lasting = run(identity_.create_run_key(root_, "repo", "main", "lasting", 60'000));
  ASSERT_TRUE(old && lasting);
  // tidy-allow: past the key's expiry by the real clock
  std::this_thread::sleep_for(std::chrono::milliseconds(350));

  const auto made = run(identity_.create_run_key(root_, "repo", "main", "new", 1'000));

  ASSERT_TRUE(made);
  EXPECT_EQ(credentials_.find(old->key.access_key_id).error().code, ErrorCode::invalid_access_key);
  EXPECT_TRUE(credentials_.find(lasting->key.access_key_id));
}

TEST_F(IdentityServiceTest, ARunMakesNoKeysButEndsItsOwn) {
  const Caller caller = run_caller("main");

  EXPECT_EQ(run(identity_.create_run_key(caller, "repo", "main", "run", 1000)).error().code,
            ErrorCode::access_denied);
  EXPECT_EQ(run(identity_.create_key(caller)).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(identity_.list_keys(caller)).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(identity_.remove_key(caller, "AKIASOMEBODYELSE")).error().code, ErrorCode::access_denied);
  EXPECT_TRUE(run(identity_.remove_key(caller, caller.principal.access_key_id)));
  EXPECT_FALSE(credentials_.find(caller.principal.access_key_id));
}

TEST_F(IdentityServiceTest, LoginGivesATokenThatAuthenticates) {
  const auto login = run(identity_.login("AKIAROOT", "root-secret"));
  ASSERT_TRUE(login);

  const auto by_header = run(identity_.authenticate_rest("Bearer " + login->token, "", "r"));
  const auto by_cookie = run(identity_.authenticate_rest("", login->token, "r"));

  ASSERT_TRUE(by_header);
  EXPECT_EQ(by_header->principal.user_id, "admin");
  EXPECT_TRUE(by_cookie);
}

TEST_F(IdentityServiceTest, WrongOrNoCredentialsAreUnauthenticated) {
  EXPECT_EQ(run(identity_.login("AKIAROOT", "wrong")).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(run(identity_.authenticate_rest("", "", "r")).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(run(identity_.authenticate_rest("Basic Z2FyYmFnZQ==", "", "r")).error().code,
            ErrorCode::unauthenticated);
}

TEST_F(IdentityServiceTest, AnUnsignedS3RequestIsAnonymous) {
  const auto found = run(identity_.authenticate_s3({"GET", "/store", "", {{"Host", "localhost"}}}, "r"));

  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

}  // namespace
}  // namespace anabranch::service
