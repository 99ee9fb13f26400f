// CRC-64/NVME by carry-less multiplication: the message is folded onto itself in steps of D bits, by
// x^D mod P, until 128 bits are left; those, which have the same remainder, go through the tables.
//
// A 128-bit block, read little endian, holds in bit i the coefficient of x^(127-i): the low half L is worth L
// * x^64. The product of two halves comes out one place short (its 127 bits start at x^126), hence D+63 and
// D-1 below. Source: V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel,
// 2009.
#include "base/crc64nvme.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>

#include "base/crc_field.h"

namespace anabranch {
namespace {

#define ANABRANCH_PCLMUL __attribute__((target("pclmul,sse4.1")))
#define ANABRANCH_VPCLMUL __attribute__((target("pclmul,sse4.1,avx512f,vpclmulqdq")))

using Field = CrcField<std::uint64_t, kCrc64NvmePolynomial>;

/// What folds a 128-bit block forward by kBits: the factor of its low half, then that of its high half.
template <std::uint64_t kBits>
constexpr std::array<std::uint64_t, 2> kFold = {Field::power_of_x(kBits + 63), Field::power_of_x(kBits - 1)};

// The loops over blocks are unrolled by name, else g++ -O2 keeps the blocks in memory instead of registers.
constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kXmmStride = 8 * kBlockSize;
constexpr std::size_t kZmmSize = 64;
constexpr std::size_t kZmmStride = 4 * kZmmSize;

ANABRANCH_PCLMUL inline __m128i load(const unsigned char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

template <std::uint64_t kBits>
ANABRANCH_PCLMUL inline __m128i factors() {
  return _mm_set_epi64x(static_cast<long long>(kFold<kBits>[1]), static_cast<long long>(kFold<kBits>[0]));
}

ANABRANCH_PCLMUL inline __m128i fold(__m128i block, __m128i factor, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(block, factor, 0x00);
  const __m128i high = _mm_clmulepi64_si128(block, factor, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// Folds the whole blocks left into `block`, and ends with the tables.
ANABRANCH_PCLMUL std::uint64_t finish(__m128i block, const unsigned char* bytes, std::size_t size) {
  const __m128i factor = factors<128>();
  for (; size >= kBlockSize; bytes += kBlockSize, size -= kBlockSize)
    block = fold(block, factor, load(bytes));
  std::array<unsigned char, kBlockSize> rest;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), block);
  return crc64nvme_portable(crc64nvme_portable(0, rest.data(), rest.size()), bytes, size);
}

ANABRANCH_PCLMUL std::uint64_t pclmul(std::uint64_t state, const unsigned char* bytes, std::size_t size) {
  if (size < 2 * kBlockSize) return crc64nvme_portable(state, bytes, size);
  const __m128i start = _mm_cvtsi64_si128(static_cast<long long>(state));
  if (size < 2 * kXmmStride) {
    const __m128i first = _mm_xor_si128(load(bytes), start);
    return finish(first, bytes + kBlockSize, size - kBlockSize);
  }

  // Eight blocks at once: a product takes about seven cycles, and a new one may start in each.
  __m128i blocks[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) blocks[i] = load(bytes + i * kBlockSize);
  blocks[0] = _mm_xor_si128(blocks[0], start);
  bytes += kXmmStride;
  size -= kXmmStride;
  const __m128i stride_factor = factors<8 * kXmmStride>();
  for (; size >= kXmmStride; bytes += kXmmStride, size -= kXmmStride) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < 8; ++i) {
      blocks[i] = fold(blocks[i], stride_factor, load(bytes + i * kBlockSize));
    }
  }
  const __m128i block_factor = factors<8 * kBlockSize>();
#pragma GCC unroll 8
  for (std::size_t i = 1; i < 8; ++i) blocks[i] = fold(blocks[i - 1], block_factor, blocks[i]);
  return finish(blocks[7], bytes, size);
}

ANABRANCH_VPCLMUL inline __m512i load_wide(const unsigned char* bytes) { return _mm512_loadu_si512(bytes); }

template <std::uint64_t kBits>
ANABRANCH_VPCLMUL inline __m512i factors_wide() {
  return _mm512_broadcast_i32x4(factors<kBits>());
}

ANABRANCH_VPCLMUL inline __m512i fold_wide(__m512i blocks, __m512i factor, __m512i next) {
  const __m512i low = _mm512_clmulepi64_epi128(blocks, factor, 0x00);
  const __m512i high = _mm512_clmulepi64_epi128(blocks, factor, 0x11);
  constexpr int kXorOfThree = 0x96;
  return _mm512_ternarylogic_epi64(low, high, next, kXorOfThree);
}

ANABRANCH_VPCLMUL std::uint64_t vpclmul(std::uint64_t state, const unsigned char* bytes, std::size_t size) {
  if (size < 2 * kZmmStride) return pclmul(state, bytes, size);

  __m512i wide[4];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) wide[i] = load_wide(bytes + i * kZmmSize);
  const __m128i start = _mm_cvtsi64_si128(static_cast<long long>(state));
  wide[0] = _mm512_xor_si512(wide[0], _mm512_zextsi128_si512(start));
  bytes += kZmmStride;
  size -= kZmmStride;
  const __m512i stride_factor = factors_wide<8 * kZmmStride>();
  for (; size >= kZmmStride; bytes += kZmmStride, size -= kZmmStride) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      wide[i] = fold_wide(wide[i], stride_factor, load_wide(bytes + i * kZmmSize));
    }
  }
  const __m512i wide_factor = factors_wide<8 * kZmmSize>();
#pragma GCC unroll 4
  for (std::size_t i = 1; i < 4; ++i) wide[i] = fold_wide(wide[i - 1], wide_factor, wide[i]);
  __m512i last = wide[3];
  for (; size >= kZmmSize; bytes += kZmmSize, size -= kZmmSize) {
    last = fold_wide(last, wide_factor, load_wide(bytes));
  }

  alignas(kZmmSize) std::array<unsigned char, kZmmSize> spread;
  _mm512_store_si512(spread.data(), last);
  const __m128i block_factor = factors<8 * kBlockSize>();
  __m128i block = load(spread.data());
  for (std::size_t i = 1; i < 4; ++i) block = fold(block, block_factor, load(spread.data() + i * kBlockSize));
  return finish(block, bytes, size);
}

}  // namespace

void add_crc64nvme_x86_paths(std::vector<Crc64Path>& paths) {
  if (!__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return;
  paths.push_back({"pclmul", &pclmul});
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("vpclmulqdq")) return;
  paths.push_back({"vpclmul", &vpclmul});
}

}  // namespace anabranch

#else

namespace anabranch {
void add_crc64nvme_x86_paths(std::vector<Crc64Path>&) {}
}  // namespace anabranch

#endif
