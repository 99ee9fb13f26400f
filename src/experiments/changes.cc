// What is written of sweeps and runs: see experiments.h.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/log.h"
#include "experiments/experiments.h"
#include "experiments/fields.h"
#include "experiments/logs.h"
#include "experiments/rebuild.h"
#include "experiments/records.h"
#include "experiments/series.h"
#include "versioning/records.h"

namespace anabranch::experiments {
namespace {

/// A record that someone else changed meanwhile is read again so many times; each time somebody got on.
constexpr int kAttemptsMax = 20;
constexpr std::size_t kErasedAtOnceMax = 1'000;
constexpr std::size_t kRebuiltAtOnceMax = 256;

tl::unexpected<Error> kept_changing(const std::string& what) {
  return fail(ErrorCode::conflict, what + " kept changing: try again");
}

std::string encode_heartbeat(TimeMs now) { return FieldWriter().signed_number(now).take(); }

/// New records only of repositories that are there.
void require_alive(kv::Batch& batch, const std::string& uid) {
  batch.require_equals(versioning::keys::alive(uid), "");
}

/// Every kind of key in "e/": its letter.
constexpr std::string_view kKinds[] = {"s", "h", "r", "i", "m", "l", "n"};

void add_new_run(kv::Batch& batch, const std::string& uid, const Run& run) {
  batch.put(keys::used_name(uid, run.sweep), "");
  batch.require_absent(keys::run_index(uid, run.id));
  batch.put(keys::run_index(uid, run.id), run.sweep);
  batch.put(keys::run(uid, run.sweep, run.id), encode_run(run));
}

/// A state comes after the one before, and the end is the end: so a report that is late or repeated undoes
/// nothing.
void apply_state(Run& run, const Report& report, TimeMs now) {
  if (!report.state || is_over(run.state) || *report.state <= run.state) return;
  run.state = *report.state;
  if (run.state == RunState::running && !run.started_ms) run.started_ms = now;
  if (is_over(run.state) && !run.ended_ms) run.ended_ms = now;
}

constexpr std::string_view kFullCurve = "\nthe curve of '";

/// A line each in the run's problem, which no later report takes away.
void tell_of_full_curves(Run& run, const std::set<std::string>& metrics) {
  for (const auto& name : metrics) {
    const std::string line =
        std::string(kFullCurve) + name + "' is full: points that came since are in its last value alone";
    if (run.problem.find(line) == std::string::npos && run.problem.size() + line.size() <= kProblemSizeMax)
      run.problem += line;
  }
}

std::string lines_of_curves(const std::string& problem) {
  const auto begin = problem.find(kFullCurve);
  return begin == std::string::npos ? std::string() : problem.substr(begin);
}

void apply_resources(Run& run, const Report& report) {
  if (!report.resources) return;
  Resources now = *report.resources;
  now.memory_bytes_max = std::max(now.memory_bytes_max, now.memory_bytes);
  if (run.resources) {
    now.memory_bytes_max = std::max(now.memory_bytes_max, run.resources->memory_bytes_max);
    now.cpu_seconds = std::max(now.cpu_seconds, run.resources->cpu_seconds);
  }
  run.resources = now;
}

/// Errors: invalid_argument (more names than a run may have).
Result<void> apply_metrics(Run& run, const Report& report, TimeMs now) {
  for (const auto& [name, point] : report.metrics) {
    const MetricValue said{point.value, point.step, point.time_ms == 0 ? now : point.time_ms, false};
    const auto [place, is_new] = run.metrics.try_emplace(name, said);
    MetricValue& latest = place->second;
    const bool is_later = std::tie(said.step, said.time_ms) >= std::tie(latest.step, latest.time_ms);
    if (!is_new && !latest.is_final && is_later) latest = said;
  }
  for (const auto& [name, value] : report.final_metrics) {
    if (!value) {
      run.metrics.erase(name);
      continue;
    }
    MetricValue& latest = run.metrics[name];
    latest.value = *value;
    latest.is_final = true;
  }
  std::size_t size = 0;
  for (const auto& [name, value] : run.metrics) size += name.size();
  if (run.metrics.size() <= kMetricNamesMax && size <= kMetricNamesSizeMax) return {};
  return fail(ErrorCode::invalid_argument, "field 'metrics' gives the run more than " +
                                               std::to_string(kMetricNamesMax) + " names, or " +
                                               std::to_string(kMetricNamesSizeMax) + " bytes of them");
}

}  // namespace

struct Experiments::Prepared {
  kv::Batch batch;  // empty: nothing changes
  std::string uid, sweep;
  RunState state = RunState::waiting;  // after it
  bool is_news = false;                // more than a heartbeat
  bool is_news_for_sweep = false;
  bool cancel = false;
};

// ── sweeps and runs are made
// ─────────────────────────────────────────────────────────────────────────────

Task<Result<Sweep>> Experiments::create_sweep(Sweep sweep) {
  auto valid = validate(sweep);
  if (!valid) co_return fail(std::move(valid).error());
  const auto read = [this, &sweep] { return uid_of(sweep.repository); };
  auto reading = inline_or_on(workers_, read);
  auto uid = co_await std::move(reading);
  if (!uid) co_return fail(std::move(uid).error());
  sweep.created_ms = clock_.now_ms();
  kv::Batch batch;
  require_alive(batch, *uid);
  batch.require_absent(keys::sweep(*uid, sweep.id));
  batch.require_absent(keys::used_name(*uid, sweep.id));
  batch.put(keys::sweep(*uid, sweep.id), encode_sweep(sweep));
  batch.put(keys::heartbeat(*uid, sweep.id), encode_heartbeat(sweep.created_ms));
  auto committing = kv::commit(kv_, std::move(batch));
  auto done = co_await std::move(committing);
  if (!done && done.error().code == ErrorCode::precondition_failed) {
    co_return fail(ErrorCode::already_exists, "there is, or was, a sweep '" + sweep.id + "' already");
  }
  if (!done) co_return fail(std::move(done).error());
  feed_.sweep_changed(*uid, sweep.id);
  sweep.active = sweep.total > 0;
  co_return sweep;
}

Task<Result<Run>> Experiments::create_run(Run run) {
  if (run.id.empty()) run.id = make_xid(clock_.now_ms());
  auto valid = validate(run);
  if (!valid) co_return fail(std::move(valid).error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto read = [this, &run]() -> Result<FoundSweep> {
      ANABRANCH_TRY(auto sweep, find_sweep(kv_, run.repository, run.sweep));
      ANABRANCH_TRY(const auto taken, kv_.get(keys::run_index(sweep.uid, run.id)));
      if (taken) return fail(ErrorCode::already_exists, "there is a run '" + run.id + "' already");
      return sweep;
    };
    auto reading = inline_or_on(workers_, read);
    auto sweep = co_await std::move(reading);
    if (!sweep) co_return fail(std::move(sweep).error());
    run.created_ms = clock_.now_ms();
    run.heartbeat_ms = run.created_ms;
    run.state = RunState::waiting;
    kv::Batch batch;
    require_alive(batch, sweep->uid);
    batch.require_equals(keys::sweep(sweep->uid, run.sweep), sweep->record);
    add_new_run(batch, sweep->uid, run);
    batch.put(keys::heartbeat(sweep->uid, run.sweep), encode_heartbeat(run.created_ms));
    auto committing = kv::commit(kv_, std::move(batch));
    auto done = co_await std::move(committing);
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    if (!done) co_return fail(std::move(done).error());
    feed_.heard(sweep->uid, run.sweep, run.id, run.state);
    feed_.run_changed(sweep->uid, run.id);
    feed_.sweep_changed(sweep->uid, run.sweep);
    run.cancel_requested = sweep->sweep.cancel_requested;
    co_return run;
  }
  co_return kept_changing("sweep '" + run.sweep + "'");
}

// ── reports
// ────────────────────────────────────────────────────────────────────────────────────────────────

Result<Experiments::Prepared> Experiments::prepare_report(const std::string& repository,
                                                          const std::string& run_id,
                                                          const Report& report) const {
  ANABRANCH_TRY(FoundRun found, find_run(kv_, repository, run_id));
  Prepared prepared;
  prepared.uid = found.uid;
  prepared.sweep = found.run.sweep;
  prepared.cancel = found.run.cancel_requested || found.sweep.cancel_requested;
  const TimeMs now = clock_.now_ms();
  Run& run = found.run;
  if (report.attempt != run.attempt) {
    return fail(ErrorCode::conflict, "attempt " + std::to_string(report.attempt) + " of run '" + run_id +
                                         "' is superseded: attempt " + std::to_string(run.attempt) +
                                         " was begun");
  }
  ANABRANCH_TRY(const TimeMs sweep_heartbeat_ms, sweep_heartbeat(kv_, found.uid, run.sweep));
  const bool was_over = is_over(run.state);
  const RunState before = run.state;
  const bool was_lost =
      state_now(before, downtime_.since(run.heartbeat_ms), sweep_heartbeat_ms, now) == RunState::lost;
  apply_state(run, report, now);
  if (report.started_ms) run.started_ms = report.started_ms;
  if (report.ended_ms) run.ended_ms = report.ended_ms;
  if (report.exit_code) run.exit_code = report.exit_code;
  if (report.problem) run.problem = *report.problem + lines_of_curves(run.problem);
  if (report.commit_id) run.commit_id = *report.commit_id;
  if (report.argv) run.argv = *report.argv;
  apply_resources(run, report);
  ANABRANCH_CHECK(apply_metrics(run, report, now));
  kv::Batch& batch = prepared.batch;
  ANABRANCH_TRY(const auto full, add_points(kv_, batch, found.uid, run.id, report.metrics, now));
  tell_of_full_curves(run, full);
  if (report.out) {
    ANABRANCH_TRY(run.stdout_bytes,
                  add_text(kv_, batch, found.uid, run.id, Stream::out, run.stdout_bytes, *report.out));
  }
  if (report.err) {
    ANABRANCH_TRY(run.stderr_bytes,
                  add_text(kv_, batch, found.uid, run.id, Stream::err, run.stderr_bytes, *report.err));
  }
  prepared.state = run.state;
  prepared.is_news = was_lost || !batch.empty() || encode_run(run) != found.record;
  prepared.is_news_for_sweep = was_lost || before != run.state;
  if (!was_over) {
    run.heartbeat_ms = std::max(run.heartbeat_ms, now);
    batch.put(keys::heartbeat(found.uid, run.sweep), encode_heartbeat(now));
  }
  if (was_over && !prepared.is_news) return prepared;
  batch.require_equals(found.key, found.record);
  require_alive(batch, found.uid);
  batch.put(found.key, encode_run(run));
  return prepared;
}

Task<Result<bool>> Experiments::report(std::string repository, std::string run, Report report) {
  auto valid = validate(report);
  if (!valid) co_return fail(std::move(valid).error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto read = [this, &repository, &run, &report] { return prepare_report(repository, run, report); };
    auto reading = inline_or_on(workers_, read);
    auto prepared = co_await std::move(reading);
    if (!prepared) co_return fail(std::move(prepared).error());
    if (prepared->batch.empty()) co_return prepared->cancel;
    auto committing = kv::commit(kv_, std::move(prepared->batch));
    auto done = co_await std::move(committing);
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    if (!done) co_return fail(std::move(done).error());
    if (is_over(prepared->state)) {
      feed_.forget(prepared->uid, run);
    } else {
      feed_.heard(prepared->uid, prepared->sweep, run, prepared->state);
    }
    if (prepared->is_news) feed_.run_changed(prepared->uid, run);
    if (prepared->is_news_for_sweep) feed_.sweep_changed(prepared->uid, prepared->sweep);
    co_return prepared->cancel;
  }
  co_return kept_changing("run '" + run + "'");
}

// ── another attempt
// ────────────────────────────────────────────────────────────────────────────────────────────────

Result<Run> Experiments::begin_attempt_blocking(const std::string& repository, const std::string& run_id) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ANABRANCH_TRY(FoundRun found, find_run(kv_, repository, run_id));
    Run now = found.run;
    ANABRANCH_CHECK(finish(kv_, found.uid, now));
    const bool has_result =
        now.state == RunState::ok || (now.state == RunState::failed && !now.commit_id.empty());
    if (has_result || (!is_over(now.state) && now.state != RunState::lost)) {
      return fail(ErrorCode::conflict, "run '" + run_id + "' is " + std::string(to_string(now.state)) +
                                           ": only what is lost, interrupted or failed without a commit is "
                                           "begun again");
    }
    // The record last: what a crash interrupts can be begun again. A runner that wakes up meanwhile changes
    // the record, and what it said then is removed with the next round.
    ANABRANCH_CHECK(remove_data(found.uid, run_id));
    Run next;
    next.id = found.run.id;
    next.repository = found.run.repository;
    next.sweep = found.run.sweep;
    next.name = found.run.name;
    next.branch = found.run.branch;
    next.index = found.run.index;
    next.parameters = found.run.parameters;
    next.input_commit = found.run.input_commit;
    next.code_id = found.run.code_id;
    next.argv = found.run.argv;
    next.data = found.run.data;
    next.outputs = found.run.outputs;
    next.created_ms = found.run.created_ms;
    next.heartbeat_ms = clock_.now_ms();
    next.attempt = found.run.attempt + 1;
    kv::Batch batch;
    require_alive(batch, found.uid);
    batch.require_equals(found.key, found.record);
    // The sweep's own heartbeat stays: the runs that wait would no longer be lost, and could not be begun.
    batch.put(found.key, encode_run(next));
    if (found.sweep.cancel_requested) {
      batch.require_equals(keys::sweep(found.uid, next.sweep), encode_sweep(found.sweep));
      found.sweep.cancel_requested = false;
      batch.put(keys::sweep(found.uid, next.sweep), encode_sweep(found.sweep));
    }
    const auto done = kv::commit_blocking(kv_, std::move(batch));
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    if (!done) return fail(done.error());
    feed_.heard(found.uid, next.sweep, next.id, next.state);
    feed_.run_changed(found.uid, next.id);
    feed_.sweep_changed(found.uid, next.sweep);
    return next;
  }
  return kept_changing("run '" + run_id + "'");
}

Task<Result<Run>> Experiments::begin_attempt(std::string repository, std::string run) {
  const auto work = [this, &repository, &run] { return begin_attempt_blocking(repository, run); };
  auto task = on_workers(workers_, work);
  co_return co_await std::move(task);
}

// ── cancel
// ─────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<void>> Experiments::cancel_run(std::string repository, std::string run) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto read = [this, &repository, &run] { return find_run(kv_, repository, run); };
    auto reading = inline_or_on(workers_, read);
    auto found = co_await std::move(reading);
    if (!found) co_return fail(std::move(found).error());
    if (is_over(found->run.state) || found->run.cancel_requested) co_return Result<void>();
    found->run.cancel_requested = true;
    kv::Batch batch;
    batch.require_equals(found->key, found->record);
    batch.put(found->key, encode_run(found->run));
    auto committing = kv::commit(kv_, std::move(batch));
    auto done = co_await std::move(committing);
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    if (done) feed_.run_changed(found->uid, run);
    co_return done;
  }
  co_return kept_changing("run '" + run + "'");
}

Task<Result<void>> Experiments::cancel_sweep(std::string repository, std::string sweep) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto read = [this, &repository, &sweep] { return find_sweep(kv_, repository, sweep); };
    auto reading = inline_or_on(workers_, read);
    auto found = co_await std::move(reading);
    if (!found) co_return fail(std::move(found).error());
    if (found->sweep.cancel_requested) co_return Result<void>();
    found->sweep.cancel_requested = true;
    kv::Batch batch;
    batch.require_equals(keys::sweep(found->uid, sweep), found->record);
    batch.put(keys::sweep(found->uid, sweep), encode_sweep(found->sweep));
    auto committing = kv::commit(kv_, std::move(batch));
    auto done = co_await std::move(committing);
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    if (done) feed_.sweep_changed(found->uid, sweep);
    co_return done;
  }
  co_return kept_changing("sweep '" + sweep + "'");
}

// ── removal
// ────────────────────────────────────────────────────────────────────────────────────────────────

Result<void> Experiments::erase_all(const std::string& prefix) {
  while (true) {
    if (stopping_) return fail(ErrorCode::unavailable, "the server is stopping");
    kv::Batch batch;
    ANABRANCH_CHECK(kv_.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view) {
      batch.erase(std::string(key));
      return batch.changes().size() < kErasedAtOnceMax ? kv::ScanStep::next() : kv::ScanStep::stop();
    }));
    if (batch.empty()) return {};
    ANABRANCH_CHECK(kv::commit_blocking(kv_, std::move(batch)));
  }
}

Result<void> Experiments::remove_data(const std::string& uid, const std::string& run) {
  ANABRANCH_CHECK(erase_all(keys::series(uid, run)));
  return erase_all(keys::logs(uid, run));
}

Result<void> Experiments::remove_run_blocking(const std::string& repository, const std::string& run) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ANABRANCH_TRY(FoundRun found, find_run(kv_, repository, run));
    Run now = found.run;
    ANABRANCH_CHECK(finish(kv_, found.uid, now));
    if (!is_over(now.state) && now.state != RunState::lost)
      return fail(ErrorCode::conflict, "run '" + run + "' is still going on: cancel it first");
    // The record last: what a crash interrupts can be removed again.
    ANABRANCH_CHECK(remove_data(found.uid, run));
    kv::Batch batch;
    batch.require_equals(found.key, found.record);
    batch.erase(found.key);
    batch.erase(keys::run_index(found.uid, run));
    batch.put(keys::used_name(found.uid, found.run.sweep), "");  // records of older versions have none
    const auto done = kv::commit_blocking(kv_, std::move(batch));
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    if (!done) return done;
    feed_.forget(found.uid, run);
    feed_.sweep_changed(found.uid, found.run.sweep);
    return {};
  }
  return kept_changing("run '" + run + "'");
}

Result<void> Experiments::remove_sweep_blocking(const std::string& repository, const std::string& sweep) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ANABRANCH_TRY(FoundSweep found, find_sweep(kv_, repository, sweep));
    ANABRANCH_CHECK(finish(kv_, found.uid, found.sweep));
    const auto& counts = found.sweep.counts;
    const bool has_begun = std::any_of(counts.begin(), counts.end(), [](auto runs) { return runs > 0; });
    if (found.sweep.active && has_begun)  // one without runs may end before it begins
      return fail(ErrorCode::conflict, "sweep '" + sweep + "' is still going on: cancel it first");
    std::vector<std::string> runs;
    const std::string prefix = keys::runs(found.uid, sweep);
    ANABRANCH_CHECK(kv_.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view) {
      runs.emplace_back(key.substr(prefix.size()));
      return kv::ScanStep::next();
    }));
    for (const auto& run : runs) {
      const auto removed = remove_run_blocking(repository, run);
      if (!removed && removed.error().code != ErrorCode::not_found) return removed;
    }
    kv::Batch batch;
    batch.require_equals(keys::sweep(found.uid, sweep), found.record);
    batch.erase(keys::sweep(found.uid, sweep));
    batch.erase(keys::heartbeat(found.uid, sweep));
    const auto done = kv::commit_blocking(kv_, std::move(batch));
    if (!done && done.error().code == ErrorCode::precondition_failed) continue;
    return done;
  }
  return kept_changing("sweep '" + sweep + "'");
}

Task<Result<void>> Experiments::remove_run(std::string repository, std::string run) {
  const auto work = [this, &repository, &run] { return remove_run_blocking(repository, run); };
  auto task = on_workers(workers_, work);
  co_return co_await std::move(task);
}

Task<Result<void>> Experiments::remove_sweep(std::string repository, std::string sweep) {
  const auto work = [this, &repository, &sweep] { return remove_sweep_blocking(repository, sweep); };
  auto task = on_workers(workers_, work);
  co_return co_await std::move(task);
}

void Experiments::start_cleaning() {
  {
    const std::lock_guard lock(cleaning_mutex_);
    cleaning_ = true;
  }
  workers_.run([this] {
    const auto removed = remove_orphans();
    if (!removed && !stopping_) {
      log::warning("records of runs of removed repositories were kept",
                   {{"reason", std::string_view(removed.error().message)}});
    }
    const std::lock_guard lock(cleaning_mutex_);
    cleaning_ = false;
    cleaned_.notify_all();
  });
}

Experiments::~Experiments() {
  stopping_ = true;
  std::unique_lock lock(cleaning_mutex_);
  cleaned_.wait(lock, [this] { return !cleaning_; });
}

Result<void> Experiments::remove_orphans() {
  std::set<std::string> dead;
  for (const std::string_view kind : kKinds) {
    const std::string prefix = std::string(keys::kAll).append(kind).append("/");
    Result<void> status;
    const auto look = [&](std::string_view key) -> Result<std::string> {
      std::string uid(key.substr(prefix.size(), key.find('/', prefix.size()) - prefix.size()));
      ANABRANCH_TRY(const auto alive, kv_.get(versioning::keys::alive(uid)));
      if (!alive) dead.insert(uid);
      return uid;
    };
    ANABRANCH_CHECK(kv_.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view) {
      const auto uid = look(key);
      if (uid) return kv::ScanStep::seek(kv::prefix_end(prefix + *uid + "/"));
      status = fail(uid.error());
      return kv::ScanStep::stop();
    }));
    if (!status) return status;
  }
  for (const auto& uid : dead) {
    for (const std::string_view kind : kKinds)
      ANABRANCH_CHECK(erase_all(std::string(keys::kAll).append(kind).append("/").append(uid).append("/")));
  }
  return {};
}

// ── rebuild
// ────────────────────────────────────────────────────────────────────────────────────────────────

Result<std::uint64_t> Experiments::rebuild_blocking(const std::string& repository) {
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  std::vector<std::string> waiting;          // commits to look at
  std::map<std::string, std::string> heads;  // of which branch "<sweep>-<n>" a commit is the head
  PageRequest request;
  request.amount = versioning::kPageMax;
  while (true) {
    ANABRANCH_TRY(auto page, repositories_.list_branches(repository, request));
    for (auto& branch : page.items) {
      heads.emplace(branch.commit_id, branch.id);
      waiting.push_back(std::move(branch.commit_id));
    }
    if (!page.has_more) break;
    request.after = std::move(page.next_offset);
  }
  ANABRANCH_TRY(const RecordedRuns recorded, recorded_runs(kv_, uid));
  // Heads first: a run's branch names its commit; the same commit in a merge is found there already.
  std::reverse(waiting.begin(), waiting.end());
  std::set<std::string> seen;
  std::uint64_t rebuilt = 0;
  std::vector<Run> found;
  const auto write = [&]() -> Result<void> {
    for (Run& run : found) {
      run.repository = repository;
      kv::Batch batch;
      require_alive(batch, uid);
      add_new_run(batch, uid, run);
      ANABRANCH_TRY(const auto sweep, kv_.get(keys::sweep(uid, run.sweep)));
      if (!sweep) {
        Sweep made;
        made.id = run.sweep;
        made.repository = repository;
        made.input_commit = run.input_commit;
        made.command = run.argv;
        made.created_ms = run.created_ms;
        batch.require_absent(keys::sweep(uid, run.sweep));
        batch.put(keys::sweep(uid, run.sweep), encode_sweep(made));
      }
      const auto done = kv::commit_blocking(kv_, std::move(batch));
      if (!done && done.error().code == ErrorCode::precondition_failed)
        continue;  // someone made it meanwhile
      ANABRANCH_CHECK(done);
      feed_.run_changed(uid, run.id);
      feed_.sweep_changed(uid, run.sweep);
      ++rebuilt;
    }
    found.clear();
    return {};
  };
  while (!waiting.empty() && seen.size() < kRebuildCommitsMax) {
    const std::string id = std::move(waiting.back());
    waiting.pop_back();
    if (!seen.insert(id).second) continue;
    const auto commit = repositories_.get_commit(repository, id);
    if (!commit) return fail(commit.error());
    waiting.insert(waiting.end(), commit->parents.begin(), commit->parents.end());
    const auto head = heads.find(id);
    const std::string branch = head == heads.end() ? std::string() : head->second;
    auto run = run_from_commit(*commit, branch);
    if (!run) continue;
    // What was made by hand may have a record by another id, that who made it wrote.
    const bool is_by_hand = run->id == commit->id;
    if (is_by_hand && (recorded.by_commit.contains(id) || recorded.branches.contains(branch))) continue;
    ANABRANCH_TRY(const auto known, kv_.get(keys::run_index(uid, run->id)));
    if (!known) found.push_back(*std::move(run));
    if (found.size() >= kRebuiltAtOnceMax) ANABRANCH_CHECK(write());
  }
  ANABRANCH_CHECK(write());
  return rebuilt;
}

Task<Result<std::uint64_t>> Experiments::rebuild(std::string repository) {
  const auto work = [this, &repository] { return rebuild_blocking(repository); };
  auto task = on_workers(workers_, work);
  co_return co_await std::move(task);
}

}  // namespace anabranch::experiments
