#include "objects/record.h"

#include <algorithm>

namespace anabranch::objects {
namespace {

constexpr char kVersion = 1;

/// How an ETag is written: 16 raw bytes where it is what this store makes, else as text.
enum class EtagForm : unsigned char { md5 = 0, composite = 1, text = 2 };
constexpr std::size_t kMd5Size = 16;

/// Names of headers that most records repeat; others are written out (0, then the name).
constexpr std::string_view kKnownHeaders[] = {
    "Cache-Control",    "Content-Disposition",
    "Content-Encoding", "Content-Language",
    "Expires",          "x-amz-website-redirect-location",
};
constexpr unsigned char kCompositeBit = 0x80;

class Encoder {
 public:
  explicit Encoder(std::size_t size_hint = 96) {
    out_.reserve(size_hint);
    out_.push_back(kVersion);
  }
  void byte(unsigned char value) { out_.push_back(static_cast<char>(value)); }
  /// LEB128: 7 bits a byte, low ones first.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<unsigned char>(value | 0x80));
    byte(static_cast<unsigned char>(value));
  }
  void raw(std::string_view bytes) { out_.append(bytes); }
  void text(std::string_view bytes) {
    number(bytes.size());
    raw(bytes);
  }
  void time(TimeMs value) { number(static_cast<std::uint64_t>(value)); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads what Encoder wrote. After the first thing that is not there, everything reads as empty and ok() is
/// false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {
    if (byte() != static_cast<unsigned char>(kVersion)) ok_ = false;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && at_ == end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  unsigned char byte() {
    if (at_ == end_) {
      ok_ = false;
      return 0;
    }
    return static_cast<unsigned char>(*at_++);
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned char next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string_view raw(std::uint64_t size) {
    if (size > left()) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }
  std::string_view text() { return raw(number()); }
  TimeMs time() { return static_cast<TimeMs>(number()); }
  /// A count of things that take at least `size_min` bytes each, so that a broken one cannot ask for much
  /// memory.
  std::size_t count(std::size_t size_min) {
    const std::uint64_t value = number();
    if (value > left() / size_min) {
      ok_ = false;
      return 0;
    }
    return value;
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

Error corrupt(std::string_view what) {
  return Error{ErrorCode::corruption, "a stored " + std::string(what) + " record does not decode"};
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

void put_etag(Encoder& out, const std::string& etag, unsigned parts) {
  const bool hex =
      etag.size() >= 2 * kMd5Size && is_lower_hex(std::string_view(etag).substr(0, 2 * kMd5Size));
  EtagForm form = EtagForm::text;
  if (hex && etag.size() == 2 * kMd5Size) form = EtagForm::md5;
  if (hex && parts > 0 && std::string_view(etag).substr(2 * kMd5Size) == "-" + std::to_string(parts)) {
    form = EtagForm::composite;
  }
  out.byte(static_cast<unsigned char>(form));
  if (form == EtagForm::text) {
    out.text(etag);
  } else {
    out.raw(from_hex(std::string_view(etag).substr(0, 2 * kMd5Size)).value());
  }
}

/// Writes two hex digits per byte; listings do this a thousand times a page.
void write_hex(char* out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char byte : bytes) {
    *out++ = kDigits[static_cast<unsigned char>(byte) >> 4];
    *out++ = kDigits[static_cast<unsigned char>(byte) & 15];
  }
}

void get_etag(Decoder& in, unsigned parts, std::string& etag) {
  etag.clear();
  const auto form = static_cast<EtagForm>(in.byte());
  if (form == EtagForm::text) {
    etag = in.text();
    return;
  }
  const std::string_view md5_bytes = in.raw(kMd5Size);
  etag.resize(2 * md5_bytes.size());
  write_hex(etag.data(), md5_bytes);
  if (form == EtagForm::composite) etag.append("-").append(std::to_string(parts));
}

void put_pairs(Encoder& out, const StringPairs& pairs) {
  out.number(pairs.size());
  for (const auto& [name, value] : pairs) {
    out.text(name);
    out.text(value);
  }
}

void get_pairs(Decoder& in, StringPairs& pairs) {
  pairs.clear();
  const std::size_t count = in.count(2);
  pairs.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view name = in.text();
    const std::string_view value = in.text();
    pairs.emplace_back(name, value);
  }
}

void put_headers(Encoder& out, const StringPairs& headers) {
  out.number(headers.size());
  for (const auto& [name, value] : headers) {
    const auto* const known = std::find(std::begin(kKnownHeaders), std::end(kKnownHeaders), name);
    if (known == std::end(kKnownHeaders)) {
      out.byte(0);
      out.text(name);
    } else {
      out.byte(static_cast<unsigned char>(known - std::begin(kKnownHeaders) + 1));
    }
    out.text(value);
  }
}

void get_headers(Decoder& in, StringPairs& headers, bool& known) {
  headers.clear();
  const std::size_t count = in.count(2);
  headers.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const unsigned char code = in.byte();
    if (code > std::size(kKnownHeaders)) {
      known = false;
      return;
    }
    const std::string_view name = code == 0 ? in.text() : kKnownHeaders[code - 1];
    const std::string_view value = in.text();
    headers.emplace_back(name, value);
  }
}

void put_checksums(Encoder& out, const std::vector<Checksum>& checksums) {
  out.number(checksums.size());
  for (const Checksum& checksum : checksums) {
    out.byte(static_cast<unsigned char>(static_cast<unsigned char>(checksum.algorithm) |
                                        (checksum.composite ? kCompositeBit : 0)));
    out.text(checksum.value);
  }
}

void get_checksums(Decoder& in, std::vector<Checksum>& checksums, bool& known) {
  checksums.clear();
  const std::size_t count = in.count(2);
  checksums.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const unsigned char code = in.byte();
    const auto algorithm = static_cast<unsigned char>(code & ~kCompositeBit);
    if (algorithm > static_cast<unsigned char>(HashAlgorithm::crc64nvme)) known = false;
    checksums.push_back(
        {static_cast<HashAlgorithm>(algorithm), std::string(in.text()), (code & kCompositeBit) != 0});
  }
}

constexpr std::size_t kBlobIdSize = 16;

void put_slices(Encoder& out, const std::vector<Slice>& slices) {
  out.number(slices.size());
  for (const Slice& slice : slices) {
    out.raw(slice.blob.encode());
    out.number(slice.offset_bytes);
    out.number(slice.size_bytes);
  }
}

void get_slices(Decoder& in, std::vector<Slice>& slices) {
  slices.clear();
  const std::size_t count = in.count(kBlobIdSize + 2);
  slices.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view id = in.raw(kBlobIdSize);
    if (!in.ok()) return;
    Slice slice{BlobId::decode(id), 0, 0};
    slice.offset_bytes = in.number();
    slice.size_bytes = in.number();
    slices.push_back(slice);
  }
}

void put_info(Encoder& out, const ObjectInfo& info) {
  out.number(info.size_bytes);
  out.time(info.last_modified_ms);
  out.number(info.parts);
  put_etag(out, info.etag, info.parts);
  out.text(info.content_type);
  put_headers(out, info.headers);
  put_pairs(out, info.user_metadata);
  put_checksums(out, info.checksums);
}

/// Pass over what put_pairs() and put_headers() wrote.
void skip_pairs(Decoder& in) {
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    in.text();
    in.text();
  }
}
void skip_headers(Decoder& in) {
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    if (in.byte() == 0) in.text();
    in.text();
  }
}

enum class Detail : unsigned char { all, listing };

bool get_info(Decoder& in, ObjectInfo& info, Detail detail) {
  bool known = true;
  info.size_bytes = in.number();
  info.last_modified_ms = in.time();
  info.parts = static_cast<unsigned>(in.number());
  get_etag(in, info.parts, info.etag);
  if (detail == Detail::all) {
    info.content_type = in.text();
    get_headers(in, info.headers, known);
    get_pairs(in, info.user_metadata);
  } else {
    in.text();
    skip_headers(in);
    skip_pairs(in);
  }
  get_checksums(in, info.checksums, known);
  return known && in.ok();
}

}  // namespace

std::string encode(const BucketRecord& record) {
  Encoder out;
  out.raw(big_endian_64(record.id));
  out.time(record.created_ms);
  out.text(record.region);
  return out.take();
}

Result<BucketRecord> decode_bucket(std::string_view bytes) {
  Decoder in(bytes);
  BucketRecord record;
  record.id = decode_big_endian(in.raw(8));
  record.created_ms = in.time();
  record.region = in.text();
  if (!in.done()) return fail(corrupt("bucket"));
  return record;
}

std::string encode(const BucketState& state) {
  Encoder out;
  out.number(state.pin_generation);
  return out.take();
}

Result<BucketState> decode_bucket_state(std::string_view bytes) {
  Decoder in(bytes);
  BucketState state;
  state.pin_generation = in.number();
  if (!in.done()) return fail(corrupt("bucket state"));
  return state;
}

std::string encode(const ObjectRecord& record) {
  Encoder out;
  put_info(out, record.info);
  out.number(record.pin_generation);
  out.byte(record.manifest ? 1 : 0);
  if (record.manifest) {
    out.raw(record.manifest->id.encode());
    out.number(record.manifest->chunks);
  } else {
    put_slices(out, record.slices);
  }
  return out.take();
}

Result<ObjectRecord> decode_object(std::string_view bytes) {
  Decoder in(bytes);
  ObjectRecord record;
  const bool known = get_info(in, record.info, Detail::all);
  record.pin_generation = in.number();
  if (in.byte() == 1) {
    const std::string_view id = in.raw(kBlobIdSize);
    if (!in.ok()) return fail(corrupt("object"));
    const auto chunks = static_cast<std::uint32_t>(in.number());
    record.manifest = ManifestRef{BlobId::decode(id), chunks};
  } else {
    get_slices(in, record.slices);
  }
  if (!known || !in.done()) return fail(corrupt("object"));
  return record;
}

Result<void> decode_object_info(std::string_view bytes, ObjectInfo& info) {
  Decoder in(bytes);
  if (!get_info(in, info, Detail::all)) return fail(corrupt("object"));
  return {};
}

Result<void> decode_listed_info(std::string_view bytes, ObjectInfo& info) {
  Decoder in(bytes);
  if (!get_info(in, info, Detail::listing)) return fail(corrupt("object"));
  return {};
}

std::string encode(const Manifest& manifest) {
  Encoder out(64 + manifest.part_sizes_bytes.size() * 24 + manifest.slices.size() * 26);
  out.number(manifest.part_sizes_bytes.size());
  for (const std::uint64_t size : manifest.part_sizes_bytes) out.number(size);
  put_checksums(out, manifest.part_checksums);
  put_slices(out, manifest.slices);
  return out.take();
}

Result<Manifest> decode_manifest(std::string_view bytes) {
  Decoder in(bytes);
  Manifest manifest;
  bool known = true;
  const std::size_t count = in.count(1);
  manifest.part_sizes_bytes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) manifest.part_sizes_bytes.push_back(in.number());
  get_checksums(in, manifest.part_checksums, known);
  get_slices(in, manifest.slices);
  if (!known || !in.done()) return fail(corrupt("manifest"));
  return manifest;
}

std::string encode(const UploadRecord& record) {
  Encoder out;
  out.time(record.initiated_ms);
  out.text(record.content_type);
  put_headers(out, record.headers);
  put_pairs(out, record.user_metadata);
  out.byte(record.checksum_algorithm
               ? static_cast<unsigned char>(static_cast<int>(*record.checksum_algorithm) + 1)
               : 0);
  out.byte(record.checksum_full_object ? 1 : 0);
  return out.take();
}

Result<UploadRecord> decode_upload(std::string_view bytes) {
  Decoder in(bytes);
  UploadRecord record;
  bool known = true;
  record.initiated_ms = in.time();
  record.content_type = in.text();
  get_headers(in, record.headers, known);
  get_pairs(in, record.user_metadata);
  const unsigned char algorithm = in.byte();
  if (algorithm > static_cast<unsigned char>(HashAlgorithm::crc64nvme) + 1) known = false;
  if (algorithm != 0) record.checksum_algorithm = static_cast<HashAlgorithm>(algorithm - 1);
  record.checksum_full_object = in.byte() == 1;
  if (!known || !in.done()) return fail(corrupt("upload"));
  return record;
}

std::string encode(const PartRecord& record) {
  Encoder out;
  out.number(record.info.size_bytes);
  out.time(record.info.last_modified_ms);
  put_etag(out, record.info.etag, 0);
  put_checksums(out, record.info.checksums);
  put_slices(out, record.slices);
  return out.take();
}

Result<PartRecord> decode_part(std::string_view bytes) {
  Decoder in(bytes);
  PartRecord record;
  bool known = true;
  record.info.size_bytes = in.number();
  record.info.last_modified_ms = in.time();
  get_etag(in, 0, record.info.etag);
  get_checksums(in, record.info.checksums, known);
  get_slices(in, record.slices);
  if (!known || !in.done()) return fail(corrupt("part"));
  return record;
}

std::string encode(const PinRecord& record) {
  Encoder out;
  out.number(record.generation);
  out.time(record.open_until_ms);
  return out.take();
}

Result<PinRecord> decode_pin(std::string_view bytes) {
  Decoder in(bytes);
  PinRecord record;
  record.generation = in.number();
  record.open_until_ms = in.time();
  if (!in.done()) return fail(corrupt("pin"));
  return record;
}

}  // namespace anabranch::objects
