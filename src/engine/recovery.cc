#include "engine/recovery.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/hash.h"
#include "engine/log.h"

namespace anabranch::engine {
namespace {

std::optional<std::uint32_t> number_of(const std::string& name) {
  unsigned number = 0;
  char end = 0;
  if (std::sscanf(name.c_str(), "%8u.seg%c", &number, &end) != 1) return std::nullopt;
  return segment_path(number) == "segments/" + name ? std::optional(number) : std::nullopt;
}

/// Follows the log from where the index stands.
class Replay {
 public:
  Replay(Core& core, Recovered& recovered) : core_(core), recovered_(recovered), state_(recovered.state) {}

  Result<void> run() {
    ANABRANCH_CHECK(read_headers());
    place_ = {state_.log_segment, state_.log_generation, state_.log_offset};
    next_lsn_ = state_.applied_lsn + 1;
    for (const auto& header : logs_) {
      // A log segment that holds keys alone has no record of its own in the index.
      if (header.segment == place_.segment && header.generation == place_.generation)
        core_.segments.adopt(header);
    }
    while (true) {
      move_to_later_segment();
      ANABRANCH_TRY(auto group, read_next());
      if (!group) break;
      // The next group proves the one before it durable, bodies included.
      ANABRANCH_CHECK(settle(true));
      next_lsn_ = group->header.last_lsn + 1;
      place_.offset = group->header.next_offset;
      waiting_ = std::move(group);
    }
    ANABRANCH_CHECK(settle(false));
    return check_end();
  }

 private:
  struct Place {
    std::uint32_t segment = 0;
    std::uint64_t generation = 0;
    std::uint64_t offset = 0;
  };

  /// Headers of the files that the index does not know in their present generation.
  Result<void> read_headers() {
    ANABRANCH_TRY(const auto names, core_.disk.list("segments"));
    const auto known = core_.segments.records();
    for (const auto& name : names) {
      const auto number = number_of(name);
      if (!number) continue;
      const auto record = known.find(*number);
      if (record != known.end() && record->second.live_bytes > 0) continue;  // not recycled
      ANABRANCH_CHECK(read_header(*number));
    }
    return {};
  }

  Result<void> read_header(std::uint32_t number) {
    ANABRANCH_TRY(const auto file, core_.disk.open(segment_path(number), io::OpenMode::read));
    std::string bytes(kSegmentHeaderSize + kGroupHeaderSize, '\0');
    ANABRANCH_TRY(const std::size_t count,
                  file->read(0, ByteSpan(reinterpret_cast<std::byte*>(bytes.data()), bytes.size())));
    bytes.resize(count);
    const auto header = SegmentHeader::decode(bytes);
    if (header && header->segment == number && header->store_id == state_.store_id) {
      core_.segments.set_next(number + 1, header->generation + 1);
      if (header->kind == SegmentKind::log) {
        logs_.push_back(*header);
      } else {
        core_.segments.adopt(*header);
      }
      return {};
    }
    core_.segments.set_next(number + 1, 0);
    // A torn header of a file that was just made holds nothing. With a later group behind it, it is damage.
    const auto group = bytes.size() > kSegmentHeaderSize
                           ? GroupHeader::decode(std::string_view(bytes).substr(kSegmentHeaderSize))
                           : std::nullopt;
    if (group && group->store_id == state_.store_id && group->segment == number &&
        group->last_lsn > state_.applied_lsn) {
      return fail(ErrorCode::corruption,
                  segment_path(number) + " has a damaged header and groups that are needed");
    }
    return {};
  }

  /// A segment whose groups begin where we stand was started when everything before was durable.
  void move_to_later_segment() {
    const SegmentHeader* later = nullptr;
    for (const auto& header : logs_) {
      if (header.first_lsn != next_lsn_ || header.generation <= place_.generation) continue;
      if (later == nullptr || header.generation > later->generation) later = &header;
    }
    if (later == nullptr) return;
    place_ = {later->segment, later->generation, kSegmentHeaderSize};
    recovered_.state.epoch = std::max(recovered_.state.epoch, later->epoch);
    core_.segments.adopt(*later);
  }

  Result<std::optional<ReadGroup>> read_next() {
    if (place_.segment == 0) return std::nullopt;
    ANABRANCH_TRY(const bool present, core_.disk.exists(segment_path(place_.segment)));
    if (!present) return std::nullopt;
    ANABRANCH_TRY(const auto file, core_.disk.open(segment_path(place_.segment), io::OpenMode::read));
    return read_group(*file, place_.offset, state_.store_id, place_.segment, place_.generation, next_lsn_);
  }

  /// Applies the group that waits. At the log's end it may be torn: then its bodies decide.
  Result<void> settle(bool followed) {
    if (!waiting_) return {};
    const ReadGroup group = *std::exchange(waiting_, std::nullopt);
    const GroupHeader& header = group.header;
    Changes changes(*core_.index);
    ANABRANCH_CHECK(changes.replay(group.metadata, header.last_lsn - header.first_lsn + 1));
    if (!followed && !moved_past(header)) {
      ANABRANCH_TRY(const auto file, core_.disk.open(segment_path(header.segment), io::OpenMode::write));
      // A killed process may have left it in the drive's cache; nobody shall read what a power cut can still
      // take.
      ANABRANCH_CHECK(file->sync());
      ANABRANCH_TRY(const bool whole, bodies_are_whole(*file, group, changes));
      if (!whole) {
        ++recovered_.discarded_groups;
        next_lsn_ = header.first_lsn;
        place_.offset = group.offset;
        return {};
      }
    }
    GroupPlace place;
    place.bodies.segment = header.segment;
    place.bodies.offset = group.offset + header.head_length();
    place.segment = header.segment;
    place.generation = header.generation;
    place.next_offset = header.next_offset;
    core_.segments.note_group(header.segment, group.offset, header.head_length(), header.next_offset,
                              header.last_lsn);
    state_.epoch = std::max(state_.epoch, header.epoch);
    ANABRANCH_CHECK(apply_group(changes, place, state_, core_.segments, *core_.index));
    ++recovered_.replayed_groups;
    return {};
  }

  /// Whether a later segment starts right after this group.
  bool moved_past(const GroupHeader& header) const {
    return place_.segment != header.segment || place_.generation != header.generation;
  }

  /// The log may end anywhere but before something that was acknowledged.
  Result<void> check_end() {
    for (const auto& header : logs_) {
      if (header.first_lsn <= next_lsn_) continue;
      return fail(ErrorCode::corruption, "the log breaks off before " + segment_path(header.segment) +
                                             ", at LSN " + std::to_string(next_lsn_) + " in " +
                                             segment_path(place_.segment));
    }
    if (place_.segment == 0) return {};
    ANABRANCH_TRY(const bool present, core_.disk.exists(segment_path(place_.segment)));
    if (!present) return {};
    ANABRANCH_TRY(const auto file, core_.disk.open(segment_path(place_.segment), io::OpenMode::read));
    ANABRANCH_TRY(const bool later, later_group_exists(*file, place_.offset, state_.store_id, place_.segment,
                                                       place_.generation, next_lsn_));
    if (!later) return {};
    return fail(ErrorCode::corruption,
                segment_path(place_.segment) + " is damaged at byte " + std::to_string(place_.offset) +
                    ": acknowledged groups follow (LSN " + std::to_string(next_lsn_) + ")");
  }

  Core& core_;
  Recovered& recovered_;
  StateRecord& state_;
  std::vector<SegmentHeader> logs_;
  Place place_;
  std::uint64_t next_lsn_ = 1;
  std::optional<ReadGroup> waiting_;
};

/// The state record; a new folder gets one, durable before anything refers to it.
Result<StateRecord> load_state(Core& core) {
  ANABRANCH_TRY(const auto bytes, core.index->get(keys::state()));
  if (bytes) {
    const auto state = StateRecord::decode(*bytes);
    if (!state)
      return fail(ErrorCode::corruption, "the index's state record does not parse, or is of a later version");
    return *state;
  }
  ANABRANCH_TRY(const auto names, core.disk.list("segments"));
  if (!names.empty()) return fail(ErrorCode::corruption, "there are segments, but the index is empty");
  StateRecord state;
  const BlobId random = random_blob_id();
  state.store_id = random.high ^ random.low;
  IndexBatch batch;
  batch.put(keys::state(), state.encode());
  ANABRANCH_CHECK(core.index->apply(batch, 0));
  ANABRANCH_CHECK(core.index->flush(true));
  return state;
}

Result<std::vector<BlobId>> ids_with_prefix(const Index& index, std::string_view prefix) {
  std::vector<BlobId> ids;
  ANABRANCH_CHECK(index.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view) {
    ids.push_back(BlobId::decode(key.substr(1)));
    return kv::ScanStep::next();
  }));
  return ids;
}

}  // namespace

Result<Recovered> recover(Core& core) {
  Recovered recovered;
  ANABRANCH_TRY(recovered.state, load_state(core));
  StateRecord& state = recovered.state;
  core.index->set_flushed_lsn(state.applied_lsn);
  core.segments.set_next(state.next_segment, state.next_generation);
  bool parses = true;
  ANABRANCH_CHECK(core.index->scan("s", "t", [&](std::string_view key, std::string_view value) {
    const auto record = SegmentRecord::decode(value);
    parses = parses && record.has_value();
    if (record) core.segments.add(keys::segment_number(key), *record);
    return kv::ScanStep::next();
  }));
  if (!parses) return fail(ErrorCode::corruption, "a segment record of the index does not parse");

  Replay replay(core, recovered);
  ANABRANCH_CHECK(replay.run());
  ANABRANCH_CHECK(core.segments.sweep(*core.index));
  core.segments.seal_all();
  ++state.epoch;
  core.segments.set_identity(state.store_id, state.epoch);
  ANABRANCH_TRY(recovered.garbage, ids_with_prefix(*core.index, "g"));
  ANABRANCH_TRY(recovered.dropped, ids_with_prefix(*core.index, "p"));
  return recovered;
}

}  // namespace anabranch::engine
