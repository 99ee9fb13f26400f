#include <isa-l/crc.h>

#include <algorithm>

#include "base/assert.h"
#include "base/crc64nvme.h"
#include "base/crc_field.h"
#include "base/hash.h"

namespace anabranch {
namespace {

/// Moves crc_a past b: multiplies it by x^(8 * size_b_bytes).
template <class Crc, Crc kPolynomial>
Crc combine(Crc crc_a, Crc crc_b, std::uint64_t size_b_bytes) {
  using Field = CrcField<Crc, kPolynomial>;
  // [k] = x^(8 * 2^k): one entry for each bit of a size.
  static constexpr std::array<Crc, 64> kPowers = [] {
    std::array<Crc, 64> powers{};
    Crc power = Field::power_of_x(8);
    for (Crc& entry : powers) {
      entry = power;
      power = Field::multiply(power, power);
    }
    return powers;
  }();
  for (std::size_t bit = 0; size_b_bytes != 0; ++bit, size_b_bytes >>= 1) {
    if ((size_b_bytes & 1) != 0) crc_a = Field::multiply(crc_a, kPowers[bit]);
  }
  return crc_a ^ crc_b;
}

}  // namespace

std::uint32_t crc32c(std::uint32_t seed, ByteView bytes) {
  // ISA-L's function neither inverts nor takes more than an int; and it reads `buffer` only.
  constexpr std::size_t kPieceMax = std::size_t{1} << 30;
  std::uint32_t state = ~seed;
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(bytes.size(), kPieceMax));
    auto* buffer = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data()));
    state = crc32_iscsi(buffer, static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

std::uint32_t crc32(std::uint32_t seed, ByteView bytes) {
  return crc32_gzip_refl(seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::uint64_t combine_crc(HashAlgorithm algorithm, std::uint64_t crc_a, std::uint64_t crc_b,
                          std::uint64_t size_b_bytes) {
  const auto a32 = static_cast<std::uint32_t>(crc_a);
  const auto b32 = static_cast<std::uint32_t>(crc_b);
  switch (algorithm) {
    case HashAlgorithm::crc32:
      return combine<std::uint32_t, 0xEDB88320U>(a32, b32, size_b_bytes);
    case HashAlgorithm::crc32c:
      return combine<std::uint32_t, 0x82F63B78U>(a32, b32, size_b_bytes);
    case HashAlgorithm::crc64nvme:
      return combine<std::uint64_t, kCrc64NvmePolynomial>(crc_a, crc_b, size_b_bytes);
    case HashAlgorithm::md5:
    case HashAlgorithm::sha1:
    case HashAlgorithm::sha256:
      break;
  }
  ANABRANCH_ASSERT(false, "not a CRC: algorithm " + std::to_string(static_cast<int>(algorithm)));
}

}  // namespace anabranch
