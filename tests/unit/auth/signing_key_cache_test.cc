// What this proves: a signing key is found only for what it was made for, and the cache stays small.
#include "auth/signing_key_cache.h"

#include <gtest/gtest.h>

namespace anabranch::auth {
namespace {

SignatureFacts facts_of(std::string id, std::string date, std::string region) {
  SignatureFacts facts;
  facts.access_key_id = std::move(id);
  facts.date = std::move(date);
  facts.region = std::move(region);
  facts.service = "s3";
  return facts;
}

TEST(SigningKeyCache, FindsAKeyOnlyForItsIdDateRegionAndSecret) {
  SigningKeyCache cache(8);
  const auto facts = facts_of("A", "20130524", "us-east-1");
  cache.add(facts, "secret", "key");

  EXPECT_EQ(cache.find(facts, "secret"), "key");
  EXPECT_FALSE(cache.find(facts, "secre1"));
  EXPECT_FALSE(cache.find(facts_of("B", "20130524", "us-east-1"), "secret"));
  EXPECT_FALSE(cache.find(facts_of("A", "20130525", "us-east-1"), "secret"));
  EXPECT_FALSE(cache.find(facts_of("A", "20130524", "us-east-2"), "secret"));
}

TEST(SigningKeyCache, NeverHoldsMoreThanItsBound) {
  SigningKeyCache cache(8);
  for (int i = 0; i < 100; ++i) {
    const auto facts = facts_of("A", "20130524", std::to_string(i));
    cache.add(facts, "secret", std::to_string(i));
    EXPECT_EQ(cache.find(facts, "secret"), std::to_string(i));
    EXPECT_LE(cache.size(), 8U);
  }
}

}  // namespace
}  // namespace anabranch::auth
