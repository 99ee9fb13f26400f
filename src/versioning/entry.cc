#include "versioning/entry.h"

#include "versioning/identity.h"
#include "versioning/wire.h"

namespace anabranch::versioning {
namespace {

constexpr std::int64_t kNanosecondsPerMs = 1'000'000;
/// Source: google/protobuf/timestamp.proto: years 1 to 9999.
constexpr std::int64_t kTimestampSecondsMin = -62'135'596'800;
constexpr std::int64_t kTimestampSecondsMax = 253'402'300'799;

// Field numbers of lakeFS's catalog.Entry. Format: docs/formats/sstable.md.
constexpr unsigned kAddress = 1, kLastModified = 2, kSize = 3, kEtag = 4, kMetadata = 5, kAddressType = 6,
                   kContentType = 7;

void append_timestamp(std::string& out, TimeMs time_ms, std::uint32_t below_ms_ns) {
  std::int64_t seconds = time_ms / 1000;
  std::int64_t ms = time_ms % 1000;
  if (ms < 0) {  // seconds round down, nanoseconds count up
    ms += 1000;
    --seconds;
  }
  const std::int64_t nanoseconds = ms * kNanosecondsPerMs + below_ms_ns;
  std::string timestamp;  // small: never allocates
  if (seconds != 0) wire::append_varint_field(timestamp, 1, static_cast<std::uint64_t>(seconds));
  if (nanoseconds != 0) wire::append_varint_field(timestamp, 2, static_cast<std::uint64_t>(nanoseconds));
  wire::append_bytes_field(out, kLastModified, timestamp);
}

bool parse_timestamp(std::string_view in, Entry& entry) {
  std::int64_t seconds = 0, nanoseconds = 0;
  wire::Field field;
  while (!in.empty()) {
    if (!wire::take_field(in, field)) return false;
    if (field.type != wire::FieldType::varint) continue;
    if (field.number == 1) seconds = static_cast<std::int64_t>(field.value);
    if (field.number == 2) nanoseconds = static_cast<std::int64_t>(field.value);
  }
  if (seconds < kTimestampSecondsMin || seconds > kTimestampSecondsMax) return false;
  if (nanoseconds < 0 || nanoseconds >= 1000 * kNanosecondsPerMs) return false;
  entry.last_modified_ms = seconds * 1000 + nanoseconds / kNanosecondsPerMs;
  entry.last_modified_below_ms_ns = static_cast<std::uint32_t>(nanoseconds % kNanosecondsPerMs);
  return true;
}

bool parse_metadata(std::string_view in, Entry& entry) {
  std::string_view key, value;
  wire::Field field;
  while (!in.empty()) {
    if (!wire::take_field(in, field)) return false;
    if (field.type != wire::FieldType::bytes) continue;
    if (field.number == 1) key = field.bytes;
    if (field.number == 2) value = field.bytes;
  }
  entry.metadata.insert_or_assign(std::string(key), std::string(value));
  return true;
}

bool parse_bytes_field(const wire::Field& field, Entry& entry) {
  switch (field.number) {
    case kAddress:
      entry.address = field.bytes;
      return true;
    case kLastModified:
      return parse_timestamp(field.bytes, entry);
    case kEtag:
      entry.etag = field.bytes;
      return true;
    case kMetadata:
      return parse_metadata(field.bytes, entry);
    case kContentType:
      entry.content_type = field.bytes;
      return true;
    default:
      return true;
  }
}

bool parse_varint_field(const wire::Field& field, Entry& entry) {
  switch (field.number) {
    case kSize:
      entry.size_bytes = static_cast<std::int64_t>(field.value);
      return entry.size_bytes >= 0;
    case kAddressType:
      entry.address_type = static_cast<AddressType>(field.value);
      return field.value <= static_cast<std::uint64_t>(AddressType::full);
    default:
      return true;
  }
}

}  // namespace

std::string Entry::identity() const {
  TypedHash hash;
  hash.add_int64(size_bytes);
  hash.add_string(etag);
  hash.add_map(metadata);
  if (!content_type.empty()) hash.add_string(content_type);
  return hash.digest();
}

std::string Entry::encode() const {
  std::string out;
  out.reserve(64 + address.size() + etag.size() + content_type.size());
  if (!address.empty()) wire::append_bytes_field(out, kAddress, address);
  append_timestamp(out, last_modified_ms, last_modified_below_ms_ns);
  if (size_bytes != 0) wire::append_varint_field(out, kSize, static_cast<std::uint64_t>(size_bytes));
  if (!etag.empty()) wire::append_bytes_field(out, kEtag, etag);
  for (const auto& [key, value] : metadata) {
    std::string pair;
    wire::append_bytes_field(pair, 1, key);
    wire::append_bytes_field(pair, 2, value);
    wire::append_bytes_field(out, kMetadata, pair);
  }
  if (address_type != AddressType::by_prefix) {
    wire::append_varint_field(out, kAddressType, static_cast<std::uint64_t>(address_type));
  }
  if (!content_type.empty()) wire::append_bytes_field(out, kContentType, content_type);
  return out;
}

Result<Entry> Entry::decode(std::string_view bytes) {
  Entry entry;
  entry.address_type = AddressType::by_prefix;  // what an absent field means
  wire::Field field;
  while (!bytes.empty()) {
    bool good = wire::take_field(bytes, field);
    if (good && field.type == wire::FieldType::bytes) good = parse_bytes_field(field, entry);
    if (good && field.type == wire::FieldType::varint) good = parse_varint_field(field, entry);
    if (!good) return fail(ErrorCode::corruption, "an entry that is no catalog.Entry message");
  }
  return entry;
}

bool RecordView::parse(std::string_view value, RecordView& record) {
  return wire::take_framed(value, record.identity) && wire::take_framed(value, record.data) && value.empty();
}

std::string ValueRecord::encode() const {
  std::string out;
  out.reserve(identity.size() + data.size() + 12);
  wire::append_framed(out, identity);
  wire::append_framed(out, data);
  return out;
}

Result<ValueRecord> ValueRecord::decode(std::string_view bytes) {
  RecordView view;
  if (!RecordView::parse(bytes, view)) {
    return fail(ErrorCode::corruption, "a record that is not identity and data");
  }
  return ValueRecord{std::string(view.identity), std::string(view.data)};
}

}  // namespace anabranch::versioning
