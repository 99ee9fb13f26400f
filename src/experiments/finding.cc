// Which run a name or a commit stands for: see experiments.h.
#include <algorithm>
#include <set>

#include "experiments/experiments.h"
#include "experiments/rebuild.h"
#include "experiments/records.h"
#include "versioning/promotion.h"

namespace anabranch::experiments {
namespace {

bool is_missing(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
    case ErrorCode::no_such_ref:
    case ErrorCode::no_such_branch:
    case ErrorCode::no_such_commit:
    case ErrorCode::no_such_tag:
    case ErrorCode::invalid_name:
      return true;
    default:
      return false;
  }
}

Result<Run> read_record(const kv::Reader& reader, const std::string& key) {
  ANABRANCH_TRY(const auto record, reader.get(key));
  if (record) return decode_run(*record);
  return fail(ErrorCode::not_found, "the run's record was removed");
}

/// The newest of the runs that a branch had. nullopt: none.
Result<std::optional<Run>> run_of_branch(const kv::Reader& reader, const RecordedRuns& recorded,
                                         const std::string& branch) {
  std::optional<Run> newest;
  const auto found = recorded.branches.find(branch);
  if (found == recorded.branches.end()) return newest;
  for (const auto& key : found->second) {
    ANABRANCH_TRY(auto run, read_record(reader, key));
    if (!newest || run.created_ms >= newest->created_ms) newest = std::move(run);
  }
  return newest;
}

/// The run that a commit is of, by its record or by what it says. nullopt: of none.
Result<std::optional<RunCommit>> run_of(const kv::Reader& reader, const RecordedRuns& recorded,
                                        const versioning::Commit& commit) {
  RunCommit found{commit, std::nullopt};
  if (const auto key = recorded.by_commit.find(commit.id); key != recorded.by_commit.end()) {
    ANABRANCH_TRY(found.record, read_record(reader, key->second));
  } else if (!tells_of_run(commit)) {
    return std::optional<RunCommit>();
  }
  return std::optional<RunCommit>(std::move(found));
}

template <class Value>
void fill(Value& value, const Value& more) {
  if (value.empty()) value = more;
}

}  // namespace

Run described_run(const RunCommit& found, const std::string& name) {
  const auto& [commit, record] = found;
  Run run = read_run(commit, record ? record->name : name);
  if (!record) return run;
  // The commit says what it says; its record knows the rest.
  Run known = *record;
  known.commit_id = commit.id;
  if (commit.metadata.contains("anabranch.status")) known.state = run.state;
  if (commit.metadata.contains("anabranch.input_commit") || known.input_commit.empty())
    known.input_commit = run.input_commit;
  fill(known.argv, run.argv);
  fill(known.code_id, run.code_id);
  fill(known.data, run.data);
  fill(known.outputs, run.outputs);
  for (auto& [key, value] : run.parameters) known.parameters.insert_or_assign(key, value);
  for (auto& [key, value] : run.metrics) known.metrics.insert_or_assign(key, value);
  return known;
}

Result<RunCommit> Experiments::run_at(const std::string& repository, const std::string& run) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  ANABRANCH_TRY(const RecordedRuns recorded, recorded_runs(*reader, uid));
  return run_at(*reader, recorded, repository, run);
}

Result<RunCommit> Experiments::run_at(const kv::Reader& reader, const RecordedRuns& recorded,
                                      const std::string& repository, const std::string& run) const {
  ANABRANCH_TRY(auto named, run_of_branch(reader, recorded, run));
  if (!named) {
    auto by_id = find_run(reader, repository, run);
    if (by_id) named = std::move(by_id->run);
  }
  auto commit = repositories_.get_commit(repository, run);
  if (!commit && is_missing(commit.error()) && named && !named->commit_id.empty())
    commit = repositories_.get_commit(repository, named->commit_id);
  if (!commit) return fail(std::move(commit).error());
  // A branch that is where it began tells nothing of its run, though its input may be another run's commit.
  const bool is_at_input = named && commit->id == named->input_commit;
  if (!is_at_input) {
    ANABRANCH_TRY(auto found, run_of(reader, recorded, *commit));
    if (found) return *std::move(found);
  }
  const std::string quoted = "'" + run + "'";
  if (!named) {
    return fail(ErrorCode::not_found,
                quoted + " is no finished run: no record names this commit, and its metadata tell of no run");
  }
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  ANABRANCH_CHECK(finish(reader, uid, *named));
  if (!is_over(named->state))
    return fail(ErrorCode::not_allowed,
                "run " + quoted + " is no finished run: it is " + std::string(to_string(named->state)));
  if (!named->commit_id.empty() && named->commit_id != commit->id) {
    return fail(ErrorCode::conflict, "branch " + quoted + " is at " + commit->id +
                                         ", but its run ended with commit " + named->commit_id +
                                         ": say which by its id");
  }
  if (is_at_input && named->commit_id.empty()) {
    return fail(ErrorCode::no_such_commit,
                "run " + quoted + " is " + std::string(to_string(named->state)) + " without a commit");
  }
  // Who reported its end did not say the commit: it is what the branch holds.
  return RunCommit{*std::move(commit), std::move(named)};
}

Result<RunCommit> Experiments::run_behind(const std::string& repository, const std::string& ref) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  ANABRANCH_TRY(const RecordedRuns recorded, recorded_runs(*reader, uid));
  auto direct = run_at(*reader, recorded, repository, ref);
  // Of a run that goes on, or left no commit, no other run's is an answer.
  const bool is_behind =
      !direct && (direct.error().code == ErrorCode::not_found || direct.error().code == ErrorCode::conflict);
  if (!is_behind) return direct;
  ANABRANCH_TRY(versioning::Commit commit, repositories_.get_commit(repository, ref));
  const auto lead = [&](const versioning::Commit& from) -> Result<std::optional<RunCommit>> {
    // A promotion says what it promoted, also where all that told of that run is gone.
    const auto promoted = from.metadata.find(versioning::kPromotedCommitKey);
    if (promoted != from.metadata.end()) {
      ANABRANCH_TRY(auto run, repositories_.get_commit(repository, promoted->second));
      ANABRANCH_TRY(auto known, run_of(*reader, recorded, run));
      return known ? std::move(known) : RunCommit{std::move(run), std::nullopt};
    }
    return run_of(*reader, recorded, from);
  };
  const auto follow = [&](const versioning::Commit& from) -> Result<std::optional<RunCommit>> {
    ANABRANCH_TRY(auto itself, lead(from));
    if (itself || from.parents.size() < 2) return itself;
    ANABRANCH_TRY(const auto merged, repositories_.get_commit(repository, from.parents[1]));
    return lead(merged);
  };
  // Along first parents: the run whose results are still there is that of a commit before. Then all others.
  std::vector<std::string> others;
  for (std::size_t i = 0; i < versioning::kPromotionHistoryMax; ++i) {
    ANABRANCH_TRY(auto found, follow(commit));
    if (found) return *std::move(found);
    if (commit.parents.empty()) break;
    others.insert(others.end(), commit.parents.begin() + 1, commit.parents.end());
    ANABRANCH_TRY(commit, repositories_.get_commit(repository, commit.parents[0]));
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < others.size() && seen.size() < versioning::kPromotionHistoryMax; ++i) {
    if (!seen.insert(others[i]).second) continue;
    ANABRANCH_TRY(const auto other, repositories_.get_commit(repository, others[i]));
    ANABRANCH_TRY(auto found, follow(other));
    if (found) return *std::move(found);
    others.insert(others.end(), other.parents.begin(), other.parents.end());
  }
  return fail(ErrorCode::not_found,
              "'" + ref + "' is no run's commit, and no run was promoted to it or to one of the " +
                  std::to_string(versioning::kPromotionHistoryMax) + " commits before it");
}

}  // namespace anabranch::experiments
