#include "engine/inspect.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/hash.h"
#include "engine/blob_reader.h"
#include "engine/core.h"
#include "engine/log.h"

namespace anabranch::engine {
namespace {

constexpr std::size_t kCheckPieceSize = 1 * MiB;

/// One pass over one state of the index.
class Check {
 public:
  explicit Check(Engine& engine) : core_(engine.core()), snapshot_(core_.index->snapshot()) {
    report_.replayed_groups = engine.stats().replayed_groups;
  }

  Result<FsckReport> run() {
    ANABRANCH_CHECK(each("u", [this](std::string_view, std::string_view) { ++report_.keys; }));
    ANABRANCH_CHECK(each("b", [this](std::string_view key, std::string_view value) { blob(key, value); }));
    ANABRANCH_CHECK(each("e", [this](std::string_view key, std::string_view value) { extent(key, value); }));
    ANABRANCH_CHECK(each("x", [this](std::string_view, std::string_view) { ++placed_; }));
    ANABRANCH_CHECK(each("g", [this](std::string_view, std::string_view) { ++report_.garbage_blobs; }));
    ANABRANCH_CHECK(each("s", [this](std::string_view key, std::string_view value) { segment(key, value); }));
    totals();
    if (broken_) return fail(*std::move(broken_));
    return std::move(report_);
  }

 private:
  Result<void> each(const std::string& prefix,
                    const std::function<void(std::string_view, std::string_view)>& visit) {
    const auto visitor = [&](std::string_view key, std::string_view value) {
      visit(key, value);
      return broken_ ? kv::ScanStep::stop() : kv::ScanStep::next();
    };
    return core_.index->scan(prefix, kv::prefix_end(prefix), visitor, snapshot_.get());
  }

  void problem(std::string text) {
    if (report_.problems.size() < kProblemsMax) report_.problems.push_back(std::move(text));
  }

  std::optional<std::string> get(std::string_view key) {
    auto value = core_.index->get(key, snapshot_.get());
    if (value) return *std::move(value);
    broken_ = value.error();
    return std::nullopt;
  }

  void blob(std::string_view key, std::string_view value) {
    const BlobId id = BlobId::decode(key.substr(1));
    const auto record = decode_blob_record(value);
    if (!record) return problem("the record of blob " + id.to_string() + " does not parse");
    if (record->references == 0) problem("blob " + id.to_string() + " is there with no reference");
    ++report_.blobs;
    report_.blob_bytes += record->size_bytes;
    if (!record->mapped) {
      live_[record->where.segment] += static_cast<std::int64_t>(record->where.length);
      if (record->where.length != record->size_bytes)
        problem("blob " + id.to_string() + " lies in another length");
    } else {
      mapped_[id] = record->size_bytes;
    }
    bytes(id, record->size_bytes);
  }

  void bytes(BlobId id, std::uint64_t size_bytes) {
    const auto reader = open_blob(core_, id);
    if (!reader) return problem("blob " + id.to_string() + ": " + reader.error().message);
    std::string piece(std::min<std::uint64_t>(kCheckPieceSize, size_bytes), '\0');
    for (std::uint64_t at = 0; at < size_bytes;) {
      const auto count =
          block_on((*reader)->read(at, {reinterpret_cast<std::byte*>(piece.data()), piece.size()}));
      if (!count) return problem(count.error().message);
      if (*count == 0) return problem("blob " + id.to_string() + " ends early");
      at += *count;
    }
  }

  void extent(std::string_view key, std::string_view value) {
    const BlobId id = BlobId::decode(key.substr(1, 16));
    const std::uint64_t offset = keys::extent_offset(key);
    const auto found = decode_extent(offset, value);
    if (!found) return problem("an extent of blob " + id.to_string() + " does not parse");
    ++report_.extents;
    live_[found->where.segment] += static_cast<std::int64_t>(found->where.length);
    if (!get(keys::placed(found->where.segment, found->where.offset))) {
      problem("an extent of blob " + id.to_string() + " is not known at its place");
    }
    const auto mapped = mapped_.find(id);
    if (mapped == mapped_.end()) {
      if (!get(keys::garbage(id)) && !get(keys::pending(id))) {
        problem("an extent of blob " + id.to_string() + ", which is not there");
      }
      return;
    }
    std::uint64_t& expected = next_offset_[id];
    if (offset != expected) problem("blob " + id.to_string() + " has a gap at " + std::to_string(expected));
    expected = offset + found->where.length;
  }

  void segment(std::string_view key, std::string_view value) {
    const std::uint32_t number = keys::segment_number(key);
    const auto record = SegmentRecord::decode(value);
    if (!record) return problem("the record of " + segment_path(number) + " does not parse");
    const std::int64_t found = live_.contains(number) ? live_[number] : 0;
    if (static_cast<std::int64_t>(record->live_bytes) != found) {
      problem(segment_path(number) + " counts " + std::to_string(record->live_bytes) +
              " live bytes, and has " + std::to_string(found));
    }
    live_.erase(number);
  }

  void totals() {
    for (const auto& [number, bytes] : live_) {
      if (bytes != 0) problem(segment_path(number) + " has live bytes, and no record");
    }
    for (const auto& [id, size_bytes] : mapped_) {
      if (next_offset_[id] != size_bytes)
        problem("the extents of blob " + id.to_string() + " are not all of it");
    }
    if (placed_ != report_.extents) problem("places and extents differ in number");
    const auto bytes = get(keys::state());
    const auto state = bytes ? StateRecord::decode(*bytes) : std::nullopt;
    if (!state) return problem("the state record is not readable");
    if (state->blob_count != report_.blobs || state->blob_bytes != report_.blob_bytes) {
      problem("usage says " + std::to_string(state->blob_count) + " blobs of " +
              std::to_string(state->blob_bytes) + " bytes, there are " + std::to_string(report_.blobs) +
              " of " + std::to_string(report_.blob_bytes));
    }
  }

  Core& core_;
  std::unique_ptr<Index::Snapshot> snapshot_;
  FsckReport report_;
  std::optional<Error> broken_;
  std::map<std::uint32_t, std::int64_t> live_;
  std::map<BlobId, std::uint64_t> mapped_;
  std::map<BlobId, std::uint64_t> next_offset_;
  std::uint64_t placed_ = 0;
};

}  // namespace

Result<FsckReport> check(Engine& engine) { return Check(engine).run(); }

Result<FsckReport> fsck(io::Disk& disk, const Options& options) {
  ANABRANCH_TRY(const auto engine, Engine::open(disk, options));
  auto report = check(*engine);
  ANABRANCH_CHECK(engine->close());
  return report;
}

Result<void> dump_segment(io::Disk& disk, std::uint32_t number,
                          const std::function<void(const std::string&)>& line) {
  ANABRANCH_TRY(const auto file, disk.open(segment_path(number), io::OpenMode::read));
  ANABRANCH_TRY(const std::uint64_t size, file->size());
  std::string block(io::kBlockSize, '\0');
  const ByteSpan out(reinterpret_cast<std::byte*>(block.data()), block.size());
  ANABRANCH_CHECK(file->read(0, out));
  const auto header = SegmentHeader::decode(block);
  if (!header) {
    line(segment_path(number) + ": no valid header");
    return {};
  }
  line(segment_path(number) + (header->kind == SegmentKind::log ? ": log" : ": data") + " generation " +
       std::to_string(header->generation) + " epoch " + std::to_string(header->epoch) + " first LSN " +
       std::to_string(header->first_lsn) + " size " + std::to_string(size));
  if (header->kind != SegmentKind::log) return {};
  for (std::uint64_t offset = kSegmentHeaderSize; offset < size;) {
    ANABRANCH_TRY(const std::size_t count, file->read(offset, out));
    const auto group = GroupHeader::decode(std::string_view(block).substr(0, count));
    if (!group || group->generation != header->generation || group->next_offset <= offset) {
      offset += io::kBlockSize;
      continue;
    }
    line("  " + std::to_string(offset) + ": LSN " + std::to_string(group->first_lsn) + "-" +
         std::to_string(group->last_lsn) + " durable " + std::to_string(group->durable_lsn) + " metadata " +
         std::to_string(group->metadata_length) + " bodies " + std::to_string(group->body_length));
    offset = group->next_offset;
  }
  return {};
}

}  // namespace anabranch::engine
