#include "runner/compare.h"

#include <algorithm>
#include <charconv>
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

/// The records of a sweep. None: an older server, or nobody wrote any.
class Records {
 public:
  Records(const ApiClient& api, const std::string& repository, const std::string& sweep) {
    auto runs = api.list_runs(repository, sweep);
    if (runs) all_ = *std::move(runs);
  }
  const std::vector<RunInfo>& all() const { return all_; }
  /// The record of what the branch is at, or else of what it was made for. nullptr: none.
  const RunInfo* find(const ComparedRun& run, bool by_commit) const {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const RunInfo& info) {
      return info.branch == run.run && (!by_commit || info.commit_id == run.commit_id);
    });
    return found == all_.end() ? nullptr : &*found;
  }

 private:
  std::vector<RunInfo> all_;
};

bool is_over(const RunInfo& info) {
  return info.state == "ok" || info.state == "failed" || info.state == "interrupted";
}

/// By a record that is of another commit than the branch is at.
void take_record(const RunInfo& info, ComparedRun& run) {
  if (!is_over(info)) return;
  run.record = to_record(info);
  if (!info.commit_id.empty()) run.commit_id = info.commit_id;
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
              const auto a = run_number(comparison.sweep, left.run);
              const auto b = run_number(comparison.sweep, right.run);
              return a == b ? left.run < right.run : a < b;
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
  std::optional<Records> records(std::in_place, api, repository, sweep);
  const auto has_record = [&](const ComparedRun& run) { return records->find(run, false) != nullptr; };
  if (!std::all_of(comparison.runs.begin(), comparison.runs.end(), has_record)) {
    // The server makes records from what commits say. One without records, or a key that may not make any,
    // changes nothing here.
    if (api.rebuild_runs(repository)) records.emplace(api, repository, sweep);
  }
  const auto read = [&](std::size_t i) -> Result<void> {
    ComparedRun& run = comparison.runs[i];
    if (const auto* known = records->find(run, true)) {
      run.record = to_record(*known);
      return {};
    }
    ANABRANCH_CHECK(read_commit(api, repository, sweep, run));
    const auto* made_for = run.record ? nullptr : records->find(run, false);
    if (made_for != nullptr) take_record(*made_for, run);
    return {};
  };
  ANABRANCH_CHECK(for_each_parallel(comparison.runs.size(), kRequestsAtOnce, read));
  // Runs may have branches of any name, or none any more.
  std::set<std::string> seen;
  for (const auto& run : comparison.runs) seen.insert(run.run);
  for (const auto& info : records->all()) {
    if (!is_over(info) || !seen.insert(info.branch).second) continue;
    ComparedRun run{info.branch, {}, std::nullopt};
    take_record(info, run);
    comparison.runs.push_back(std::move(run));
  }
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
