// service/experiment_service.h — experiments' use cases: who may do it, then experiments::Experiments does
// it.
//
// Reading takes read_repository; what is said of a run takes commit on its branch, so a run's own key may
// speak for its run; what concerns a whole sweep or repository takes commit on the repository.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/workers.h"
#include "experiments/experiments.h"
#include "service/types.h"

namespace anabranch::service {

using experiments::LogPage;
using experiments::LogPiece;
using experiments::MetricPoint;
using experiments::NamedPoint;
using experiments::Report;
using experiments::Resources;
using experiments::Run;
using experiments::RunQuery;
using experiments::RunState;
using experiments::Series;
using experiments::Stream;
using experiments::Sweep;

/// What changed, as it is now. Nothing in it: nothing did for a while.
struct RunNews {
  std::vector<Run> runs;
  std::vector<Sweep> sweeps;
  bool is_over = false;
};

/// The news of one repository. Thread safety: one next() at a time.
class RunEvents {
 public:
  RunEvents(const experiments::Experiments& experiments, Workers& workers, std::string repository,
            std::unique_ptr<experiments::Subscription> subscription);
  /// Waits, at most experiments::kFeedPing. What is gone meanwhile is left out.
  Task<Result<RunNews>> next();

 private:
  const experiments::Experiments& experiments_;
  Workers& workers_;
  const std::string repository_;
  const std::unique_ptr<experiments::Subscription> subscription_;
};

/// Errors of every call: access_denied and those of experiments::Experiments.
/// Thread safety: every method from any thread. Tasks may be awaited on network threads.
class ExperimentService {
 public:
  ExperimentService(experiments::Experiments& experiments, versioning::Repositories& repositories,
                    auth::Credentials& credentials, Workers& workers);

  /// `sweep.committer` is set to the caller's user.
  Task<Result<Sweep>> create_sweep(Caller caller, Sweep sweep);
  Task<Result<Sweep>> get_sweep(Caller caller, std::string repository, std::string sweep);
  Task<Result<Page<Sweep>>> list_sweeps(Caller caller, std::string repository, PageRequest page);
  /// Of the repositories that the caller may read.
  Task<Result<std::vector<Sweep>>> active_sweeps(Caller caller);
  Task<Result<void>> cancel_sweep(Caller caller, std::string repository, std::string sweep);
  Task<Result<void>> remove_sweep(Caller caller, std::string repository, std::string sweep);

  Task<Result<Run>> create_run(Caller caller, Run run);
  Task<Result<Run>> get_run(Caller caller, std::string repository, std::string run);
  Task<Result<Page<Run>>> list_runs(Caller caller, std::string repository, RunQuery query);
  Task<Result<bool>> report(Caller caller, std::string repository, std::string run, Report report);
  /// The keys of earlier attempts end with it. Errors: conflict.
  Task<Result<Run>> begin_attempt(Caller caller, std::string repository, std::string run);
  /// For a key that is to be made on a branch: bound to the repository that has the name now, and to the
  /// run's attempt where the run has a record; then the run lives. Errors: conflict (it is over, or that
  /// attempt is not the last), invalid_argument (the branch is not the run's).
  Task<Result<auth::RunBinding>> bind_key(Caller caller, std::string branch, auth::RunBinding binding);
  Task<Result<void>> cancel_run(Caller caller, std::string repository, std::string run);
  Task<Result<void>> remove_run(Caller caller, std::string repository, std::string run);
  Task<Result<std::uint64_t>> rebuild(Caller caller, std::string repository);
  /// As experiments::Experiments::run_behind().
  Task<Result<experiments::RunCommit>> run_behind(Caller caller, std::string repository, std::string ref);

  struct PromotionOrder {
    std::string message;
    versioning::Metadata metadata;  // beside the run's
    versioning::MergeStrategy strategy = versioning::MergeStrategy::none;
    std::optional<std::string> expected_destination_commit;
    bool allow_data_change = false;
    bool is_dry_run = false;
    std::vector<std::string> requirements;  // of the run's metrics: "accuracy>=0.9"
  };
  /// Errors: as experiments::Experiments::run_at(), experiments::promotion_of() and check_requirements(), and
  /// versioning::Repositories::promote().
  Task<Result<versioning::Promotion>> promote(Caller caller, std::string repository, std::string run,
                                              std::string destination, PromotionOrder order);

  Task<Result<std::vector<Series>>> series(Caller caller, std::string repository,
                                           std::vector<std::string> runs, std::string metric,
                                           std::size_t points_max);
  Task<Result<LogPage>> log(Caller caller, std::string repository, std::string run, Stream stream,
                            std::int64_t offset, std::uint64_t amount);
  Task<Result<std::unique_ptr<RunEvents>>> events(Caller caller, std::string repository);

 private:
  /// May the caller speak for this run? Errors: access_denied, not_found.
  Task<Result<void>> may_change(Caller caller, std::string repository, std::string run);

  /// Keys of what is over are refused anyway; what cannot be removed now is later.
  Task<void> remove_keys(std::string repository, std::string run);

  experiments::Experiments& experiments_;
  versioning::Repositories& repositories_;
  auth::Credentials& credentials_;
  Workers& workers_;
};

}  // namespace anabranch::service
