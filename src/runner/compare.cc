#include "runner/compare.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "runner/files.h"

namespace anabranch::runner {
namespace {

constexpr unsigned kRequestsAtOnce = 8;

std::optional<double> value_of(const ComparedRun& run, const std::string& metric) {
  if (!run.record) return std::nullopt;
  const auto found = run.record->metrics.find(metric);
  return found == run.record->metrics.end() ? std::nullopt : std::optional<double>(found->second);
}

/// The records of a sweep by the commit they lead to. None: an older server, or nobody wrote any.
std::map<std::string, RunInfo> records_of(const ApiClient& api, const std::string& repository,
                                          const std::string& sweep) {
  std::map<std::string, RunInfo> by_commit;
  auto runs = api.list_runs(repository, sweep);
  if (!runs) return by_commit;
  for (auto& run : *runs) {
    if (!run.commit_id.empty()) by_commit.emplace(run.commit_id, std::move(run));
  }
  return by_commit;
}

/// From the commit that the branch is at; nothing where that is not this run's.
Result<void> read_commit(const ApiClient& api, const std::string& repository, const std::string& sweep,
                         ComparedRun& run) {
  ANABRANCH_TRY(const auto commit, api.get_commit(repository, run.commit_id));
  const auto named = commit.metadata.find("anabranch.sweep");
  if (named == commit.metadata.end() || named->second != sweep) return {};
  ANABRANCH_TRY(auto record, parse_record(commit.metadata));
  if (record.run == run.run) run.record = std::move(record);
  return {};
}

}  // namespace

std::optional<unsigned long> run_number(const std::string& sweep, const std::string& run) {
  if (!run.starts_with(sweep + "-")) return std::nullopt;
  unsigned long number = 0;
  const char* begin = run.data() + sweep.size() + 1;
  const char* const end = run.data() + run.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (begin == end || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

void arrange(Comparison& comparison, const std::optional<MetricOrder>& order) {
  std::set<std::string> metrics;
  std::set<std::string> parameters;
  for (const auto& run : comparison.runs) {
    if (!run.record) continue;
    for (const auto& [name, value] : run.record->metrics) metrics.insert(name);
    for (const auto& [name, value] : run.record->parameters) parameters.insert(name);
  }
  comparison.order = order;
  comparison.parameters.assign(parameters.begin(), parameters.end());
  comparison.metrics.clear();
  if (comparison.order) {
    comparison.metrics.push_back(comparison.order->metric);
    metrics.erase(comparison.order->metric);
  }
  comparison.metrics.insert(comparison.metrics.end(), metrics.begin(), metrics.end());
  std::sort(comparison.runs.begin(), comparison.runs.end(),
            [&](const ComparedRun& left, const ComparedRun& right) {
              if (comparison.order) {
                const auto a = value_of(left, comparison.order->metric);
                const auto b = value_of(right, comparison.order->metric);
                if (a && b && comparison.order->better(*a, *b)) return true;
                if (a && b && comparison.order->better(*b, *a)) return false;
                if (a.has_value() != b.has_value()) return a.has_value();
              }
              return run_number(comparison.sweep, left.run) < run_number(comparison.sweep, right.run);
            });
}

std::string_view to_string(OrderSource source) {
  switch (source) {
    case OrderSource::asked:
      return "asked";
    case OrderSource::sweep:
      return "sweep";
    case OrderSource::name:
      return "name";
    case OrderSource::unknown:
      break;
  }
  return "unknown";
}

Result<void> choose_order(Comparison& comparison, const std::optional<MetricChoice>& choice,
                          const SweepInfo& sweep) {
  Metrics known;
  for (const auto& run : comparison.runs) {
    if (run.record) known.insert(run.record->metrics.begin(), run.record->metrics.end());
  }
  if (choice && !known.empty() && !known.contains(choice->metric))
    return fail(ErrorCode::not_found, "no run of sweep '" + comparison.sweep + "' has a metric '" +
                                          choice->metric + "': " + known_metrics(known));
  const std::string metric = choice ? choice->metric : sweep.main_metric;
  if (metric.empty() || (!choice && !known.contains(metric))) return {};
  comparison.order = MetricOrder{metric, true};
  comparison.source = OrderSource::asked;
  if (choice && choice->max_is_best) {
    comparison.order->max_is_best = *choice->max_is_best;
    return {};
  }
  const auto direction = sweep.directions.find(metric);
  const bool is_known = direction != sweep.directions.end();
  comparison.source = metric == sweep.objective_metric ? OrderSource::sweep
                      : is_known                       ? OrderSource::name
                                                       : OrderSource::unknown;
  if (is_known) comparison.order->max_is_best = direction->second != "min";
  return {};
}

Result<Comparison> compare(const ApiClient& api, const std::string& repository, const std::string& sweep,
                           const std::optional<MetricChoice>& choice, const std::string& target) {
  Comparison comparison;
  comparison.sweep = sweep;
  comparison.target = target;
  ANABRANCH_TRY(const auto branches, api.list_branches(repository, sweep + "-"));
  for (const auto& branch : branches) {
    if (run_number(sweep, branch.name))
      comparison.runs.push_back({branch.name, branch.commit_id, std::nullopt});
  }
  const auto records = records_of(api, repository, sweep);
  std::atomic<bool> is_any_missing{false};
  const auto read = [&](std::size_t i) -> Result<void> {
    ComparedRun& run = comparison.runs[i];
    const auto known = records.find(run.commit_id);
    if (known != records.end() && known->second.branch == run.run) {
      run.record = to_record(known->second);
      return {};
    }
    ANABRANCH_CHECK(read_commit(api, repository, sweep, run));
    if (run.record) is_any_missing = true;
    return {};
  };
  ANABRANCH_CHECK(for_each_parallel(comparison.runs.size(), kRequestsAtOnce, read));
  // For whoever asks next. A server without records, or a key that may not make any, changes nothing here.
  if (is_any_missing) static_cast<void>(api.rebuild_runs(repository));
  if (comparison.runs.empty()) {
    return fail(ErrorCode::not_found,
                "repository '" + repository + "' has no runs of a sweep '" + sweep + "'");
  }
  if (const auto branch = api.get_branch(repository, target)) comparison.target_commit_id = branch->commit_id;
  // An older server, or nobody told it of the sweep: names tell nothing then.
  const auto info = api.get_sweep(repository, sweep);
  ANABRANCH_CHECK(choose_order(comparison, choice, info ? *info : SweepInfo{}));
  arrange(comparison, comparison.order);
  return comparison;
}

}  // namespace anabranch::runner
