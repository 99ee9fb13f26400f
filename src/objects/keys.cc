#include "objects/keys.h"

namespace anabranch::objects {
namespace {

std::string encode_big_endian(std::uint64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  return bytes;
}

/// tag, bucket id, rest; one allocation.
std::string join(std::string_view tag, BucketId id, std::string_view rest = {}, std::size_t more = 0) {
  std::string key;
  key.reserve(keys::kBucketPrefixSize + rest.size() + more);
  key.append(tag);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>((id >> shift) & 0xFF));
  key.append(rest);
  return key;
}

}  // namespace

std::string big_endian_64(std::uint64_t value) { return encode_big_endian(value, 8); }
std::string big_endian_32(std::uint32_t value) { return encode_big_endian(value, 4); }

std::uint64_t decode_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

namespace keys {

std::string bucket(std::string_view name) { return std::string(kBuckets).append(name); }
std::string bucket_state(BucketId id) { return join("og", id); }
std::string count_objects(BucketId id) { return join(kCounters, id, kObjectsCounter); }
std::string count_bytes(BucketId id) { return join(kCounters, id, kBytesCounter); }
std::string count_retained(BucketId id) { return join(kCounters, id, kRetainedCounter); }
std::string count_uploads(BucketId id) { return join(kCounters, id, "u"); }

std::string objects(BucketId id) { return join("oo", id); }
std::string object(BucketId id, std::string_view key) { return join("oo", id, key); }

std::string retained(BucketId id, std::string_view key, std::string_view etag, std::uint64_t size_bytes) {
  std::string result = join("or", id, key, etag.size() + 10);
  result.push_back('\0');
  result.append(etag);
  result.push_back('\0');
  return result.append(big_endian_64(size_bytes));
}

std::string pin(BucketId id, std::string_view prefix) { return join("op", id, prefix); }

std::string manifest_chunk(BlobId manifest, std::uint32_t index) {
  return std::string("om").append(manifest.encode()).append(big_endian_32(index));
}

std::string uploads(BucketId id) { return join("ou", id); }

std::string upload(BucketId id, std::string_view key, std::string_view upload_id) {
  std::string result = join("ou", id, key, upload_id.size() + 1);
  result.push_back('\0');
  return result.append(upload_id);
}

std::string upload_changes(BucketId id, std::string_view upload_id) { return join("ov", id, upload_id); }
std::string parts(BucketId id, std::string_view upload_id) { return join("ox", id, upload_id); }

std::string part(BucketId id, std::string_view upload_id, unsigned number) {
  return join("ox", id, upload_id, 2).append(encode_big_endian(number, 2));
}

}  // namespace keys
}  // namespace anabranch::objects
