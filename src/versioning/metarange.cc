#include "versioning/metarange.h"

#include <algorithm>

#include "versioning/wire.h"

namespace anabranch::versioning {
namespace {

// Field numbers of lakeFS's committed.RangeData.
constexpr unsigned kKeyMin = 1, kKeyMax = 2, kEstimatedSize = 3, kCount = 4;

bool parse_range(std::string_view value, RangeInfo& range) {
  RecordView record;
  if (!RecordView::parse(value, record) || !is_content_id(record.identity)) return false;
  range.id = record.identity;
  wire::Field field;
  for (std::string_view rest = record.data; !rest.empty();) {
    if (!wire::take_field(rest, field)) return false;
    const bool is_bytes = field.type == wire::FieldType::bytes;
    const bool is_varint = field.type == wire::FieldType::varint;
    if (field.number == kKeyMin && is_bytes) range.key_min = field.bytes;
    if (field.number == kKeyMax && is_bytes) range.key_max = field.bytes;
    if (field.number == kEstimatedSize && is_varint) range.estimated_size_bytes = field.value;
    if (field.number == kCount && is_varint) range.count = field.value;
  }
  return true;
}

}  // namespace

std::size_t Metarange::find(std::string_view path, std::size_t from) const {
  const auto begin = ranges.begin() + static_cast<std::ptrdiff_t>(from);
  const auto ends_before = [](const RangeInfo& range, std::string_view key) { return range.key_max < key; };
  return static_cast<std::size_t>(std::lower_bound(begin, ranges.end(), path, ends_before) - ranges.begin());
}

std::size_t Metarange::memory_bytes() const {
  std::size_t bytes = sizeof *this + ranges.capacity() * sizeof ranges[0];
  for (const auto& range : ranges) {
    bytes += range.id.capacity() + range.key_min.capacity() + range.key_max.capacity();
  }
  return bytes;
}

Result<std::shared_ptr<const Metarange>> Metarange::decode(const Sstable& table) {
  auto metarange = std::make_shared<Metarange>();
  metarange->ranges.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    RangeInfo range;
    if (!parse_range(table.value(i), range)) {
      return fail(ErrorCode::corruption, "a metarange's record that names no range");
    }
    const bool overlaps = !metarange->ranges.empty() && range.key_min <= metarange->ranges.back().key_max;
    if (range.key_max != table.key(i) || range.key_min > range.key_max || overlaps) {
      return fail(ErrorCode::corruption, "a metarange whose ranges are not in order");
    }
    metarange->ranges.push_back(std::move(range));
  }
  return std::shared_ptr<const Metarange>(std::move(metarange));
}

bool is_content_id(std::string_view text) {
  constexpr std::size_t kIdSize = 64;
  return text.size() == kIdSize && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string encode_range(const RangeInfo& range) {
  std::string data;
  if (!range.key_min.empty()) wire::append_bytes_field(data, kKeyMin, range.key_min);
  if (!range.key_max.empty()) wire::append_bytes_field(data, kKeyMax, range.key_max);
  if (range.estimated_size_bytes != 0)
    wire::append_varint_field(data, kEstimatedSize, range.estimated_size_bytes);
  if (range.count != 0) wire::append_varint_field(data, kCount, range.count);
  std::string value;
  wire::append_framed(value, range.id);
  wire::append_framed(value, data);
  return value;
}

}  // namespace anabranch::versioning
