// Sstable::decode: reads a whole file strictly. Nothing in it is trusted: every length is checked before it
// is used, and what a small file can unfold to is bounded.
#include <algorithm>

#include "base/hash.h"
#include "versioning/sstable.h"
#include "versioning/sstable_format.h"
#include "versioning/sstable_snappy.h"

namespace anabranch::versioning {
namespace {

using sstable::BlockHandle;

tl::unexpected<Error> broken(std::string what) {
  return fail(ErrorCode::corruption, "not a table: " + std::move(what));
}

/// Walks a block's entries; keys are undone from prefix compression.
class BlockEntries {
 public:
  explicit BlockEntries(std::string_view block) : rest_(block) {}

  /// Parts the entries from the restart points behind them.
  bool open() {
    if (rest_.size() < 4) return false;
    const auto restarts = sstable::little_endian<std::uint32_t>(rest_.substr(rest_.size() - 4));
    if (restarts > (rest_.size() - 4) / 4) return false;
    rest_.remove_suffix(4 + 4 * std::size_t{restarts});
    return true;
  }
  bool at_end() const { return rest_.empty(); }
  bool next() {
    std::uint64_t shared = 0, unshared = 0, value_size = 0;
    std::string_view suffix;
    if (!wire::take_varint(rest_, shared) || !wire::take_varint(rest_, unshared) ||
        !wire::take_varint(rest_, value_size) || shared > key_.size() ||
        unshared > kSstableKeySizeMax - std::min<std::uint64_t>(shared, kSstableKeySizeMax) ||
        !wire::take_bytes(rest_, unshared, suffix) || !wire::take_bytes(rest_, value_size, value_)) {
      return false;
    }
    key_.resize(shared);
    key_.append(suffix);
    return true;
  }
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  std::string_view rest_;
  std::string key_;
  std::string_view value_;
};

}  // namespace

class SstableDecoder {
 public:
  explicit SstableDecoder(std::string_view file) : file_(file) {}

  Result<std::shared_ptr<const Sstable>> decode() {
    BlockHandle metaindex, index;
    ANABRANCH_CHECK(read_footer(metaindex, index));
    ANABRANCH_CHECK(read_properties(metaindex));
    // What the file says of itself is only a hint, and only as far as it can be true.
    table_->arena_.reserve(static_cast<std::size_t>(
        std::min({raw_bytes_hint_, file_.size() * std::uint64_t{4}, kSstableDecodedBytesMax})));
    ANABRANCH_CHECK(read_index(index, two_level_));
    table_->arena_.shrink_to_fit();
    table_->offsets_.shrink_to_fit();
    return std::shared_ptr<const Sstable>(std::move(table_));
  }

 private:
  Result<void> read_footer(BlockHandle& metaindex, BlockHandle& index) {
    if (file_.size() < sstable::kFooterSize) return broken("too short for a footer");
    const std::string_view footer = file_.substr(file_.size() - sstable::kFooterSize);
    const auto version = sstable::little_endian<std::uint32_t>(footer.substr(41));
    if (sstable::little_endian<std::uint64_t>(footer.substr(45)) != sstable::kMagic) {
      return broken("no magic number");
    }
    if (version == 0 || version > sstable::kFormatVersion) {
      return broken("format version " + std::to_string(version) + " is not read");
    }
    if (footer[0] != sstable::kChecksumCrc32c) return broken("its checksums are not CRC32C");
    std::string_view handles = footer.substr(1, sstable::kFooterHandlesSize);
    if (!BlockHandle::take(handles, metaindex) || !BlockHandle::take(handles, index)) {
      return broken("bad block handles in the footer");
    }
    return {};
  }

  /// The block's bytes, valid until the next call with the same `scratch`.
  Result<std::string_view> read_block(const BlockHandle& handle, std::string& scratch) const {
    const std::uint64_t blocks_size = file_.size() - sstable::kFooterSize;
    if (blocks_size < sstable::kBlockTrailerSize || handle.offset_bytes > blocks_size ||
        handle.size_bytes > blocks_size - sstable::kBlockTrailerSize ||
        handle.offset_bytes > blocks_size - sstable::kBlockTrailerSize - handle.size_bytes) {
      return broken("a block outside the file");
    }
    const std::string_view block = file_.substr(handle.offset_bytes, handle.size_bytes);
    const std::string_view trailer = file_.substr(handle.offset_bytes + handle.size_bytes);
    const std::string_view checked = file_.substr(handle.offset_bytes, handle.size_bytes + 1);
    const std::uint32_t crc = sstable::masked_crc(crc32c(0, as_bytes(checked)));
    if (crc != sstable::little_endian<std::uint32_t>(trailer.substr(1)))
      return broken("a block fails its checksum");
    if (trailer[0] == sstable::kNotCompressed) return block;
    if (trailer[0] != sstable::kSnappyCompressed) {
      return broken("compression " + std::to_string(static_cast<unsigned char>(trailer[0])) + " is not read");
    }
    scratch.clear();
    if (!snappy::decompress(block, scratch)) return broken("a block does not decompress");
    return std::string_view(scratch);
  }

  Result<void> read_properties(const BlockHandle& metaindex) {
    std::string scratch;
    ANABRANCH_TRY(const std::string_view block, read_block(metaindex, scratch));
    BlockEntries entries(block);
    BlockHandle properties;
    if (!entries.open()) return broken("bad metaindex");
    while (!entries.at_end()) {
      if (!entries.next()) return broken("bad metaindex");
      std::string_view value = entries.value();
      if (entries.key() == sstable::kPropertiesName && !BlockHandle::take(value, properties)) {
        return broken("bad handle of the properties");
      }
      // Records would seem to be there that are deleted.
      if (entries.key().starts_with("rocksdb.range_del")) return broken("range deletions are not read");
    }
    if (properties.size_bytes == 0) return broken("no properties");
    std::string properties_scratch;
    ANABRANCH_TRY(const std::string_view properties_block, read_block(properties, properties_scratch));
    return parse_properties(properties_block);
  }

  Result<void> parse_properties(std::string_view block) {
    BlockEntries entries(block);
    if (!entries.open()) return broken("bad properties");
    while (!entries.at_end()) {
      if (!entries.next()) return broken("bad properties");
      const std::string_view name = entries.key();
      std::string_view value = entries.value();
      if (name == sstable::kIndexTypeName) {
        const auto type = value.size() == 4 ? sstable::little_endian<std::uint32_t>(value) : ~0u;
        if (type != sstable::kIndexBinarySearch && type != sstable::kIndexTwoLevel) {
          return broken("its type of index is not read");
        }
        two_level_ = type == sstable::kIndexTwoLevel;
      } else if (name == "rocksdb.index.key.is.user.key" || name == "rocksdb.index.value.is.delta.encoded") {
        if (value != std::string_view("\0", 1)) return broken("its form of index is not read");
      } else if (name == "rocksdb.comparator") {
        if (value != "leveldb.BytewiseComparator")
          return broken("its keys are not in the order of their bytes");
      } else if (name == "rocksdb.raw.key.size" || name == "rocksdb.raw.value.size") {
        std::uint64_t bytes = 0;
        if (wire::take_varint(value, bytes)) raw_bytes_hint_ += std::min(bytes, kSstableDecodedBytesMax);
      } else if (!name.starts_with("rocksdb.") && !name.starts_with("pebble.")) {
        table_->properties_.insert_or_assign(std::string(name), std::string(value));
      }
    }
    return {};
  }

  /// An index block's values are handles: of data blocks, or of index blocks where it is the upper of two
  /// levels.
  Result<void> read_index(const BlockHandle& handle, bool is_upper) {
    std::string scratch;
    ANABRANCH_TRY(const std::string_view block, read_block(handle, scratch));
    BlockEntries entries(block);
    if (!entries.open()) return broken("bad index");
    while (!entries.at_end()) {
      BlockHandle below;
      if (!entries.next()) return broken("bad index");
      std::string_view value = entries.value();
      if (!BlockHandle::take(value, below)) return broken("bad handle in the index");
      if (is_upper) {
        ANABRANCH_CHECK(read_index(below, false));
      } else {
        // Every block is read once, in the order of the file: no small file unfolds without end.
        if (below.offset_bytes < data_end_bytes_) return broken("data blocks out of order");
        ANABRANCH_CHECK(read_data(below));
        data_end_bytes_ = below.offset_bytes + below.size_bytes + sstable::kBlockTrailerSize;
      }
    }
    return {};
  }

  Result<void> read_data(const BlockHandle& handle) {
    ANABRANCH_TRY(const std::string_view block, read_block(handle, data_scratch_));
    BlockEntries entries(block);
    if (!entries.open()) return broken("bad data block");
    std::string& arena = table_->arena_;
    auto& offsets = table_->offsets_;
    while (!entries.at_end()) {
      if (!entries.next() || entries.key().size() < sstable::kKeyTrailerSize) return broken("bad record");
      std::string_view key = entries.key();
      const auto trailer =
          sstable::little_endian<std::uint64_t>(key.substr(key.size() - sstable::kKeyTrailerSize));
      if ((trailer & sstable::kKindMask) != sstable::kValueTrailer)
        return broken("a record that is no value");
      key.remove_suffix(sstable::kKeyTrailerSize);
      if (table_->size() > 0 && key <= table_->key(table_->size() - 1)) return broken("keys out of order");
      if (arena.size() + key.size() + entries.value().size() > kSstableDecodedBytesMax) {
        return broken("more than " + std::to_string(kSstableDecodedBytesMax) + " bytes");
      }
      arena.append(key);
      offsets.push_back(static_cast<std::uint32_t>(arena.size()));
      arena.append(entries.value());
      offsets.push_back(static_cast<std::uint32_t>(arena.size()));
    }
    return {};
  }

  const std::string_view file_;
  std::shared_ptr<Sstable> table_ = std::make_shared<Sstable>();
  bool two_level_ = false;
  std::uint64_t raw_bytes_hint_ = 0;
  std::uint64_t data_end_bytes_ = 0;
  std::string data_scratch_;
};

Result<std::shared_ptr<const Sstable>> Sstable::decode(std::string_view file) {
  return SstableDecoder(file).decode();
}

}  // namespace anabranch::versioning
