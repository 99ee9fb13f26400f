// anabranch promote | reproduce
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/cli.h"
#include "app/commands.h"
#include "app/interrupt_watch.h"
#include "app/json_output.h"
#include "base/clock.h"
#include "runner/connection.h"
#include "runner/promote.h"
#include "runner/reproduce.h"

namespace anabranch::app {
namespace {

struct PromoteOptions {
  runner::PromoteOrder order;
  std::vector<std::string> requirements;
  std::string expected;
  bool as_json = false;
};

struct ReproduceOptions {
  runner::ReproduceOrder order;
  std::string outputs = "all";
  bool as_json = false;
  std::string data_mode = "auto";
};

/// Fills in the default. Errors: invalid_argument.
Result<void> choose_repository(std::string& repository, const Session& session) {
  if (repository.empty()) repository = session.repository;
  if (!repository.empty()) return {};
  return fail(ErrorCode::invalid_argument, "--repo is missing, and ANABRANCH_REPOSITORY is not set");
}

/// What a promotion would do. Exit code: whether it would be done.
int print_plan(const runner::PromoteOrder& order, const runner::PromotionInfo& plan, bool as_json) {
  const bool is_refused = !plan.conflicts.empty() || (!plan.data_changes.empty() && !order.allow_data_change);
  if (as_json) {
    boost::json::array changes;
    for (const auto& change : plan.changes) changes.push_back(to_json(change));
    print_json(boost::json::object{{"run", order.run},
                                   {"into", order.target},
                                   {"would_be_promoted", !is_refused},
                                   {"changes", std::move(changes)},
                                   {"has_more_changes", plan.has_more_changes},
                                   {"conflicts", to_json(plan.conflicts)},
                                   {"data_changes", to_json(plan.data_changes)}});
    return is_refused ? kExitFailed : kExitOk;
  }
  for (const auto& path : plan.conflicts) std::cout << "conflict " << shown(path) << "\n";
  for (const auto& path : plan.data_changes) std::cout << "other data " << shown(path) << "\n";
  for (const auto& change : plan.changes) std::cout << change.type << " " << shown(change.path) << "\n";
  if (plan.has_more_changes) std::cout << "and more\n";
  std::cout << shown(order.run) << (is_refused ? " would not be promoted to " : " would be promoted to ")
            << shown(order.target) << "\n";
  return is_refused ? kExitFailed : kExitOk;
}

int promote(const PromoteOptions& options) {
  runner::PromoteOrder order = options.order;
  for (const auto& text : options.requirements) {
    auto requirement = runner::parse_requirement(text);
    if (!requirement) return complain_usage("promote", requirement.error().message);
    order.requirements.push_back(*std::move(requirement));
  }
  if (!options.expected.empty()) order.expected_target_commit = options.expected;
  const auto session = open_session();
  if (!session) return complain("promote", session.error());
  if (const auto chosen = choose_repository(order.repository, *session); !chosen) {
    return complain_usage("promote", chosen.error().message);
  }
  const auto merged = runner::promote(session->api, order);
  if (!merged) return complain("promote", merged.error());
  if (order.is_dry_run) return print_plan(order, *merged, options.as_json);
  if (options.as_json) {
    print_json(
        boost::json::object{{"run", order.run}, {"into", order.target}, {"commit", merged->commit_id}});
  } else {
    std::cout << shown(order.run + " promoted to " + order.target) << ": " << merged->commit_id << "\n";
  }
  return kExitOk;
}

std::string kind_of(runner::Finding::Kind kind) {
  switch (kind) {
    case runner::Finding::Kind::exit_code:
      return "run";
    case runner::Finding::Kind::metric:
      return "metric";
    case runner::Finding::Kind::output:
      return "output";
  }
  return "unknown";
}

void print_as_json(const runner::Reproduction& result) {
  boost::json::array findings;
  for (const auto& finding : result.findings) {
    findings.push_back(boost::json::object{{"same", finding.same},
                                           {"kind", kind_of(finding.kind)},
                                           {"name", finding.name},
                                           {"recorded", finding.recorded},
                                           {"reproduced", finding.found}});
  }
  print_json(boost::json::object{{"run", result.run},
                                 {"same", result.same},
                                 {"findings", std::move(findings)},
                                 {"warnings", to_json(result.outcome.warnings)},
                                 {"notes", to_json(result.notes)}});
}

void print(const runner::Reproduction& result) {
  Table table({"", "KIND", "NAME", "RECORDED", "REPRODUCED"});
  for (const auto& finding : result.findings) {
    table.add({finding.same ? "same" : "DIFFERS", kind_of(finding.kind), finding.name,
               finding.recorded.empty() ? "(none)" : finding.recorded,
               finding.found.empty() ? "(none)" : finding.found});
  }
  if (!result.findings.empty()) std::cout << table.render();
  for (const auto& warning : result.outcome.warnings) std::cout << "warning: " << shown(warning) << "\n";
  for (const auto& note : result.notes) std::cout << "note: " << shown(note) << "\n";
  std::cout << shown(result.run) << (result.same ? " reproduced\n" : " NOT reproduced\n");
}

int reproduce(const ReproduceOptions& options) {
  const auto wanted = runner::parse_data_mode(options.data_mode);
  if (!wanted) return complain_usage("reproduce", wanted.error().message);
  const auto cache = runner::DataCache::of(runner::process_environment());
  const auto data_mode = runner::choose_data_mode(*wanted, cache);  // before the first thread
  if (!data_mode) return complain_usage("reproduce", data_mode.error().message);
  cache.remove_abandoned();
  runner::Interruption interruption;
  const InterruptWatch watch(interruption);
  const auto session = open_session();
  if (!session) return complain("reproduce", session.error());
  runner::ReproduceOrder order = options.order;
  order.compare_outputs = options.outputs == "all";
  order.data_mode = data_mode->mode;
  if (const auto chosen = choose_repository(order.repository, *session); !chosen) {
    return complain_usage("reproduce", chosen.error().message);
  }
  const auto result = runner::reproduce(session->api, system_clock(), cache, order, interruption,
                                        [](const std::string& news) { std::cerr << news << std::endl; });
  if (!result) return complain("reproduce", result.error());
  if (options.as_json) {
    print_as_json(*result);
  } else {
    print(*result);
  }
  if (order.keep_branch && !options.as_json)
    std::cout << "kept: anabranch://" << order.repository << "/" << result->branch << "\n";
  return result->same ? kExitOk : kExitFailed;
}

}  // namespace

void add_promote_command(CLI::App& program, Chosen& run) {
  auto* command = program.add_subcommand("promote", "Merge a run into main, if it is good enough");
  const auto options = std::make_shared<PromoteOptions>();
  command->add_option("run", options->order.run, "The run: its branch")->required();
  command->add_option("--repo", options->order.repository, "The repository; else $ANABRANCH_REPOSITORY");
  command->add_option("--into", options->order.target, "The branch to merge into")->capture_default_str();
  command
      ->add_option("--require", options->requirements,
                   "Refuse unless it holds: 'accuracy>=0.9'; all must hold")
      ->allow_extra_args(false);
  command->add_option("--expect-main", options->expected,
                      "Refuse if the branch is at another commit than this");
  command->add_option("-m,--message", options->order.message, "The merge's message");
  command
      ->add_option("--strategy", options->order.strategy,
                   "Who wins where both sides changed; else that is refused")
      ->check(CLI::IsMember({"source-wins", "dest-wins"}));
  command->add_flag("--json", options->as_json, "As JSON");
  command->add_flag("--allow-data-change", options->order.allow_data_change,
                    "Also onto data that the run was not given; this is recorded");
  command->add_flag("-n,--dry-run", options->order.is_dry_run, "Only show what would change");
  command->callback([options, &run] { run = [options] { return promote(*options); }; });
}

void add_reproduce_command(CLI::App& program, Chosen& run) {
  auto* command =
      program.add_subcommand("reproduce", "Run a commit's run again from its recorded inputs, and compare");
  const auto options = std::make_shared<ReproduceOptions>();
  command->footer(
      "It runs the recorded command with the recorded code: do so only where you trust who committed it.\n"
      "Exit code: 0 the same came out, 1 it did not, 2 usage.");
  command->add_option("commit", options->order.ref, "A run, its commit, or a merge that brought it")
      ->required();
  command->add_option("--repo", options->order.repository, "The repository; else $ANABRANCH_REPOSITORY");
  command
      ->add_option("--tolerance", options->order.tolerance,
                   "By how much metrics may differ, absolute or relative")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--outputs", options->outputs, "all: outputs by checksum too; metrics: only metrics")
      ->check(CLI::IsMember({"all", "metrics"}))
      ->capture_default_str();
  command->add_option("--data-mode", options->data_mode, "As of run: auto, reflink, overlay, copy")
      ->capture_default_str();
  command->add_flag("--keep", options->order.keep_branch, "Keep the scratch branch");
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &run] { run = [options] { return reproduce(*options); }; });
}

}  // namespace anabranch::app
