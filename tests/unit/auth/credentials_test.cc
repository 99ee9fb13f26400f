// What this proves: keys are good from create to expiry or removal, in this process and after a restart;
// requests, pairs and tokens lead to the right principal or the right error.
#include "auth/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "auth/signature.h"
#include "auth/token.h"
#include "base/hash.h"
#include "base/workers.h"
#include "kv/memory_store.h"

namespace anabranch::auth {
namespace {

constexpr TimeMs kNow = 1'369'353'600'000;
const KeyPair kRoot{"ROOTID", "rootsecret"};

/// A store that counts look-ups, answers would_block where it is told to, and can stop in the middle of one.
class CountingStore final : public kv::Store {
 public:
  Result<std::optional<std::string>> get(std::string_view key) const override {
    ++gets;
    if (blocks && read_tier() == ReadTier::memory) return fail(ErrorCode::would_block, "asked to");
    auto value = store_.get(key);
    if (after_get) std::exchange(after_get, nullptr)();
    return value;
  }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return store_.scan(begin, end, visitor);
  }
  std::unique_ptr<kv::Reader> snapshot() const override { return store_.snapshot(); }
  void commit(kv::Batch batch, CommitCallback done) override {
    store_.commit(std::move(batch), std::move(done));
  }

  mutable std::atomic<int> gets = 0;
  bool blocks = false;
  mutable std::function<void()> after_get;

 private:
  kv::MemoryStore store_;
};

class CredentialsTest : public testing::Test {
 protected:
  Credential create(std::string user, Policy policy = Policy::everything(),
                    std::optional<TimeMs> expires = {}) {
    auto created = block_on(credentials_.create(std::move(user), std::move(policy), expires));
    EXPECT_TRUE(created) << created.error().message;
    return *created;
  }
  SignedRequest signed_by(const KeyPair& key) const {
    SignedRequest request{"GET", "/dogs/main/a", "", {{"Host", "h"}}};
    for (auto& header : sign_v4(request, to_hex(sha256("")), key.access_key_id, key.secret_access_key,
                                "us-east-1", clock_.now_ms())) {
      request.headers.push_back(std::move(header));
    }
    return request;
  }
  ErrorCode code_of(const SignedRequest& request) const {
    const auto identity = credentials_.authenticate(request);
    return identity ? ErrorCode::internal : identity.error().code;
  }

  CountingStore kv_;
  ManualClock clock_{kNow};
  Credentials credentials_{kv_, clock_, kRoot};
};

TEST_F(CredentialsTest, MadeKeysHaveTheFormOfAwsKeysAndDiffer) {
  const KeyPair pair = make_key_pair();
  EXPECT_THAT(pair.access_key_id, testing::MatchesRegex("AKIA[A-Z2-7]{16}"));
  EXPECT_THAT(pair.secret_access_key, testing::MatchesRegex("[A-Za-z0-9+/]{40}"));
  EXPECT_NE(make_key_pair().access_key_id, pair.access_key_id);
  EXPECT_NE(make_key_pair().secret_access_key, pair.secret_access_key);
}

TEST_F(CredentialsTest, RootMayDoEverythingAndIsNotInTheStore) {
  const auto identity = credentials_.authenticate(signed_by(kRoot));

  ASSERT_TRUE(identity && *identity);
  EXPECT_EQ((*identity)->principal.user_id, "admin");
  EXPECT_TRUE(authorize((*identity)->principal, Action::manage_credentials, Resource::server()));
  EXPECT_EQ((*identity)->signing_key,
            make_signing_key(kRoot.secret_access_key, "20130524", "us-east-1", "s3"));
  EXPECT_EQ(kv_.gets, 0);
  EXPECT_EQ(block_on(credentials_.remove("ROOTID")).error().code, ErrorCode::not_allowed);
}

TEST_F(CredentialsTest, CreatedKeySignsAsItsUserWithItsPolicyAlsoAfterARestart) {
  const Credential made = create("run/sweep-1", Policy::run("dogs", "sweep-1"));
  Credentials restarted(kv_, clock_, kRoot);

  for (const Credentials* credentials : {&credentials_, &restarted}) {
    const auto identity = credentials->authenticate(signed_by(made.key));
    ASSERT_TRUE(identity && *identity);
    const Principal& principal = (*identity)->principal;
    EXPECT_EQ(principal.user_id, "run/sweep-1");
    EXPECT_EQ(principal.access_key_id, made.key.access_key_id);
    EXPECT_TRUE(authorize(principal, Action::write_object, Resource::repository("dogs", "sweep-1", "x")));
    EXPECT_FALSE(authorize(principal, Action::write_object, Resource::repository("dogs", "main", "x")));
  }
}

TEST_F(CredentialsTest, UnsignedRequestsHaveNoIdentityAndUnknownOrWrongKeysAreRefused) {
  EXPECT_FALSE(credentials_.authenticate({"GET", "/", "", {{"Host", "h"}}}).value());
  EXPECT_EQ(code_of(signed_by({"AKIAUNKNOWN", "x"})), ErrorCode::invalid_access_key);
  EXPECT_EQ(code_of(signed_by({"ROOTID", "wrong"})), ErrorCode::signature_mismatch);
  EXPECT_EQ(code_of(signed_by({std::string(9'000, 'A'), "x"})), ErrorCode::invalid_access_key);
}

TEST_F(CredentialsTest, BadSignatureIsRefusedAlsoWhenTheSigningKeyIsCached) {
  ASSERT_TRUE(credentials_.authenticate(signed_by(kRoot)));

  EXPECT_EQ(code_of(signed_by({"ROOTID", "wrong"})), ErrorCode::signature_mismatch);
  SignedRequest tampered = signed_by(kRoot);
  tampered.path = "/dogs/main/b";
  EXPECT_EQ(code_of(tampered), ErrorCode::signature_mismatch);
}

TEST_F(CredentialsTest, SecondLookUpComesFromMemory) {
  const Credential made = create("ann");
  ASSERT_TRUE(credentials_.find(made.key.access_key_id));
  const int gets = kv_.gets;
  kv_.blocks = true;

  const ReadTierScope scope(ReadTier::memory);
  EXPECT_TRUE(credentials_.authenticate(signed_by(made.key)));
  EXPECT_EQ(kv_.gets, gets);
  EXPECT_EQ(credentials_.find("AKIAOTHER").error().code, ErrorCode::would_block);
}

TEST_F(CredentialsTest, RemovedKeyIsRefusedAtOnceAndOnceOnly) {
  const Credential made = create("ann");
  const std::string token = credentials_.make_token({"ann", made.key.access_key_id, {}});
  ASSERT_TRUE(credentials_.authenticate_token(token));

  ASSERT_TRUE(block_on(credentials_.remove(made.key.access_key_id)));

  EXPECT_EQ(code_of(signed_by(made.key)), ErrorCode::invalid_access_key);
  EXPECT_EQ(credentials_.authenticate_token(token).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(block_on(credentials_.remove(made.key.access_key_id)).error().code, ErrorCode::not_found);
}

TEST_F(CredentialsTest, ATokenEndsWithItsKey) {
  const Credential made = create("run/1", Policy::everything(), kNow + 5'000);

  const auto holder =
      credentials_.authenticate_token(credentials_.make_token({"run/1", made.key.access_key_id, {}}));

  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->expires_ms, kNow + 5'000);
}

TEST_F(CredentialsTest, AnEndedTokenIsRefusedAtOnceAlsoAfterARestartAndOthersOfTheKeyAreNot) {
  const Principal root{std::string(kRootUserId), kRoot.access_key_id, Policy::everything()};
  const std::string one = credentials_.make_token(root);
  const std::string two = credentials_.make_token(root);
  ASSERT_NE(one, two);
  ASSERT_TRUE(credentials_.authenticate_token(one));

  ASSERT_TRUE(block_on(credentials_.end_token(one)));

  EXPECT_EQ(credentials_.authenticate_token(one).error().code, ErrorCode::unauthenticated);
  EXPECT_TRUE(credentials_.authenticate_token(two));
  const Credentials after(kv_, clock_, kRoot);
  EXPECT_EQ(after.authenticate_token(one).error().code, ErrorCode::unauthenticated);
  EXPECT_TRUE(after.authenticate_token(two));
}

TEST_F(CredentialsTest, ATokenOfAnOlderServerCanBeEndedToo) {
  const TokenClaims claims{std::string(kRootUserId), kRoot.access_key_id, kNow + 60'000};
  const std::string token = encode_token(claims, make_token_key(kRoot.secret_access_key));
  ASSERT_TRUE(credentials_.authenticate_token(token));

  ASSERT_TRUE(block_on(credentials_.end_token(token)));

  EXPECT_EQ(credentials_.authenticate_token(token).error().code, ErrorCode::unauthenticated);
}

TEST_F(CredentialsTest, ADisabledKeyIsRefusedAtOnceEverywhereUntilItIsEnabled) {
  const Credential made = create("ann");
  const std::string& id = made.key.access_key_id;
  const std::string token = credentials_.make_token({"ann", id, {}});
  ASSERT_TRUE(credentials_.authenticate(signed_by(made.key)));  // in every cache now

  const auto disabled = block_on(credentials_.set_disabled(id, true));

  ASSERT_TRUE(disabled);
  EXPECT_TRUE(disabled->disabled);
  EXPECT_EQ(disabled->key.secret_access_key, "");
  EXPECT_EQ(code_of(signed_by(made.key)), ErrorCode::invalid_access_key);
  EXPECT_EQ(credentials_.authenticate_token(token).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(credentials_.authenticate_pair(id, made.key.secret_access_key).error().code,
            ErrorCode::unauthenticated);
  EXPECT_EQ(credentials_.find(id).error().code, ErrorCode::invalid_access_key);
  Credentials restarted(kv_, clock_, kRoot);
  EXPECT_FALSE(restarted.authenticate_token(token));
  EXPECT_TRUE(credentials_.list()->at(0).disabled);

  ASSERT_TRUE(block_on(credentials_.set_disabled(id, false)));

  EXPECT_TRUE(credentials_.authenticate(signed_by(made.key)));
  EXPECT_TRUE(credentials_.authenticate_token(token));
  EXPECT_TRUE(block_on(credentials_.set_disabled(id, true)));
  EXPECT_TRUE(block_on(credentials_.remove(id))) << "a disabled key can be removed";
}

TEST_F(CredentialsTest, NeitherTheRootNorThePresignerNorWhatIsNotThereCanBeDisabled) {
  const auto presigner = block_on(credentials_.presigner());
  ASSERT_TRUE(presigner);

  EXPECT_EQ(block_on(credentials_.set_disabled("ROOTID", true)).error().code, ErrorCode::not_allowed);
  EXPECT_EQ(block_on(credentials_.set_disabled(presigner->access_key_id, true)).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(block_on(credentials_.set_disabled("AKIAOTHER", true)).error().code, ErrorCode::not_found);
  EXPECT_EQ(block_on(credentials_.set_disabled(std::string(70'000, 'x'), true)).error().code,
            ErrorCode::not_found);
}

TEST_F(CredentialsTest, ADescriptionIsKeptAndBounded) {
  const auto made =
      block_on(credentials_.create("ann", Policy::everything(), {}, std::string(kDescriptionSizeMax, 'd')));
  const auto too_long = block_on(
      credentials_.create("ann", Policy::everything(), {}, std::string(kDescriptionSizeMax + 1, 'd')));
  const auto not_text = block_on(credentials_.create("ann", Policy::everything(), {}, "\xff"));

  ASSERT_TRUE(made);
  EXPECT_EQ(credentials_.list()->at(0).description.size(), kDescriptionSizeMax);
  EXPECT_EQ(too_long.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(not_text.error().code, ErrorCode::invalid_argument);
}

TEST_F(CredentialsTest, ChangesOfOneKeySideBySideAllEnd) {
  const Credential made = create("ann");
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        if (!block_on(credentials_.set_disabled(made.key.access_key_id, i % 2 == 0))) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(failures, 0);
  ASSERT_TRUE(block_on(credentials_.set_disabled(made.key.access_key_id, false)));
  EXPECT_TRUE(credentials_.find(made.key.access_key_id));
}

TEST_F(CredentialsTest, LookUpThatARemovalOvertookLeavesNothingInTheCache) {
  const Credential made = create("ann");
  kv_.after_get = [&] { EXPECT_TRUE(block_on(credentials_.remove(made.key.access_key_id))); };

  // This look-up read the record before the removal: it may answer, but the next one must not.
  ASSERT_TRUE(credentials_.find(made.key.access_key_id));
  EXPECT_EQ(credentials_.find(made.key.access_key_id).error().code, ErrorCode::invalid_access_key);
}

TEST_F(CredentialsTest, KeysExpireByTheClockAndAreSweptLater) {
  const Credential brief = create("run/1", Policy::everything(), kNow + 1'000);
  const Credential lasting = create("ann");
  ASSERT_TRUE(credentials_.authenticate(signed_by(brief.key)));
  EXPECT_EQ(block_on(credentials_.remove_expired()).value(), 0U);

  clock_.advance(1'000);

  EXPECT_EQ(code_of(signed_by(brief.key)), ErrorCode::expired);
  EXPECT_EQ(block_on(credentials_.remove_expired()).value(), 1U);
  EXPECT_EQ(code_of(signed_by(brief.key)), ErrorCode::invalid_access_key);
  EXPECT_TRUE(credentials_.authenticate(signed_by(lasting.key)));
}

TEST_F(CredentialsTest, TheKeyOfARunIsWorthWhatIsHeardOfTheRun) {
  RunState state;
  credentials_.watch_runs(
      [&](const RunBinding& run) -> Result<RunState> {
        EXPECT_EQ(run.repository + "/" + run.id + "/" + std::to_string(run.attempt), "dogs/r/2");
        EXPECT_EQ(run.repository_uid, "uid");
        return state;
      },
      10'000);
  const auto made = block_on(credentials_.create("run/1", Policy::everything(), std::nullopt, {},
                                                 RunBinding{"dogs", "r", 2, "uid"}));
  const KeyPair key = made->key;
  const std::string token = credentials_.make_token({"run/1", key.access_key_id, {}});
  EXPECT_TRUE(credentials_.authenticate(signed_by(key)));
  EXPECT_FALSE(credentials_.list()->front().suspended);

  state = {RunState::Kind::silent, 10'000};
  EXPECT_EQ(code_of(signed_by(key)), ErrorCode::unavailable);
  EXPECT_EQ(credentials_.authenticate_pair(key.access_key_id, key.secret_access_key).error().code,
            ErrorCode::unavailable);
  EXPECT_EQ(credentials_.authenticate_pair(key.access_key_id, "wrong").error().code,
            ErrorCode::unauthenticated);
  EXPECT_EQ(credentials_.authenticate_token(token).error().code, ErrorCode::unavailable);
  EXPECT_EQ(credentials_.principal(key.access_key_id).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(credentials_.list()->front().suspended);
  EXPECT_EQ(block_on(credentials_.remove_expired()).value(), 0U);

  state = {};
  EXPECT_TRUE(credentials_.authenticate(signed_by(key)));

  state = {RunState::Kind::silent, 10'001};
  EXPECT_EQ(code_of(signed_by(key)), ErrorCode::invalid_access_key);
  EXPECT_EQ(block_on(credentials_.remove_expired()).value(), 1U);
  EXPECT_TRUE(credentials_.list()->empty());
}

TEST_F(CredentialsTest, AKeyEndsWithItsRun) {
  RunState state;
  credentials_.watch_runs([&](const RunBinding&) -> Result<RunState> { return state; }, 10'000);
  const auto make = [&](std::string run) {
    return block_on(credentials_.create("run/1", Policy::everything(), std::nullopt, {},
                                        RunBinding{"dogs", std::move(run), 1}))
        ->key;
  };
  const KeyPair ended = make("r"), other = make("q");
  const Credential user = create("ann");

  ASSERT_TRUE(block_on(credentials_.remove_keys_of("cats", "r")));
  EXPECT_TRUE(credentials_.authenticate(signed_by(ended)));
  ASSERT_TRUE(block_on(credentials_.remove_keys_of("dogs", "r")));
  EXPECT_EQ(code_of(signed_by(ended)), ErrorCode::invalid_access_key);
  EXPECT_TRUE(credentials_.authenticate(signed_by(other)));

  state = {RunState::Kind::over, 0};
  EXPECT_EQ(code_of(signed_by(other)), ErrorCode::invalid_access_key);
  EXPECT_TRUE(credentials_.authenticate(signed_by(user.key)));
}

TEST_F(CredentialsTest, BadCreationsAreRefused) {
  const auto code = [&](std::string user, Policy policy, std::optional<TimeMs> expires) {
    return block_on(credentials_.create(std::move(user), std::move(policy), expires)).error().code;
  };
  EXPECT_EQ(code("", {}, {}), ErrorCode::invalid_argument);
  EXPECT_EQ(code("server/presigner", {}, {}), ErrorCode::invalid_argument);
  EXPECT_EQ(code("ann", {}, kNow), ErrorCode::invalid_argument);
  EXPECT_EQ(code("ann\xFF", {}, {}), ErrorCode::invalid_argument);
  EXPECT_THAT(credentials_.list().value(), testing::IsEmpty());
}

TEST_F(CredentialsTest, ListTellsNoSecretsAndNotThePresigner) {
  const Credential made = create("ann");
  ASSERT_TRUE(block_on(credentials_.presigner()));

  const auto listed = credentials_.list();

  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().key.access_key_id, made.key.access_key_id);
  EXPECT_EQ(listed->front().key.secret_access_key, "");
}

TEST_F(CredentialsTest, PresignerIsMadeOnceOutlivesARestartAndSigns) {
  const auto pair = block_on(credentials_.presigner());
  ASSERT_TRUE(pair);
  Credentials restarted(kv_, clock_, kRoot);

  EXPECT_EQ(block_on(credentials_.presigner())->secret_access_key, pair->secret_access_key);
  EXPECT_EQ(block_on(restarted.presigner())->secret_access_key, pair->secret_access_key);
  EXPECT_EQ(block_on(credentials_.remove(pair->access_key_id)).error().code, ErrorCode::not_found);

  const SignedRequest request{
      "PUT",
      "/b/k",
      presign_v4("PUT", "h", "/b/k", "", pair->access_key_id, pair->secret_access_key, "us-east-1", kNow, 60),
      {{"Host", "h"}, {"Authorization", "Basic YTpi"}}};
  const auto identity = restarted.authenticate(request);
  ASSERT_TRUE(identity && *identity);
  EXPECT_TRUE(authorize((*identity)->principal, Action::write_object, Resource::bucket("b", "k")));
}

TEST_F(CredentialsTest, BasicPairsAreCheckedWithoutTellingWhichHalfIsWrong) {
  const Credential made = create("ann");
  const auto basic = [&](const std::string& id, const std::string& secret) {
    return credentials_.authenticate_basic("Basic " + to_base64(id + ":" + secret));
  };
  ASSERT_TRUE(basic(made.key.access_key_id, made.key.secret_access_key));
  EXPECT_EQ(basic("ROOTID", "rootsecret")->user_id, "admin");
  EXPECT_TRUE(credentials_.authenticate_basic("  bASIC  " + to_base64("ROOTID:rootsecret")));

  const auto unknown = basic("nobody", "x");
  const auto wrong = basic(made.key.access_key_id, "x");
  EXPECT_EQ(unknown.error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(wrong.error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(unknown.error().message, wrong.error().message);
  for (const char* header : {"", "Basic", "Basic ", "Basic !!!!", "Bearer x", "Basic YQ=="}) {
    EXPECT_EQ(credentials_.authenticate_basic(header).error().code, ErrorCode::unauthenticated) << header;
  }
}

TEST_F(CredentialsTest, TokenStandsForItsKeyForADayAndForThatUserOnly) {
  constexpr TimeMs kDayMs = 86'400'000;
  const Credential made = create("run/1", Policy::run("dogs", "b"));
  const std::string token = credentials_.make_token({"run/1", made.key.access_key_id, {}});

  const auto holder = credentials_.authenticate_token(token);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->principal.user_id, "run/1");
  EXPECT_EQ(holder->expires_ms, kNow + kDayMs);
  EXPECT_TRUE(authorize(holder->principal, Action::commit, Resource::repository("dogs", "b")));
  EXPECT_FALSE(authorize(holder->principal, Action::commit, Resource::repository("dogs", "main")));

  const std::string other = credentials_.make_token({"someone", made.key.access_key_id, {}});
  EXPECT_EQ(credentials_.authenticate_token(other).error().code, ErrorCode::unauthenticated);
  EXPECT_TRUE(credentials_.authenticate_token(credentials_.make_token({"admin", "ROOTID", {}})));
  EXPECT_EQ(credentials_.authenticate_token("x.y.z").error().code, ErrorCode::unauthenticated);

  clock_.advance(kDayMs);
  EXPECT_EQ(credentials_.authenticate_token(token).error().code, ErrorCode::expired);
}

TEST_F(CredentialsTest, ThreadsMayCreateUseAndRemoveKeysAtTheSameTime) {
  const SignedRequest by_root = signed_by(kRoot);
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const auto made = block_on(credentials_.create("ann", Policy::everything(), std::nullopt));
        const bool ok = made && credentials_.authenticate(signed_by(made->key)) &&
                        credentials_.authenticate(by_root) && block_on(credentials_.presigner()) &&
                        block_on(credentials_.remove(made->key.access_key_id)) &&
                        !credentials_.authenticate(signed_by(made->key));
        if (!ok) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_THAT(credentials_.list().value(), testing::IsEmpty());
}

}  // namespace
}  // namespace anabranch::auth
