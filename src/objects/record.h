// objects/record.h — the values of this module's keys: compact, versioned, cheap to decode
// (docs/formats/keys.md).
//
// In:   records as structs. Out: bytes, and back; what does not decode is ErrorCode::corruption.
// The part of an object record that HEAD and LIST need comes first, so that they stop there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/keys.h"
#include "objects/object_store.h"

namespace anabranch::objects {

struct BucketRecord {
  BucketId id = 0;
  TimeMs created_ms = 0;
  std::string region;
};
std::string encode(const BucketRecord& record);
Result<BucketRecord> decode_bucket(std::string_view bytes);

/// What every write into the bucket requires unchanged: there while the bucket is, another one with every
/// pin.
struct BucketState {
  std::uint64_t pin_generation = 0;
};
std::string encode(const BucketState& state);
Result<BucketState> decode_bucket_state(std::string_view bytes);

/// Slices of an object with parts lie in a manifest of their own, cut into `chunks` values.
struct ManifestRef {
  BlobId id;
  std::uint32_t chunks = 0;
};

struct ObjectRecord {
  ObjectInfo info;                   // `key` is in the kv key, not in the record
  std::uint64_t pin_generation = 0;  // of the bucket when this was published
  std::vector<Slice> slices;         // where there is no manifest
  std::optional<ManifestRef> manifest;
};
std::string encode(const ObjectRecord& record);
Result<ObjectRecord> decode_object(std::string_view bytes);
/// Only `info`, into a struct that may be used again (`key` is left alone).
Result<void> decode_object_info(std::string_view bytes, ObjectInfo& info);
/// The same without content type, headers and user metadata, which a listing does not show.
Result<void> decode_listed_info(std::string_view bytes, ObjectInfo& info);

struct Manifest {
  std::vector<std::uint64_t> part_sizes_bytes;
  std::vector<Checksum> part_checksums;  // none, or one per part
  std::vector<Slice> slices;
};
std::string encode(const Manifest& manifest);
Result<Manifest> decode_manifest(std::string_view bytes);

struct UploadRecord {
  TimeMs initiated_ms = 0;
  std::string content_type;
  StringPairs headers;
  StringPairs user_metadata;
  std::optional<HashAlgorithm> checksum_algorithm;
  bool checksum_full_object = false;
};
std::string encode(const UploadRecord& record);
Result<UploadRecord> decode_upload(std::string_view bytes);

struct PartRecord {
  PartInfo info;  // `number` is in the kv key
  std::vector<Slice> slices;
};
std::string encode(const PartRecord& record);
Result<PartRecord> decode_part(std::string_view bytes);

/// Objects under the pin's prefix that were published before `generation` are retained; all, until
/// `open_until_ms`.
struct PinRecord {
  std::uint64_t generation = 0;
  TimeMs open_until_ms = 0;
};
std::string encode(const PinRecord& record);
Result<PinRecord> decode_pin(std::string_view bytes);

}  // namespace anabranch::objects
