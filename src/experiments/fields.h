// experiments/fields.h — records as fields one after the other: varints, texts, doubles. Private to
// experiments.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "versioning/wire.h"

namespace anabranch::experiments {

/// Every record begins with a version: this one, save where the record's kind says another.
inline constexpr char kRecordVersion = 1;

class FieldWriter {
 public:
  explicit FieldWriter(char version = kRecordVersion) { bytes_.push_back(version); }

  FieldWriter& number(std::uint64_t value) {
    versioning::wire::append_varint(bytes_, value);
    return *this;
  }
  FieldWriter& signed_number(std::int64_t value) {  // zigzag
    return number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  FieldWriter& text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
    return *this;
  }
  FieldWriter& real(double value) {
    static_assert(std::endian::native == std::endian::little);
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof raw);
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what FieldWriter wrote. After a failure every read gives an empty value; done() tells.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes, char version = kRecordVersion) : rest_(bytes) {
    good_ = !rest_.empty() && rest_.front() == version;
    if (good_) rest_.remove_prefix(1);
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    good_ = good_ && versioning::wire::take_varint(rest_, value);
    return good_ ? value : 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  std::string_view text() {
    const std::uint64_t size = number();
    std::string_view value;
    good_ = good_ && versioning::wire::take_bytes(rest_, size, value);
    return good_ ? value : std::string_view();
  }
  double real() {
    double value = 0;
    std::string_view raw;
    good_ = good_ && versioning::wire::take_bytes(rest_, sizeof value, raw);
    if (good_) std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

  Result<void> done(std::string_view what) const {
    if (good_ && rest_.empty()) return {};
    return fail(ErrorCode::corruption, "unreadable record: " + std::string(what));
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace anabranch::experiments
