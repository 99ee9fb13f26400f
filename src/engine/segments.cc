#include "engine/segments.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include "base/assert.h"
#include "engine/aligned_buffer.h"

namespace anabranch::engine {
namespace {
/// Dead segments that wait for a flush of the index before one is asked for.
constexpr int kWaitingSegmentsMax = 4;
/// Punching costs a journal entry: heads smaller than this in all are left alone while the engine runs.
constexpr std::uint64_t kPunchWorth = 1 * MiB;
}  // namespace

std::string segment_path(std::uint32_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "segments/%08u.seg", number);
  return name;
}

void Segments::add(std::uint32_t number, const SegmentRecord& record) {
  const std::lock_guard lock(mutex_);
  Segment& segment = segments_[number];
  segment.record = record;
  segment.punched = true;  // perhaps: an earlier run may have
  next_number_ = std::max(next_number_, number + 1);
  next_generation_ = std::max(next_generation_, record.generation + 1);
}

void Segments::set_next(std::uint32_t number, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  next_number_ = std::max(next_number_, number);
  next_generation_ = std::max(next_generation_, generation);
}

void Segments::adopt(const SegmentHeader& header) {
  const std::lock_guard lock(mutex_);
  Segment& segment = segments_[header.segment];
  if (segment.record.generation == header.generation) return;
  segment = Segment();
  segment.record.kind = header.kind;
  segment.record.generation = header.generation;
  segment.record.first_lsn = header.first_lsn;
  segment.punched = true;
}

void Segments::seal_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [number, segment] : segments_) segment.record.sealed = true;
}

Result<void> Segments::sweep(const Index& index) {
  auto names = disk_.list("segments");
  if (!names) return fail(std::move(names).error());
  std::set<std::string> present;
  for (const auto& name : *names) present.insert("segments/" + name);
  std::vector<std::uint32_t> unsealed, missing;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, segment] : segments_) {
      if (present.erase(segment_path(number)) == 0) {
        if (segment.record.live_bytes != 0) {
          return fail(ErrorCode::corruption, segment_path(number) + " is missing, with live bytes in it");
        }
        missing.push_back(number);
      } else if (segment.record.kind == SegmentKind::data && !segment.record.sealed) {
        unsealed.push_back(number);
      }
    }
    for (const std::uint32_t number : missing) segments_.erase(number);
  }
  for (const auto& path : present) ANABRANCH_CHECK(disk_.remove(path));
  for (const std::uint32_t number : unsealed) {
    // What lies between published extents was an upload's that a crash ended.
    std::uint64_t end = kSegmentHeaderSize;
    std::vector<Location> gaps;
    const std::string prefix = keys::placed_prefix(number);
    ANABRANCH_CHECK(
        index.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view value) {
          const std::uint64_t offset = keys::placed_offset(key);
          if (offset > end) gaps.push_back({0, number, end, offset - end});
          Decoder in(value);
          (void)in.id();
          end = offset + round_up(in.varint(), io::kBlockSize);
          return kv::ScanStep::next();
        }));
    for (const auto& gap : gaps) punch(gap);
    auto opened = file(number);
    if (!opened) return fail(std::move(opened).error());
    const auto size = (*opened)->size();
    if (size && *size > end) ANABRANCH_CHECK((*opened)->truncate(end));
  }
  return {};
}

std::map<std::uint32_t, SegmentRecord> Segments::records() const {
  const std::lock_guard lock(mutex_);
  std::map<std::uint32_t, SegmentRecord> records;
  for (const auto& [number, segment] : segments_) records.emplace(number, segment.record);
  return records;
}

Result<std::shared_ptr<io::File>> Segments::file(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(number);
  if (found == segments_.end()) return fail(ErrorCode::io, segment_path(number) + " is not in use");
  Segment& segment = found->second;
  segment.used_at = ++uses_;
  if (segment.file == nullptr) {
    auto opened = disk_.open(segment_path(number), io::OpenMode::write_direct);
    if (!opened) return fail(std::move(opened).error());
    segment.file = *std::move(opened);
    if (++open_files_ > options_.open_segments_max) close_idle_files();
  }
  return segment.file;
}

void Segments::close_idle_files() {
  std::vector<std::pair<std::uint64_t, Segment*>> idle;
  for (auto& [number, segment] : segments_) {
    if (segment.file != nullptr && segment.file.use_count() == 1)
      idle.emplace_back(segment.used_at, &segment);
  }
  std::sort(idle.begin(), idle.end());
  for (std::size_t i = 0; i < idle.size() / 2; ++i) {
    idle[i].second->file.reset();
    --open_files_;
  }
}

Result<void> Segments::sync(std::uint32_t number) {
  auto opened = file(number);
  if (!opened) return fail(std::move(opened).error());
  std::unique_lock lock(sync_mutex_);
  SyncState& state = syncs_[number];
  const std::uint64_t ticket = ++state.tickets;
  ++state.waiting;
  while (state.done < ticket && !state.failed) {
    if (state.running) {
      synced_.wait(lock);
      continue;
    }
    state.running = true;
    const std::uint64_t covered = state.tickets;
    lock.unlock();
    const auto done = (*opened)->sync();
    lock.lock();
    state.running = false;
    if (done) {
      state.done = covered;
    } else {
      state.failed = true;  // never retried: the kernel may have dropped what it could not write
      health_.fence(done.error().message);
    }
    synced_.notify_all();
  }
  const bool failed = state.done < ticket;
  if (--state.waiting == 0 && !state.failed) syncs_.erase(number);
  if (failed) return fail(ErrorCode::io, "sync of " + segment_path(number) + " failed");
  return {};
}

Result<void> Segments::write_header(io::File& file, const SegmentHeader& header) {
  AlignedBuffer block(kSegmentHeaderSize);
  const std::string bytes = header.encode();
  std::memcpy(block.data(), bytes.data(), bytes.size());
  ANABRANCH_CHECK(file.write(0, block.first(kSegmentHeaderSize)));
  return file.sync();
}

Result<SegmentHeader> Segments::make(SegmentKind kind, std::uint64_t first_lsn, std::uint64_t bytes) {
  SegmentHeader header;
  header.kind = kind;
  header.store_id = store_id_;
  header.epoch = epoch_;
  header.first_lsn = first_lsn;
  bool fresh = true;
  {
    const std::lock_guard lock(mutex_);
    header.generation = next_generation_++;
    header.segment = 0;
    if (kind == SegmentKind::log && bytes <= options_.segment_bytes) {
      for (const auto& [number, segment] : segments_) {
        if (!segment.free) continue;
        header.segment = number;
        fresh = false;
        break;
      }
    }
    if (fresh) header.segment = next_number_++;
    // In the table before it is on disk, and unsealed: what it was before is dead, and reclaim() may run now.
    Segment& segment = segments_[header.segment];
    if (segment.file != nullptr) --open_files_;
    segment = Segment();
    segment.record.kind = kind;
    segment.record.generation = header.generation;
    segment.record.first_lsn = first_lsn;
    segment.end_offset = kSegmentHeaderSize;
    segment.changed_lsn = first_lsn;
  }
  const std::string path = segment_path(header.segment);
  const auto prepare = [&]() -> Result<std::shared_ptr<io::File>> {
    auto opened = disk_.open(path, io::OpenMode::write_direct);
    if (!opened) return fail(std::move(opened).error());
    if (fresh) ANABRANCH_CHECK((*opened)->allocate(kSegmentHeaderSize));
    ANABRANCH_CHECK(write_header(**opened, header));
    if (fresh) ANABRANCH_CHECK(disk_.sync_directory("segments"));
    return std::shared_ptr<io::File>(*std::move(opened));
  };
  auto prepared = prepare();
  const std::lock_guard lock(mutex_);
  if (!prepared) {
    if (prepared.error().code != ErrorCode::no_space) health_.fence(prepared.error().message);
    segments_.erase(header.segment);  // a recycled file is unusable until the next start sweeps it
    if (fresh) (void)disk_.remove(path);
    return fail(std::move(prepared).error());
  }
  Segment& segment = segments_.at(header.segment);
  segment.file = *std::move(prepared);
  segment.used_at = ++uses_;
  ++open_files_;
  if (open_files_ > options_.open_segments_max) close_idle_files();
  return header;
}

Result<SegmentHeader> Segments::start_log(std::uint64_t first_lsn, std::uint64_t bytes) {
  auto header = make(SegmentKind::log, first_lsn, kSegmentHeaderSize + bytes);
  if (!header) return header;
  const std::lock_guard lock(mutex_);
  if (log_ != 0) segments_.at(log_).record.sealed = true;
  log_ = header->segment;
  return header;
}

Result<void> Segments::reserve_log(std::uint32_t number, std::uint64_t end_offset) {
  auto opened = file(number);
  if (!opened) return fail(std::move(opened).error());
  const auto size = (*opened)->size();
  if (!size) return fail(size.error());
  if (end_offset <= *size) return {};
  const std::uint64_t step = round_up(end_offset, options_.log_allocation_bytes);
  const auto reserved = (*opened)->allocate(std::max(end_offset, std::min(step, options_.segment_bytes)));
  if (reserved || reserved.error().code != ErrorCode::no_space) return reserved;
  return (*opened)->allocate(end_offset);
}

void Segments::note_group(std::uint32_t number, std::uint64_t offset, std::uint64_t head_length,
                          std::uint64_t end_offset, std::uint64_t last_lsn) {
  const std::lock_guard lock(mutex_);
  Segment& segment = segments_.at(number);
  segment.end_offset = end_offset;
  segment.record.last_lsn = last_lsn;
  if (!segment.heads.empty() && segment.heads.back().first + segment.heads.back().second == offset) {
    segment.heads.back().second += head_length;
  } else {
    segment.heads.emplace_back(offset, head_length);
  }
}

Result<std::uint64_t> Segments::take_extent_room(std::uint64_t bytes) {
  if (data_ != 0) {
    const std::lock_guard lock(mutex_);
    Segment& segment = segments_.at(data_);
    const std::uint64_t room = options_.segment_bytes - std::min(options_.segment_bytes, segment.end_offset);
    if (room >= bytes) return bytes;
    const std::uint64_t whole_chunks = room / kChunkSize * kChunkSize;
    if (whole_chunks >= std::min(options_.extent_bytes_min, bytes)) return whole_chunks;
    segment.record.sealed = true;
    data_ = 0;
  }
  auto header = make(SegmentKind::data, 0, 0);
  if (!header) return fail(std::move(header).error());
  data_ = header->segment;
  const std::uint64_t room = (options_.segment_bytes - kSegmentHeaderSize) / kChunkSize * kChunkSize;
  return std::min(bytes, std::max(room, kChunkSize));
}

Result<Location> Segments::allocate(std::uint64_t bytes) {
  ANABRANCH_CHECK(health_.check());
  const std::lock_guard data_lock(data_mutex_);
  const auto room = take_extent_room(round_up(bytes, io::kBlockSize));
  if (!room) return fail(room.error());
  auto opened = file(data_);
  if (!opened) return fail(std::move(opened).error());
  Location where;
  where.segment = data_;
  where.length = *room;
  {
    const std::lock_guard lock(mutex_);
    where.offset = segments_.at(data_).end_offset;
  }
  ANABRANCH_CHECK((*opened)->allocate(where.offset + where.length));
  const std::lock_guard lock(mutex_);
  Segment& segment = segments_.at(data_);
  segment.end_offset += where.length;
  segment.pending_bytes += where.length;
  return where;
}

void Segments::give_back(const Location& where) {
  {
    const std::lock_guard lock(mutex_);
    segments_.at(where.segment).pending_bytes -= where.length;
  }
  punch(where);
}

void Segments::punch(const Location& where) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = segments_.find(where.segment);
    if (found == segments_.end()) return;
    found->second.punched = true;
  }
  auto opened = file(where.segment);
  // Failing to give space back loses space until the segment dies, never bytes.
  if (opened) (void)(*opened)->punch(where.offset, round_up(where.length, io::kBlockSize));
}

void Segments::apply(const std::map<std::uint32_t, std::int64_t>& live_changes,
                     const std::map<std::uint32_t, std::uint64_t>& published_pending, std::uint64_t lsn,
                     IndexBatch& batch) {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, bytes] : published_pending) {
    const auto found = segments_.find(number);
    if (found != segments_.end()) found->second.pending_bytes -= std::min(bytes, found->second.pending_bytes);
  }
  for (const auto& [number, change] : live_changes) {
    Segment& segment = segments_[number];
    if (segment.record.generation == 0) {
      // Replay names a data segment whose header did not read: its blobs are judged by their own checksums.
      segment.record.kind = SegmentKind::data;
      segment.record.generation = 1;
      segment.punched = true;
      next_number_ = std::max(next_number_, number + 1);
    }
    const std::int64_t live = static_cast<std::int64_t>(segment.record.live_bytes) + change;
    ANABRANCH_ASSERT(live >= 0, segment_path(number) + " has less than nothing alive");
    segment.record.live_bytes = static_cast<std::uint64_t>(live);
    segment.changed_lsn = lsn;
    batch.put(keys::segment(number), segment.record.encode());
  }
}

std::pair<std::uint32_t, std::uint64_t> Segments::next() const {
  const std::lock_guard lock(mutex_);
  return {next_number_, next_generation_};
}

Result<void> Segments::pin(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(number);
  if (found == segments_.end()) return fail(ErrorCode::corruption, segment_path(number) + " is not there");
  ++found->second.pins;
  return {};
}
void Segments::unpin(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  --segments_.at(number).pins;
}

std::uint64_t Segments::live_bytes(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(number);
  return found == segments_.end() ? 0 : found->second.record.live_bytes;
}

SegmentStats Segments::stats() const {
  const std::lock_guard lock(mutex_);
  SegmentStats stats;
  for (const auto& [number, segment] : segments_) {
    ++(segment.free                              ? stats.free_segments
       : segment.record.kind == SegmentKind::log ? stats.log_segments
                                                 : stats.data_segments);
    stats.live_bytes += segment.record.live_bytes;
    stats.pending_bytes += segment.pending_bytes;
  }
  return stats;
}

bool Segments::dead(const Segment& segment) const {
  return segment.record.sealed && !segment.free && segment.record.live_bytes == 0 &&
         segment.pending_bytes == 0 && segment.pins == 0;
}

bool Segments::reclaim(Index& index, std::shared_mutex& gate) {
  const std::uint64_t flushed_lsn = index.flushed_lsn();
  std::vector<std::uint32_t> gone;
  int waiting = 0;
  {
    const std::unique_lock gate_lock(gate);
    const std::lock_guard lock(mutex_);
    std::size_t free_count = 0;
    for (const auto& [number, segment] : segments_) free_count += segment.free ? 1 : 0;
    for (auto found = segments_.begin(); found != segments_.end();) {
      const auto& [number, segment] = *found;
      if (!dead(segment)) {
        ++found;
      } else if (segment.changed_lsn > flushed_lsn || segment.record.last_lsn > flushed_lsn) {
        ++waiting;
        ++found;
      } else if (segment.record.kind == SegmentKind::log && !segment.punched &&
                 free_count < options_.free_segments_max) {
        found->second.free = true;
        found->second.heads.clear();
        ++free_count;
        ++found;
      } else {
        if (segment.file != nullptr) --open_files_;
        gone.push_back(number);
        found = segments_.erase(found);
      }
    }
  }
  IndexBatch batch;
  for (const std::uint32_t number : gone) {
    (void)disk_.remove(segment_path(number));  // a file that stays is swept at the next start
    batch.erase(keys::segment(number));
  }
  if (!gone.empty()) (void)index.apply_derived(batch);  // likewise
  return waiting >= kWaitingSegmentsMax;
}

void Segments::punch_heads(std::uint64_t flushed_lsn) {
  std::vector<Location> heads;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [number, segment] : segments_) {
      const SegmentRecord& record = segment.record;
      if (record.kind != SegmentKind::log || !record.sealed || record.live_bytes == 0 ||
          record.last_lsn > flushed_lsn) {
        continue;
      }
      std::uint64_t total = 0;
      for (const auto& head : segment.heads) total += head.second;
      if (total < kPunchWorth) continue;
      for (const auto& [offset, length] : segment.heads) heads.push_back({0, number, offset, length});
      segment.heads.clear();
    }
  }
  for (const auto& head : heads) punch(head);
}

void Segments::seal_into(IndexBatch& batch) {
  const std::lock_guard lock(mutex_);
  for (auto& [number, segment] : segments_) {
    if (segment.free) continue;
    segment.record.sealed = true;
    batch.put(keys::segment(number), segment.record.encode());
  }
}

void Segments::trim(std::shared_mutex& gate, Index& index) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> tails;
  std::vector<Location> heads;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [number, segment] : segments_) {
      segment.punched = true;  // so that reclaim() removes what is dead
      segment.free = false;
      if (segment.record.live_bytes == 0 || segment.end_offset == 0) continue;  // 0: not written in this run
      tails.emplace_back(number, segment.end_offset);
      for (const auto& [offset, length] : segment.heads) heads.push_back({0, number, offset, length});
      segment.heads.clear();
    }
  }
  (void)reclaim(index, gate);
  for (const auto& head : heads) punch(head);
  for (const auto& [number, end] : tails) {
    auto opened = file(number);
    if (opened) (void)(*opened)->truncate(end);
  }
}

}  // namespace anabranch::engine
