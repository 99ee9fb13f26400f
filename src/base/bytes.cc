#include "base/bytes.h"

#include <utility>

#include "base/assert.h"
#include "base/hash.h"

namespace anabranch {
namespace {

constexpr std::size_t kBlobIdSizeBytes = 16;

class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string bytes) : bytes_(std::move(bytes)) {}

  Task<Result<ByteView>> next() override {
    if (std::exchange(over_, true)) co_return ByteView{};
    co_return as_bytes(bytes_);
  }

 private:
  std::string bytes_;
  bool over_ = false;
};

void append_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint64_t read_big_endian(std::string_view bytes8) {
  std::uint64_t value = 0;
  for (const char c : bytes8) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

std::string BlobId::encode() const {
  std::string out;
  out.reserve(kBlobIdSizeBytes);
  append_big_endian(out, high);
  append_big_endian(out, low);
  return out;
}

std::string BlobId::to_string() const { return to_hex(encode()); }

BlobId BlobId::decode(std::string_view bytes16) {
  ANABRANCH_ASSERT(bytes16.size() == kBlobIdSizeBytes, "size " + std::to_string(bytes16.size()));
  return {read_big_endian(bytes16.substr(0, 8)), read_big_endian(bytes16.substr(8))};
}

std::unique_ptr<ByteSource> make_source(std::string bytes) {
  return std::make_unique<StringSource>(std::move(bytes));
}

Task<Result<std::string>> read_all(ByteSource& source, std::uint64_t size_max_bytes) {
  std::string all;
  while (true) {
    auto reading = source.next();
    Result<ByteView> piece = co_await std::move(reading);
    if (!piece) co_return fail(std::move(piece).error());
    if (piece->empty()) co_return all;
    if (piece->size() > size_max_bytes - all.size()) {
      co_return fail(ErrorCode::entity_too_large,
                     "the body is longer than " + std::to_string(size_max_bytes) + " bytes");
    }
    all.append(as_text(*piece));
  }
}

}  // namespace anabranch
