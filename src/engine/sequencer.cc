#include "engine/sequencer.h"

#include <pthread.h>

#include <algorithm>
#include <future>
#include <map>
#include <unordered_map>
#include <utility>

#include "kv/limits.h"

namespace anabranch::engine {

Result<void> apply_group(const Changes& changes, const GroupPlace& place, StateRecord& state,
                         Segments& segments, Index& index) {
  IndexBatch batch;
  changes.write_to(batch, place.bodies);
  const std::uint64_t lsn = state.applied_lsn + changes.batch_count();
  segments.apply(changes.live_changes(place.segment), changes.placed(), lsn, batch);
  StateRecord next = state;
  next.applied_lsn = lsn;
  std::tie(next.next_segment, next.next_generation) = segments.next();
  next.log_segment = place.segment;
  next.log_generation = place.generation;
  next.log_offset = place.next_offset;
  next.blob_count += static_cast<std::uint64_t>(changes.blob_count_change());
  next.blob_bytes += static_cast<std::uint64_t>(changes.blob_bytes_change());
  batch.put(keys::state(), next.encode());  // last, as Index::apply() wants it
  ANABRANCH_CHECK(index.apply(batch, lsn));
  state = next;
  return {};
}

Sequencer::Sequencer(io::Disk& disk, const Options& options, Health& health, Index& index, Segments& segments,
                     PendingBlobs& pending, StateRecord state, Hooks hooks)
    : disk_(disk),
      options_(options),
      health_(health),
      index_(index),
      segments_(segments),
      pending_(pending),
      hooks_(std::move(hooks)),
      log_(segments, options, state.store_id, state.epoch, state.applied_lsn) {
  stats_.state = state;
}

Sequencer::~Sequencer() { stop(); }

void Sequencer::start() {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "engine-log");
}

void Sequencer::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queued_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sequencer::enqueue(Request request) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(request));
      if (queue_.size() == 1) queued_.notify_one();
      return;
    }
  }
  request.done(fail(ErrorCode::unavailable, "the engine is stopping"));
}

void Sequencer::commit(kv::Batch batch, Done done) {
  Request request;
  request.batch = std::move(batch);
  request.done = std::move(done);
  enqueue(std::move(request));
}

void Sequencer::run(Operation operation, Done done) {
  Request request;
  request.operation = std::move(operation);
  request.done = std::move(done);
  enqueue(std::move(request));
}

Result<void> Sequencer::run_blocking(Operation operation) {
  std::promise<Result<void>> promise;
  auto outcome = promise.get_future();
  run(std::move(operation), [&promise](Result<void> done) { promise.set_value(std::move(done)); });
  return outcome.get();
}

SequencerStats Sequencer::stats() const {
  const std::lock_guard lock(stats_mutex_);
  return stats_;
}

void Sequencer::loop() {
  while (true) {
    std::deque<Request> taken;
    {
      std::unique_lock lock(queue_mutex_);
      queued_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      taken.swap(queue_);
    }
    while (!taken.empty()) process(taken);
  }
}

bool Sequencer::low_on_space() const {
  const auto free = disk_.free_bytes();
  return free && *free < options_.reserve_bytes;
}

void Sequencer::process(std::deque<Request>& queue) {
  std::vector<Request> group;
  Changes changes(index_);
  const auto healthy = health_.check();
  const bool low = low_on_space();
  while (!queue.empty() && changes.metadata().size() + changes.body_length() < options_.group_bytes_max) {
    group.push_back(std::move(queue.front()));
    queue.pop_front();
    Request& request = group.back();
    request.outcome = healthy ? evaluate(request, changes, low) : healthy;
  }
  auto written = changes.batch_count() > 0 ? log_and_apply(changes, low) : Result<void>();
  if (written && !changes.garbage().empty()) hooks_.on_garbage(changes.garbage());
  for (Request& request : group) {
    // A group that was not written takes its failed conditions with it: they may have seen its changes.
    if (!written) request.outcome = written;
    settle(request, request.outcome.has_value());
    request.done(std::move(request.outcome));
  }
}

Result<void> Sequencer::log_and_apply(const Changes& changes, bool low_on_space) {
  const auto place = log_.write(changes);
  if (!place) {
    if (place.error().code != ErrorCode::no_space) health_.fence(place.error().message);
    return fail(place.error());
  }
  StateRecord state;
  {
    const std::lock_guard lock(stats_mutex_);
    state = stats_.state;
  }
  const auto applied = apply_group(changes, *place, state, segments_, index_);
  if (!applied) {
    // The log has it, the index does not: only a restart brings them together again.
    health_.fence(applied.error().message);
    return fail(ErrorCode::io, applied.error().message);
  }
  {
    const std::lock_guard lock(stats_mutex_);
    stats_.state = state;
    ++stats_.groups;
    stats_.batches += changes.batch_count();
    stats_.log_bytes += changes.metadata().size() + changes.body_length();
  }
  hooks_.on_applied(low_on_space || place->segment != std::exchange(last_segment_, place->segment));
  return {};
}

void Sequencer::settle(Request& request, bool published) {
  for (const auto& blob : request.claimed) {
    if (pending_.settle(blob->id, published)) hooks_.on_discard(blob);
  }
  request.claimed.clear();
}

Result<void> Sequencer::evaluate(Request& request, Changes& changes, bool low_on_space) {
  if (request.operation) {
    const std::size_t before = changes.metadata().size();
    ANABRANCH_CHECK(request.operation(changes));
    if (changes.metadata().size() != before) changes.end_batch();
    return {};
  }
  const kv::Batch& batch = request.batch;
  ANABRANCH_CHECK(kv::check_limits(batch));
  ANABRANCH_CHECK(check_conditions(batch, changes));
  if (batch.empty()) return {};
  if (low_on_space) {
    const auto& blobs = batch.blob_changes();
    using Kind = kv::Batch::BlobChange::Kind;
    const bool publishes =
        std::any_of(blobs.begin(), blobs.end(), [](const auto& c) { return c.kind == Kind::publish; });
    const bool frees =
        std::any_of(blobs.begin(), blobs.end(), [](const auto& c) { return c.kind == Kind::release; }) ||
        std::any_of(batch.changes().begin(), batch.changes().end(),
                    [](const auto& c) { return c.kind == kv::Batch::Change::Kind::erase; });
    if (publishes || !frees)
      return fail(ErrorCode::no_space, "the disk is full but for the engine's reserve");
  }
  ANABRANCH_TRY(auto resolved, resolve_counters(batch, changes));
  ANABRANCH_CHECK(change_blobs(request, changes));
  // Nothing fails from here on.
  for (auto& change : resolved) {
    if (change.kind == kv::Batch::Change::Kind::erase) {
      changes.erase(change.key);
    } else {
      changes.put(change.key, std::move(change.value));
    }
  }
  changes.end_batch();
  return {};
}

Result<void> Sequencer::check_conditions(const kv::Batch& batch, const Changes& changes) const {
  for (const auto& condition : batch.conditions()) {
    ANABRANCH_TRY(const auto value, changes.get(condition.key));
    if (value != condition.expected) {
      return fail(ErrorCode::precondition_failed,
                  "the key '" + condition.key + "' is not as the batch requires");
    }
  }
  return {};
}

Result<std::vector<kv::Batch::Change>> Sequencer::resolve_counters(const kv::Batch& batch,
                                                                   const Changes& changes) const {
  using Kind = kv::Batch::Change::Kind;
  std::vector<kv::Batch::Change> resolved = batch.changes();
  const bool counts =
      std::any_of(resolved.begin(), resolved.end(), [](const auto& c) { return c.kind == Kind::add; });
  if (!counts) return resolved;
  std::unordered_map<std::string_view, const kv::Batch::Change*> latest;  // in this batch
  for (auto& change : resolved) {
    if (change.kind == Kind::add) {
      std::int64_t before = 0;
      const auto found = latest.find(change.key);
      if (found == latest.end()) {
        ANABRANCH_TRY(const auto value, changes.get(change.key));
        if (value) before = kv::decode_counter(*value);
      } else if (found->second->kind == Kind::put) {
        before = kv::decode_counter(found->second->value);
      }
      change.kind = Kind::put;
      change.value = kv::encode_counter(before + change.delta);
    }
    latest[change.key] = &change;
  }
  return resolved;
}

Result<void> Sequencer::change_blobs(Request& request, Changes& changes) {
  using Kind = kv::Batch::BlobChange::Kind;
  struct Count {
    std::shared_ptr<PendingBlob> fresh;
    BlobRecord before;
    std::int64_t references = 0;
  };
  std::map<BlobId, Count> counts;
  const auto check = [&]() -> Result<void> {
    for (const auto& change : request.batch.blob_changes()) {
      if (change.kind != Kind::publish) continue;
      auto blob = pending_.claim(change.id);
      if (blob == nullptr) {
        return fail(ErrorCode::invalid_argument,
                    "blob " + change.id.to_string() + " was not finished, or is published already");
      }
      request.claimed.push_back(blob);
      counts[change.id] = {std::move(blob), {}, 1};
    }
    for (const auto& change : request.batch.blob_changes()) {
      if (change.kind == Kind::publish) continue;
      auto found = counts.find(change.id);
      if (found == counts.end()) {
        ANABRANCH_TRY(auto record, changes.blob(change.id));
        if (!record) return fail(ErrorCode::not_found, "no blob " + change.id.to_string());
        const auto references = static_cast<std::int64_t>(record->references);
        found = counts.emplace(change.id, Count{nullptr, *std::move(record), references}).first;
      }
      found->second.references += change.kind == Kind::share ? 1 : -1;
    }
    for (const auto& [id, count] : counts) {
      if (count.references >= 0) continue;
      return fail(ErrorCode::not_found, "blob " + id.to_string() + " is released more often than held");
    }
    return {};
  };
  auto checked = check();
  if (!checked) {
    settle(request, false);
    return checked;
  }
  for (auto& [id, count] : counts) {
    if (count.fresh != nullptr) {
      const PendingBlob& blob = *count.fresh;
      if (blob.body != nullptr) {
        changes.publish_small(id, blob.body, blob.checksums);
      } else {
        changes.publish_mapped(id, blob.size_bytes, blob.extents);
      }
      if (count.references == 1) continue;
      auto record = changes.blob(id);
      if (!record) return fail(std::move(record).error());  // from this group's own view: cannot fail
      count.before = **std::move(record);
    } else if (count.references == static_cast<std::int64_t>(count.before.references)) {
      continue;
    }
    if (count.references == 0) {
      changes.remove_blob(id, count.before);
    } else {
      changes.set_references(id, count.before, static_cast<std::uint64_t>(count.references));
    }
  }
  return {};
}

}  // namespace anabranch::engine
