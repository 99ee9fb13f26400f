#include "engine/index.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/workers.h"
#include "engine/index_files.h"

namespace anabranch::engine {
namespace {

constexpr char kIndexPath[] = "/index";
constexpr int kBloomBitsPerKey = 10;
constexpr std::size_t kBlockBytes = 8 * KiB;
/// How long an apply waits for a full disk to get room before the engine gives up.
constexpr int kNoSpaceRetries = 50;
constexpr auto kNoSpacePause = std::chrono::milliseconds(100);

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

tl::unexpected<Error> fail_status(const char* action, const rocksdb::Status& status) {
  ErrorCode code = ErrorCode::io;
  if (status.IsIncomplete()) code = ErrorCode::would_block;
  if (status.IsCorruption()) code = ErrorCode::corruption;
  if (status.IsNoSpace()) code = ErrorCode::no_space;
  return fail(code, std::string("index: ") + action + ": " + status.ToString());
}

class SnapshotOf final : public Index::Snapshot {
 public:
  explicit SnapshotOf(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}
  ~SnapshotOf() override { db_.ReleaseSnapshot(snapshot_); }
  SnapshotOf(const SnapshotOf&) = delete;
  SnapshotOf& operator=(const SnapshotOf&) = delete;
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;
};

rocksdb::ReadOptions read_options(const Index::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  if (read_tier() == ReadTier::memory) options.read_tier = rocksdb::kBlockCacheTier;
  if (snapshot != nullptr) options.snapshot = static_cast<const SnapshotOf*>(snapshot)->get();
  return options;
}

rocksdb::WriteOptions write_options() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;  // the engine's log is the log
  return options;
}

rocksdb::Options database_options(const Options& options) {
  rocksdb::Options db;
  db.create_if_missing = true;
  db.paranoid_checks = true;
  db.write_buffer_size = options.index_buffer_bytes;
  db.max_write_buffer_number = 3;
  db.max_background_jobs = 2;
  db.max_open_files = options.index_open_files_max;
  db.max_file_opening_threads = 1;
  db.skip_stats_update_on_db_open = true;
  db.skip_checking_sst_file_sizes_on_db_open = true;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.allow_concurrent_memtable_write = false;  // one thread writes
  db.memtable_whole_key_filtering = true;
  db.memtable_prefix_bloom_size_ratio = 0.02;
  db.arena_block_size = std::min<std::uint64_t>(256 * KiB, options.index_buffer_bytes / 8);
  db.compression = rocksdb::kLZ4Compression;
  db.bottommost_compression = rocksdb::kZSTD;
  db.level_compaction_dynamic_level_bytes = true;
  db.max_manifest_file_size = 4 * MiB;
  db.keep_log_file_num = 1;
  db.max_bgerror_resume_count =
      0;  // after an I/O error the engine is fenced; apply() waits for space by itself

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.index_cache_bytes, 2, false, 0.5);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.block_size = kBlockBytes;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.format_version = 5;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return db;
}

/// Discards RocksDB's own text log: what matters reaches us as statuses.
class NoLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

/// After a failed flush RocksDB sleeps for a second, closing or not. The engine is fenced then, or waits by
/// itself.
class ImpatientEnv final : public rocksdb::EnvWrapper {
 public:
  ImpatientEnv(rocksdb::Env* target, std::shared_ptr<rocksdb::FileSystem> files) : EnvWrapper(target) {
    file_system_ = std::move(files);
  }
  void SleepForMicroseconds(int micros) override {
    target()->SleepForMicroseconds(std::min(micros, kSleepMicrosMax));
  }

 private:
  static constexpr int kSleepMicrosMax = 10'000;
};

}  // namespace

IndexBatch::IndexBatch() : batch_(std::make_unique<rocksdb::WriteBatch>()) {}
IndexBatch::~IndexBatch() = default;
void IndexBatch::put(std::string_view key, std::string_view value) { batch_->Put(slice(key), slice(value)); }
void IndexBatch::erase(std::string_view key) { batch_->Delete(slice(key)); }

struct Index::Impl {
  /// Which RocksDB sequence number ends which group: a flush tells the former, the engine needs the latter.
  struct Mark {
    rocksdb::SequenceNumber sequence;
    std::uint64_t lsn;
  };

  class Listener final : public rocksdb::EventListener {
   public:
    explicit Listener(Impl& impl) : impl_(impl) {}
    void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo& info) override {
      {
        const std::lock_guard lock(impl_.mutex);
        while (!impl_.marks.empty() && impl_.marks.front().sequence <= info.largest_seqno) {
          impl_.flushed_lsn = impl_.marks.front().lsn;
          impl_.marks.pop_front();
        }
      }
      impl_.on_flushed();
    }

   private:
    Impl& impl_;
  };

  std::shared_ptr<rocksdb::FileSystem> files;
  std::unique_ptr<rocksdb::Env> files_env;
  std::unique_ptr<rocksdb::Env> env;  // over files_env
  std::unique_ptr<rocksdb::DB> db;
  std::function<void()> on_flushed;
  mutable std::mutex mutex;
  std::deque<Mark> marks;         // guarded by mutex; oldest first
  std::uint64_t flushed_lsn = 0;  // guarded by mutex
};

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() {
  if (impl_->db != nullptr) impl_->db->Close().PermitUncheckedError();
}

Result<std::unique_ptr<Index>> Index::open(io::Disk& disk, const Options& options,
                                           std::function<void()> on_flushed) {
  auto impl = std::make_unique<Impl>();
  impl->on_flushed = std::move(on_flushed);
  impl->files = make_index_files(disk);
  impl->files_env = rocksdb::NewCompositeEnv(impl->files);
  impl->env = std::make_unique<ImpatientEnv>(impl->files_env.get(), impl->files);
  rocksdb::Options db_options = database_options(options);
  db_options.env = impl->env.get();
  db_options.info_log = std::make_shared<NoLogger>();
  db_options.listeners.push_back(std::make_shared<Impl::Listener>(*impl));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(db_options, kIndexPath, &db);
  if (!status.ok()) return fail_status("open", status);
  impl->db.reset(db);
  return std::unique_ptr<Index>(new Index(std::move(impl)));
}

Result<std::optional<std::string>> Index::get(std::string_view key, const Snapshot* snapshot) const {
  std::string value;
  const rocksdb::Status status =
      impl_->db->Get(read_options(snapshot), impl_->db->DefaultColumnFamily(), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return fail_status("get", status);
  return std::optional(std::move(value));
}

Result<void> Index::scan(std::string_view begin, std::string_view end, const kv::ScanVisitor& visitor,
                         const Snapshot* snapshot) const {
  rocksdb::ReadOptions options = read_options(snapshot);
  const rocksdb::Slice bound = slice(end);
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> iterator(impl_->db->NewIterator(options));
  iterator->Seek(slice(begin));
  while (iterator->Valid()) {
    const kv::ScanStep step = visitor(view(iterator->key()), view(iterator->value()));
    if (step.kind == kv::ScanStep::Kind::stop) return {};
    if (step.kind == kv::ScanStep::Kind::seek) {
      iterator->Seek(slice(step.key));
    } else {
      iterator->Next();
    }
  }
  if (!iterator->status().ok()) return fail_status("scan", iterator->status());
  return {};
}

Result<std::optional<std::pair<std::string, std::string>>> Index::floor(std::string_view key,
                                                                        std::string_view prefix) const {
  const rocksdb::ReadOptions options = read_options(nullptr);
  const std::unique_ptr<rocksdb::Iterator> iterator(impl_->db->NewIterator(options));
  iterator->SeekForPrev(slice(key));
  if (!iterator->Valid()) {
    if (!iterator->status().ok()) return fail_status("floor", iterator->status());
    return std::nullopt;
  }
  if (!iterator->key().starts_with(slice(prefix))) return std::nullopt;
  return std::pair(iterator->key().ToString(), iterator->value().ToString());
}

std::unique_ptr<Index::Snapshot> Index::snapshot() const { return std::make_unique<SnapshotOf>(*impl_->db); }

Result<void> Index::apply(IndexBatch& batch, std::uint64_t lsn) {
  rocksdb::Status status = impl_->db->Write(write_options(), batch.batch_.get());
  for (int i = 0; status.IsNoSpace() && i < kNoSpaceRetries; ++i) {
    // tidy-allow: RocksDB tells of no event when it has space again
    std::this_thread::sleep_for(kNoSpacePause);
    if (impl_->db->Resume().ok()) status = impl_->db->Write(write_options(), batch.batch_.get());
  }
  if (!status.ok()) return fail_status("apply", status);
  const std::lock_guard lock(impl_->mutex);
  impl_->marks.push_back({impl_->db->GetLatestSequenceNumber(), lsn});
  return {};
}

Result<void> Index::apply_derived(IndexBatch& batch) {
  const rocksdb::Status status = impl_->db->Write(write_options(), batch.batch_.get());
  if (!status.ok()) return fail_status("apply", status);
  return {};
}

Result<void> Index::flush(bool wait) {
  rocksdb::FlushOptions options;
  options.wait = wait;
  options.allow_write_stall = true;
  const rocksdb::Status status = impl_->db->Flush(options);
  if (!status.ok()) return fail_status("flush", status);
  return {};
}

std::uint64_t Index::flushed_lsn() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->flushed_lsn;
}

void Index::set_flushed_lsn(std::uint64_t lsn) {
  const std::lock_guard lock(impl_->mutex);
  impl_->flushed_lsn = lsn;
}

std::uint64_t Index::memory_bytes() const {
  std::uint64_t total = 0, part = 0;
  for (const char* property : {"rocksdb.cur-size-all-mem-tables", "rocksdb.estimate-table-readers-mem",
                               "rocksdb.block-cache-usage"}) {
    if (impl_->db->GetIntProperty(property, &part)) total += part;
  }
  return total;
}

std::uint64_t Index::disk_bytes() const {
  std::uint64_t total = 0;
  impl_->db->GetIntProperty("rocksdb.total-sst-files-size", &total);
  return total;
}

}  // namespace anabranch::engine
