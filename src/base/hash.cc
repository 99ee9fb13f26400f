// OpenSSL 3's EVP interface allocates and looks a provider up for each digest: 325 ns for 64 bytes of SHA-256
// where its plain functions, which run the same assembly on a state that lives where we put it, take 92.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>  // the same names, with AVX2 and AVX-512 where the processor has them
#else
#include <xxhash.h>
#endif

#include <algorithm>

#include "base/assert.h"

namespace anabranch {
namespace {

struct Md5 {
  static constexpr std::size_t kDigestSize = MD5_DIGEST_LENGTH;
  MD5_CTX state;
  Md5() { MD5_Init(&state); }
  void update(const void* data, std::size_t size) { MD5_Update(&state, data, size); }
  void finish(unsigned char* out) { MD5_Final(out, &state); }
};
struct Sha1 {
  static constexpr std::size_t kDigestSize = SHA_DIGEST_LENGTH;
  SHA_CTX state;
  Sha1() { SHA1_Init(&state); }
  void update(const void* data, std::size_t size) { SHA1_Update(&state, data, size); }
  void finish(unsigned char* out) { SHA1_Final(out, &state); }
};
struct Sha256 {
  static constexpr std::size_t kDigestSize = SHA256_DIGEST_LENGTH;
  SHA256_CTX state;
  Sha256() { SHA256_Init(&state); }
  void update(const void* data, std::size_t size) { SHA256_Update(&state, data, size); }
  void finish(unsigned char* out) { SHA256_Final(out, &state); }
};

template <class Digest>
std::string finish_to_string(Digest& digest) {
  std::string out(Digest::kDigestSize, '\0');
  digest.finish(reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

template <class Digest>
std::string digest_of(std::string_view bytes) {
  Digest digest;
  digest.update(bytes.data(), bytes.size());
  return finish_to_string(digest);
}

template <class Digest>
class DigestHasher final : public Hasher {
 public:
  void update(ByteView bytes) override { digest_.update(bytes.data(), bytes.size()); }
  std::string finish() override { return finish_to_string(digest_); }

 private:
  Digest digest_;
};

template <class Crc>
std::string big_endian(Crc crc) {
  std::string out(sizeof crc, '\0');
  for (std::size_t i = 0; i < sizeof crc; ++i) {
    out[i] = static_cast<char>(crc >> (8 * (sizeof crc - 1 - i)));
  }
  return out;
}

template <class Crc, Crc (*kFunction)(Crc, ByteView)>
class CrcHasher final : public Hasher {
 public:
  void update(ByteView bytes) override { crc_ = kFunction(crc_, bytes); }
  std::string finish() override { return big_endian(crc_); }

 private:
  Crc crc_ = 0;
};

/// RFC 2104. Both digests that we use have blocks of 64 bytes.
template <class Digest>
std::string hmac(std::string_view key, std::string_view message) {
  constexpr std::size_t kBlockSize = 64;
  std::array<unsigned char, kBlockSize> block{};
  std::array<unsigned char, Digest::kDigestSize> inner_digest;
  if (key.size() > kBlockSize) {
    Digest digest;
    digest.update(key.data(), key.size());
    digest.finish(block.data());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }

  for (auto& byte : block) byte ^= 0x36;
  Digest inner;
  inner.update(block.data(), block.size());
  inner.update(message.data(), message.size());
  inner.finish(inner_digest.data());

  for (auto& byte : block) byte ^= 0x36 ^ 0x5c;
  Digest outer;
  outer.update(block.data(), block.size());
  outer.update(inner_digest.data(), inner_digest.size());
  OPENSSL_cleanse(block.data(), block.size());
  return finish_to_string(outer);
}

}  // namespace

std::unique_ptr<Hasher> make_hasher(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::md5:
      return std::make_unique<DigestHasher<Md5>>();
    case HashAlgorithm::sha1:
      return std::make_unique<DigestHasher<Sha1>>();
    case HashAlgorithm::sha256:
      return std::make_unique<DigestHasher<Sha256>>();
    case HashAlgorithm::crc32:
      return std::make_unique<CrcHasher<std::uint32_t, &crc32>>();
    case HashAlgorithm::crc32c:
      return std::make_unique<CrcHasher<std::uint32_t, &crc32c>>();
    case HashAlgorithm::crc64nvme:
      return std::make_unique<CrcHasher<std::uint64_t, &crc64nvme>>();
  }
  ANABRANCH_ASSERT(false, "hash algorithm " + std::to_string(static_cast<int>(algorithm)));
}

std::string digest(HashAlgorithm algorithm, std::string_view bytes) {
  switch (algorithm) {
    case HashAlgorithm::md5:
      return digest_of<Md5>(bytes);
    case HashAlgorithm::sha1:
      return digest_of<Sha1>(bytes);
    case HashAlgorithm::sha256:
      return digest_of<Sha256>(bytes);
    case HashAlgorithm::crc32:
      return big_endian(crc32(0, as_bytes(bytes)));
    case HashAlgorithm::crc32c:
      return big_endian(crc32c(0, as_bytes(bytes)));
    case HashAlgorithm::crc64nvme:
      return big_endian(crc64nvme(0, as_bytes(bytes)));
  }
  ANABRANCH_ASSERT(false, "hash algorithm " + std::to_string(static_cast<int>(algorithm)));
}

std::string hmac_sha256(std::string_view key, std::string_view message) { return hmac<Sha256>(key, message); }
std::string hmac_sha1(std::string_view key, std::string_view message) { return hmac<Sha1>(key, message); }

std::uint64_t xxh3(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

namespace {
constexpr std::uint64_t kFnvOffset = 0xCBF29CE484222325ULL;
constexpr std::uint64_t kFnvPrime = 0x100000001B3ULL;
}  // namespace

std::uint64_t fnv1_64(std::string_view bytes) {
  std::uint64_t hash = kFnvOffset;
  for (const char c : bytes) hash = (hash * kFnvPrime) ^ static_cast<unsigned char>(c);
  return hash;
}

std::uint64_t fnv1a_64(std::string_view bytes) {
  std::uint64_t hash = kFnvOffset;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return hash;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  // The length of a signature is no secret; its bytes are.
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace anabranch
