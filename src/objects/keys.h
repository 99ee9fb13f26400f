// objects/keys.h — the kv keys of this module: all begin with 'o' (docs/formats/keys.md).
//
// A bucket's records carry its id, not its name, so that a bucket made again under an old name starts clean.
// Object keys hold no NUL (check_key), so NUL ends a key that something follows, and byte order stays key
// order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace anabranch::objects {

using BucketId = std::uint64_t;

/// 8 and 4 bytes, big endian.
std::string big_endian_64(std::uint64_t value);
std::string big_endian_32(std::uint32_t value);
std::uint64_t decode_big_endian(std::string_view bytes);

namespace keys {

inline constexpr std::string_view kBuckets = "ob";
/// A counter that stays 0: adding 0 to it and awaiting that means all earlier batches are visible.
inline constexpr std::string_view kBarrier = "oy";

std::string bucket(std::string_view name);
std::string bucket_state(BucketId id);
/// Counters of a bucket: visible objects, their bytes, retained objects, open uploads. A letter ends each
/// key.
inline constexpr std::string_view kCounters = "oc";
inline constexpr std::string_view kObjectsCounter = "n";
inline constexpr std::string_view kBytesCounter = "b";
inline constexpr std::string_view kRetainedCounter = "r";
std::string count_objects(BucketId id);
std::string count_bytes(BucketId id);
std::string count_retained(BucketId id);
std::string count_uploads(BucketId id);

/// The prefix of all of a bucket's objects, and one object.
std::string objects(BucketId id);
std::string object(BucketId id, std::string_view key);
std::string retained(BucketId id, std::string_view key, std::string_view etag, std::uint64_t size_bytes);
std::string pin(BucketId id, std::string_view prefix);
std::string manifest_chunk(BlobId manifest, std::uint32_t index);

std::string uploads(BucketId id);
std::string upload(BucketId id, std::string_view key, std::string_view upload_id);
/// How often parts of an upload were written; what complete and abort require to be unchanged.
std::string upload_changes(BucketId id, std::string_view upload_id);
/// The prefix of an upload's parts, and one part.
std::string parts(BucketId id, std::string_view upload_id);
std::string part(BucketId id, std::string_view upload_id, unsigned number);

/// Size of what stands before the user's key in object(), pin() and upload().
inline constexpr std::size_t kBucketPrefixSize = 10;

}  // namespace keys
}  // namespace anabranch::objects
