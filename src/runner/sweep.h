// runner/sweep.h — many runs at the same time, each on a branch of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/resume.h"
#include "runner/run.h"

namespace anabranch::runner {

struct SweepPlan {
  std::string repository;
  std::string from;            // a ref; resolved once
  std::string name;            // empty: one is made that nobody has
  std::vector<GridAxis> grid;  // what `combinations` were made from, for the record
  std::vector<Parameters> combinations;
  std::vector<DataSpec> data;
  std::string workdir;
  std::vector<std::string> command;
  unsigned parallel = 1;
  std::int64_t key_lifetime_seconds = 24 * 3600;
  std::vector<std::string> outputs;      // each as of parse_output(), beside artifacts/ and config/
  bool keeps_workspaces = false;         // the folders of runs stay
  ChosenMode data_mode = {};             // as of choose_data_mode()
  std::optional<MetricOrder> objective;  // what its runs are judged by: kept with the sweep
  std::optional<Resumption> resumption;  // load_resumption(): only what is left is done
};

/// Told of what happens, from several threads at a time. `index` is a run's place in the plan.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  virtual void on_input(const std::string& commit_id) = 0;
  /// The sweep has its name, which is nobody else's.
  virtual void on_name(const std::string& sweep) = 0;
  /// Of the sweep as a whole.
  virtual void on_warning(const std::string& warning) = 0;
  virtual void on_data(std::size_t done, std::size_t total) = 0;
  /// How runs see the data, before the first begins.
  virtual void on_data_mode(const ChosenMode& mode, std::uint64_t size_bytes, std::size_t views_at_once) = 0;
  virtual void on_code(const CodeSnapshot& code) = 0;
  virtual void on_phase(std::size_t index, const std::string& run, RunPhase phase,
                        const std::string& stdout_file) = 0;
  virtual void on_outcome(std::size_t index, const RunOutcome& outcome) = 0;
};

/// "sweep-20261122-101112-k3x9qa": UTC, and what makes it another than all of the same second.
std::string default_sweep_name(TimeMs now);
/// The name of run `index` (from 0): "<sweep>-<index + 1>".
std::string run_name(const std::string& sweep, std::size_t index);
/// The address of a sweep's page in the web UI, which shows its runs as they go on.
std::string sweep_page(const Connection& connection, const std::string& repository, const std::string& sweep);

/// Runs all of the plan: resolves `from`, takes the name (a repository has each once, for ever), copies the
/// code, fetches the data, makes the branches, then runs, and tells the server of it meanwhile
/// (runner/reporter.h). A run that fails fails alone. Gives the outcomes in the plan's order. Errors: what
/// was wrong before the first run began; then nothing is left behind, but for attempts that a resumption
/// began. invalid_argument, not_found, already_exists (the sweep's name, or a branch's, is taken), and the
/// API's.
Result<std::vector<RunOutcome>> run_sweep(const ApiClient& api, const Clock& clock, const DataCache& cache,
                                          const SweepPlan& plan, Interruption& interruption,
                                          SweepObserver& observer);

/// The best of the runs that are ok, by `order`; the first of equals. What is NaN or infinite is never best.
/// nullptr: none has that metric as a finite number.
const RunOutcome* best_of(const std::vector<RunOutcome>& outcomes, const MetricOrder& order);

}  // namespace anabranch::runner
