#include "versioning/import.h"

#include <algorithm>

namespace anabranch::versioning {
namespace {

constexpr TimeMs kSavedEveryMs = 500;
/// An import that dies leaves its pin open for so long; none walks longer.
constexpr TimeMs kImportWalkMaxMs = 6LL * 3600 * 1000;
constexpr std::string_view kStrategyKey = ".lakefs.merge.strategy";

/// The entries of a tree that lie under prefixes (sorted, disjoint).
class EntriesUnder final : public EntryIterator {
 public:
  EntriesUnder(std::unique_ptr<EntryIterator> entries, std::vector<std::string> prefixes)
      : entries_(std::move(entries)), prefixes_(std::move(prefixes)) {
    if (!prefixes_.empty()) entries_->seek(prefixes_.front());
  }
  Result<bool> next() override {
    while (at_ < prefixes_.size()) {
      ANABRANCH_TRY(const bool more, entries_->next());
      if (!more) return false;
      while (at_ < prefixes_.size() && !entries_->path().starts_with(prefixes_[at_]) &&
             prefixes_[at_] < entries_->path()) {
        ++at_;
      }
      if (at_ == prefixes_.size()) return false;
      if (entries_->path().starts_with(prefixes_[at_])) return true;
      entries_->seek(prefixes_[at_]);
    }
    return false;
  }
  void seek(std::string_view path) override { entries_->seek(path); }
  const std::string& path() const override { return entries_->path(); }
  const Entry& entry() const override { return entries_->entry(); }

 private:
  std::unique_ptr<EntryIterator> entries_;
  const std::vector<std::string> prefixes_;
  std::size_t at_ = 0;
};

bool covered(const std::vector<std::string>& prefixes, const std::string& path) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return path.starts_with(prefix); });
}

}  // namespace

Imports::~Imports() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, job] : running_) job->cancelled = true;
}

Result<void> Imports::fail_interrupted() const {
  std::vector<std::pair<std::string, std::string>> interrupted;  // uid, id
  ANABRANCH_CHECK(services_.kv.scan(keys::kRunningImports, kv::prefix_end(keys::kRunningImports),
                                    [&](std::string_view key, std::string_view) {
                                      const std::string_view rest = key.substr(keys::kRunningImports.size());
                                      const std::size_t slash = rest.find('/');
                                      interrupted.emplace_back(rest.substr(0, slash), rest.substr(slash + 1));
                                      return kv::ScanStep::next();
                                    }));
  for (const auto& [uid, id] : interrupted) {
    const std::string key = keys::import(uid, id);
    kv::Batch batch;
    ANABRANCH_TRY(const auto raw, services_.kv.get(key));
    if (raw) {
      ANABRANCH_TRY(auto record, decode_import(*raw));
      record.status.error = "the server stopped while this import was running; start it again";
      record.status.updated_ms = services_.clock.now_ms();
      batch.put(key, encode(record));
    }
    batch.erase(keys::running_import(uid, id));
    ANABRANCH_CHECK(kv::commit_blocking(services_.kv, std::move(batch)));
  }
  return {};
}

Task<Result<std::string>> Imports::start(RepositoryHandle repository, std::string branch,
                                         std::vector<ImportSource> sources, CommitRequest request) {
  auto job = std::make_shared<Job>();
  job->repository = std::move(repository);
  job->branch = std::move(branch);
  job->request = std::move(request);
  job->id = make_xid(services_.clock.now_ms());
  if (sources.empty()) co_return fail(ErrorCode::invalid_argument, "paths: an import needs a source");
  for (const auto& source : sources) {
    auto parsed = parse_source(*job->repository, source);
    if (!parsed) co_return fail(std::move(parsed).error());
    auto asking = inline_or_on(services_.readers,
                               [&, this] { return services_.objects.get_bucket(parsed->place.bucket); });
    const auto bucket = co_await std::move(asking);
    if (!bucket) co_return fail(bucket.error());
    job->sources.push_back(*std::move(parsed));
  }

  ImportRecord record;
  record.branch = job->branch;
  record.status.id = job->id;
  record.status.updated_ms = services_.clock.now_ms();
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    ANABRANCH_TRY(const BranchState state,
                  refs_.writable_branch(services_.kv, *job->repository, job->branch));
    kv::Batch batch;
    batch.require_equals(state.key, state.raw);
    batch.put(keys::import(job->repository->uid, job->id), encode(record));
    batch.put(keys::running_import(job->repository->uid, job->id), "");
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  {
    const std::lock_guard lock(mutex_);
    running_[job->id] = job;
  }
  pool_.run([this, job] { run(job); });
  co_return job->id;
}

void Imports::save(const Job& job, const ImportStatus& status, bool ended) const {
  kv::Batch batch;
  batch.put(keys::import(job.repository->uid, job.id), encode(ImportRecord{job.branch, status}));
  if (ended) batch.erase(keys::running_import(job.repository->uid, job.id));
  // Where it fails the import counts as running until the next start, which marks it as failed.
  const auto saved = kv::commit_blocking(services_.kv, std::move(batch));
  (void)saved;
}

bool Imports::progress(Job& job, std::uint64_t count) {
  job.ingested = count;
  const TimeMs now = services_.clock.now_ms();
  if (now - job.saved_ms >= kSavedEveryMs) {
    job.saved_ms = now;
    ImportStatus status;
    status.id = job.id;
    status.updated_ms = now;
    status.ingested_objects = count;
    save(job, status, false);
  }
  return !job.cancelled;
}

/// The head's tree with what was imported. Where the branch moved meanwhile, what lies under prefixes is
/// not walked again: those entries come from the tree that was `built` at the first try.
Result<MetarangeId> Imports::build(Job& job, const CommitHandle& head, std::optional<MetarangeId>& built) {
  const Trees& trees = job.repository->trees;
  const std::vector<std::string> prefixes = replaced_prefixes(job.sources);
  std::vector<ParsedSource> under, single;  // an object outside all prefixes replaces its own path only
  for (const auto& source : job.sources) {
    const bool alone = source.type == ImportSourceType::object && !covered(prefixes, source.destination);
    (alone ? single : under).push_back(source);
  }
  std::uint64_t counted = 0;
  const auto tell = [&](std::uint64_t count) { return progress(job, counted + count); };

  MetarangeId tree = head->metarange_id;
  if (!prefixes.empty() && !built) {
    SourceEntries entries(services_.objects, under, tell);
    ANABRANCH_TRY(auto replaced, trees.replace(tree, prefixes, entries, nullptr));
    counted = entries.count();
    tree = std::move(replaced.metarange);
  } else if (!prefixes.empty()) {
    ANABRANCH_TRY(auto all, trees.entries(*built, prefixes.front()));
    EntriesUnder entries(std::move(all), prefixes);
    ANABRANCH_TRY(auto replaced, trees.replace(tree, prefixes, entries, nullptr));
    tree = std::move(replaced.metarange);
    counted = job.ingested - std::min<std::uint64_t>(job.ingested, single.size());
  }
  if (!single.empty()) {
    SourceEntries entries(services_.objects, single, tell);
    std::vector<Change> changes;
    while (true) {
      ANABRANCH_TRY(const bool more, entries.next());
      if (!more) break;
      changes.push_back(Change{entries.path(), entries.entry()});
    }
    const auto iterator = make_change_iterator(std::move(changes));
    ANABRANCH_TRY(auto applied, trees.apply(tree, *iterator));
    tree = std::move(applied.metarange);
  }
  built = tree;
  return tree;
}

Result<void> Imports::pin(const Job& job, TimeMs open_for_ms) {
  for (const auto& source : job.sources) {
    auto pinned = services_.objects.pin(source.place.bucket, source.place.key, open_for_ms);
    ANABRANCH_CHECK(block_on(std::move(pinned)));
  }
  return {};
}

Result<MetarangeId> Imports::build_pinned(Job& job, const CommitHandle& base,
                                          std::optional<MetarangeId>& built) {
  // Pinned openly before the walk, so that what appears and goes while it runs is retained too; closed behind
  // it.
  ANABRANCH_CHECK(pin(job, kImportWalkMaxMs));
  ANABRANCH_TRY(auto tree, build(job, base, built));
  ANABRANCH_CHECK(pin(job, 0));
  return tree;
}

Result<Commit> Imports::import(Job& job) {
  const OpenRepository& repository = *job.repository;
  // Without the branch's turn first, so that a long walk holds nobody up; then with it, on the head of then.
  ANABRANCH_TRY(const auto state, refs_.writable_branch(services_.kv, repository, job.branch));
  ANABRANCH_TRY(const CommitHandle before, refs_.commit(services_.kv, repository, state.record.commit_id));
  ANABRANCH_CHECK(heads_.require_clean(repository, job.branch));
  std::optional<MetarangeId> built;
  ANABRANCH_TRY(const MetarangeId tree, build_pinned(job, before, built));

  const auto turn = block_on(queues_.wait(repository.uid + "/" + job.branch));
  return heads_.advance(repository, job.branch, [&](const CommitHandle& head) -> Result<Commit> {
    if (job.cancelled) return fail(ErrorCode::cancelled, "the import was cancelled");
    Commit commit;
    commit.metarange_id = tree;
    if (head->metarange_id != before->metarange_id) {
      ANABRANCH_TRY(commit.metarange_id, build_pinned(job, head, built));
    }
    commit.committer = job.request.committer;
    commit.message = job.request.message.empty() ? "Import objects" : job.request.message;
    commit.created_seconds = job.request.date_seconds.value_or(services_.clock.now_ms() / 1000);
    commit.metadata = job.request.metadata;
    commit.metadata[std::string(kStrategyKey)] = "source-wins";  // as lakeFS marks its imports
    commit.parents = {head->id};
    commit.generation = head->generation + 1;
    return commit;
  });
}

void Imports::run(const JobHandle& job) {
  job->saved_ms = services_.clock.now_ms();
  auto done = import(*job);
  ImportStatus status;
  status.id = job->id;
  status.updated_ms = services_.clock.now_ms();
  status.ingested_objects = job->ingested;
  if (done) {
    status.completed = true;
    status.metarange_id = done->metarange_id;
    status.commit = *std::move(done);
  } else {
    status.error = done.error().code == ErrorCode::cancelled ? "Canceled" : done.error().message;
  }
  save(*job, status, true);
  const std::lock_guard lock(mutex_);
  running_.erase(job->id);
}

Result<ImportStatus> Imports::status(const OpenRepository& repository, const std::string& id) const {
  JobHandle job;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = running_.find(id); found != running_.end()) job = found->second;
  }
  ANABRANCH_TRY(const auto raw, services_.kv.get(keys::import(repository.uid, id)));
  if (!raw) return fail(ErrorCode::not_found, "import '" + id + "' does not exist");
  ANABRANCH_TRY(auto record, decode_import(*raw));
  ImportStatus status = std::move(record.status);
  if (job && !status.completed && !status.error) status.ingested_objects = job->ingested;
  if (status.commit) {
    ANABRANCH_TRY(const auto commit, refs_.commit(services_.kv, repository, status.commit->id));
    status.commit = *commit;
  }
  return status;
}

Task<Result<void>> Imports::cancel(RepositoryHandle repository, std::string id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(id);
    if (found != running_.end() && found->second->repository->uid == repository->uid) {
      found->second->cancelled = true;
      co_return Result<void>{};
    }
  }
  auto asking = inline_or_on(services_.readers, [&, this] { return status(*repository, id); });
  const auto ended = co_await std::move(asking);
  if (!ended) co_return fail(ended.error());
  co_return fail(ErrorCode::conflict, "import '" + id + "' has ended");
}

}  // namespace anabranch::versioning
