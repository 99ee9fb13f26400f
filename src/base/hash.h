// base/hash.h — digests and checksums, each incremental; SIMD where the machine has it, chosen at run time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace anabranch {

/// The algorithms that protocols name. crc64nvme: polynomial 0xAD93D23594C93659 reflected, as NVMe and AWS
/// use it.
enum class HashAlgorithm : std::uint8_t { md5, sha1, sha256, crc32, crc32c, crc64nvme };

/// One running digest. Copyable state is not promised. Thread safety: none.
class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual void update(ByteView bytes) = 0;
  /// The raw digest, big endian for CRCs (as S3 encodes them before base64). Ends the Hasher.
  virtual std::string finish() = 0;
};
std::unique_ptr<Hasher> make_hasher(HashAlgorithm algorithm);

/// Digest of one string.
std::string digest(HashAlgorithm algorithm, std::string_view bytes);
inline std::string sha256(std::string_view bytes) { return digest(HashAlgorithm::sha256, bytes); }
inline std::string md5(std::string_view bytes) { return digest(HashAlgorithm::md5, bytes); }
/// HMAC-SHA-256. Source: RFC 2104. And HMAC-SHA-1 for AWS signature version 2.
std::string hmac_sha256(std::string_view key, std::string_view message);
std::string hmac_sha1(std::string_view key, std::string_view message);

/// CRC32C (Castagnoli) of `bytes`, continuing from `seed`: crc32c(crc32c(0, a), b) == crc32c(0, ab).
std::uint32_t crc32c(std::uint32_t seed, ByteView bytes);
std::uint32_t crc32(std::uint32_t seed, ByteView bytes);
std::uint64_t crc64nvme(std::uint64_t seed, ByteView bytes);
/// The CRC of a ++ b from crc(a), crc(b) and |b|, for S3's full-object checksums of multipart uploads.
std::uint64_t combine_crc(HashAlgorithm algorithm, std::uint64_t crc_a, std::uint64_t crc_b,
                          std::uint64_t size_b_bytes);

/// 64 bits, fast, not for security. Source: xxHash XXH3.
std::uint64_t xxh3(std::string_view bytes, std::uint64_t seed = 0);
/// Source: http://www.isthe.com/chongo/tech/comp/fnv/ (FNV-1, as Go's hash/fnv New64).
std::uint64_t fnv1_64(std::string_view bytes);
std::uint64_t fnv1a_64(std::string_view bytes);

std::string to_hex(std::string_view bytes);
/// Errors: malformed.
Result<std::string> from_hex(std::string_view text);
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

/// Compares without telling by its time where they differ.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace anabranch
