// runner/compare.h — the runs of a sweep side by side, from their records or their commits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/api_client.h"
#include "runner/record.h"

namespace anabranch::runner {

struct ComparedRun {
  std::string run;
  std::string commit_id;
  std::optional<RunRecord> record;  // nullopt: nothing is committed yet
};

struct Comparison {
  std::string sweep;
  std::optional<MetricOrder> order;  // what the runs are sorted by; nullopt: no run has a metric
  std::vector<ComparedRun> runs;     // best first; runs without that metric last, by their number
  std::vector<std::string> parameters;
  std::vector<std::string> metrics;  // the one of `order` first
  std::string target;                // the branch that a promotion would change, and its commit now:
  std::string target_commit_id;      // promote --expect-main takes it
};

/// The runs are the branches `<sweep>-<n>`; what they did is read from the server's records of them, and from
/// their commits where there is no record of that very commit (then it is made). Without `order`: the first
/// metric by name, descending. Errors: not_found (there is no such sweep), and the API's.
Result<Comparison> compare(const ApiClient& api, const std::string& repository, const std::string& sweep,
                           const std::optional<MetricOrder>& order, const std::string& target);

/// Sorts the runs and fills the columns; compare() without the server.
void arrange(Comparison& comparison, const std::optional<MetricOrder>& order);

/// The number n of "<sweep>-<n>"; nullopt: it is no run of that sweep.
std::optional<unsigned long> run_number(const std::string& sweep, const std::string& run);

}  // namespace anabranch::runner
