// versioning/sstable.h — a sorted table of records, decoded from the file that holds it.
//
// In:  a file's bytes, written by us, by lakeFS or by RocksDB; they may be hostile (foreign namespaces).
// Out: keys and values in one arena, the user's properties, the id that the content gives. Immutable.
// Format: docs/formats/sstable.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anabranch::versioning {

/// Far above S3's 1,024: it bounds what prefix compression can unfold to.
inline constexpr std::size_t kSstableKeySizeMax = 4'096;
/// Of keys and values. lakeFS cuts its ranges at 20 MiB compressed, which Snappy cannot unfold to more than
/// 440 MiB.
inline constexpr std::uint64_t kSstableDecodedBytesMax = 536'870'912;

/// Thread safety: immutable, so any.
class Sstable {
 public:
  using Properties = std::map<std::string, std::string>;

  /// Everything is checked: framing, checksums, order of keys. Errors: corruption.
  static Result<std::shared_ptr<const Sstable>> decode(std::string_view file);

  std::size_t size() const { return offsets_.size() / 2; }
  std::string_view key(std::size_t index) const { return piece(2 * index); }
  std::string_view value(std::size_t index) const { return piece(2 * index + 1); }
  /// The first index >= `from` whose key is not less than `key`; size() where there is none.
  std::size_t lower_bound(std::string_view key, std::size_t from = 0) const;

  /// User properties: those of RocksDB and Pebble themselves are left out.
  const Properties& properties() const { return properties_; }
  /// What lakeFS would name this content: 64 hex digits. Hashes everything.
  std::string content_id() const;
  std::size_t memory_bytes() const;

 private:
  friend class SstableDecoder;
  friend class SstableWriter;

  std::string_view piece(std::size_t at) const {
    return {arena_.data() + offsets_[at], offsets_[at + 1] - offsets_[at]};
  }

  std::string arena_;                         // key, value, key, value ...
  std::vector<std::uint32_t> offsets_ = {0};  // where each begins; the last is the end
  Properties properties_;
};

/// The running hash over records that a table's id is made of. Thread safety: none.
class SstableId {
 public:
  SstableId();
  ~SstableId();
  SstableId(SstableId&&) noexcept;
  SstableId& operator=(SstableId&&) noexcept;

  void add(std::string_view key, std::string_view value);
  /// `properties` without count, sizes and keys, which are left out if they are there. Ends the object.
  std::string finish(const Sstable::Properties& properties);

 private:
  void add_sized(std::string_view bytes);
  void flush();

  class Impl;
  std::unique_ptr<Impl> impl_;
  std::string pending_;
};

}  // namespace anabranch::versioning
