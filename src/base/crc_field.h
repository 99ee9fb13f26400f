// base/crc_field.h — polynomials over GF(2) modulo a CRC's own, for base's CRC files only.
//
// In:  reflected CRCs: the highest bit is the coefficient of x^0. Out: products and powers of x, at compile
// time too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace anabranch {

/// Source: the arithmetic of zlib's crc32_combine (Mark Adler).
template <class Crc, Crc kPolynomial>
struct CrcField {
  static constexpr Crc kOne = Crc{1} << (std::numeric_limits<Crc>::digits - 1);

  static constexpr Crc multiply(Crc a, Crc b) {
    Crc product = 0;
    for (Crc bit = kOne; bit != 0; bit >>= 1) {
      if ((a & bit) != 0) product ^= b;
      b = times_x(b);
    }
    return product;
  }

  /// x^exponent mod P, by squaring.
  static constexpr Crc power_of_x(std::uint64_t exponent) {
    Crc result = kOne;
    Crc square = kOne >> 1;
    for (; exponent != 0; exponent >>= 1) {
      if ((exponent & 1) != 0) result = multiply(result, square);
      square = multiply(square, square);
    }
    return result;
  }

 private:
  static constexpr Crc times_x(Crc a) { return (a & 1) != 0 ? (a >> 1) ^ kPolynomial : a >> 1; }
};

}  // namespace anabranch
