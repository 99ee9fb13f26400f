#include "runner/sweep.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <set>
#include <utility>

#include "base/hash.h"
#include "runner/api_paths.h"
#include "runner/child_environment.h"
#include "runner/command_line.h"
#include "runner/reporter.h"
#include "runner/text.h"

namespace anabranch::runner {
namespace {

constexpr std::size_t kBranchNameSizeMax = 255;
constexpr unsigned kRequestsAtOnce = 8;
constexpr std::size_t kNameSuffixSize = 6;  // 2 * 10^9 in a second
constexpr int kNamesMax = 20;               // that are made up one after the other
// As the server's (experiments/types.h).
constexpr std::size_t kParametersMax = 4'000;
constexpr std::size_t kParameterNameSizeMax = 1 * KiB;
constexpr std::size_t kParameterValueSizeMax = 128 * KiB;
constexpr std::size_t kParametersSizeMax = 768 * KiB;
constexpr std::size_t kArgumentsSizeMax = 1 * MiB;

bool is_branch_name(std::string_view name) {
  return !name.empty() && name.front() != '-' && name.size() <= kBranchNameSizeMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-';
         });
}

std::string shortened(const std::string& name) {
  constexpr std::size_t kShown = 40;
  return name.size() <= kShown ? name : name.substr(0, kShown) + "...";
}

/// What a run's record has no room for is refused before anything is made.
Result<void> check_parameters(const std::vector<std::string>& command, const Parameters& parameters) {
  const auto refused = [](const std::string& what) {
    return fail(ErrorCode::invalid_argument, "--grid: " + what);
  };
  if (parameters.size() > kParametersMax)
    return refused("more than " + std::to_string(kParametersMax) + " parameters");
  std::size_t size = 0;
  for (const auto& [name, value] : parameters) {
    if (name.size() > kParameterNameSizeMax)
      return refused("the name '" + shortened(name) + "' is longer than " +
                     std::to_string(kParameterNameSizeMax) + " bytes");
    if (value.size() > kParameterValueSizeMax)
      return refused("a value of '" + shortened(name) + "' is longer than " +
                     std::to_string(kParameterValueSizeMax) + " bytes");
    size += name.size() + value.size();
  }
  if (size > kParametersSizeMax)
    return refused("the parameters of a run are longer than " + std::to_string(kParametersSizeMax) +
                   " bytes");
  std::size_t arguments = 0;
  for (const auto& argument : bind_parameters(command, parameters)) arguments += argument.size();
  if (arguments > kArgumentsSizeMax)
    return refused("the command's arguments are longer than " + std::to_string(kArgumentsSizeMax) + " bytes");
  return {};
}

/// What is recorded is recorded as JSON: other bytes would be found out when the command has run.
Result<void> check_text(const SweepPlan& plan) {
  const auto check = [](std::string_view what, std::string_view text) -> Result<void> {
    if (is_utf8(text)) return {};
    return fail(ErrorCode::invalid_argument,
                std::string(what) + " '" + printable(text) + "' is not UTF-8, and cannot be recorded");
  };
  for (const auto& word : plan.command) ANABRANCH_CHECK(check("the command's word", word));
  for (const auto& parameters : plan.combinations) {
    for (const auto& [name, value] : parameters) {
      ANABRANCH_CHECK(check("the parameter's name", name));
      ANABRANCH_CHECK(check("the value of the parameter " + name + ",", value));
    }
  }
  for (const auto& spec : plan.data) ANABRANCH_CHECK(check("--data", spec.to_string()));
  return {};
}

Result<void> check_plan(const SweepPlan& plan) {
  if (plan.command.empty()) return fail(ErrorCode::invalid_argument, "there is no command to run");
  if (plan.combinations.empty()) return fail(ErrorCode::invalid_argument, "there is nothing to run");
  if (!plan.name.empty() && !is_branch_name(run_name(plan.name, plan.combinations.size() - 1))) {
    return fail(ErrorCode::invalid_argument,
                "--name '" + plan.name +
                    "': letters, digits, '_' and '-', the first one not '-': runs are "
                    "branches");
  }
  for (const auto& parameters : plan.combinations)
    ANABRANCH_CHECK(check_parameters(plan.command, parameters));
  return check_text(plan);
}

Result<void> check_names_free(const ApiClient& api, const SweepPlan& plan) {
  ANABRANCH_TRY(const auto branches, api.list_branches(plan.repository, plan.name + "-"));
  std::set<std::string> taken;
  for (const auto& branch : branches) taken.insert(branch.name);
  for (std::size_t i = 0; i < plan.combinations.size(); ++i) {
    if (taken.contains(run_name(plan.name, i))) {
      return fail(ErrorCode::already_exists,
                  "branch '" + run_name(plan.name, i) + "' exists: choose another --name");
    }
  }
  return {};
}

/// The branches of a plan; those that no run has used are removed again.
class Branches {
 public:
  Branches(const ApiClient& api, const SweepPlan& plan)
      : api_(api), plan_(plan), made_(plan.combinations.size()) {}

  Result<void> make_all(const std::string& commit) {
    auto made = for_each_parallel(made_.size(), kRequestsAtOnce, [&](std::size_t i) -> Result<void> {
      const auto branch = api_.create_branch(plan_.repository, run_name(plan_.name, i), commit);
      if (!branch) return fail(branch.error());
      made_[i] = true;
      return {};
    });
    if (made) return made;
    for (std::size_t i = 0; i < made_.size(); ++i) remove(i);
    return made;
  }
  /// What cannot be removed stays: an empty branch at the input commit harms nobody.
  void remove(std::size_t index) {
    if (made_[index]) static_cast<void>(api_.delete_branch(plan_.repository, run_name(plan_.name, index)));
  }

 private:
  const ApiClient& api_;
  const SweepPlan& plan_;
  std::vector<std::atomic<bool>> made_;
};

RunRecord first_record(const SweepPlan& plan, std::size_t index, const std::string& commit,
                       const CodeSnapshot& code, const Metadata& environment) {
  RunRecord record;
  record.run = run_name(plan.name, index);
  record.sweep = plan.name;
  record.input_commit = commit;
  record.argv = bind_parameters(plan.command, plan.combinations[index]);
  record.parameters = plan.combinations[index];
  record.data = plan.data;
  record.outputs = plan.outputs;
  record.code_id = code.id;
  record.git_sha = code.git.sha;
  record.git_is_dirty = code.git.is_dirty;
  if (!code.packages.empty()) record.packages_id = to_hex(sha256(code.packages));
  record.environment = environment;
  return record;
}

SweepInfo sweep_info(const SweepPlan& plan, const std::string& commit, const Clock& clock) {
  SweepInfo sweep;
  sweep.id = plan.name;
  sweep.input_ref = plan.from;
  sweep.input_commit = commit;
  sweep.command = plan.command;
  sweep.runner = make_xid(clock.now_ms());
  sweep.plan = encode_plan(plan);
  for (const auto& axis : plan.grid) sweep.grid.emplace_back(axis.name, axis.values);
  sweep.total = static_cast<std::int64_t>(plan.combinations.size());
  if (plan.objective) {
    sweep.objective_metric = plan.objective->metric;
    sweep.objective_direction = plan.objective->max_is_best ? "max" : "min";
  }
  return sweep;
}

/// Takes the plan's name, or makes one, before anything else is done. Errors: already_exists, and the API's.
Result<RecordState> take_name(const ApiClient& api, const Clock& clock, SweepPlan& plan, SweepInfo& sweep,
                              SweepObserver& observer) {
  http::Client http(reporting_client());
  const ApiClient quick(http, api.connection());
  const bool is_given = !plan.name.empty();
  for (int tries = 0; tries < kNamesMax; ++tries) {
    if (!is_given) plan.name = default_sweep_name(clock.now_ms());
    sweep.id = plan.name;
    const auto free = check_names_free(api, plan);
    const auto made = free ? make_record(quick, plan.repository, sweep) : fail(free.error());
    if (made) return made;
    if (made.error().code != ErrorCode::already_exists) {
      if (!free) return made;
      observer.on_warning("the server keeps no record of this sweep: " + made.error().message);
      return RecordState::refused;
    }
    if (is_given) return made;
  }
  return fail(ErrorCode::already_exists, "no free name was found for the sweep: choose one with --name");
}

/// A sweep's record while nothing of it has begun: what fails before that leaves no name taken.
class RecordUntilBegun {
 public:
  RecordUntilBegun(const ApiClient& api, const SweepPlan& plan, RecordState record)
      : api_(api), plan_(plan), is_ours_(record == RecordState::made) {}
  ~RecordUntilBegun() {
    if (is_ours_) static_cast<void>(api_.delete_sweep(plan_.repository, plan_.name));
  }
  RecordUntilBegun(const RecordUntilBegun&) = delete;
  RecordUntilBegun& operator=(const RecordUntilBegun&) = delete;
  void begun() { is_ours_ = false; }

 private:
  const ApiClient& api_;
  const SweepPlan& plan_;
  bool is_ours_;
};

std::vector<RunInfo> run_infos(const std::vector<RunRecord>& records) {
  std::vector<RunInfo> runs(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    runs[i].name = runs[i].branch = records[i].run;
    runs[i].index = static_cast<std::int64_t>(i);
    runs[i].input_commit = records[i].input_commit;
    runs[i].code_id = records[i].code_id;
    runs[i].argv = records[i].argv;
    runs[i].parameters = records[i].parameters;
  }
  return runs;
}

/// Of a run that stays as it is.
RunOutcome outcome_of(const RunInfo& run) {
  RunOutcome outcome;
  outcome.record = to_record(run);
  outcome.commit_id = run.commit_id;
  outcome.phase = run.state == "ok"       ? RunPhase::ok
                  : run.state == "failed" ? RunPhase::failed
                                          : RunPhase::cancelled;
  return outcome;
}

}  // namespace

std::string default_sweep_name(TimeMs now) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string suffix;
  for (const char byte : random_bytes(kNameSuffixSize))
    suffix.push_back(kLetters[static_cast<unsigned char>(byte) % kLetters.size()]);
  return fmt::format("sweep-{:%Y%m%d-%H%M%S}-{}", fmt::gmtime(static_cast<std::time_t>(now / 1000)), suffix);
}

std::string run_name(const std::string& sweep, std::size_t index) {
  return sweep + "-" + std::to_string(index + 1);
}

std::string sweep_page(const Connection& connection, const std::string& repository,
                       const std::string& sweep) {
  return connection.endpoint + "/ui" + repository_path(repository) + "/experiments/sweeps/" + encoded(sweep);
}

Result<std::vector<RunOutcome>> run_sweep(const ApiClient& api, const Clock& clock, const DataCache& cache,
                                          const SweepPlan& asked, Interruption& interruption,
                                          SweepObserver& observer) {
  SweepPlan plan = asked;
  ANABRANCH_CHECK(check_plan(plan));
  const bool is_resumed = plan.resumption.has_value();
  ANABRANCH_TRY(const CommitInfo input, api.get_commit(plan.repository, plan.from));
  observer.on_input(input.id);
  SweepInfo sweep = is_resumed ? plan.resumption->sweep : sweep_info(plan, input.id, clock);
  RecordState record = RecordState::made;
  if (!is_resumed) {
    ANABRANCH_TRY(record, take_name(api, clock, plan, sweep, observer));
  }
  RecordUntilBegun new_record(api, plan, is_resumed ? RecordState::unknown : record);
  observer.on_name(plan.name);
  ANABRANCH_TRY(auto files, DataCache::list(api, plan.repository, input.id, plan.data));
  DataViews data(api, cache, plan.repository, input.id, std::move(files), plan.data_mode.mode);
  const std::string workdir = std::filesystem::absolute(plan.workdir).lexically_normal().string();
  ANABRANCH_TRY(const CodeSnapshot code, is_resumed ? same_code(api, cache, plan, workdir)
                                                    : take_snapshot(cache, workdir, plan.command));
  observer.on_code(code);
  ANABRANCH_CHECK(data.fetch([&](std::size_t done) { observer.on_data(done, data.files().size()); }));
  if (!data.files().empty()) {
    observer.on_data_mode(plan.data_mode, data.size_bytes(),
                          std::min<std::size_t>(plan.combinations.size(), plan.parallel));
  }
  WorkspacePlan workspace{OutputPlaces(plan.outputs)};
  ANABRANCH_TRY(workspace.inherited, workspace.outputs.list_inherited(api, plan.repository, input.id));
  workspace.is_kept = plan.keeps_workspaces;
  Branches branches(api, plan);
  ANABRANCH_CHECK(is_resumed ? begin_attempts(api, plan) : branches.make_all(input.id));
  new_record.begun();

  const RunContext context{
      api,          clock,    cache, code, data, own_environment(), workdir, plan.key_lifetime_seconds,
      interruption, workspace};
  const Metadata environment = recorded_environment(context.environment);
  std::vector<RunRecord> records;
  for (std::size_t i = 0; i < plan.combinations.size(); ++i)
    records.push_back(first_record(plan, i, input.id, code, environment));
  std::vector<RunOutcome> outcomes(plan.combinations.size());
  std::vector<RunInfo> infos = run_infos(records);
  std::vector<std::size_t> places;  // of those that are to be done
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (is_resumed && !plan.resumption->is_to_be_done[i]) {
      outcomes[i] = outcome_of(plan.resumption->runs[i]);
      continue;
    }
    if (is_resumed) {
      infos[i].id = plan.resumption->runs[i].id;
      infos[i].attempt = plan.resumption->runs[i].attempt;
    }
    infos[places.size()] = infos[i];
    places.push_back(i);
  }
  infos.resize(places.size());
  Reporter reporter(api.connection(), clock, plan.repository, sweep, record, std::move(infos), interruption,
                    [&](const std::string& warning) { observer.on_warning(warning); });
  const auto all = for_each_parallel(places.size(), plan.parallel, [&](std::size_t n) -> Result<void> {
    const std::size_t i = places[n];
    RunOrder order{plan.repository, std::move(records[i]), &reporter.watcher(n)};
    order.record.run_id = reporter.run_id(n);
    const auto on_phase = [&](RunPhase phase, const std::string& file) {
      observer.on_phase(i, order.record.run, phase, file);
    };
    if (interruption.requested()) {
      outcomes[i].phase = RunPhase::cancelled;
      outcomes[i].record = order.record;
      outcomes[i].problem = "interrupted before it started";
      branches.remove(i);
      reporter.watcher(n).on_outcome(outcomes[i]);
    } else {
      order.attempt = reporter.introduce(n);
      outcomes[i] = run_once(context, order, on_phase);
    }
    observer.on_outcome(i, outcomes[i]);
    return {};
  });
  if (!all) return fail(all.error());
  return outcomes;
}

const RunOutcome* best_of(const std::vector<RunOutcome>& outcomes, const MetricOrder& order) {
  const RunOutcome* best = nullptr;
  double best_value = 0;
  for (const auto& outcome : outcomes) {
    const auto found = outcome.record.metrics.find(order.metric);
    if (outcome.phase != RunPhase::ok || found == outcome.record.metrics.end()) continue;
    if (!std::isfinite(found->second)) continue;
    if (best != nullptr && !order.better(found->second, best_value)) continue;
    best = &outcome;
    best_value = found->second;
  }
  return best;
}

}  // namespace anabranch::runner
