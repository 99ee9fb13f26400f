#include "versioning/sstable.h"

#include <charconv>

#include "base/hash.h"
#include "versioning/identity.h"
#include "versioning/sstable_format.h"

namespace anabranch::versioning {
namespace {

/// Hashing in pieces of this size keeps them in the first-level cache.
constexpr std::size_t kHashPieceBytes = 16'384;

bool is_written_after_id(std::string_view property) {
  return property == "count" || property == "estimated_size_bytes" || property == "max_key" ||
         property == "min_key";
}

}  // namespace

std::size_t Sstable::lower_bound(std::string_view key, std::size_t from) const {
  std::size_t low = from, high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (this->key(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::string Sstable::content_id() const {
  SstableId id;
  for (std::size_t i = 0; i < size(); ++i) id.add(key(i), value(i));
  return id.finish(properties_);
}

std::size_t Sstable::memory_bytes() const {
  constexpr std::size_t kPropertyOverheadBytes = 128;
  std::size_t bytes = sizeof *this + arena_.capacity() + offsets_.capacity() * sizeof offsets_[0];
  for (const auto& [name, value] : properties_) bytes += kPropertyOverheadBytes + name.size() + value.size();
  return bytes;
}

class SstableId::Impl {
 public:
  std::unique_ptr<Hasher> hasher = make_hasher(HashAlgorithm::sha256);
};

SstableId::SstableId() : impl_(std::make_unique<Impl>()) { pending_.reserve(2 * kHashPieceBytes); }
SstableId::~SstableId() = default;
SstableId::SstableId(SstableId&&) noexcept = default;
SstableId& SstableId::operator=(SstableId&&) noexcept = default;

void SstableId::add(std::string_view key, std::string_view value) {
  add_sized(key);
  add_sized(value);
  if (pending_.size() >= kHashPieceBytes) flush();
}

std::string SstableId::finish(const Sstable::Properties& properties) {
  Sstable::Properties hashed;
  for (const auto& [name, value] : properties) {
    if (!is_written_after_id(name)) hashed.emplace(name, value);
  }
  TypedHash typed;
  typed.add_map(hashed);
  pending_ += typed.preimage();
  flush();
  return to_hex(impl_->hasher->finish());
}

void SstableId::add_sized(std::string_view bytes) {
  char decimal[20];
  const auto end = std::to_chars(decimal, decimal + sizeof decimal, bytes.size()).ptr;
  pending_.append(decimal, static_cast<std::size_t>(end - decimal));
  pending_.append(bytes);
  pending_.push_back('|');
}

void SstableId::flush() {
  impl_->hasher->update(as_bytes(pending_));
  pending_.clear();
}

}  // namespace anabranch::versioning
