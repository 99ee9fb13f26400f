// versioning/sstable_writer.h — builds the file of one SSTable in memory, byte for byte as lakeFS writes it.
//
// In: records in key order. Out: the file, its id and figures, and the decoded table for a cache.
// Where blocks end and how they compress decide the estimated size, which ids depend on:
// docs/formats/sstable.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "versioning/sstable.h"
#include "versioning/sstable_format.h"

namespace anabranch::versioning {

namespace sstable {

/// Sorted entries with shared prefixes undone at every `restart_interval`-th. Thread safety: none.
class BlockBuilder {
 public:
  explicit BlockBuilder(unsigned restart_interval) : restart_interval_(restart_interval) {}

  /// `key` and the eight bytes of `trailer` after it.
  void add(std::string_view key, std::uint64_t trailer, std::string_view value);
  /// A key without a trailer, as the blocks of metadata have.
  void add_plain(std::string_view key, std::string_view value);
  /// Appends the restart points and gives the whole block, valid until clear(), which must come next.
  std::string_view finish();
  void clear();

  std::size_t entries() const { return entries_; }
  /// What finish() would give now.
  std::size_t size_bytes() const { return buffer_.size() + 4 * restarts_.size() + 4; }
  /// True where one more entry (sizes with trailer) belongs into the next block.
  bool is_full_for(std::size_t key_size, std::size_t value_size) const;

 private:
  void store(std::size_t shared_max, std::string_view value);

  unsigned restart_interval_;
  std::size_t entries_ = 0;
  std::string buffer_;
  std::vector<std::uint32_t> restarts_;
  std::string key_, previous_key_;  // as stored: with the trailer
};

}  // namespace sstable

/// Thread safety: none.
class SstableWriter {
 public:
  /// `properties`: what enters the id, such as {"type", "ranges"}.
  explicit SstableWriter(Sstable::Properties properties);

  /// Requires: `key` above the one before (asserted), at most kSstableKeySizeMax - 8 bytes, and
  /// kSstableDecodedBytesMax in all.
  void add(std::string_view key, std::string_view value);
  std::uint64_t count() const { return table_->size(); }
  std::string_view last_key() const { return count() == 0 ? std::string_view() : table_->key(count() - 1); }
  /// Of keys and values, not compressed.
  std::uint64_t raw_bytes() const { return table_->arena_.size(); }
  /// lakeFS's estimate of the file so far: full blocks compressed, the present one not, and the index.
  std::uint64_t estimated_size_bytes() const {
    return data_bytes_ + data_.size_bytes() + index_.size_bytes();
  }

  struct Written {
    std::string id;  // 64 hex digits
    std::string file;
    std::uint64_t estimated_size_bytes = 0;
    std::shared_ptr<const Sstable> table;
  };
  /// Ends the writer.
  Written finish();

 private:
  void end_data_block(std::string_view next_key, bool is_last);
  sstable::BlockHandle write_block(std::string_view block, bool compressed);
  void add_index_entry(std::string_view separator, std::uint64_t trailer, const sstable::BlockHandle& handle);
  void end_index_partition();
  sstable::BlockHandle write_index();
  sstable::BlockHandle write_properties();

  std::shared_ptr<Sstable> table_;
  SstableId id_;
  std::string file_;
  std::string scratch_;
  sstable::BlockBuilder data_, index_;
  std::uint64_t data_bytes_ = 0;  // of finished data blocks, trailers included

  struct Partition {
    std::string last_key;
    std::uint64_t last_trailer = 0;
    std::string block;
  };
  std::vector<Partition> partitions_;  // finished parts of a two-level index
  std::string last_separator_;
  std::uint64_t last_separator_trailer_ = sstable::kNoKeyTrailer;

  // For the properties.
  std::uint64_t data_blocks_ = 0, raw_key_bytes_ = 0, raw_value_bytes_ = 0;
  std::uint64_t index_bytes_ = 0, top_index_bytes_ = 0;
};

}  // namespace anabranch::versioning
