#include "versioning/commits.h"

#include <algorithm>

namespace anabranch::versioning {
namespace {

constexpr std::size_t kErasedInOneBatchMax = 2'000;
/// Uncommitted changes that a reset takes back in one batch; more of them go through a token of their own.
constexpr std::size_t kResetInOneBatchMax = 10'000;

tl::unexpected<Error> kept_moving(const std::string& branch) {
  return fail(ErrorCode::conflict, "branch '" + branch + "' kept changing; try again");
}

tl::unexpected<Error> no_changes(const std::string& branch) {
  return fail(ErrorCode::no_changes, "no changes to commit on branch '" + branch + "'");
}

/// Commits; false where a condition did not hold. What is read after that is newer than what failed.
Result<bool> won_race(kv::Store& kv, kv::Batch batch) {
  auto committed = kv::commit_blocking(kv, std::move(batch));
  if (committed) return true;
  if (committed.error().code != ErrorCode::precondition_failed) return fail(std::move(committed).error());
  ANABRANCH_CHECK(kv::commit_blocking(kv, barrier_batch()));
  return false;
}

}  // namespace

// ── TokenCleaner
// ─────────────────────────────────────────────────────────────────────────────────────────────────

void TokenCleaner::drop_later(std::vector<std::string> tokens) const {
  if (tokens.empty()) return;
  services_.writers.run([this, tokens = std::move(tokens)] {
    for (const auto& token : tokens) {
      const auto dropped = drop(token);
      (void)dropped;  // recorded: the next start tries again
    }
  });
}

Result<void> TokenCleaner::erase_all(const std::string& prefix) const {
  const std::string end = kv::prefix_end(prefix);
  while (true) {
    kv::Batch batch;
    std::size_t found = 0;
    ANABRANCH_CHECK(services_.kv.scan(prefix, end, [&](std::string_view key, std::string_view) {
      batch.erase(std::string(key));
      return ++found < kErasedInOneBatchMax ? kv::ScanStep::next() : kv::ScanStep::stop();
    }));
    if (found == 0) return {};
    ANABRANCH_CHECK(kv::commit_blocking(services_.kv, std::move(batch)));
    if (found < kErasedInOneBatchMax) return {};
  }
}

Result<void> TokenCleaner::drop(const std::string& token) const {
  ANABRANCH_CHECK(erase_all(keys::staged(token)));
  kv::Batch batch;
  batch.erase(keys::open_token(token));
  batch.erase(keys::dropped_token(token));
  return kv::commit_blocking(services_.kv, std::move(batch));
}

Result<std::vector<std::string>> TokenCleaner::recorded() const {
  std::vector<std::string> tokens;
  ANABRANCH_CHECK(services_.kv.scan(keys::kDroppedTokens, kv::prefix_end(keys::kDroppedTokens),
                                    [&](std::string_view key, std::string_view) {
                                      tokens.emplace_back(key.substr(keys::kDroppedTokens.size()));
                                      return kv::ScanStep::next();
                                    }));
  return tokens;
}

// ── BranchHeads: moving the record
// ───────────────────────────────────────────────────────────────────────────────

Result<bool> BranchHeads::has_staged(const kv::Reader& reader, const std::vector<std::string>& tokens) const {
  StagedChanges changes(reader, tokens, "");
  return changes.next();
}

Result<bool> BranchHeads::replace(const OpenRepository& repository, const BranchState& state,
                                  const BranchRecord& next, kv::Batch with) const {
  kv::Batch batch = std::move(with);
  batch.require_equals(state.key, state.raw);
  batch.put(state.key, encode(next));
  if (next.staging_token != state.record.staging_token) {
    batch.erase(keys::open_token(state.record.staging_token));
    batch.put(keys::open_token(next.staging_token), repository.uid);
  }
  const std::vector<std::string> kept = next.tokens();
  std::vector<std::string> dropped;
  for (auto& token : state.record.tokens()) {
    if (std::find(kept.begin(), kept.end(), token) != kept.end()) continue;
    batch.put(keys::dropped_token(token), "");
    dropped.push_back(token);
  }
  ANABRANCH_TRY(const bool won, won_race(services_.kv, std::move(batch)));
  if (!won) return false;
  cleaner_.drop_later(std::move(dropped));
  return true;
}

Result<bool> BranchHeads::seal(const OpenRepository& repository, const BranchState& state) const {
  const BranchRecord next{state.record.commit_id, make_xid(services_.clock.now_ms()), state.record.tokens()};
  return replace(repository, state, next, {});
}

Result<bool> BranchHeads::finish(const OpenRepository& repository, const BranchState& state,
                                 const Commit& commit) const {
  kv::Batch with;
  with.put(keys::commit(repository.uid, commit.id), encode(commit));
  return replace(repository, state, BranchRecord{commit.id, state.record.staging_token, {}}, std::move(with));
}

// ── BranchHeads: commit
// ──────────────────────────────────────────────────────────────────────────────────────────

/// Commits what the closed tokens hold; `moved` is false where the branch changed meanwhile.
Result<Commit> BranchHeads::absorb_sealed(const OpenRepository& repository, const BranchState& state,
                                          const CommitRequest& request, bool& moved) const {
  ANABRANCH_TRY(const auto head, refs_.commit(services_.kv, repository, state.record.commit_id));
  StagedChangeIterator changes(services_.kv, state.record.sealed_tokens);
  ANABRANCH_TRY(const ApplyResult applied, repository.trees.apply(head->metarange_id, changes));
  if (applied.counts.total() == 0 && !request.allow_empty) {
    // What is closed changes nothing: it is dropped, so that reads need not look at it.
    if (!state.record.sealed_tokens.empty()) {
      const BranchRecord next{state.record.commit_id, state.record.staging_token, {}};
      ANABRANCH_TRY(moved, replace(repository, state, next, {}));
      if (!moved) return Commit{};
    }
    return no_changes(state.name);
  }
  Commit commit;
  commit.committer = request.committer;
  commit.message = request.message;
  commit.created_seconds = request.date_seconds.value_or(now_seconds());
  commit.metarange_id = applied.metarange;
  commit.metadata = request.metadata;
  commit.parents = {head->id};
  commit.generation = head->generation + 1;
  commit.id = id_of(commit);
  ANABRANCH_TRY(moved, finish(repository, state, commit));
  return commit;
}

Result<Commit> BranchHeads::commit(const OpenRepository& repository, const std::string& branch,
                                   const CommitRequest& request) const {
  bool sealed = false;  // once: what is written from then on belongs to the next commit
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, repository, branch));
    ANABRANCH_TRY(const bool open_changes, has_staged(*snapshot, {state.record.staging_token}));
    if (open_changes && !sealed) {
      ANABRANCH_TRY(sealed, seal(repository, state));
      continue;
    }
    if (state.record.sealed_tokens.empty() && !request.allow_empty) return no_changes(branch);
    bool moved = false;
    ANABRANCH_TRY(Commit commit, absorb_sealed(repository, state, request, moved));
    if (moved) return commit;
  }
  return kept_moving(branch);
}

// ── BranchHeads: what needs a clean branch
// ───────────────────────────────────────────────────────────────────────

Result<BranchState> BranchHeads::clean_branch(const OpenRepository& repository,
                                              const std::string& branch) const {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(BranchState state, refs_.writable_branch(*snapshot, repository, branch));
    ANABRANCH_TRY(const bool staged, has_staged(*snapshot, state.record.tokens()));
    if (!staged) return state;
    ANABRANCH_TRY(const bool dirty, reader_.is_dirty(*snapshot, repository, state));
    if (dirty) return fail(ErrorCode::dirty_branch, "branch '" + branch + "' has uncommitted changes");
    // Changes that change nothing: closed first, so that none that is written now is dropped with them.
    ANABRANCH_TRY(const bool open_changes, has_staged(*snapshot, {state.record.staging_token}));
    if (!open_changes) return state;
    ANABRANCH_CHECK(seal(repository, state));
  }
  return kept_moving(branch);
}

Result<void> BranchHeads::require_clean(const OpenRepository& repository, const std::string& branch) const {
  const auto snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(const BranchState state, refs_.branch(*snapshot, repository, branch));
  ANABRANCH_TRY(const bool dirty, reader_.is_dirty(*snapshot, repository, state));
  if (dirty) return fail(ErrorCode::dirty_branch, "branch '" + branch + "' has uncommitted changes");
  return {};
}

Result<Commit> BranchHeads::advance(const OpenRepository& repository, const std::string& branch,
                                    const Make& make) const {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    ANABRANCH_TRY(const BranchState state, clean_branch(repository, branch));
    ANABRANCH_TRY(const auto head, refs_.commit(services_.kv, repository, state.record.commit_id));
    ANABRANCH_TRY(Commit commit, make(head));
    commit.id = id_of(commit);
    ANABRANCH_TRY(const bool moved, finish(repository, state, commit));
    if (moved) return commit;
  }
  return kept_moving(branch);
}

Result<void> BranchHeads::hard_reset(const OpenRepository& repository, const std::string& branch,
                                     const std::string& ref, bool force) const {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    Result<BranchState> state =
        force ? refs_.writable_branch(services_.kv, repository, branch) : clean_branch(repository, branch);
    ANABRANCH_CHECK(state);
    // Here, not before: "branch~1" means the branch as it is when it moves.
    ANABRANCH_TRY(const auto target, refs_.resolve_commit(services_.kv, repository, ref));
    BranchRecord next{target->id, state->record.staging_token, {}};
    if (force) next.staging_token = make_xid(services_.clock.now_ms());
    ANABRANCH_TRY(const bool moved, replace(repository, *state, next, {}));
    if (moved) return {};
  }
  return kept_moving(branch);
}

// ── BranchHeads: resets of uncommitted changes
// ───────────────────────────────────────────────────────────────────

Result<void> BranchHeads::reset_all(const OpenRepository& repository, const std::string& branch) const {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(services_.kv, repository, branch));
    const BranchRecord next{state.record.commit_id, make_xid(services_.clock.now_ms()), {}};
    ANABRANCH_TRY(const bool done, replace(repository, state, next, {}));
    if (done) return {};
  }
  return kept_moving(branch);
}

Result<void> BranchHeads::reset_prefix(const OpenRepository& repository, const std::string& branch,
                                       const std::string& prefix) const {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, repository, branch));
    // What only the open token holds is taken out of it; else a new token is laid over all, which hides the
    // changes.
    StagedChanges sealed(*snapshot, state.record.sealed_tokens, prefix);
    ANABRANCH_TRY(const bool any_sealed, sealed.next());
    const bool hide = any_sealed && sealed.path().starts_with(prefix);
    kv::Batch erased;
    StagedChanges open(*snapshot, {state.record.staging_token}, prefix);
    std::size_t changes = 0;
    while (!hide && changes <= kResetInOneBatchMax) {
      ANABRANCH_TRY(const bool more, open.next());
      if (!more || !open.path().starts_with(prefix)) break;
      erased.erase(keys::staged(state.record.staging_token, open.path()));
      ++changes;
    }
    if (!hide && changes == 0) return {};
    if (!hide && changes <= kResetInOneBatchMax) {
      require_open(erased, repository, state);
      erased.require_equals(state.key, state.raw);
      ANABRANCH_TRY(const bool won, won_race(services_.kv, std::move(erased)));
      if (won) return {};
      continue;
    }

    // The new token counts as dropped until the branch names it: a crash before that leaves nothing.
    const BranchRecord next{state.record.commit_id, make_xid(services_.clock.now_ms()),
                            state.record.tokens()};
    kv::Batch batch;
    batch.put(keys::dropped_token(next.staging_token), "");
    ANABRANCH_TRY(const auto head, refs_.commit(*snapshot, repository, state.record.commit_id));
    StagedChanges all(*snapshot, state.record.tokens(), prefix);
    while (true) {
      ANABRANCH_TRY(const bool more, all.next());
      if (!more || !all.path().starts_with(prefix)) break;
      ANABRANCH_TRY(auto committed, repository.trees.get(head->metarange_id, all.path()));
      batch.put(keys::staged(next.staging_token, all.path()),
                encode(StagedRecord{std::move(committed), false}));
      if (batch.changes().size() >= kErasedInOneBatchMax) {
        ANABRANCH_CHECK(kv::commit_blocking(services_.kv, std::exchange(batch, {})));
      }
    }
    if (!batch.empty()) ANABRANCH_CHECK(kv::commit_blocking(services_.kv, std::move(batch)));
    kv::Batch with;
    with.erase(keys::dropped_token(next.staging_token));
    ANABRANCH_TRY(const bool done, replace(repository, state, next, std::move(with)));
    if (done) return {};
    ANABRANCH_CHECK(cleaner_.drop(next.staging_token));
  }
  return kept_moving(branch);
}

}  // namespace anabranch::versioning
