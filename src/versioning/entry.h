// versioning/entry.h — what a path holds in a commit or in staging, and its identity. Format of lakeFS
// (docs/formats/sstable.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace anabranch::versioning {

enum class AddressType : std::uint8_t { by_prefix = 0, relative = 1, full = 2 };

/// A path's value: where its bytes lie and what S3 says of them. No bytes.
struct Entry {
  std::string
      address;  // relative: "data/<partition>/<xid>" under the storage namespace; full: "s3://bucket/key"
  AddressType address_type = AddressType::relative;
  TimeMs last_modified_ms = 0;
  std::int64_t size_bytes = 0;
  std::string etag;
  std::map<std::string, std::string> metadata;  // user metadata; names in the case they were sent
  std::string content_type;
  /// What a foreign file says of the time below a millisecond, 0 to 999,999: kept, so that it is written as
  /// it was read.
  std::uint32_t last_modified_below_ms_ns = 0;

  /// SHA-256 (32 bytes) over size, ETag, metadata, content type: address and time are left out, so equal
  /// content is equal wherever it lies.
  std::string identity() const;
  /// Protobuf, as lakeFS writes it. Errors of decode: corruption.
  std::string encode() const;
  static Result<Entry> decode(std::string_view bytes);
  bool operator==(const Entry&) const = default;
};

/// A value of an SSTable, parsed in place: the views point into the bytes that were parsed.
struct RecordView {
  std::string_view identity;
  std::string_view data;
  /// False where `value` does not parse.
  static bool parse(std::string_view value, RecordView& record);
};

/// A value record of an SSTable: identity, then data.
struct ValueRecord {
  std::string identity;
  std::string data;
  std::string encode() const;  // zigzag varint length, identity, zigzag varint length, data
  static Result<ValueRecord> decode(std::string_view bytes);
};

struct PathEntry {
  std::string path;
  Entry entry;
};

}  // namespace anabranch::versioning
