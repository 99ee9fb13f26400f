// What this proves: credentials come back from their records as they were, and broken records are said to be
// broken.
#include "auth/credential_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::auth {
namespace {

Credential sample() {
  Credential credential{{"AKIA", "s/ec+ret\"\\"}, "run/\u20AC-1", Policy::run("dogs", "a*\\b"), 17, 99};
  credential.policy.statements.push_back({false, {}, {"*"}});
  credential.description = "the laptop's \u20AC";
  credential.disabled = true;
  return credential;
}

TEST(CredentialRecord, RoundTripKeepsEveryField) {
  const auto decoded = decode_credential(encode_credential(sample()));

  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->key.access_key_id, sample().key.access_key_id);
  EXPECT_EQ(decoded->key.secret_access_key, sample().key.secret_access_key);
  EXPECT_EQ(decoded->user_id, sample().user_id);
  EXPECT_EQ(decoded->created_ms, 17);
  EXPECT_EQ(decoded->expires_ms, 99);
  EXPECT_EQ(decoded->description, sample().description);
  EXPECT_TRUE(decoded->disabled);
  ASSERT_EQ(decoded->policy.statements.size(), sample().policy.statements.size());
  for (std::size_t i = 0; i < decoded->policy.statements.size(); ++i) {
    EXPECT_EQ(decoded->policy.statements[i].allow, sample().policy.statements[i].allow);
    EXPECT_EQ(decoded->policy.statements[i].actions, sample().policy.statements[i].actions);
    EXPECT_EQ(decoded->policy.statements[i].resources, sample().policy.statements[i].resources);
  }
}

TEST(CredentialRecord, FormatOfVersionOneIsReadForEver) {
  const auto decoded = decode_credential(
      R"({"version":1,"access_key_id":"A","secret_access_key":"S","user_id":"u","created_ms":5,)"
      R"("policy":[{"allow":true,"actions":["*"],"resources":["server"]}],"later":{"x":1}})");

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->key.access_key_id, "A");
  EXPECT_FALSE(decoded->expires_ms);
  EXPECT_EQ(decoded->description, "");
  EXPECT_FALSE(decoded->disabled);
  EXPECT_EQ(decoded->policy.statements.at(0).resources.at(0), "server");
}

TEST(CredentialRecord, CutRecordsAreCorruptAndTheirErrorsTellNoSecret) {
  const std::string record = encode_credential(sample());
  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto decoded = decode_credential(record.substr(0, size));
    ASSERT_FALSE(decoded) << "cut at " << size;
    EXPECT_EQ(decoded.error().code, ErrorCode::corruption);
    EXPECT_THAT(decoded.error().message, testing::Not(testing::HasSubstr("ec+ret")));
  }
  for (const char* text : {"[]", "{}", R"({"version":2})", R"({"version":1,"expires_ms":"soon"})"}) {
    EXPECT_EQ(decode_credential(text).error().code, ErrorCode::corruption) << text;
  }
}

TEST(CredentialRecord, TheKeyOfARunNamesItsRepositoryForGood) {
  Credential credential = sample();
  credential.run = RunBinding{"dogs", "r", 3, "uid"};
  const auto back = decode_credential(encode_credential(credential));
  ASSERT_TRUE(back && back->run);
  EXPECT_EQ(back->run->repository_uid, "uid");
  EXPECT_EQ(back->run->attempt, 3);

  credential.run->repository_uid.clear();  // as it was written before
  const std::string older = encode_credential(credential);
  EXPECT_EQ(older.find("\"uid\""), std::string::npos);
  ASSERT_TRUE(decode_credential(older));
  EXPECT_EQ(decode_credential(older)->run->repository_uid, "");
}

}  // namespace
}  // namespace anabranch::auth
