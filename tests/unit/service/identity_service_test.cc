// What this proves: keys are made, limited and ended as their owners were promised.
#include <chrono>
#include <thread>

#include "base/hash.h"
#include "fixture.h"

namespace anabranch::service {
namespace {

using testing::HasSubstr;

constexpr const char* kAddress = "127.0.0.1:5";

class IdentityServiceTest : public ServiceTest {
 public:
  Result<void> by_signature(const std::string& secret, const std::string& address) {
    SignedRequest request{"GET", "/store", "", {{"Host", "localhost"}}};
    for (auto& header : auth::sign_v4(request, "UNSIGNED-PAYLOAD", "AKIAROOT", secret, "us-east-1",
                                      system_clock().now_ms())) {
      request.headers.push_back(std::move(header));
    }
    return told(run(identity_.authenticate_s3(request, address, "r")));
  }
  Result<void> by_basic(const std::string& secret, const std::string& address) {
    const std::string header = "Basic " + to_base64("AKIAROOT:" + secret);
    return told(run(identity_.authenticate_rest(header, "", address, "r")));
  }
  Result<void> by_login(const std::string& secret, const std::string& address) {
    return told(run(identity_.login("AKIAROOT", secret, address)));
  }

 private:
  /// `unavailable` where it must wait.
  template <class T>
  static Result<void> told(const tl::expected<T, Refusal>& answer) {
    if (answer) return {};
    EXPECT_EQ(answer.error().retry_after_ms > 0, answer.error().code == ErrorCode::unavailable);
    EXPECT_LE(answer.error().retry_after_ms, kSignInWindowMs);
    return fail(answer.error());
  }
};

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
  EXPECT_EQ(run(identity_.create_key(caller, "")).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(identity_.list_keys(caller)).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(identity_.remove_key(caller, "AKIASOMEBODYELSE")).error().code, ErrorCode::access_denied);
  EXPECT_TRUE(run(identity_.remove_key(caller, caller.principal.access_key_id)));
  EXPECT_FALSE(credentials_.find(caller.principal.access_key_id));
}

TEST_F(IdentityServiceTest, LoginGivesATokenThatAuthenticates) {
  const auto login = run(identity_.login("AKIAROOT", "root-secret", "127.0.0.1:5"));
  ASSERT_TRUE(login);
  EXPECT_EQ(login->session.user_id, "admin");
  EXPECT_EQ(login->session.access_key_id, "AKIAROOT");

  const auto by_header = run(identity_.authenticate_rest("Bearer " + login->token, "", kAddress, "r"));
  const auto by_cookie = run(identity_.authenticate_rest("", login->token, kAddress, "r"));

  ASSERT_TRUE(by_header);
  EXPECT_EQ(by_header->principal.user_id, "admin");
  EXPECT_TRUE(by_cookie);
}

TEST_F(IdentityServiceTest, WrongOrNoCredentialsAreUnauthenticated) {
  EXPECT_EQ(run(identity_.login("AKIAROOT", "wrong", "127.0.0.1:5")).error().code,
            ErrorCode::unauthenticated);
  EXPECT_EQ(run(identity_.authenticate_rest("", "", kAddress, "r")).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(run(identity_.authenticate_rest("Basic Z2FyYmFnZQ==", "", kAddress, "r")).error().code,
            ErrorCode::unauthenticated);
}

TEST_F(IdentityServiceTest, ASessionIsToldAndSignsS3RequestsUntilItsKeyIsDisabled) {
  const auto made = run(identity_.create_key(root_, "laptop"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->about.description, "laptop");
  const std::string& id = made->key.access_key_id;
  const auto login = run(identity_.login(id, made->key.secret_access_key, "127.0.0.1:5"));
  ASSERT_TRUE(login);

  const auto session = run(identity_.session(login->token));
  const auto by_session = run(identity_.authenticate_session(login->token, "r"));

  ASSERT_TRUE(session);
  EXPECT_EQ(session->access_key_id, id);
  EXPECT_GT(session->expires_ms, system_clock().now_ms() + kSessionLifetimeMs - 60'000);
  ASSERT_TRUE(by_session);
  EXPECT_EQ(by_session->caller.principal.access_key_id, id);
  EXPECT_EQ(by_session->signing_key, "") << "signed chunks need a signature";
  EXPECT_FALSE(by_session->facts.presigned);

  const auto disabled = run(identity_.set_key_disabled(root_, id, true));
  ASSERT_TRUE(disabled);
  EXPECT_TRUE(disabled->disabled);
  EXPECT_EQ(run(identity_.session(login->token)).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(run(identity_.authenticate_session(login->token, "r")).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(run(identity_.session("")).error().code, ErrorCode::unauthenticated);
}

TEST_F(IdentityServiceTest, GuessesAtAnyDoorShutAllDoorsToThatAddressAndNoOther) {
  using Door = Result<void> (IdentityServiceTest::*)(const std::string&, const std::string&);
  const std::vector<std::pair<Door, std::size_t>> doors{
      {&IdentityServiceTest::by_basic, kWrongSecretsMax},
      {&IdentityServiceTest::by_login, kWrongSecretsMax},
      {&IdentityServiceTest::by_signature, kWrongSignaturesMax}};
  int number = 0;
  for (const auto& [guessed, times] : doors) {
    const std::string address = "192.0.2." + std::to_string(++number) + ":1";
    for (std::size_t i = 0; i < times; ++i) {
      const auto refused = (this->*guessed)("wrong", address);
      ASSERT_FALSE(refused);
      EXPECT_NE(refused.error().code, ErrorCode::unavailable) << i;
    }
    for (const auto& [door, any] : doors) {
      const auto refused = (this->*door)("root-secret", address);
      ASSERT_FALSE(refused) << "not even a right guess";
      EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
      EXPECT_TRUE((this->*door)("root-secret", "192.0.2.99:1"));
    }
  }
}

TEST_F(IdentityServiceTest, ASessionGoesOnWhateverIsGuessedFromItsAddress) {
  const auto login = run(identity_.login("AKIAROOT", "root-secret", kAddress));
  ASSERT_TRUE(login);
  for (std::size_t i = 0; i < kWrongSecretsMax; ++i) EXPECT_FALSE(by_basic("wrong", "127.0.0.1:6"));
  ASSERT_EQ(by_basic("root-secret", "127.0.0.1:6").error().code, ErrorCode::unavailable);

  EXPECT_TRUE(run(identity_.authenticate_rest("", login->token, "127.0.0.1:7", "r")));
  EXPECT_TRUE(run(identity_.authenticate_session(login->token, "r")));
  EXPECT_TRUE(by_basic("root-secret", kAddress)) << "the connection that signed in";
}

TEST_F(IdentityServiceTest, WhatIsWrongButNoGuessIsNotCounted) {
  const auto made = run(identity_.create_key(root_, "gone"));
  ASSERT_TRUE(made);
  ASSERT_TRUE(run(identity_.remove_key(root_, made->key.access_key_id)));
  SignedRequest late{"GET", "/store", "", {{"Host", "localhost"}}};
  for (auto& header : auth::sign_v4(late, "UNSIGNED-PAYLOAD", "AKIAROOT", "root-secret", "us-east-1",
                                    system_clock().now_ms() - 3'600'000)) {
    late.headers.push_back(std::move(header));
  }
  SignedRequest unknown{"GET", "/store", "", {{"Host", "localhost"}}};
  for (auto& header : auth::sign_v4(unknown, "UNSIGNED-PAYLOAD", made->key.access_key_id, "any", "us-east-1",
                                    system_clock().now_ms())) {
    unknown.headers.push_back(std::move(header));
  }

  for (std::size_t i = 0; i < 2 * kWrongSignaturesMax; ++i) {
    EXPECT_EQ(run(identity_.authenticate_s3(late, kAddress, "r")).error().code, ErrorCode::clock_skew);
    EXPECT_EQ(run(identity_.authenticate_s3(unknown, kAddress, "r")).error().code,
              ErrorCode::invalid_access_key);
  }

  EXPECT_TRUE(by_signature("root-secret", kAddress));
}

TEST_F(IdentityServiceTest, OnlyWhoManagesCredentialsDisablesKeys) {
  const Caller caller = run_caller("main");

  const auto refused = run(identity_.set_key_disabled(caller, caller.principal.access_key_id, true));

  EXPECT_EQ(refused.error().code, ErrorCode::access_denied);
}

TEST_F(IdentityServiceTest, APresignedUrlIsSignedWithTheCallersKey) {
  const Caller caller = run_caller("main");

  const auto url = run(identity_.presign_get(caller, "repo", "main/a b", {"http://host:1"}, 60));
  const auto never = run(identity_.presign_get(caller, "repo", "main/a", {"http://host:1"}, 0));
  const auto too_long = run(identity_.presign_get(caller, "repo", "main/a", {"http://host:1"}, 604'801));

  ASSERT_TRUE(url);
  EXPECT_THAT(url->url, testing::StartsWith("http://host:1/repo/main/a%20b?X-Amz-Algorithm="));
  EXPECT_THAT(url->url, HasSubstr(caller.principal.access_key_id));
  EXPECT_THAT(url->url, HasSubstr("X-Amz-Expires=60"));
  EXPECT_EQ(never.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(too_long.error().code, ErrorCode::invalid_argument);
}

TEST_F(IdentityServiceTest, AnUnsignedS3RequestIsAnonymous) {
  const auto found =
      run(identity_.authenticate_s3({"GET", "/store", "", {{"Host", "localhost"}}}, kAddress, "r"));

  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

}  // namespace
}  // namespace anabranch::service
