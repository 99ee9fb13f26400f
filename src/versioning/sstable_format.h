// versioning/sstable_format.h — the bytes that writer and reader of SSTables share. Layout:
// docs/formats/sstable.md. Source: RocksDB, block-based table, format version 2 (which LevelDB's table format
// became).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "versioning/wire.h"

namespace anabranch::versioning::sstable {

inline constexpr std::size_t kBlockTrailerSize = 5;  // compression type, masked CRC32C
inline constexpr std::size_t kFooterSize = 53;
inline constexpr std::size_t kFooterHandlesSize = 40;  // after the checksum type
inline constexpr std::uint64_t kMagic = 0x88E241B785F4CFF7;
inline constexpr std::uint32_t kFormatVersion = 2;
inline constexpr char kChecksumCrc32c = 1;
inline constexpr char kNotCompressed = 0, kSnappyCompressed = 1;
inline constexpr std::uint32_t kIndexBinarySearch = 0, kIndexTwoLevel = 2;

// The eight bytes after each key in data and index blocks: sequence number << 8 | kind.
inline constexpr std::size_t kKeyTrailerSize = 8;
inline constexpr std::uint64_t kValueTrailer = 1;
inline constexpr std::uint64_t kSeparatorTrailer = 0xFFFF'FFFF'FFFF'FF11;
inline constexpr std::uint64_t kNoKeyTrailer = 0xFF;
inline constexpr std::uint64_t kKindMask = 0xFF;

inline constexpr std::string_view kPropertiesName = "rocksdb.properties";
inline constexpr std::string_view kIndexTypeName = "rocksdb.block.based.table.index.type";

/// Stored CRCs are rotated and offset, so that the CRC of bytes that hold CRCs stays meaningful.
inline std::uint32_t masked_crc(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u; }

/// Where a block lies; `size_bytes` is without its trailer.
struct BlockHandle {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;

  void append_to(std::string& out) const {
    wire::append_varint(out, offset_bytes);
    wire::append_varint(out, size_bytes);
  }
  static bool take(std::string_view& in, BlockHandle& handle) {
    return wire::take_varint(in, handle.offset_bytes) && wire::take_varint(in, handle.size_bytes);
  }
};

template <class Integer>
void append_little_endian(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

/// `bytes` has sizeof(Integer) bytes or more.
template <class Integer>
Integer little_endian(std::string_view bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<Integer>(Integer{static_cast<unsigned char>(bytes[i])} << (8 * i));
  }
  return value;
}

}  // namespace anabranch::versioning::sstable
