#include "engine/engine.h"

#include <chrono>
#include <utility>

#include "engine/blob_reader.h"
#include "engine/blob_writer.h"
#include "engine/core.h"
#include "engine/recovery.h"

namespace anabranch::engine {
namespace {

/// How long a stop waits for released blobs to give their space back; the next start does the rest.
constexpr auto kReclaimPatience = std::chrono::seconds(2);

/// Scans user keys: the index's letter is put on and taken off.
Result<void> scan_user(const Index& index, std::string_view begin, std::string_view end,
                       const kv::ScanVisitor& visitor, const Index::Snapshot* snapshot) {
  const std::string last = end.empty() ? kv::prefix_end(std::string(1, keys::kUser)) : keys::user(end);
  const auto strip = [&](std::string_view key, std::string_view value) {
    kv::ScanStep step = visitor(key.substr(1), value);
    if (step.kind == kv::ScanStep::Kind::seek) step.key = keys::user(step.key);
    return step;
  };
  return index.scan(keys::user(begin), last, strip, snapshot);
}

}  // namespace

class Engine::KeysSnapshot final : public kv::Reader {
 public:
  explicit KeysSnapshot(const Index& index) : index_(index), snapshot_(index.snapshot()) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    return index_.get(keys::user(key), snapshot_.get());
  }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return scan_user(index_, begin, end, visitor, snapshot_.get());
  }

 private:
  const Index& index_;
  std::unique_ptr<Index::Snapshot> snapshot_;
};

class Engine::Keys final : public kv::Store {
 public:
  explicit Keys(Core& core) : core_(core) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    return core_.index->get(keys::user(key));
  }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return scan_user(*core_.index, begin, end, visitor, nullptr);
  }
  std::unique_ptr<kv::Reader> snapshot() const override {
    return std::make_unique<KeysSnapshot>(*core_.index);
  }
  void commit(kv::Batch batch, CommitCallback done) override {
    core_.sequencer->commit(std::move(batch), std::move(done));
  }

 private:
  Core& core_;
};

class Engine::Blobs final : public blob::Store {
 public:
  explicit Blobs(Core& core) : core_(core) {}
  std::unique_ptr<blob::Writer> create(std::optional<std::uint64_t> size_hint_bytes) override {
    return std::make_unique<BlobWriter>(core_, size_hint_bytes);
  }
  Result<std::unique_ptr<blob::Reader>> open(BlobId id) override { return open_blob(core_, id); }

 private:
  Core& core_;
};

Engine::Engine(std::unique_ptr<Core> core)
    : core_(std::move(core)),
      keys_(std::make_unique<Keys>(*core_)),
      blobs_(std::make_unique<Blobs>(*core_)) {}

Engine::~Engine() {
  if (!closed_) (void)close();  // a folder that could not be closed opens as after a crash
}

Result<std::unique_ptr<Engine>> Engine::open(io::Disk& disk, const Options& options) {
  auto core = std::make_unique<Core>(disk, options);
  ANABRANCH_TRY(core->lock, disk.lock("lock"));
  ANABRANCH_TRY(const bool present, disk.exists("index"));
  ANABRANCH_CHECK(disk.make_directory("segments"));
  ANABRANCH_CHECK(disk.make_directory("index"));
  if (!present) ANABRANCH_CHECK(disk.sync_directory(""));
  Core& parts = *core;
  core->reclaimer = std::make_unique<Reclaimer>(parts);
  ANABRANCH_TRY(core->index, Index::open(disk, core->options, [&parts] { parts.reclaimer->wake(); }));
  auto recovered = recover(parts);
  if (!recovered) return fail(std::move(recovered).error());

  Sequencer::Hooks hooks;
  hooks.on_garbage = [&parts](const std::vector<BlobId>& ids) { parts.reclaimer->add_garbage(ids); };
  hooks.on_discard = [&parts](const std::shared_ptr<PendingBlob>& blob) { parts.reclaimer->discard(*blob); };
  hooks.on_applied = [&parts](bool urgent) { parts.reclaimer->note_applied(urgent); };
  core->sequencer =
      std::make_unique<Sequencer>(disk, core->options, core->health, *core->index, core->segments,
                                  core->pending, recovered->state, std::move(hooks));
  core->reclaimer->add_garbage(recovered->garbage);
  core->reclaimer->add_dropped(recovered->dropped);
  core->sequencer->start();
  core->reclaimer->start();
  std::unique_ptr<Engine> engine(new Engine(std::move(core)));
  engine->recovered_lsn_ = recovered->state.applied_lsn;
  engine->replayed_groups_ = recovered->replayed_groups;
  engine->discarded_groups_ = recovered->discarded_groups;
  return engine;
}

kv::Store& Engine::kv() { return *keys_; }
blob::Store& Engine::blobs() { return *blobs_; }

Stats Engine::stats() const {
  const SequencerStats log = core_->sequencer->stats();
  const SegmentStats segments = core_->segments.stats();
  Stats stats;
  stats.blob_count = log.state.blob_count;
  stats.blob_bytes = log.state.blob_bytes;
  stats.log_segments = segments.log_segments;
  stats.data_segments = segments.data_segments;
  stats.free_segments = segments.free_segments;
  stats.live_bytes = segments.live_bytes;
  stats.pending_bytes = segments.pending_bytes;
  stats.disk_free_bytes = core_->disk.free_bytes().value_or(0);
  stats.index_disk_bytes = core_->index->disk_bytes();
  stats.index_memory_bytes = core_->index->memory_bytes();
  stats.epoch = log.state.epoch;
  stats.applied_lsn = log.state.applied_lsn;
  stats.flushed_lsn = core_->index->flushed_lsn();
  stats.recovered_lsn = recovered_lsn_;
  stats.replayed_groups = replayed_groups_;
  stats.discarded_groups = discarded_groups_;
  stats.groups = log.groups;
  stats.batches = log.batches;
  stats.log_bytes = log.log_bytes;
  stats.fenced = core_->health.fenced();
  return stats;
}

Result<void> Engine::health() const { return core_->health.check(); }

Result<void> Engine::close() {
  closed_ = true;
  core_->reclaimer->finish(kReclaimPatience);
  core_->reclaimer->stop();
  core_->sequencer->stop();
  ANABRANCH_CHECK(core_->health.check());
  IndexBatch batch;
  core_->segments.seal_into(batch);
  ANABRANCH_CHECK(core_->index->apply_derived(batch));
  ANABRANCH_CHECK(core_->index->flush(true));
  core_->index->set_flushed_lsn(core_->sequencer->stats().state.applied_lsn);
  core_->segments.trim(core_->gate, *core_->index);
  return {};
}

}  // namespace anabranch::engine
