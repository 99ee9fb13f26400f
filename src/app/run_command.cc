// anabranch run: a command, many parameters, a branch for each.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include "app/cli.h"
#include "app/commands.h"
#include "app/interrupt_watch.h"
#include "app/json_output.h"
#include "app/run_progress.h"
#include "app/run_result.h"
#include "base/clock.h"
#include "runner/connection.h"
#include "runner/files.h"
#include "runner/outputs.h"
#include "runner/promote.h"
#include "runner/sweep.h"

namespace anabranch::app {
namespace {

constexpr int kKeyHoursMax = 7 * 24;

struct RunOptions {
  runner::SweepPlan plan;
  std::vector<std::string> grid;
  std::vector<std::string> data;
  std::vector<std::string> outputs;
  std::string data_mode = "auto";
  int key_hours = 24;
  std::string promote;
  std::string metric;
  std::vector<std::string> requirements;
  std::string into = "main";
  bool as_json = false;
  bool allow_data_change = false;
  std::string resume;  // the sweep that is taken up again
};

/// All that can be wrong with the command line is found here, before anything is done.
struct Ready {
  runner::SweepPlan plan;
  std::optional<runner::MetricOrder> order;
  std::optional<runner::MetricChoice> choice;  // of a sweep that is taken up again
  std::vector<runner::Requirement> requirements;
  runner::DataMode data_mode = runner::DataMode::automatic;
};

Result<Ready> make_ready(const RunOptions& options, const std::vector<std::string>& command) {
  Ready ready;
  ready.plan = options.plan;
  ANABRANCH_TRY(ready.data_mode, runner::parse_data_mode(options.data_mode));
  ready.plan.command = command;
  ready.plan.key_lifetime_seconds = static_cast<std::int64_t>(options.key_hours) * 3600;
  if (!options.resume.empty()) {
    if (!command.empty() || !options.grid.empty() || !options.data.empty() || !options.plan.from.empty() ||
        !options.plan.name.empty() || !options.outputs.empty()) {
      return fail(
          ErrorCode::invalid_argument,
          "--resume takes the command, --from, --grid, --data, --out and the name from the sweep's record");
    }
    ready.plan.name = options.resume;
  } else if (options.plan.from.empty()) {
    return fail(ErrorCode::invalid_argument, "--from is required");
  } else if (command.empty()) {
    return fail(ErrorCode::invalid_argument, "the command is missing: anabranch run ... -- COMMAND");
  }
  std::vector<runner::GridAxis> axes;
  for (const auto& text : options.grid) {
    ANABRANCH_TRY(auto axis, runner::parse_axis(text));
    axes.push_back(std::move(axis));
  }
  ANABRANCH_TRY(ready.plan.combinations, runner::expand(axes));
  ready.plan.grid = std::move(axes);
  for (const auto& text : options.data) {
    ANABRANCH_TRY(auto spec, runner::parse_data(text));
    ready.plan.data.push_back(std::move(spec));
  }
  ANABRANCH_TRY(const auto project, runner::read_project_file(ready.plan.workdir));
  ready.plan.outputs = project.outputs;
  for (const auto& text : options.outputs) {
    ANABRANCH_TRY(auto output, runner::parse_output(text));
    ready.plan.outputs.push_back(std::move(output));
  }
  if (ready.plan.parallel == 0) ready.plan.parallel = std::max(1U, std::thread::hardware_concurrency());
  if (!options.metric.empty() && options.resume.empty()) {
    ANABRANCH_TRY(ready.order, runner::parse_metric_order(options.metric));
    ready.plan.objective = ready.order;
  } else if (!options.metric.empty()) {  // its direction may stand in the sweep's record
    ANABRANCH_TRY(ready.choice, runner::parse_metric_choice(options.metric));
  }
  if (!options.promote.empty() && !ready.order && options.resume.empty()) {
    return fail(ErrorCode::invalid_argument, "--promote best needs --metric, such as --metric accuracy:max");
  }
  for (const auto& text : options.requirements) {
    ANABRANCH_TRY(auto requirement, runner::parse_requirement(text));
    ready.requirements.push_back(std::move(requirement));
  }
  return ready;
}

/// What `best` means for a sweep that is taken up again: as the caller says, or as it was made with.
Result<void> choose_order(const RunOptions& options, Ready& ready) {
  const auto& sweep = ready.plan.resumption->sweep;
  const auto& choice = ready.choice;
  if (choice && choice->max_is_best) {
    ready.order = runner::MetricOrder{choice->metric, *choice->max_is_best};
  } else if (!sweep.objective_metric.empty() && (!choice || choice->metric == sweep.objective_metric)) {
    ready.order = runner::MetricOrder{sweep.objective_metric, sweep.objective_direction != "min"};
  }
  if (ready.order || options.promote.empty()) return {};
  return fail(ErrorCode::invalid_argument,
              "--promote best needs --metric with a direction, such as --metric accuracy:max: sweep '" +
                  ready.plan.name + "' was made without " +
                  (choice ? "that of '" + choice->metric + "'" : "one"));
}

int promote_best(const Session& session, const RunOptions& options, const Ready& ready,
                 const std::vector<runner::RunOutcome>& outcomes, PromotedRun& promoted) {
  const auto* best = runner::best_of(outcomes, *ready.order);
  if (best == nullptr) {
    runner::Metrics known;
    for (const auto& outcome : outcomes)
      known.insert(outcome.record.metrics.begin(), outcome.record.metrics.end());
    return complain("run", Error{ErrorCode::not_found,
                                 "nothing to promote: no run that is ok has metric '" + ready.order->metric +
                                     "' as a finite number: " + runner::known_metrics(known)});
  }
  runner::PromoteOrder order;
  order.repository = ready.plan.repository;
  order.run = best->record.run;
  order.target = options.into;
  order.requirements = ready.requirements;
  order.allow_data_change = options.allow_data_change;
  const auto merged = runner::promote(session.api, order);
  if (!merged) return complain("run", merged.error());
  promoted = {best->record.run, options.into, merged->commit_id};
  if (!options.as_json) {
    std::cout << best->record.run << " promoted to " << options.into << ": " << merged->commit_id << "\n";
  }
  return kExitOk;
}

/// Where a sweep that lost its terminal writes on. Its folder is made; what cannot be is told when it
/// matters.
std::string log_file_of(const std::string& cache_folder, const std::string& sweep) {
  const auto folder = std::filesystem::absolute(cache_folder) / "logs";
  static_cast<void>(runner::make_folders(folder.string()));
  const std::string name = sweep.empty() ? runner::default_sweep_name(system_clock().now_ms()) : sweep;
  return (folder / (std::filesystem::path(name).filename().string() + ".log")).string();
}

std::size_t count_to_be_done(const runner::SweepPlan& plan) {
  if (!plan.resumption) return plan.combinations.size();
  const auto& each = plan.resumption->is_to_be_done;
  return static_cast<std::size_t>(std::count(each.begin(), each.end(), true));
}

int run_all(const RunOptions& options, const std::vector<std::string>& command) {
  auto ready = make_ready(options, command);
  if (!ready) return complain_usage("run", ready.error().message);
  const auto cache = runner::DataCache::of(runner::process_environment());
  if (!ready->plan.data.empty()) {  // before the first thread: see choose_data_mode()
    auto chosen = runner::choose_data_mode(ready->data_mode, cache);
    if (!chosen) return complain_usage("run", chosen.error().message);
    ready->plan.data_mode = *std::move(chosen);
  }
  if (const std::size_t removed = cache.remove_abandoned(); removed > 0)
    std::cerr << "removed what runners that were killed had left: " << count_of(removed, "folder")
              << std::endl;
  const std::string log_file = log_file_of(cache.folder(), ready->plan.name);
  runner::Interruption interruption;
  const InterruptWatch watch(interruption, log_file);
  const auto session = open_session();
  if (!session) return complain("run", session.error());
  if (ready->plan.repository.empty()) ready->plan.repository = session->repository;
  if (ready->plan.repository.empty()) {
    return complain_usage("run", "--repo is missing, and ANABRANCH_REPOSITORY is not set");
  }
  if (!options.resume.empty()) {
    const auto loaded = runner::load_resumption(session->api, ready->plan, interruption, [] {
      std::cerr << "waiting for the sweep's runner: it may still be at work" << std::endl;
    });
    if (!loaded) return complain("run", loaded.error());
    const auto chosen = choose_order(options, *ready);
    if (!chosen) return complain_usage("run", chosen.error().message);
    std::cerr << fmt::format("to be done: {} of {}\n", count_to_be_done(ready->plan),
                             count_of(ready->plan.combinations.size(), "run"));
  }
  Result<std::vector<runner::RunOutcome>> outcomes;
  {
    const auto page = [&](const std::string& sweep) {
      return runner::sweep_page(session->api.connection(), ready->plan.repository, sweep);
    };
    const std::size_t done = ready->plan.combinations.size() - count_to_be_done(ready->plan);
    RunProgress progress(ready->plan.combinations, done, ready->plan.repository, page, log_file);
    outcomes = runner::run_sweep(session->api, system_clock(), cache, ready->plan, interruption, progress);
  }
  if (!outcomes) {
    return outcomes.error().code == ErrorCode::invalid_argument
               ? complain_usage("run", outcomes.error().message)
               : complain("run", outcomes.error());
  }
  const auto count = [&](runner::RunPhase phase) {
    return std::count_if(outcomes->begin(), outcomes->end(), [&](const auto& o) { return o.phase == phase; });
  };
  const auto ok = static_cast<std::size_t>(count(runner::RunPhase::ok));
  if (!options.as_json)
    std::cout << fmt::format("{} of {} ok. anabranch compare {} --repo {}\n", ok,
                             count_of(outcomes->size(), "run"), outcomes->front().record.sweep,
                             ready->plan.repository);
  PromotedRun promoted;
  const bool is_whole = std::none_of(outcomes->begin(), outcomes->end(),
                                     [](const auto& outcome) { return outcome.is_incomplete; });
  int exit_code = ok != outcomes->size() ? kExitFailed : is_whole ? kExitOk : kExitIncomplete;
  if (!options.promote.empty() && !interruption.requested()) {
    const int ended = promote_best(*session, options, *ready, *outcomes, promoted);
    if (ended != kExitOk) exit_code = ended;
  }
  if (options.as_json) print_json(to_json(ready->plan.repository, *outcomes, promoted));
  return exit_code;
}

}  // namespace

void add_run_command(CLI::App& program, Chosen& run, const std::vector<std::string>& tail) {
  auto* command = program.add_subcommand(
      "run", "Run a command once for each combination of parameters, each on a branch of its own");
  const auto options = std::make_shared<RunOptions>();
  command->footer(
      "The command stands at the end, after --:  anabranch run --repo R --from REF --grid k=v1,v2 -- python "
      "train.py\n"
      "It gets each parameter where {name} stands in its arguments, else as --name=value, and "
      "always as\n"
      "PARAM_NAME. What it leaves in metrics.json, artifacts/, config/ and the paths of --out is committed "
      "to "
      "the run's\n"
      "branch, with its logs, code, parameters and metrics. Exit code: 0 all runs are ok, 1 some failed, 2 "
      "usage,\n"
      "3 all are ok but something that one left could not be kept.");
  command->add_option("--repo", options->plan.repository, "The repository; else $ANABRANCH_REPOSITORY");
  command->add_option("--from", options->plan.from, "The ref that every run starts from; resolved once");
  command->add_option("--grid", options->grid,
                      "name=value,value: a parameter and its values; \\, is a comma");
  command->add_option("--data", options->data,
                      "PREFIX[=DIR]: objects that runs find as read-only files in DIR");
  command
      ->add_option("--data-mode", options->data_mode,
                   "How each run gets data that is its own to write to: auto (the first that is possible), "
                   "reflink, overlay, copy")
      ->capture_default_str();
  command->add_option("--out", options->outputs,
                      "PATH: a file or folder of the run's folder that is kept as artifacts/ is; also out = "
                      "[...] in anabranch.toml");
  command->add_flag("--keep-workspace", options->plan.keeps_workspaces, "The folders of the runs stay");
  command->add_option("--name", options->plan.name,
                      "The sweep's name, of each repository once for ever; runs are <name>-1, "
                      "<name>-2, ...");
  command->add_option("--resume", options->resume,
                      "SWEEP: do again what was lost or interrupted, or never begun; what is finished stays");
  command->add_option("--parallel", options->plan.parallel, "How many runs at a time; 0: one per core")
      ->capture_default_str();
  options->plan.workdir = ".";
  command->add_option("--workdir", options->plan.workdir, "The folder that each run gets a private copy of")
      ->capture_default_str();
  command->add_option("--key-hours", options->key_hours, "How long a run's own key is good for, at most")
      ->check(CLI::Range(1, kKeyHoursMax))
      ->capture_default_str();
  command->add_option("--promote", options->promote, "best: merge the best run at the end")
      ->check(CLI::IsMember({"best"}));
  command->add_option("--metric", options->metric, "What best means: accuracy:max, loss:min");
  command->add_option("--require", options->requirements, "Promote only if it holds: 'accuracy>=0.9'");
  command->add_flag("--allow-data-change", options->allow_data_change,
                    "Promote also onto data that the run was not given; this is recorded");
  command->add_option("--into", options->into, "The branch to promote to")->capture_default_str();
  command->add_flag("--json", options->as_json,
                    "End with one JSON document on stdout, and nothing else there");
  command->callback([options, &run, &tail] { run = [options, &tail] { return run_all(*options, tail); }; });
}

}  // namespace anabranch::app
