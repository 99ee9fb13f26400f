// Tables from hostile bytes: a foreign storage namespace may hold anything. Whatever decodes is in order and
// decodes again after it was written; nothing crashes or grows without bound.
//
// Checksums would stop nearly every mutation at once, so those of all blocks that can be found are put right
// first: a hostile writer would do the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "versioning/entry.h"
#include "versioning/metarange.h"
#include "versioning/sstable.h"
#include "versioning/sstable_format.h"
#include "versioning/sstable_snappy.h"
#include "versioning/sstable_writer.h"

namespace anabranch::versioning {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Puts a block's checksum right and gives its content; empty where there is no such block.
std::string repaired(std::string& file, const sstable::BlockHandle& handle) {
  if (handle.offset_bytes > file.size() || handle.size_bytes > file.size() - handle.offset_bytes ||
      file.size() - handle.offset_bytes - handle.size_bytes < sstable::kBlockTrailerSize) {
    return {};
  }
  const std::size_t end = handle.offset_bytes + handle.size_bytes;
  const auto checked = std::string_view(file).substr(handle.offset_bytes, handle.size_bytes + 1);
  std::string crc;
  sstable::append_little_endian(crc, sstable::masked_crc(crc32c(0, as_bytes(checked))));
  file.replace(end + 1, crc.size(), crc);
  const auto block = std::string_view(file).substr(handle.offset_bytes, handle.size_bytes);
  if (file[end] != sstable::kSnappyCompressed) return std::string(block);
  std::string content;
  return snappy::decompress(block, content) ? content : std::string();
}

/// Repairs what the values of a block point to, `levels` deep.
void repair_below(std::string& file, const sstable::BlockHandle& handle, int levels) {
  const std::string content = repaired(file, handle);
  std::string_view rest = content;
  std::uint64_t shared = 0, unshared = 0, value_size = 0;
  std::string_view key, value;
  for (int entries = 0; levels > 0 && entries < 1'000; ++entries) {
    if (!wire::take_varint(rest, shared) || !wire::take_varint(rest, unshared) ||
        !wire::take_varint(rest, value_size) || !wire::take_bytes(rest, unshared, key) ||
        !wire::take_bytes(rest, value_size, value)) {
      return;
    }
    sstable::BlockHandle below;
    if (sstable::BlockHandle::take(value, below)) repair_below(file, below, levels - 1);
  }
}

void repair(std::string& file) {
  if (file.size() < sstable::kFooterSize) return;
  const std::string footer = file.substr(file.size() - sstable::kFooterSize);
  std::string_view handles = std::string_view(footer).substr(1, sstable::kFooterHandlesSize);
  sstable::BlockHandle metaindex, index;
  if (!sstable::BlockHandle::take(handles, metaindex) || !sstable::BlockHandle::take(handles, index)) return;
  repair_below(file, index, 2);
  repair_below(file, metaindex, 1);
}

void check(const Sstable& table) {
  SstableWriter writer(Sstable::Properties{});
  for (std::size_t i = 0; i < table.size(); ++i) {
    require(i == 0 || table.key(i - 1) < table.key(i));
    require(table.lower_bound(table.key(i)) == i);
    if (table.key(i).size() + sstable::kKeyTrailerSize <= kSstableKeySizeMax) {
      writer.add(table.key(i), table.value(i));
    }
    RecordView record;
    if (!RecordView::parse(table.value(i), record)) continue;
    if (const auto entry = Entry::decode(record.data)) require(Entry::decode(entry->encode()) == *entry);
  }
  require(table.content_id().size() == 64);
  if (const auto metarange = Metarange::decode(table)) require((*metarange)->ranges.size() == table.size());
  const auto written = writer.finish();
  const auto again = Sstable::decode(written.file);
  require(again && (*again)->size() == written.table->size() && (*again)->content_id() == written.id);
}

void fuzz(std::string file) {
  if (const auto table = Sstable::decode(file)) check(**table);
  repair(file);
  const auto table = Sstable::decode(file);
  if (table) {
    check(**table);
  } else {
    require(table.error().code == ErrorCode::corruption && !table.error().message.empty());
  }
}

}  // namespace
}  // namespace anabranch::versioning

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  anabranch::versioning::fuzz(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
