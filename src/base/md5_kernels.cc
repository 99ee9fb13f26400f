// The MD5 compression of RFC 1321, in as many lanes as a vector has words. For base/md5_lanes.h.
#include <bit>
#include <cstring>
#include <utility>

#include "base/md5_lanes.h"

namespace anabranch {
namespace {

constexpr std::array<std::uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<std::array<int, 4>, 4> kShifts = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

/// A vector of kLanes words, as g++ and clang have them on every machine.
template <std::size_t kLanes>
struct VectorOf {
  typedef std::uint32_t Type __attribute__((vector_size(4 * kLanes)));
};

// Inlined into a function for each instruction set, and so compiled for it. Vectors pass by reference: by
// value, their calling convention would depend on the instruction set.
#define ANABRANCH_INLINE [[gnu::always_inline]] inline

template <int kRound, class Vector>
ANABRANCH_INLINE void mix(Vector& out, const Vector& b, const Vector& c, const Vector& d) {
  if constexpr (kRound == 0) out = d ^ (b & (c ^ d));
  if constexpr (kRound == 1) out = c ^ (d & (b ^ c));
  if constexpr (kRound == 2) out = b ^ c ^ d;
  if constexpr (kRound == 3) out = c ^ (b | ~d);
}

template <int kRound, class Vector>
ANABRANCH_INLINE void round(Vector& a, Vector& b, Vector& c, Vector& d, const Vector* words) {
  constexpr std::array<unsigned, 4> kFactors = {1, 5, 3, 7};
  constexpr std::array<unsigned, 4> kOffsets = {0, 1, 5, 0};
#pragma GCC unroll 16
  for (unsigned i = 0; i < 16; ++i) {
    const Vector& word = words[(i * kFactors[kRound] + kOffsets[kRound]) % 16];
    const int shift = kShifts[kRound][i % 4];
    Vector sum;
    mix<kRound>(sum, b, c, d);
    sum += a + word + kSines[kRound * 16 + i];
    a = d;
    d = c;
    c = b;
    b += (sum << shift) | (sum >> (32 - shift));
  }
}

/// Swaps, of two rows, the words whose lane has the bit kDistance in the first with those that lack it in the
/// second.
template <std::size_t kDistance, std::size_t... kLane, class Vector>
ANABRANCH_INLINE void swap_words(Vector& first, Vector& second, std::index_sequence<kLane...>) {
  constexpr std::size_t kLanes = sizeof...(kLane);
  const Vector old = first;
  first = __builtin_shufflevector(old, second,
                                  ((kLane & kDistance) != 0 ? kLanes + kLane - kDistance : kLane)...);
  second = __builtin_shufflevector(old, second,
                                   ((kLane & kDistance) != 0 ? kLanes + kLane : kLane + kDistance)...);
}

template <std::size_t kLanes, std::size_t kDistance, class Vector>
ANABRANCH_INLINE void transpose_step(Vector* rows) {
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kLanes; ++i) {
    if ((i & kDistance) == 0) {
      swap_words<kDistance>(rows[i], rows[i + kDistance], std::make_index_sequence<kLanes>());
    }
  }
}

/// Loads words [first, first + kLanes) of each lane's block, and turns rows (a lane's words) into columns.
template <std::size_t kLanes, class Vector>
ANABRANCH_INLINE void load_transposed(Vector* rows, const unsigned char* const* bytes, std::size_t offset) {
#pragma GCC unroll 16
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::memcpy(&rows[lane], bytes[lane] + offset, sizeof(Vector));
    if constexpr (std::endian::native == std::endian::big) {
      for (std::size_t i = 0; i < kLanes; ++i) rows[lane][i] = __builtin_bswap32(rows[lane][i]);
    }
  }
  transpose_step<kLanes, 1>(rows);
  transpose_step<kLanes, 2>(rows);
  if constexpr (kLanes > 4) transpose_step<kLanes, 4>(rows);
  if constexpr (kLanes > 8) transpose_step<kLanes, 8>(rows);
}

template <std::size_t kLanes>
ANABRANCH_INLINE void compress(Md5LaneStates& states, const unsigned char* const* bytes, std::size_t blocks) {
  using Vector = typename VectorOf<kLanes>::Type;
  Vector a, b, c, d;
  std::memcpy(&a, states.words[0].data(), sizeof a);
  std::memcpy(&b, states.words[1].data(), sizeof b);
  std::memcpy(&c, states.words[2].data(), sizeof c);
  std::memcpy(&d, states.words[3].data(), sizeof d);
  for (std::size_t block = 0; block < blocks; ++block) {
    Vector words[16];
#pragma GCC unroll 4
    for (std::size_t first = 0; first < 16; first += kLanes) {
      load_transposed<kLanes>(words + first, bytes, block * 64 + first * sizeof(std::uint32_t));
    }
    const Vector a0 = a, b0 = b, c0 = c, d0 = d;
    round<0>(a, b, c, d, words);
    round<1>(a, b, c, d, words);
    round<2>(a, b, c, d, words);
    round<3>(a, b, c, d, words);
    a += a0;
    b += b0;
    c += c0;
    d += d0;
  }
  std::memcpy(states.words[0].data(), &a, sizeof a);
  std::memcpy(states.words[1].data(), &b, sizeof b);
  std::memcpy(states.words[2].data(), &c, sizeof c);
  std::memcpy(states.words[3].data(), &d, sizeof d);
}

void portable(Md5LaneStates& states, const unsigned char* const* bytes, std::size_t blocks) {
  compress<4>(states, bytes, blocks);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void avx2(Md5LaneStates& states, const unsigned char* const* bytes,
                                          std::size_t blocks) {
  compress<8>(states, bytes, blocks);
}
__attribute__((target("avx512f,avx512bw,avx512vl"))) void avx512(Md5LaneStates& states,
                                                                 const unsigned char* const* bytes,
                                                                 std::size_t blocks) {
  compress<16>(states, bytes, blocks);
}
#endif

}  // namespace

const std::vector<Md5Kernel>& md5_kernels() {
  static const std::vector<Md5Kernel> kernels = [] {
    std::vector<Md5Kernel> found{{"portable", 4, &portable}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) found.push_back({"avx2", 8, &avx2});
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
      found.push_back({"avx512", 16, &avx512});
    }
#endif
    return found;
  }();
  return kernels;
}

}  // namespace anabranch
