// anabranch compare: the runs of a sweep, best first.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "app/cli.h"
#include "app/commands.h"
#include "app/json_output.h"
#include "base/json.h"
#include "runner/compare.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;
using runner::ComparedRun;
using runner::Comparison;

struct CompareOptions {
  std::string sweep;
  std::string repository;
  std::string metric;
  std::string into = "main";
  bool as_json = false;
};

std::string parameter_of(const ComparedRun& run, const std::string& name) {
  for (const auto& [key, value] : run.record->parameters) {
    if (key == name) return value;
  }
  return {};
}

/// What the rows are sorted by, and who says so.
std::string order_line(const Comparison& comparison) {
  if (!comparison.order) {
    return "in the order of their numbers: no metric's name tells which way is better; --metric NAME:max or "
           "NAME:min does";
  }
  const std::string& metric = comparison.order->metric;
  const std::string by = metric + (comparison.order->max_is_best ? ", greatest first" : ", least first");
  switch (comparison.source) {
    case runner::OrderSource::asked:
      return "best first: " + by;
    case runner::OrderSource::sweep:
      return "best first: " + by + ", as the sweep was made with it";
    case runner::OrderSource::name:
      return "best first: " + by + ", going by its name; --metric " + metric +
             (comparison.order->max_is_best ? ":min" : ":max") + " turns it round";
    case runner::OrderSource::unknown:
      break;
  }
  return by + ": its name does not tell which way is better; --metric " + metric + ":max or " + metric +
         ":min does";
}

void print_table(const Comparison& comparison) {
  std::vector<std::string> header{"RUN", "STATUS"};
  header.insert(header.end(), comparison.parameters.begin(), comparison.parameters.end());
  header.insert(header.end(), comparison.metrics.begin(), comparison.metrics.end());
  header.insert(header.end(), {"SECONDS", "COMMIT"});
  Table table(header);
  for (const auto& run : comparison.runs) {
    if (!run.record) {
      table.add({run.run, "not finished"});
      continue;
    }
    std::vector<std::string> row{run.run, run.record->status};
    for (const auto& name : comparison.parameters) row.push_back(parameter_of(run, name));
    for (const auto& name : comparison.metrics) {
      const auto found = run.record->metrics.find(name);
      row.push_back(found == run.record->metrics.end() ? "" : runner::short_number(found->second));
    }
    row.push_back(fmt::format("{:.1f}", run.record->duration_seconds));
    row.push_back(short_id(run.commit_id));
    table.add(std::move(row));
  }
  std::cout << table.render() << order_line(comparison) << "\n";
  if (!comparison.target_commit_id.empty()) {
    std::cout << comparison.target << " is at " << comparison.target_commit_id << "\n";
  }
}

void print_json(const Comparison& comparison) {
  json::array runs;
  for (const auto& run : comparison.runs) {
    json::object object{{"run", run.run}, {"commit", run.commit_id}};
    if (run.record) {
      json::object parameters;
      for (const auto& [name, value] : run.record->parameters) parameters.emplace(name, value);
      json::object metrics;
      for (const auto& [name, value] : run.record->metrics) metrics.emplace(name, number_to_json(value));
      object.emplace("status", run.record->status);
      object.emplace("exit_code", run.record->exit_code);
      object.emplace("duration_seconds", run.record->duration_seconds);
      object.emplace("input_commit", run.record->input_commit);
      object.emplace("code", run.record->code_id);
      object.emplace("parameters", std::move(parameters));
      object.emplace("metrics", std::move(metrics));
    } else {
      object.emplace("status", "not finished");
    }
    runs.push_back(std::move(object));
  }
  json::object all{{"sweep", comparison.sweep}, {"runs", std::move(runs)}};
  if (comparison.order) {
    all.emplace("metric", comparison.order->metric);
    all.emplace("order", comparison.order->max_is_best ? "max" : "min");
    all.emplace("order_source", runner::to_string(comparison.source));
  }
  all.emplace("target", json::object{{"branch", comparison.target}, {"commit", comparison.target_commit_id}});
  std::cout << to_json_text(all) << "\n";
}

int compare(const CompareOptions& options) {
  std::optional<runner::MetricChoice> choice;
  if (!options.metric.empty()) {
    const auto parsed = runner::parse_metric_choice(options.metric);
    if (!parsed) return complain_usage("compare", parsed.error().message);
    choice = *parsed;
  }
  const auto session = open_session();
  if (!session) return complain("compare", session.error());
  const std::string repository = options.repository.empty() ? session->repository : options.repository;
  if (repository.empty())
    return complain_usage("compare", "--repo is missing, and ANABRANCH_REPOSITORY is not set");
  const auto comparison = runner::compare(session->api, repository, options.sweep, choice, options.into);
  if (!comparison) return complain("compare", comparison.error());
  if (options.as_json) {
    print_json(*comparison);
  } else {
    print_table(*comparison);
  }
  return kExitOk;
}

}  // namespace

void add_compare_command(CLI::App& program, Chosen& run) {
  auto* command = program.add_subcommand("compare", "Show the runs of a sweep side by side, the best first");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("sweep", options->sweep, "The sweep's name")->required();
  command->add_option("--repo", options->repository, "The repository; else $ANABRANCH_REPOSITORY");
  command->add_option("--metric", options->metric,
                      "What to sort by: accuracy:max, loss:min; else what the sweep was made with, or what "
                      "the metrics' names tell");
  command->add_option("--into", options->into, "The branch whose commit is shown, for promote --expect-main")
      ->capture_default_str();
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &run] { run = [options] { return compare(*options); }; });
}

}  // namespace anabranch::app
