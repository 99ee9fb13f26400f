// base/crc64nvme.h — the ways to compute CRC-64/NVME, for base's own files and tests; others call
// base/hash.h.
//
// In:  bytes. Out: the same number whichever way computed it; which ways run is asked of the processor at run
// time. Source: NVM Express NVM Command Set Specification 1.0c, 5.2.1.3.4;
// https://reveng.sourceforge.io/crc-catalogue/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace anabranch {

/// The polynomial 0xAD93D23594C93659, reflected.
inline constexpr std::uint64_t kCrc64NvmePolynomial = 0x9A6C9329AC4BC9B5ULL;

/// Takes and returns the inner state, that is the complement of the CRC.
using Crc64Function = std::uint64_t (*)(std::uint64_t state, const unsigned char* bytes, std::size_t size);

struct Crc64Path {
  std::string_view name;  // "portable", "pclmul", "vpclmul"
  Crc64Function function;
};

/// The paths that this processor runs, slowest first; never empty. Thread safety: any thread.
const std::vector<Crc64Path>& crc64nvme_paths();

/// Slicing by 8 with tables; runs everywhere, and ends what the others leave over.
std::uint64_t crc64nvme_portable(std::uint64_t state, const unsigned char* bytes, std::size_t size);

/// Adds the carry-less multiply paths that this x86-64 processor runs; nothing on others.
void add_crc64nvme_x86_paths(std::vector<Crc64Path>& paths);

}  // namespace anabranch
