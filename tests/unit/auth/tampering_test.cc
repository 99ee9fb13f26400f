// What this proves: no byte that a signature covers can change without being noticed. Seeded:
// TEST_SEED=<seed> replays.
#include <gtest/gtest.h>

#include <random>

#include "auth/canonical.h"
#include "aws_examples.h"
#include "support/seed.h"

namespace anabranch::auth {
namespace {

constexpr int kRounds = 300;

std::string random_text(std::mt19937_64& random, std::size_t size_max) {
  constexpr std::string_view kAlphabet = "abcXYZ019-_.~/+ %&=*\xC3\xA9";
  std::string text(1 + random() % size_max, ' ');
  for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
  return text;
}
std::string random_encoded(std::mt19937_64& random, std::size_t size_max, bool keep_slash) {
  std::string out;
  append_encoded(out, random_text(random, size_max), keep_slash);
  return out;
}

SignedRequest random_request(std::mt19937_64& random, bool presigned) {
  constexpr const char* kMethods[] = {"GET", "PUT", "HEAD", "DELETE", "POST"};
  SignedRequest request{
      kMethods[random() % 5], "/" + random_encoded(random, 12, true), "", {{"Host", "127.0.0.1:9000"}}};
  for (std::uint64_t i = random() % 4; i > 0; --i) {
    request.query += (request.query.empty() ? "" : "&") + random_encoded(random, 5, false) + "=" +
                     random_encoded(random, 5, false);
  }
  if (presigned) {
    request.query = presign_v4(request.method, "127.0.0.1:9000", request.path, request.query, kExampleId,
                               kExampleSecret, "us-east-1", kExampleTime, 900);
    return request;
  }
  request.headers.emplace_back("X-Amz-Meta-Note", "a" + random_text(random, 6) + "z");
  for (auto& header :
       sign_v4(request, kExampleEmptyHash, kExampleId, kExampleSecret, "us-east-1", kExampleTime)) {
    request.headers.push_back(std::move(header));
  }
  return request;
}

/// Everything that the signature speaks for, in one spelling per meaning: changes that keep it (%7e for %7E,
/// "+" for %20) are no tampering. The Authorization header and the time it was read with are compared as
/// parsed.
std::string meaning(const SignedRequest& request) {
  std::string out = request.method + "\n";
  append_path_reencoded(out, request.path);
  out.push_back('\n');
  append_canonical_query(out, request.query, {});
  for (const auto& [name, value] : request.headers) {
    out += "\n" + to_lower(name) + ":";
    if (!equal_ignoring_case(name, "authorization")) append_collapsed(out, value);
  }
  if (const auto facts = parse_signature(request); facts && *facts) {
    out += "\n" + (*facts)->access_key_id + "\n" + (*facts)->scope() + "\n" + (*facts)->timestamp + "\n" +
           (*facts)->signature;
    for (const auto& name : (*facts)->signed_headers) out += ";" + name;
  }
  return out;
}

/// As a server does: another access key id has another secret.
bool accepted(const SignedRequest& request) {
  const auto facts = parse_signature(request);
  if (!facts || !*facts) return false;
  const bool known = (*facts)->access_key_id == kExampleId;
  return check_signature(request, **facts, known ? kExampleSecret : "another secret", kExampleTime)
      .has_value();
}

/// Flips one bit of one byte, anywhere.
void flip(std::mt19937_64& random, SignedRequest& request) {
  std::vector<std::string*> parts{&request.method, &request.path};
  if (!request.query.empty()) parts.push_back(&request.query);
  for (auto& header : request.headers) parts.push_back(&header.second);
  std::string& part = *parts[random() % parts.size()];
  char& byte = part[random() % part.size()];
  byte = static_cast<char>(byte ^ (1 << (random() % 8)));
}

TEST(Tampering, AnyFlippedBitOfASignedRequestIsRefused) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  int changed = 0;

  for (int round = 0; round < kRounds; ++round) {
    const SignedRequest original = random_request(random, round % 2 == 0);
    const auto verified = verify(original, kExampleSecret, kExampleTime);
    ASSERT_TRUE(verified) << "round " << round << ": " << verified.error().message << "\n"
                          << meaning(original);

    for (int flips = 0; flips < 20; ++flips) {
      SignedRequest tampered = original;
      flip(random, tampered);
      if (meaning(tampered) == meaning(original)) continue;
      ++changed;
      ASSERT_FALSE(accepted(tampered)) << "round " << round << "\n"
                                       << meaning(original) << "\nbecame\n"
                                       << meaning(tampered);
    }
  }
  EXPECT_GT(changed, kRounds * 10) << "too few flips meant anything";
}

TEST(Tampering, AddedDroppedAndRenamedParametersAreRefused) {
  for (const SignedRequest& original : {example_list(), example_presigned()}) {
    for (const char* added : {"&versionId=1", "&x", "&=", "&prefix=K"}) {
      SignedRequest tampered = original;
      tampered.query += added;
      EXPECT_FALSE(verify(tampered, kExampleSecret, kExampleTime)) << tampered.query;
    }
  }
  SignedRequest dropped = example_list();
  dropped.query = "max-keys=2";
  EXPECT_FALSE(verify(dropped, kExampleSecret, kExampleTime));
}

TEST(Tampering, SecondValueOfASignedHeaderIsRefused) {
  SignedRequest tampered = example_get();
  tampered.headers.emplace_back("range", "bytes=10-19");
  EXPECT_EQ(verify(tampered, kExampleSecret, kExampleTime).error().code, ErrorCode::signature_mismatch);
}

TEST(Tampering, RandomBytesAsARequestNeverCrash) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const SignedRequest samples[] = {example_get(),
                                   example_put(),
                                   example_presigned(),
                                   {"GET", "/k", "AWSAccessKeyId=A&Signature=x&Expires=1", {}}};
  for (int round = 0; round < 20 * kRounds; ++round) {
    SignedRequest request = samples[random() % std::size(samples)];
    for (std::uint64_t flips = 1 + random() % 8; flips > 0; --flips) flip(random, request);
    const auto facts = parse_signature(request);
    EXPECT_TRUE(facts || !facts.error().message.empty());
    if (facts && *facts) {
      EXPECT_FALSE(check_signature(request, **facts, "not the secret", kExampleTime));
    }
  }
}

}  // namespace
}  // namespace anabranch::auth
