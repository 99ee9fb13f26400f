// Live records of sweeps and runs: see api_client.h.
#include <algorithm>
#include <utility>

#include "base/json.h"
#include "runner/api_client.h"
#include "runner/api_paths.h"
#include "runner/api_transport.h"

namespace anabranch::runner {
namespace {

namespace json = boost::json;

std::string sweep_path(const std::string& repository, const std::string& sweep) {
  return repository_path(repository) + "/sweeps/" + encoded(sweep);
}
std::string run_path(const std::string& repository, const std::string& run) {
  return repository_path(repository) + "/runs/" + encoded(run);
}

json::array words(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::object to_json(const TextPiece& piece) { return {{"offset", piece.offset}, {"text", piece.text}}; }

json::object to_json(const RunReport& report) {
  json::object body{{"attempt", report.attempt}};
  if (!report.state.empty()) body.emplace("state", report.state);
  if (report.started_ms) body.emplace("started_ms", *report.started_ms);
  if (report.ended_ms) body.emplace("ended_ms", *report.ended_ms);
  if (report.exit_code) body.emplace("exit_code", *report.exit_code);
  if (!report.problem.empty()) body.emplace("problem", report.problem);
  if (!report.commit_id.empty()) body.emplace("commit_id", report.commit_id);
  if (!report.metrics.empty()) {
    json::array points;
    for (const auto& point : report.metrics) {
      points.push_back(json::object{{"name", point.name},
                                    {"value", number_to_json(point.value)},
                                    {"step", point.step},
                                    {"time_ms", point.time_ms}});
    }
    body.emplace("metrics", std::move(points));
  }
  if (!report.final_metrics.empty()) {
    json::object metrics;
    for (const auto& [name, value] : report.final_metrics)
      metrics.emplace(name, value ? number_to_json(*value) : json::value(nullptr));
    body.emplace("final_metrics", std::move(metrics));
  }
  if (report.resources) {
    body.emplace("resources", json::object{{"cpu_seconds", report.resources->cpu_seconds},
                                           {"memory_bytes", report.resources->memory_bytes},
                                           {"memory_bytes_max", report.resources->memory_bytes_max}});
  }
  if (!report.out.text.empty()) body.emplace("stdout", to_json(report.out));
  if (!report.err.text.empty()) body.emplace("stderr", to_json(report.err));
  return body;
}

std::vector<std::string> words_of(const json::object& object, const char* name) {
  std::vector<std::string> words;
  const auto* all = object.if_contains(name);
  if (all == nullptr || !all->is_array()) return words;
  for (const auto& word : all->get_array()) {
    if (word.is_string()) words.emplace_back(word.get_string());
  }
  return words;
}

RunInfo to_run(const json::object& object) {
  RunInfo run;
  run.id = text_of(object, "id");
  run.sweep = text_of(object, "sweep");
  run.name = text_of(object, "name");
  run.branch = text_of(object, "branch");
  run.index = number_of(object, "index");
  run.attempt = std::max<std::int64_t>(1, number_of(object, "attempt"));
  run.heartbeat_ms = number_of(object, "heartbeat_ms");
  run.cancel_requested = truth_of(object, "cancel_requested");
  run.argv = words_of(object, "argv");
  run.data = words_of(object, "data");
  run.outputs = words_of(object, "outputs");
  run.input_commit = text_of(object, "input_commit");
  run.code_id = text_of(object, "code_id");
  run.host = text_of(object, "host");
  run.state = text_of(object, "state");
  run.commit_id = text_of(object, "commit_id");
  run.exit_code = static_cast<int>(number_of(object, "exit_code"));
  run.started_ms = number_of(object, "started_ms");
  run.ended_ms = number_of(object, "ended_ms");
  if (const auto* all = object.if_contains("parameters"); all != nullptr && all->is_object()) {
    for (const auto& [name, value] : all->get_object()) {
      if (value.is_string()) run.parameters.emplace_back(std::string(name), std::string(value.get_string()));
    }
  }
  if (const auto* all = object.if_contains("metrics"); all != nullptr && all->is_object()) {
    for (const auto& [name, value] : all->get_object()) {
      if (const auto number = number_from_json(value)) run.metrics.emplace(std::string(name), *number);
    }
  }
  return run;
}

}  // namespace

Result<void> ApiClient::create_sweep(const std::string& repository, const SweepInfo& sweep) const {
  json::object grid;
  for (const auto& [name, values] : sweep.grid) grid.emplace(name, words(values));
  json::object body{{"id", sweep.id},
                    {"input_ref", sweep.input_ref},
                    {"input_commit", sweep.input_commit},
                    {"command", words(sweep.command)},
                    {"grid", std::move(grid)},
                    {"total", sweep.total},
                    {"runner", sweep.runner},
                    {"plan", sweep.plan}};
  if (!sweep.objective_metric.empty()) {
    body.emplace("objective",
                 json::object{{"metric", sweep.objective_metric}, {"direction", sweep.objective_direction}});
  }
  const auto made = transport_->post(repository_path(repository) + "/sweeps", body);
  if (!made) return fail(made.error());
  return {};
}

Result<void> ApiClient::delete_sweep(const std::string& repository, const std::string& sweep) const {
  return transport_->remove(sweep_path(repository, sweep));
}

Result<SweepInfo> ApiClient::get_sweep(const std::string& repository, const std::string& sweep) const {
  ANABRANCH_TRY(const auto found, transport_->get(sweep_path(repository, sweep)));
  SweepInfo info;
  info.id = text_of(found, "id");
  info.input_ref = text_of(found, "input_ref");
  info.input_commit = text_of(found, "input_commit");
  info.total = number_of(found, "total");
  info.runner = text_of(found, "runner");
  info.plan = text_of(found, "plan");
  info.cancel_requested = truth_of(found, "cancel_requested");
  info.main_metric = text_of(found, "main_metric");
  if (const auto* all = found.if_contains("directions"); all != nullptr && all->is_object()) {
    for (const auto& [name, value] : all->get_object()) {
      if (value.is_string()) info.directions.emplace(std::string(name), std::string(value.get_string()));
    }
  }
  if (const auto* objective = found.if_contains("objective");
      objective != nullptr && objective->is_object()) {
    info.objective_metric = text_of(objective->get_object(), "metric");
    info.objective_direction = text_of(objective->get_object(), "direction");
  }
  info.active = truth_of(found, "active");
  return info;
}

Result<void> ApiClient::create_run(const std::string& repository, const RunInfo& run) const {
  json::object parameters;
  for (const auto& [name, value] : run.parameters) parameters.emplace(name, value);
  const json::object body{{"id", run.id},
                          {"sweep", run.sweep},
                          {"name", run.name},
                          {"branch", run.branch},
                          {"index", run.index},
                          {"parameters", std::move(parameters)},
                          {"input_commit", run.input_commit},
                          {"code_id", run.code_id},
                          {"argv", words(run.argv)},
                          {"host", run.host}};
  const auto made = transport_->post(repository_path(repository) + "/runs", body);
  if (!made) return fail(made.error());
  return {};
}

Result<RunInfo> ApiClient::get_run(const std::string& repository, const std::string& run) const {
  ANABRANCH_TRY(const auto found, transport_->get(run_path(repository, run)));
  return to_run(found);
}

Result<RunInfo> ApiClient::run_behind(const std::string& repository, const std::string& ref) const {
  ANABRANCH_TRY(const auto found, transport_->get(ref_path(repository, ref) + "/run"));
  const auto* run = found.if_contains("run");
  if (run == nullptr || !run->is_object())
    return fail(ErrorCode::malformed, "the server's answer has no 'run'");
  RunInfo info = to_run(run->get_object());
  info.commit_id = text_of(found, "commit_id");
  return info;
}

Result<std::vector<RunInfo>> ApiClient::list_runs(const std::string& repository,
                                                  const std::string& sweep) const {
  std::vector<RunInfo> runs;
  const std::string path = repository_path(repository) + "/runs?sweep=" + encoded(sweep);
  ANABRANCH_CHECK(transport_->pages(path, [&](const json::object& item) -> Result<bool> {
    runs.push_back(to_run(item));
    return true;
  }));
  return runs;
}

Result<RunInfo> ApiClient::begin_attempt(const std::string& repository, const std::string& run) const {
  ANABRANCH_TRY(const auto begun, transport_->post(run_path(repository, run) + "/attempts", {}));
  return to_run(begun);
}

Result<bool> ApiClient::report_run(const std::string& repository, const std::string& run,
                                   const RunReport& report) const {
  ANABRANCH_TRY(const auto answer, transport_->post(run_path(repository, run) + "/reports", to_json(report)));
  return truth_of(answer, "cancel");
}

Result<void> ApiClient::rebuild_runs(const std::string& repository) const {
  const auto made = transport_->post(repository_path(repository) + "/runs/rebuild", {});
  if (!made) return fail(made.error());
  return {};
}

}  // namespace anabranch::runner
