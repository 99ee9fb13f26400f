#include "app/run_result.h"

#include <algorithm>

#include "app/json_output.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;

json::object outcome_json(const runner::RunOutcome& outcome) {
  json::object parameters, metrics;
  for (const auto& [name, value] : outcome.record.parameters) parameters.emplace(name, value);
  for (const auto& [name, value] : outcome.record.metrics) metrics.emplace(name, value);
  return {{"run", outcome.record.run},
          {"status", runner::to_string(outcome.phase)},
          {"exit_code", outcome.record.exit_code},
          {"duration_seconds", outcome.record.duration_seconds},
          {"commit", outcome.commit_id},
          {"parameters", std::move(parameters)},
          {"metrics", std::move(metrics)},
          {"problem", outcome.problem},
          {"warnings", to_json(outcome.warnings)},
          {"stderr", outcome.stderr_tail}};
}

}  // namespace

json::object to_json(const std::string& repository, const std::vector<runner::RunOutcome>& outcomes,
                     const PromotedRun& promoted) {
  json::array runs;
  for (const auto& outcome : outcomes) runs.push_back(outcome_json(outcome));
  const auto ok = std::count_if(outcomes.begin(), outcomes.end(),
                                [](const auto& outcome) { return outcome.phase == runner::RunPhase::ok; });
  json::object all{{"sweep", outcomes.empty() ? "" : outcomes.front().record.sweep},
                   {"repository", repository},
                   {"ok", ok},
                   {"runs", std::move(runs)},
                   {"promoted", nullptr}};
  if (!promoted.commit_id.empty()) {
    all["promoted"] =
        json::object{{"run", promoted.run}, {"into", promoted.target}, {"commit", promoted.commit_id}};
  }
  return all;
}

}  // namespace anabranch::app
