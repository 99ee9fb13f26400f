#include "rest/run_json.h"

#include <map>
#include <optional>

#include "base/json.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;
using service::RunState;

tl::unexpected<Error> wrong(const std::string& name, const char* wanted) {
  return fail(ErrorCode::invalid_argument, "field '" + name + "' must be " + wanted);
}

constexpr const char* kMetricForm = "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";

/// Absent and null are the same.
const json::value* field(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<double> number(const json::object& object, std::string_view name, const std::string& full_name) {
  const auto* value = field(object, name);
  if (value == nullptr || !value->is_number()) return wrong(full_name, "a number");
  return value->to_number<double>();
}

Result<std::int64_t> whole(const json::object& object, std::string_view name, const std::string& full_name,
                           std::int64_t fallback) {
  const auto* value = field(object, name);
  if (value == nullptr) return fallback;
  if (!value->is_int64()) return wrong(full_name, "a whole number");
  return value->get_int64();
}

Result<std::uint64_t> size(const json::object& object, std::string_view name, const std::string& full_name) {
  ANABRANCH_TRY(const std::int64_t value, whole(object, name, full_name, 0));
  if (value < 0) return wrong(full_name, "a whole number that is not negative");
  return static_cast<std::uint64_t>(value);
}

json::object directions_json(const std::map<std::string, experiments::Direction>& directions) {
  json::object object;
  for (const auto& [name, direction] : directions) object.emplace(name, experiments::to_string(direction));
  return object;
}

json::array point_json(const service::MetricPoint& point) {
  return {point.step, point.time_ms, number_to_json(point.value)};
}

json::array words(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

void emplace_text(json::object& object, const char* name, const std::string& text) {
  if (!text.empty()) object.emplace(name, text);
}

template <class T>
void emplace_known(json::object& object, const char* name, const std::optional<T>& value) {
  if (value) object.emplace(name, *value);
}

Result<service::NamedPoint> parse_point(const json::value& value) {
  if (!value.is_object()) return wrong("metrics", "an array of objects");
  const json::object& object = value.get_object();
  service::NamedPoint named;
  const auto* name = field(object, "name");
  if (name == nullptr || !name->is_string()) return wrong("metrics.name", "a string");
  named.name = std::string(name->get_string());
  const auto* written = field(object, "value");
  const auto value_read = written == nullptr ? std::nullopt : number_from_json(*written);
  if (!value_read) return wrong("metrics.value", kMetricForm);
  named.point.value = *value_read;
  ANABRANCH_TRY(named.point.step, whole(object, "step", "metrics.step", 0));
  ANABRANCH_TRY(named.point.time_ms, whole(object, "time_ms", "metrics.time_ms", 0));
  return named;
}

Result<std::optional<service::LogPiece>> parse_piece(const json::object& body, const std::string& name) {
  const auto* value = field(body, name);
  if (value == nullptr) return std::optional<service::LogPiece>();
  if (!value->is_object()) return wrong(name, "an object with 'offset' and 'text'");
  const json::object& object = value->get_object();
  service::LogPiece piece;
  ANABRANCH_TRY(piece.offset, size(object, "offset", name + ".offset"));
  const auto* text = field(object, "text");
  if (text == nullptr || !text->is_string()) return wrong(name + ".text", "a string");
  piece.text = std::string(text->get_string());
  return std::optional<service::LogPiece>(std::move(piece));
}

Result<std::optional<service::Resources>> parse_resources(const json::object& body) {
  const auto* value = field(body, "resources");
  if (value == nullptr) return std::optional<service::Resources>();
  if (!value->is_object()) return wrong("resources", "an object");
  const json::object& object = value->get_object();
  service::Resources resources;
  if (field(object, "cpu_seconds") != nullptr) {
    ANABRANCH_TRY(resources.cpu_seconds, number(object, "cpu_seconds", "resources.cpu_seconds"));
  }
  ANABRANCH_TRY(resources.memory_bytes, size(object, "memory_bytes", "resources.memory_bytes"));
  ANABRANCH_TRY(resources.memory_bytes_max, size(object, "memory_bytes_max", "resources.memory_bytes_max"));
  return std::optional<service::Resources>(resources);
}

Result<std::optional<RunState>> parse_state_field(const json::object& body) {
  ANABRANCH_TRY(const auto text, string_field(body, "state"));
  if (!text) return std::optional<RunState>();
  const auto state = experiments::parse_state(*text);
  if (!state) {
    return wrong("state", "waiting, preparing, running, collecting, ok, failed or interrupted");
  }
  return state;
}

Result<std::optional<experiments::Objective>> parse_objective(const json::object& body) {
  const auto* value = field(body, "objective");
  if (value == nullptr) return std::optional<experiments::Objective>();
  if (!value->is_object()) return wrong("objective", "an object with 'metric' and 'direction'");
  experiments::Objective objective;
  ANABRANCH_TRY(objective.metric, required_string(value->get_object(), "metric"));
  ANABRANCH_TRY(const auto text, required_string(value->get_object(), "direction"));
  const auto direction = experiments::parse_direction(text);
  if (!direction) return wrong("objective.direction", "min or max");
  objective.direction = *direction;
  return std::optional<experiments::Objective>(std::move(objective));
}

Result<std::map<std::string, std::optional<double>>> parse_final(const json::object& body) {
  std::map<std::string, std::optional<double>> metrics;
  const auto* value = field(body, "final_metrics");
  if (value == nullptr) return metrics;
  if (!value->is_object()) return wrong("final_metrics", "an object of numbers");
  for (const auto& [name, item] : value->get_object()) {
    auto& metric = metrics[std::string(name)];
    if (item.is_null()) continue;
    metric = number_from_json(item);
    if (!metric) return wrong("final_metrics", (std::string("an object of: null, ") + kMetricForm).c_str());
  }
  return metrics;
}

}  // namespace

json::object to_json(const service::Sweep& sweep) {
  json::object grid;
  for (const auto& [name, values] : sweep.grid) grid.emplace(name, words(values));
  json::object counts;
  for (std::size_t i = 0; i < experiments::kRunStates; ++i)
    counts.emplace(experiments::to_string(static_cast<RunState>(i)), sweep.counts[i]);
  json::object object{{"id", sweep.id},
                      {"repository", sweep.repository},
                      {"command", words(sweep.command)},
                      {"grid", std::move(grid)},
                      {"total", sweep.total},
                      {"created_ms", sweep.created_ms},
                      {"cancel_requested", sweep.cancel_requested},
                      {"active", sweep.active},
                      {"counts", std::move(counts)}};
  if (!sweep.directions.empty()) object.emplace("directions", directions_json(sweep.directions));
  emplace_text(object, "main_metric", sweep.main_metric);
  if (sweep.objective) {
    object.emplace("objective",
                   json::object{{"metric", sweep.objective->metric},
                                {"direction", experiments::to_string(sweep.objective->direction)}});
  }
  emplace_text(object, "input_ref", sweep.input_ref);
  emplace_text(object, "input_commit", sweep.input_commit);
  emplace_text(object, "committer", sweep.committer);
  emplace_text(object, "runner", sweep.runner);
  emplace_text(object, "plan", sweep.plan);
  return object;
}

json::object to_json(const service::Run& run) {
  json::object parameters;
  for (const auto& [name, value] : run.parameters) parameters.emplace(name, value);
  json::object metrics;
  for (const auto& [name, metric] : run.metrics) metrics.emplace(name, number_to_json(metric.value));
  json::object object{{"id", run.id},
                      {"repository", run.repository},
                      {"sweep", run.sweep},
                      {"name", run.name},
                      {"branch", run.branch},
                      {"index", run.index},
                      {"attempt", run.attempt},
                      {"state", experiments::to_string(run.state)},
                      {"parameters", std::move(parameters)},
                      {"metrics", std::move(metrics)},
                      {"argv", words(run.argv)},
                      {"created_ms", run.created_ms},
                      {"heartbeat_ms", run.heartbeat_ms},
                      {"cancel_requested", run.cancel_requested},
                      {"stdout_bytes", run.stdout_bytes},
                      {"stderr_bytes", run.stderr_bytes}};
  emplace_text(object, "input_commit", run.input_commit);
  emplace_text(object, "commit_id", run.commit_id);
  emplace_text(object, "code_id", run.code_id);
  emplace_text(object, "problem", run.problem);
  emplace_text(object, "host", run.host);
  if (!run.data.empty()) object.emplace("data", words(run.data));
  if (!run.outputs.empty()) object.emplace("outputs", words(run.outputs));
  emplace_known(object, "exit_code", run.exit_code);
  emplace_known(object, "started_ms", run.started_ms);
  emplace_known(object, "ended_ms", run.ended_ms);
  if (run.resources) {
    object.emplace("resources", json::object{{"cpu_seconds", run.resources->cpu_seconds},
                                             {"memory_bytes", run.resources->memory_bytes},
                                             {"memory_bytes_max", run.resources->memory_bytes_max}});
  }
  return object;
}

json::object to_json(const service::LogPage& page, service::Stream stream) {
  return {{"stream", stream == service::Stream::out ? "stdout" : "stderr"},
          {"offset", page.offset},
          {"text", page.text},
          {"size_bytes", page.size_bytes}};
}

json::object to_json(const service::Series& series) {
  json::array points;
  points.reserve(series.points.size());
  for (const auto& point : series.points) points.push_back(point_json(point));
  const auto& extremes = series.extremes;
  json::object object{{"run", series.run},
                      {"name", series.name},
                      {"points", std::move(points)},
                      {"count", extremes.count},
                      {"not_finite", extremes.not_finite}};
  if (extremes.least) object.emplace("least", point_json(*extremes.least));
  if (extremes.greatest) object.emplace("greatest", point_json(*extremes.greatest));
  return object;
}

json::object directions_of(const std::vector<service::Run>& runs) {
  std::map<std::string, experiments::Direction> directions;
  for (const auto& run : runs) {
    for (const auto& [name, metric] : run.metrics) {
      if (directions.contains(name)) continue;
      if (const auto direction = experiments::infer_direction(name)) directions.emplace(name, *direction);
    }
  }
  return directions_json(directions);
}

Result<service::Sweep> parse_sweep(const json::object& body) {
  service::Sweep sweep;
  ANABRANCH_TRY(sweep.id, required_string(body, "id"));
  ANABRANCH_TRY(const auto input_ref, string_field(body, "input_ref"));
  ANABRANCH_TRY(const auto input_commit, string_field(body, "input_commit"));
  sweep.input_ref = input_ref.value_or("");
  sweep.input_commit = input_commit.value_or("");
  ANABRANCH_TRY(sweep.command, strings_field(body, "command"));
  ANABRANCH_TRY(sweep.total, whole(body, "total", "total", 0));
  ANABRANCH_TRY(const auto runner, string_field(body, "runner"));
  ANABRANCH_TRY(const auto plan, string_field(body, "plan"));
  sweep.runner = runner.value_or("");
  sweep.plan = plan.value_or("");
  ANABRANCH_TRY(sweep.objective, parse_objective(body));
  const auto* grid = field(body, "grid");
  if (grid == nullptr) return sweep;
  if (!grid->is_object()) return wrong("grid", "an object of arrays of strings");
  for (const auto& [name, values] : grid->get_object()) {
    if (!values.is_array()) return wrong("grid", "an object of arrays of strings");
    std::vector<std::string>& texts = sweep.grid[std::string(name)];
    for (const auto& value : values.get_array()) {
      if (!value.is_string()) return wrong("grid", "an object of arrays of strings");
      texts.emplace_back(value.get_string());
    }
  }
  return sweep;
}

Result<service::Run> parse_run(const json::object& body) {
  service::Run run;
  ANABRANCH_TRY(const auto id, string_field(body, "id"));
  run.id = id.value_or("");
  ANABRANCH_TRY(run.sweep, required_string(body, "sweep"));
  ANABRANCH_TRY(run.name, required_string(body, "name"));
  ANABRANCH_TRY(run.branch, required_string(body, "branch"));
  ANABRANCH_TRY(run.index, whole(body, "index", "index", 0));
  ANABRANCH_TRY(run.parameters, metadata_field(body, "parameters"));
  ANABRANCH_TRY(const auto input_commit, string_field(body, "input_commit"));
  run.input_commit = input_commit.value_or("");
  ANABRANCH_TRY(run.argv, strings_field(body, "argv"));
  ANABRANCH_TRY(const auto host, string_field(body, "host"));
  run.host = host.value_or("");
  ANABRANCH_TRY(const auto code_id, string_field(body, "code_id"));
  run.code_id = code_id.value_or("");
  ANABRANCH_TRY(run.data, strings_field(body, "data"));
  ANABRANCH_TRY(run.outputs, strings_field(body, "outputs"));
  return run;
}

Result<service::Report> parse_report(const json::object& body) {
  service::Report report;
  ANABRANCH_TRY(report.attempt, whole(body, "attempt", "attempt", 1));
  ANABRANCH_TRY(report.state, parse_state_field(body));
  ANABRANCH_TRY(report.started_ms, int_field(body, "started_ms"));
  ANABRANCH_TRY(report.ended_ms, int_field(body, "ended_ms"));
  ANABRANCH_TRY(report.exit_code, int_field(body, "exit_code"));
  ANABRANCH_TRY(report.problem, string_field(body, "problem"));
  ANABRANCH_TRY(report.commit_id, string_field(body, "commit_id"));
  if (field(body, "argv") != nullptr) {
    ANABRANCH_TRY(report.argv, strings_field(body, "argv"));
  }
  if (const auto* metrics = field(body, "metrics"); metrics != nullptr) {
    if (!metrics->is_array()) return wrong("metrics", "an array of objects");
    for (const auto& value : metrics->get_array()) {
      ANABRANCH_TRY(auto point, parse_point(value));
      report.metrics.push_back(std::move(point));
    }
  }
  ANABRANCH_TRY(report.final_metrics, parse_final(body));
  ANABRANCH_TRY(report.resources, parse_resources(body));
  ANABRANCH_TRY(report.out, parse_piece(body, "stdout"));
  ANABRANCH_TRY(report.err, parse_piece(body, "stderr"));
  return report;
}

}  // namespace anabranch::rest
