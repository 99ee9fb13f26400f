#include "experiments/records.h"

#include "experiments/fields.h"

namespace anabranch::experiments {
namespace {

// What is there of a run's optional fields, as bits.
constexpr unsigned kStarted = 1, kEnded = 2, kExitCode = 4, kResources = 8, kCancel = 16, kAttempt = 32;

void append_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::string key(std::string_view kind, std::string_view uid) {
  std::string text;
  text.append("e/").append(kind).append("/").append(uid).append("/");
  return text;
}

/// The fields of RunHead, which every record begins with; sets `flags`. The steps of metrics go to `step`.
template <class EachStep>
void take_head(FieldReader& fields, RunHead& head, unsigned& flags, EachStep step) {
  head.state = static_cast<RunState>(fields.number() % kRunStates);
  flags = static_cast<unsigned>(fields.number());
  head.created_ms = fields.signed_number();
  head.started_ms = fields.signed_number();
  head.ended_ms = fields.signed_number();
  head.heartbeat_ms = fields.signed_number();
  head.id = fields.text();
  head.name = fields.text();
  head.parameters.clear();
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left) {
    const auto name = fields.text();
    head.parameters.emplace_back(name, fields.text());
  }
  head.metrics.clear();
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left) {
    const auto name = fields.text();
    head.metrics.emplace_back(name, fields.real());
    step(fields.signed_number());
  }
}

std::vector<std::string> take_words(FieldReader& fields) {
  std::vector<std::string> words;
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left)
    words.emplace_back(fields.text());
  return words;
}

// What came to a record later stands at its end, each as a number and a text of fields: whoever does not know
// the number passes it over, and a record of before has none.
constexpr std::uint64_t kObjectiveExtension = 1;    // of a sweep
constexpr std::uint64_t kMetricTimesExtension = 2;  // of a run
constexpr std::uint64_t kPlacesExtension = 3;       // of a run

/// `take(number, fields)` for each; unknown ones are passed over.
template <class Take>
void take_extensions(FieldReader& fields, Take take) {
  while (fields.good() && !fields.at_end()) {
    const std::uint64_t number = fields.number();
    FieldReader inner(fields.text());
    take(number, inner);
  }
}

void put_words(FieldWriter& fields, const std::vector<std::string>& words) {
  fields.number(words.size());
  for (const auto& word : words) fields.text(word);
}

}  // namespace

std::string encode_sweep(const Sweep& sweep) {
  FieldWriter fields;
  fields.text(sweep.id).text(sweep.repository).text(sweep.input_ref).text(sweep.input_commit);
  put_words(fields, sweep.command);
  fields.number(sweep.grid.size());
  for (const auto& [name, values] : sweep.grid) {
    fields.text(name);
    put_words(fields, values);
  }
  fields.signed_number(sweep.total).signed_number(sweep.created_ms).text(sweep.committer);
  fields.number(sweep.cancel_requested ? 1 : 0);
  if (!sweep.runner.empty() || !sweep.plan.empty() || sweep.objective)
    fields.text(sweep.runner).text(sweep.plan);
  if (sweep.objective) {
    FieldWriter objective;
    objective.text(sweep.objective->metric).text(to_string(sweep.objective->direction));
    fields.number(kObjectiveExtension).text(objective.take());
  }
  return fields.take();
}

Result<Sweep> decode_sweep(std::string_view record) {
  FieldReader fields(record);
  Sweep sweep;
  sweep.id = fields.text();
  sweep.repository = fields.text();
  sweep.input_ref = fields.text();
  sweep.input_commit = fields.text();
  sweep.command = take_words(fields);
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left) {
    const std::string name(fields.text());
    sweep.grid[name] = take_words(fields);
  }
  sweep.total = fields.signed_number();
  sweep.created_ms = fields.signed_number();
  sweep.committer = fields.text();
  sweep.cancel_requested = fields.number() != 0;
  if (!fields.at_end()) {  // records of older versions end here
    sweep.runner = fields.text();
    sweep.plan = fields.text();
  }
  take_extensions(fields, [&](std::uint64_t number, FieldReader& inner) {
    if (number != kObjectiveExtension) return;
    Objective objective{std::string(inner.text()), Direction::max};
    if (const auto direction = parse_direction(inner.text())) {
      objective.direction = *direction;
      sweep.objective = std::move(objective);
    }
  });
  ANABRANCH_CHECK(fields.done("a sweep"));
  return sweep;
}

std::string encode_run(const Run& run) {
  FieldWriter fields;
  fields.number(static_cast<std::uint64_t>(run.state));
  fields.number((run.started_ms ? kStarted : 0U) | (run.ended_ms ? kEnded : 0U) |
                (run.exit_code ? kExitCode : 0U) | (run.resources ? kResources : 0U) |
                (run.cancel_requested ? kCancel : 0U) | (run.attempt > 1 ? kAttempt : 0U));
  fields.signed_number(run.created_ms).signed_number(run.started_ms.value_or(0));
  fields.signed_number(run.ended_ms.value_or(0)).signed_number(run.heartbeat_ms);
  fields.text(run.id).text(run.name);
  fields.number(run.parameters.size());
  for (const auto& [name, value] : run.parameters) fields.text(name).text(value);
  fields.number(run.metrics.size());
  for (const auto& [name, metric] : run.metrics)
    fields.text(name).real(metric.value).signed_number(metric.step);
  // RunHead ends here.
  fields.text(run.repository).text(run.sweep).text(run.branch).signed_number(run.index);
  fields.text(run.input_commit).text(run.commit_id).text(run.code_id);
  put_words(fields, run.argv);
  fields.signed_number(run.exit_code.value_or(0)).text(run.problem).text(run.host);
  const Resources resources = run.resources.value_or(Resources{});
  fields.real(resources.cpu_seconds).number(resources.memory_bytes).number(resources.memory_bytes_max);
  fields.number(run.stdout_bytes).number(run.stderr_bytes);
  if (run.attempt > 1) fields.signed_number(run.attempt);
  if (!run.metrics.empty()) {
    FieldWriter times;
    for (const auto& [name, metric] : run.metrics)
      times.signed_number(metric.time_ms).number(metric.is_final ? 1 : 0);
    fields.number(kMetricTimesExtension).text(times.take());
  }
  if (!run.data.empty() || !run.outputs.empty()) {
    FieldWriter places;
    put_words(places, run.data);
    put_words(places, run.outputs);
    fields.number(kPlacesExtension).text(places.take());
  }
  return fields.take();
}

Result<void> decode_head(std::string_view record, RunHead& head) {
  FieldReader fields(record);
  unsigned flags = 0;
  take_head(fields, head, flags, [](std::int64_t) {});
  if (fields.good()) return {};
  return fail(ErrorCode::corruption, "unreadable record: a run");
}

Result<Run> decode_run(std::string_view record) {
  FieldReader fields(record);
  RunHead head;
  unsigned flags = 0;
  std::vector<std::int64_t> steps;
  take_head(fields, head, flags, [&](std::int64_t step) { steps.push_back(step); });
  Run run;
  run.id = head.id;
  run.name = head.name;
  run.state = head.state;
  run.created_ms = head.created_ms;
  run.heartbeat_ms = head.heartbeat_ms;
  if ((flags & kStarted) != 0) run.started_ms = head.started_ms;
  if ((flags & kEnded) != 0) run.ended_ms = head.ended_ms;
  for (const auto& [name, value] : head.parameters) run.parameters.emplace(name, value);
  for (std::size_t i = 0; i < steps.size(); ++i)
    run.metrics.emplace(head.metrics[i].first, MetricValue{head.metrics[i].second, steps[i]});
  run.repository = fields.text();
  run.sweep = fields.text();
  run.branch = fields.text();
  run.index = fields.signed_number();
  run.input_commit = fields.text();
  run.commit_id = fields.text();
  run.code_id = fields.text();
  run.argv = take_words(fields);
  const std::int64_t exit_code = fields.signed_number();
  if ((flags & kExitCode) != 0) run.exit_code = exit_code;
  run.problem = fields.text();
  run.host = fields.text();
  Resources resources;
  resources.cpu_seconds = fields.real();
  resources.memory_bytes = fields.number();
  resources.memory_bytes_max = fields.number();
  if ((flags & kResources) != 0) run.resources = resources;
  run.cancel_requested = (flags & kCancel) != 0;
  run.stdout_bytes = fields.number();
  run.stderr_bytes = fields.number();
  if ((flags & kAttempt) != 0) run.attempt = fields.signed_number();
  take_extensions(fields, [&](std::uint64_t number, FieldReader& inner) {
    if (number == kPlacesExtension) {
      run.data = take_words(inner);
      run.outputs = take_words(inner);
    }
    if (number != kMetricTimesExtension) return;
    for (auto& [name, metric] : run.metrics) {
      metric.time_ms = inner.signed_number();
      metric.is_final = inner.number() != 0;
    }
  });
  ANABRANCH_CHECK(fields.done("a run"));
  return run;
}

Result<RecordedRuns> recorded_runs(const kv::Reader& reader, const std::string& uid) {
  RecordedRuns recorded;
  Result<void> decoded;
  const std::string prefix = keys::runs(uid);
  ANABRANCH_CHECK(
      reader.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view record) {
        auto run = decode_run(record);
        if (!run) {
          decoded = fail(std::move(run).error());
          return kv::ScanStep::stop();
        }
        if (!run->commit_id.empty()) recorded.by_commit.emplace(std::move(run->commit_id), key);
        recorded.branches[run->branch].emplace_back(key);
        return kv::ScanStep::next();
      }));
  if (!decoded) return fail(decoded.error());
  return recorded;
}

namespace keys {

std::string sweeps(std::string_view uid) { return key("s", uid); }
std::string sweep(std::string_view uid, std::string_view sweep) { return sweeps(uid).append(sweep); }
std::string heartbeat(std::string_view uid, std::string_view sweep) { return key("h", uid).append(sweep); }
std::string used_name(std::string_view uid, std::string_view sweep) { return key("n", uid).append(sweep); }
std::string runs(std::string_view uid) { return key("r", uid); }
std::string runs(std::string_view uid, std::string_view sweep) { return runs(uid).append(sweep).append("/"); }
std::string run(std::string_view uid, std::string_view sweep, std::string_view run) {
  return runs(uid, sweep).append(run);
}
std::string run_index(std::string_view uid, std::string_view run) { return key("i", uid).append(run); }
std::string series(std::string_view uid, std::string_view run) {
  return key("m", uid).append(run).append("/");
}
std::string series(std::string_view uid, std::string_view run, std::string_view metric) {
  std::string text = series(uid, run).append(metric);
  text.push_back('\0');
  return text;
}
std::string chunk(std::string_view uid, std::string_view run, std::string_view metric, std::int64_t first,
                  TimeMs first_ms) {
  std::string text = series(uid, run, metric);
  append_big_endian(text, static_cast<std::uint64_t>(first) ^ (std::uint64_t{1} << 63));  // sorts signed
  // As it was before times counted: such a chunk begins with the step, and sorts before those within it.
  if (first_ms != 0) append_big_endian(text, static_cast<std::uint64_t>(first_ms));
  return text;
}
std::string logs(std::string_view uid, std::string_view run) { return key("l", uid).append(run).append("/"); }
std::string log_chunk(std::string_view uid, std::string_view run, Stream stream, std::uint64_t number) {
  std::string text = logs(uid, run);
  text.push_back(stream == Stream::out ? 'o' : 'e');
  append_big_endian(text, number);
  return text;
}

}  // namespace keys
}  // namespace anabranch::experiments
