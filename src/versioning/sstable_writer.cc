#include "versioning/sstable_writer.h"

#include <algorithm>

#include "base/assert.h"
#include "base/hash.h"
#include "versioning/sstable_snappy.h"

namespace anabranch::versioning {
namespace sstable {
namespace {

// The options under which lakeFS writes (Pebble's defaults); ids depend on each.
constexpr std::size_t kBlockBytes = 4'096;
constexpr std::size_t kBlockBytesThreshold =
    3'687;  // 90 %, rounded up: below it a block always takes one more
constexpr unsigned kDataRestartInterval = 16;
constexpr unsigned kIndexRestartInterval = 1;
constexpr unsigned kNoRestarts = ~0u;

std::size_t common_prefix(std::string_view left, std::string_view right, std::size_t size_max) {
  const std::size_t end = std::min({left.size(), right.size(), size_max});
  std::size_t at = 0;
  while (at < end && left[at] == right[at]) ++at;
  return at;
}

/// A short key in [last, next). Source: LevelDB, "FindShortestSeparator".
std::string separator(std::string_view last, std::string_view next) {
  std::string result(last);
  std::size_t at = common_prefix(last, next, last.size());
  if (at >= std::min(last.size(), next.size())) return result;
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  if (byte(last[at]) >= byte(next[at])) return result;
  const auto raise = [&](std::size_t i) {
    result[i] = static_cast<char>(byte(result[i]) + 1);
    result.resize(i + 1);
  };
  if (at < next.size() - 1 || byte(last[at]) + 1 < byte(next[at])) {
    raise(at);
    return result;
  }
  for (++at; at < result.size(); ++at) {
    if (byte(result[at]) != 0xFF) {
      raise(at);
      break;
    }
  }
  return result;
}

/// A short key not below `last`.
std::string successor(std::string_view last) {
  for (std::size_t at = 0; at < last.size(); ++at) {
    const auto byte = static_cast<unsigned char>(last[at]);
    if (byte == 0xFF) continue;
    std::string result(last.substr(0, at + 1));
    result[at] = static_cast<char>(byte + 1);
    return result;
  }
  return std::string(last);
}

}  // namespace

void BlockBuilder::add(std::string_view key, std::uint64_t trailer, std::string_view value) {
  key_.swap(previous_key_);
  key_.assign(key);
  append_little_endian(key_, trailer);
  store(key.size(), value);
}

void BlockBuilder::add_plain(std::string_view key, std::string_view value) {
  key_.swap(previous_key_);
  key_.assign(key);
  store(key.size(), value);
}

void BlockBuilder::store(std::size_t shared_max, std::string_view value) {
  std::size_t shared = 0;
  if (entries_ == 0 || (restart_interval_ != kNoRestarts && entries_ % restart_interval_ == 0)) {
    restarts_.push_back(static_cast<std::uint32_t>(buffer_.size()));
  } else {
    shared = common_prefix(key_, previous_key_, shared_max);
  }
  wire::append_varint(buffer_, shared);
  wire::append_varint(buffer_, key_.size() - shared);
  wire::append_varint(buffer_, value.size());
  buffer_.append(key_, shared);
  buffer_.append(value);
  ++entries_;
}

std::string_view BlockBuilder::finish() {
  if (restarts_.empty()) restarts_.push_back(0);  // a block has at least one
  for (const std::uint32_t restart : restarts_) append_little_endian(buffer_, restart);
  append_little_endian(buffer_, static_cast<std::uint32_t>(restarts_.size()));
  return buffer_;
}

void BlockBuilder::clear() {
  entries_ = 0;
  buffer_.clear();
  restarts_.clear();
  key_.clear();
  previous_key_.clear();
}

bool BlockBuilder::is_full_for(std::size_t key_size, std::size_t value_size) const {
  if (entries_ == 0) return false;
  const std::size_t size = size_bytes();
  if (size >= kBlockBytes) return true;
  if (size <= kBlockBytesThreshold) return false;
  const std::size_t restart = entries_ % restart_interval_ == 0 ? 4 : 0;
  constexpr std::size_t kSharedSize = 4;
  return size + key_size + value_size + restart + kSharedSize + wire::varint_size(key_size) +
             wire::varint_size(value_size) >
         kBlockBytes;
}

}  // namespace sstable

using sstable::BlockHandle;

SstableWriter::SstableWriter(Sstable::Properties properties)
    : table_(std::make_shared<Sstable>()),
      data_(sstable::kDataRestartInterval),
      index_(sstable::kIndexRestartInterval) {
  table_->properties_ = std::move(properties);
}

void SstableWriter::add(std::string_view key, std::string_view value) {
  ANABRANCH_ASSERT(count() == 0 || key > last_key(), "key " + std::string(key));
  const std::size_t key_size = key.size() + sstable::kKeyTrailerSize;
  ANABRANCH_ASSERT(key_size <= kSstableKeySizeMax, "key of " + std::to_string(key.size()) + " bytes");
  ANABRANCH_ASSERT(raw_bytes() + key.size() + value.size() <= kSstableDecodedBytesMax, "too large a table");
  if (data_.is_full_for(key_size, value.size())) end_data_block(key, false);
  data_.add(key, sstable::kValueTrailer, value);
  id_.add(key, value);

  table_->arena_.append(key);
  table_->offsets_.push_back(static_cast<std::uint32_t>(table_->arena_.size()));
  table_->arena_.append(value);
  table_->offsets_.push_back(static_cast<std::uint32_t>(table_->arena_.size()));
  raw_key_bytes_ += key_size;
  raw_value_bytes_ += value.size();
}

SstableWriter::Written SstableWriter::finish() {
  Written written;
  auto& properties = table_->properties_;
  written.id = id_.finish(properties);
  written.estimated_size_bytes = estimated_size_bytes();
  properties["count"] = std::to_string(count());
  properties["estimated_size_bytes"] = std::to_string(written.estimated_size_bytes);
  properties["min_key"] = count() == 0 ? std::string_view() : table_->key(0);
  properties["max_key"] = last_key();

  end_data_block({}, true);  // also an empty one, so that there is one
  const BlockHandle index = write_index();
  BlockHandle metaindex;
  {
    std::string handle;
    write_properties().append_to(handle);
    sstable::BlockBuilder block(sstable::kIndexRestartInterval);
    block.add_plain(sstable::kPropertiesName, handle);
    metaindex = write_block(block.finish(), false);
  }

  const std::size_t footer = file_.size();
  file_.push_back(sstable::kChecksumCrc32c);
  metaindex.append_to(file_);
  index.append_to(file_);
  file_.resize(footer + 1 + sstable::kFooterHandlesSize, '\0');
  sstable::append_little_endian(file_, sstable::kFormatVersion);
  sstable::append_little_endian(file_, sstable::kMagic);

  table_->arena_.shrink_to_fit();
  table_->offsets_.shrink_to_fit();
  written.file = std::move(file_);
  written.table = std::move(table_);
  return written;
}

void SstableWriter::end_data_block(std::string_view next_key, bool is_last) {
  const BlockHandle handle = write_block(data_.finish(), true);
  data_.clear();
  ++data_blocks_;
  data_bytes_ = file_.size();
  if (count() == 0) return add_index_entry({}, sstable::kNoKeyTrailer, handle);
  const std::string_view last = last_key();
  const std::string shortened = is_last ? sstable::successor(last) : sstable::separator(last, next_key);
  const bool is_above = shortened.size() <= last.size() && shortened > last;
  if (is_above) return add_index_entry(shortened, sstable::kSeparatorTrailer, handle);
  add_index_entry(last, sstable::kValueTrailer, handle);
}

BlockHandle SstableWriter::write_block(std::string_view block, bool compressed) {
  char type = sstable::kNotCompressed;
  if (compressed) {
    const std::string_view smaller = snappy::compress(block, scratch_);
    if (smaller.size() < block.size() - block.size() / 8) {  // worth decompressing
      block = smaller;
      type = sstable::kSnappyCompressed;
    }
  }
  const BlockHandle handle{file_.size(), block.size()};
  file_.append(block);
  file_.push_back(type);
  const std::string_view checked = std::string_view(file_).substr(handle.offset_bytes);
  sstable::append_little_endian(file_, sstable::masked_crc(crc32c(0, as_bytes(checked))));
  return handle;
}

void SstableWriter::add_index_entry(std::string_view separator, std::uint64_t trailer,
                                    const BlockHandle& handle) {
  constexpr std::size_t kHandleSizeEstimate = 20;  // two varints at their longest
  if (index_.is_full_for(separator.size() + sstable::kKeyTrailerSize, kHandleSizeEstimate))
    end_index_partition();
  std::string encoded;
  handle.append_to(encoded);
  index_.add(separator, trailer, encoded);
  last_separator_ = separator;
  last_separator_trailer_ = trailer;
}

void SstableWriter::end_index_partition() {
  partitions_.push_back({last_separator_, last_separator_trailer_, std::string(index_.finish())});
  index_.clear();
}

BlockHandle SstableWriter::write_index() {
  if (partitions_.empty()) {
    index_bytes_ = index_.size_bytes() + sstable::kBlockTrailerSize;
    return write_block(index_.finish(), true);
  }
  end_index_partition();
  sstable::BlockBuilder top(sstable::kIndexRestartInterval);
  for (const auto& partition : partitions_) {
    index_bytes_ += partition.block.size();
    std::string handle;
    write_block(partition.block, true).append_to(handle);
    top.add(partition.last_key, partition.last_trailer, handle);
  }
  top_index_bytes_ = top.size_bytes();
  index_bytes_ += top_index_bytes_ + sstable::kBlockTrailerSize;
  return write_block(top.finish(), true);
}

BlockHandle SstableWriter::write_properties() {
  const auto varint = [](std::uint64_t value) {
    std::string encoded;
    wire::append_varint(encoded, value);
    return encoded;
  };
  const auto fixed = [](auto value) {
    std::string encoded;
    sstable::append_little_endian(encoded, value);
    return encoded;
  };
  Sstable::Properties all = table_->properties_;
  for (const char* name : {"creation.time", "deleted.keys", "filter.size", "fixed.key.length",
                           "format.version", "index.key.is.user.key", "index.value.is.delta.encoded",
                           "merge.operands", "num.range-deletions", "oldest.key.time"}) {
    all.emplace(std::string("rocksdb.") + name, varint(0));
  }
  constexpr std::uint64_t kNoColumnFamily = 0x7FFF'FFFF;
  constexpr std::uint32_t kExternalVersion = 2;
  all.emplace("rocksdb.column.family.id", varint(kNoColumnFamily));
  all.emplace("rocksdb.comparator", "leveldb.BytewiseComparator");
  all.emplace("rocksdb.compression", "Snappy");
  all.emplace(
      "rocksdb.compression_options",
      "window_bits=-14; level=32767; strategy=0; max_dict_bytes=0; zstd_max_train_bytes=0; enabled=0; ");
  all.emplace("rocksdb.data.size", varint(data_bytes_));
  all.emplace("rocksdb.external_sst_file.version", fixed(kExternalVersion));
  all.emplace("rocksdb.external_sst_file.global_seqno", fixed(std::uint64_t{0}));
  all.emplace(sstable::kIndexTypeName,
              fixed(partitions_.empty() ? sstable::kIndexBinarySearch : sstable::kIndexTwoLevel));
  all.emplace("rocksdb.block.based.table.prefix.filtering", "0");
  all.emplace("rocksdb.block.based.table.whole.key.filtering", "0");
  if (!partitions_.empty()) {
    all.emplace("rocksdb.index.partitions", varint(partitions_.size()));
    all.emplace("rocksdb.top-level.index.size", varint(top_index_bytes_));
  }
  all.emplace("rocksdb.index.size", varint(index_bytes_));
  all.emplace("rocksdb.merge.operator", "pebble.concatenate");
  all.emplace("rocksdb.num.data.blocks", varint(data_blocks_));
  all.emplace("rocksdb.num.entries", varint(count()));
  all.emplace("rocksdb.prefix.extractor.name", "nullptr");
  all.emplace("rocksdb.property.collectors", "[static]");
  all.emplace("rocksdb.raw.key.size", varint(raw_key_bytes_));
  all.emplace("rocksdb.raw.value.size", varint(raw_value_bytes_));

  sstable::BlockBuilder block(sstable::kNoRestarts);
  for (const auto& [name, value] : all) block.add_plain(name, value);
  return write_block(block.finish(), false);
}

}  // namespace anabranch::versioning
