// versioning/wire.h — the two encodings that lakeFS's files are made of: varints, and protobuf fields over
// them.
//
// In: bytes that may come from anyone. Out: values, or false where the bytes do not parse; nothing is ever
// read past the end. Source: protobuf.dev, "Encoding"; Go's encoding/binary (PutVarint is zigzag, PutUvarint
// is not).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace anabranch::versioning::wire {

inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

/// Takes a varint off the front of `in`; false (and `in` is unspecified) where there is none.
inline bool take_varint(std::string_view& in, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0, at = 0; at < in.size() && shift < 64; shift += 7, ++at) {
    const auto byte = static_cast<unsigned char>(in[at]);
    if (shift == 63 && byte > 1) return false;  // more than 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      in.remove_prefix(at + 1);
      return true;
    }
  }
  return false;
}

/// Takes `size` bytes off the front of `in`.
inline bool take_bytes(std::string_view& in, std::uint64_t size, std::string_view& bytes) {
  if (size > in.size()) return false;
  bytes = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

/// Length as a zigzag varint, then the bytes: how lakeFS frames identity and data of a record.
inline void append_framed(std::string& out, std::string_view bytes) {
  append_varint(out, static_cast<std::uint64_t>(bytes.size()) << 1);
  out.append(bytes);
}

inline bool take_framed(std::string_view& in, std::string_view& bytes) {
  std::uint64_t zigzag = 0;
  return take_varint(in, zigzag) && (zigzag & 1) == 0 && take_bytes(in, zigzag >> 1, bytes);
}

enum class FieldType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

inline void append_varint_field(std::string& out, unsigned number, std::uint64_t value) {
  append_varint(out, std::uint64_t{number} << 3);
  append_varint(out, value);
}

inline void append_bytes_field(std::string& out, unsigned number, std::string_view bytes) {
  append_varint(out, std::uint64_t{number} << 3 | 2);
  append_varint(out, bytes.size());
  out.append(bytes);
}

/// One field of a message. Of fixed32 and fixed64, `bytes` holds the raw form.
struct Field {
  std::uint64_t number = 0;
  FieldType type = FieldType::varint;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// Takes the next field off the front of `in`, which is not empty.
inline bool take_field(std::string_view& in, Field& field) {
  std::uint64_t tag = 0;
  if (!take_varint(in, tag)) return false;
  field.number = tag >> 3;
  field.type = static_cast<FieldType>(tag & 7);
  switch (field.type) {
    case FieldType::varint:
      return take_varint(in, field.value);
    case FieldType::fixed64:
      return take_bytes(in, 8, field.bytes);
    case FieldType::bytes: {
      std::uint64_t size = 0;
      return take_varint(in, size) && take_bytes(in, size, field.bytes);
    }
    case FieldType::fixed32:
      return take_bytes(in, 4, field.bytes);
  }
  return false;  // groups, which proto3 does not have
}

}  // namespace anabranch::versioning::wire
