// experiments/experiments.h — sweeps and runs while they go and after: what their runner says, and questions.
//
// In:   records, reports (states, points, output), cancel requests. Out: records with the state that holds
// now, pages of them, curves, output, a feed of changes. kv keys: docs/formats/keys.md, section "e/".
// Everything is in kv and nothing is cached: a page over 10,000 runs takes some 10 ms (see tests).
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/workers.h"
#include "experiments/feed.h"
#include "experiments/query.h"
#include "experiments/types.h"
#include "kv/store.h"
#include "versioning/repositories.h"
#include "versioning/types.h"

namespace anabranch::experiments {

using versioning::Page;
using versioning::PageRequest;

/// A rebuild looks at so many commits at most, the newest of each branch first.
inline constexpr std::size_t kRebuildCommitsMax = 200'000;
inline constexpr std::size_t kSeriesRunsMax = 100;  // in one question for curves

struct RecordedRuns;  // records.h

/// A commit that a run made, and the record of that run where there is one.
struct RunCommit {
  versioning::Commit commit;
  std::optional<Run> record;
};

/// All that is known of the run; `name` is its name where nothing says one.
Run described_run(const RunCommit& found, const std::string& name);

/// Functions that return Result read, obey read_tier() and may be called through inline_or_on(); lists and
/// curves read much: call them on workers. Those that return Task write, and may be awaited on a network
/// thread. Errors of every call: no_such_repository, not_found (no such sweep or run), io, unavailable,
/// would_block; those that write: invalid_argument (naming the field), conflict.
/// Thread safety: every method from any thread.
class Experiments {
 public:
  Experiments(kv::Store& kv, const versioning::Repositories& repositories, const Clock& clock,
              Workers& workers);
  ~Experiments();

  Result<Sweep> get_sweep(const std::string& repository, const std::string& sweep) const;
  /// Newest first; `prefix` is of the id.
  Result<Page<Sweep>> list_sweeps(const std::string& repository, const PageRequest& page) const;
  /// Of all repositories: those with a run that goes on, or is still to be told of. Newest first.
  Result<std::vector<Sweep>> active_sweeps() const;
  Result<Run> get_run(const std::string& repository, const std::string& run) const;
  Result<Page<Run>> list_runs(const std::string& repository, const RunQuery& query) const;
  /// The run that is called `run`: by a ref of its commit, or, where there is no such ref, by its record's
  /// name or id. Errors: not_found (no run is), no_such_commit (it ended without one), not_allowed (it goes
  /// on), conflict (its branch went on after it), and those of Repositories::get_commit(). Blocks.
  Result<RunCommit> run_at(const std::string& repository, const std::string& run) const;
  /// The run that a ref leads to: the same, or what the commit promoted or merged, or what one of the commits
  /// before it did. Errors: as run_at(), but conflict. Blocks.
  Result<RunCommit> run_behind(const std::string& repository, const std::string& ref) const;
  /// In the order of `runs`; all metrics where `metric` is empty. Unknown runs have none.
  Result<std::vector<Series>> series(const std::string& repository, const std::vector<std::string>& runs,
                                     const std::string& metric, std::size_t points_max) const;
  Result<LogPage> log(const std::string& repository, const std::string& run, Stream stream,
                      std::int64_t offset, std::uint64_t amount) const;

  /// Errors: already_exists (also where it was removed: a name that has had runs is the repository's for
  /// ever).
  Task<Result<Sweep>> create_sweep(Sweep sweep);
  /// An empty id: a new one is made. Errors: already_exists.
  Task<Result<Run>> create_run(Run run);
  /// Gives whether the run should end. Errors: conflict (output with a gap before it; another attempt of the
  /// run was begun).
  Task<Result<bool>> report(std::string repository, std::string run, Report report);
  /// The run is to be done again: what is known of it goes, its attempt number grows, and reports and keys of
  /// earlier attempts are refused from now on. A cancelled sweep is so no more. Errors: conflict (it goes on,
  /// or ended with a result: ok, or failed with a commit).
  Task<Result<Run>> begin_attempt(std::string repository, std::string run);
  /// Of the run that a key was made for; a run that is not there is over. Errors: io, would_block.
  Result<RunNow> run_now(const std::string& repository, const std::string& run, std::int64_t attempt) const;
  /// Which of the repositories that have had this name it is now.
  Result<std::string> repository_uid(const std::string& repository) const { return uid_of(repository); }
  Task<Result<void>> cancel_run(std::string repository, std::string run);
  Task<Result<void>> cancel_sweep(std::string repository, std::string sweep);
  /// Errors: conflict (it is still going on).
  Task<Result<void>> remove_run(std::string repository, std::string run);
  Task<Result<void>> remove_sweep(std::string repository, std::string sweep);
  /// Makes the records of runs whose commits are there and records are not. Gives how many.
  Task<Result<std::uint64_t>> rebuild(std::string repository);
  /// Removes what repositories that are gone have left. Blocks.
  Result<void> remove_orphans();
  /// The same on a worker, at most once. For the start of a server.
  void start_cleaning();

  /// News of one repository, for get_run() and get_sweep().
  Result<std::unique_ptr<Subscription>> subscribe(const std::string& repository);
  /// Ends every subscription. For the end of the server.
  void close();
  /// How many listen to changes now.
  std::size_t listeners() const { return feed_.subscriptions(); }

 private:
  struct FoundRun {
    std::string uid, key, record;  // as kv has it
    Run run;                       // as stored: never lost
    Sweep sweep;
  };
  struct FoundSweep {
    std::string uid, record;
    Sweep sweep;  // as stored: without counts
  };
  struct Prepared;  // a batch, and what to tell the feed once it is there

  Result<std::string> uid_of(const std::string& repository) const;
  Result<FoundSweep> find_sweep(const kv::Reader& reader, const std::string& repository,
                                const std::string& sweep) const;
  Result<FoundRun> find_run(const kv::Reader& reader, const std::string& repository,
                            const std::string& run) const;
  Result<RunCommit> run_at(const kv::Reader& reader, const RecordedRuns& recorded,
                           const std::string& repository, const std::string& run) const;
  /// Fills in what holds now: counts, active.
  Result<void> finish(const kv::Reader& reader, const std::string& uid, Sweep& sweep) const;
  Result<void> finish(const kv::Reader& reader, const std::string& uid, Run& run) const;
  Result<TimeMs> sweep_heartbeat(const kv::Reader& reader, const std::string& uid,
                                 std::string_view sweep) const;

  /// At the start: the time since the server was last there counts for no run's silence.
  Result<void> recover();
  Result<void> watch_runs(const std::string& uid, const std::string& sweep);
  void note_alive() const;
  Result<Run> begin_attempt_blocking(const std::string& repository, const std::string& run);
  Result<Prepared> prepare_report(const std::string& repository, const std::string& run,
                                  const Report& report) const;
  Result<std::uint64_t> rebuild_blocking(const std::string& repository);
  Result<void> remove_run_blocking(const std::string& repository, const std::string& run);
  Result<void> remove_sweep_blocking(const std::string& repository, const std::string& sweep);
  Result<void> remove_data(const std::string& uid, const std::string& run);
  Result<void> erase_all(const std::string& prefix);

  kv::Store& kv_;
  const versioning::Repositories& repositories_;
  const Clock& clock_;
  Workers& workers_;
  Downtime downtime_;
  Feed feed_;
  std::atomic<bool> stopping_{false};
  std::mutex cleaning_mutex_;
  std::condition_variable cleaned_;
  bool cleaning_ = false;  // guarded by cleaning_mutex_
};

/// What a stored state is now: `lost` where nobody spoke for the run for kLostAfterMs. A waiting run lives by
/// its sweep's heartbeat: its runner speaks for the runs that go on. Times as Downtime::since() gives them.
RunState state_now(RunState stored, TimeMs heartbeat_ms, TimeMs sweep_heartbeat_ms, TimeMs now_ms);

}  // namespace anabranch::experiments
