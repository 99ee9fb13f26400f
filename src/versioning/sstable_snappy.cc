#include "versioning/sstable_snappy.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "versioning/wire.h"

namespace anabranch::versioning::snappy {
namespace {

// What decides which matches are found; a change gives other sizes and thereby other ids.
constexpr std::size_t kFragmentSizeMax = 65'536;  // matches never reach across fragments
constexpr unsigned kTableBitsMin = 8, kTableBitsMax = 14;
constexpr std::uint32_t kHashMultiplier = 0x1E35A7BD;
constexpr std::size_t kMatchMargin = 15;                   // no match starts in the last bytes of a fragment
constexpr std::size_t kMatchedSizeMin = kMatchMargin + 2;  // shorter fragments are literals
constexpr unsigned kSkipShift = 5;  // after 32 fruitless bytes look at every second one, and so on

// The low two bits of an element's first byte; 3 is a copy with an offset of four bytes, which is only read.
constexpr unsigned kLiteral = 0, kCopyNear = 1, kCopyFar = 2;

std::uint32_t load32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;  // only compared and hashed; the hash wants little endian
}
std::uint64_t load64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
static_assert(std::endian::native == std::endian::little, "the match hash reads little-endian words");

char* put(char* out, unsigned byte) {
  *out = static_cast<char>(byte);
  return out + 1;
}

char* put_literal(char* out, const char* from, std::size_t size) {
  const auto length = static_cast<unsigned>(size - 1);
  if (length < 60) {
    out = put(out, length << 2 | kLiteral);
  } else if (length < 256) {
    out = put(put(out, 60 << 2 | kLiteral), length);
  } else {
    out = put(put(put(out, 61 << 2 | kLiteral), length), length >> 8);
  }
  std::memcpy(out, from, size);
  return out + size;
}

char* put_far_copy(char* out, std::size_t offset, std::size_t length) {
  out = put(out, static_cast<unsigned>(length - 1) << 2 | kCopyFar);
  return put(put(out, static_cast<unsigned>(offset)), static_cast<unsigned>(offset >> 8));
}

/// The remainder after pieces of 64 is at least 4 long, so that it may take the short form.
char* put_copy(char* out, std::size_t offset, std::size_t length) {
  while (length >= 68) {
    out = put_far_copy(out, offset, 64);
    length -= 64;
  }
  if (length > 64) {
    out = put_far_copy(out, offset, 60);
    length -= 60;
  }
  if (length >= 12 || offset >= 2'048) return put_far_copy(out, offset, length);
  const auto high = static_cast<unsigned>(offset >> 8) << 5;
  return put(put(out, high | static_cast<unsigned>(length - 4) << 2 | kCopyNear),
             static_cast<unsigned>(offset));
}

/// How many bytes at `left` and `right` agree; `right` ends first.
std::size_t common_size(const char* left, const char* right, const char* right_end) {
  const char* const start = right;
  while (right_end - right >= 8) {
    const std::uint64_t difference = load64(left) ^ load64(right);
    if (difference != 0) {
      return static_cast<std::size_t>(right - start) +
             static_cast<unsigned>(std::countr_zero(difference)) / 8;
    }
    left += 8;
    right += 8;
  }
  while (right < right_end && *left == *right) {
    ++left;
    ++right;
  }
  return static_cast<std::size_t>(right - start);
}

/// One fragment of kMatchedSizeMin to kFragmentSizeMax bytes. Positions are relative to its start.
class Fragment {
 public:
  Fragment(std::string_view input, char* out) : input_(input), out_(out) {
    unsigned bits = kTableBitsMin;
    while (bits < kTableBitsMax && (std::size_t{1} << bits) < input.size()) ++bits;
    shift_ = 32 - bits;
    std::memset(table_.data(), 0, (std::size_t{1} << bits) * sizeof table_[0]);
  }

  char* compress() {
    std::size_t at = 1;  // the first byte has nothing before it to copy
    std::size_t candidate = 0;
    while (find_match(at, candidate)) {
      out_ = put_literal(out_, input_.data() + emitted_, at - emitted_);
      if (!copy_matches(at, candidate)) break;
    }
    if (emitted_ < input_.size()) {
      out_ = put_literal(out_, input_.data() + emitted_, input_.size() - emitted_);
    }
    return out_;
  }

 private:
  std::uint16_t& slot(std::uint32_t word) { return table_[(word * kHashMultiplier) >> shift_]; }
  std::uint32_t word(std::size_t at) const { return load32(input_.data() + at); }
  std::size_t limit() const { return input_.size() - kMatchMargin; }

  /// Moves `at` to the next place whose four bytes were seen before, at `candidate`; false at the end.
  bool find_match(std::size_t& at, std::size_t& candidate) {
    std::size_t skip = std::size_t{1} << kSkipShift;
    std::size_t next = at;
    for (;;) {
      at = next;
      const std::size_t step = skip >> kSkipShift;
      next = at + step;
      skip += step;
      if (next > limit()) return false;
      const std::uint32_t here = word(at);
      std::uint16_t& seen = slot(here);
      candidate = seen;
      seen = static_cast<std::uint16_t>(at);
      if (here == word(candidate)) return true;
    }
  }

  /// Writes the match at `at`, and those that follow it without a literal between; false at the end.
  bool copy_matches(std::size_t& at, std::size_t candidate) {
    for (;;) {
      const char* const data = input_.data();
      const std::size_t length = 4 + common_size(data + candidate + 4, data + at + 4, data + input_.size());
      out_ = put_copy(out_, at - candidate, length);
      at += length;
      emitted_ = at;
      if (at >= limit()) return false;
      slot(word(at - 1)) = static_cast<std::uint16_t>(at - 1);
      const std::uint32_t here = word(at);
      std::uint16_t& seen = slot(here);
      candidate = seen;
      seen = static_cast<std::uint16_t>(at);
      if (here != word(candidate)) {
        ++at;
        return true;
      }
    }
  }

  std::string_view input_;
  char* out_;
  std::size_t emitted_ = 0;  // everything before is in out_
  unsigned shift_ = 0;
  std::array<std::uint16_t, std::size_t{1} << kTableBitsMax> table_;
};

struct Element {
  bool is_literal = false;
  std::size_t length = 0;
  std::size_t offset = 0;  // of a copy: how far back
};

/// Takes an element's tag and what belongs to it, without a literal's bytes, off the front of `in`.
bool take_element(std::string_view& in, Element& element) {
  const auto tag = static_cast<unsigned char>(in[0]);
  std::size_t extra = 0;  // bytes of length or offset after the tag
  switch (tag & 3) {
    case kLiteral:
      extra = (tag >> 2) < 60 ? 0 : (tag >> 2) - 59u;
      break;
    case kCopyNear:
      extra = 1;
      break;
    case kCopyFar:
      extra = 2;
      break;
    default:
      extra = 4;
  }
  if (in.size() < 1 + extra) return false;
  std::size_t number = 0;
  for (std::size_t i = 0; i < extra; ++i) {
    number |= std::size_t{static_cast<unsigned char>(in[1 + i])} << (8 * i);
  }
  in.remove_prefix(1 + extra);
  element.is_literal = (tag & 3) == kLiteral;
  if (element.is_literal) {
    element.length = 1 + (extra == 0 ? std::size_t{tag} >> 2 : number);
  } else if ((tag & 3) == kCopyNear) {
    element.length = 4 + (tag >> 2 & 7u);
    element.offset = std::size_t{tag & 0xE0u} << 3 | number;
  } else {
    element.length = 1 + (std::size_t{tag} >> 2);
    element.offset = number;
  }
  return true;
}

}  // namespace

std::string_view compress(std::string_view input, std::string& scratch) {
  const std::size_t size_max = 32 + input.size() + input.size() / 6;  // Source: snappy, MaxCompressedLength
  if (scratch.size() < size_max) scratch.resize(size_max);
  char* out = scratch.data();
  for (std::uint64_t rest = input.size(); true; rest >>= 7) {
    out = put(out, static_cast<unsigned>(rest & 0x7F) | (rest >= 0x80 ? 0x80u : 0u));
    if (rest < 0x80) break;
  }
  while (!input.empty()) {
    const std::string_view fragment = input.substr(0, kFragmentSizeMax);
    input.remove_prefix(fragment.size());
    out = fragment.size() < kMatchedSizeMin ? put_literal(out, fragment.data(), fragment.size())
                                            : Fragment(fragment, out).compress();
  }
  return {scratch.data(), static_cast<std::size_t>(out - scratch.data())};
}

bool decompress(std::string_view input, std::string& out) {
  const std::size_t input_size = input.size();
  std::uint64_t size = 0;
  if (!wire::take_varint(input, size) || size > input_size * kExpansionMax) return false;
  const std::size_t begin = out.size();
  out.resize(begin + size);
  char* to = out.data() + begin;
  char* const end = to + size;
  const char* const start = to;

  Element element;
  while (!input.empty()) {
    if (!take_element(input, element)) return false;
    if (element.length > static_cast<std::size_t>(end - to)) return false;
    if (element.is_literal) {
      if (element.length > input.size()) return false;
      std::memcpy(to, input.data(), element.length);
      input.remove_prefix(element.length);
      to += element.length;
      continue;
    }
    if (element.offset == 0 || element.offset > static_cast<std::size_t>(to - start)) return false;
    const char* from = to - element.offset;
    if (element.offset >= element.length) {
      std::memcpy(to, from, element.length);
      to += element.length;
    } else {  // it repeats what it just wrote
      for (std::size_t i = 0; i < element.length; ++i) *to++ = *from++;
    }
  }
  return to == end;
}

}  // namespace anabranch::versioning::snappy
