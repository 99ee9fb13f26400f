#include "base/crc64nvme.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/hash.h"

namespace anabranch {
namespace {

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

/// tables[k][b]: the state after byte b and k zero bytes ("slicing by 8").
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    std::uint64_t state = byte;
    for (int bit = 0; bit < 8; ++bit) {
      state = (state & 1) != 0 ? (state >> 1) ^ kCrc64NvmePolynomial : state >> 1;
    }
    tables[0][byte] = state;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t before = tables[k - 1][byte];
      tables[k][byte] = tables[0][before & 0xFF] ^ (before >> 8);
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

}  // namespace

std::uint64_t crc64nvme_portable(std::uint64_t state, const unsigned char* bytes, std::size_t size) {
  for (; size >= 8; bytes += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    word ^= state;
    state = 0;
    for (std::size_t i = 0; i < 8; ++i) state ^= kTables[7 - i][(word >> (8 * i)) & 0xFF];
  }
  for (; size > 0; ++bytes, --size) state = kTables[0][(state ^ *bytes) & 0xFF] ^ (state >> 8);
  return state;
}

const std::vector<Crc64Path>& crc64nvme_paths() {
  static const std::vector<Crc64Path> paths = [] {
    std::vector<Crc64Path> found{{"portable", &crc64nvme_portable}};
    add_crc64nvme_x86_paths(found);
    return found;
  }();
  return paths;
}

std::uint64_t crc64nvme(std::uint64_t seed, ByteView bytes) {
  static const Crc64Function best = crc64nvme_paths().back().function;
  return ~best(~seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace anabranch
