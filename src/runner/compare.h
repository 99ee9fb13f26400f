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

/// Who says what the runs are sorted by, and which way.
enum class OrderSource : unsigned char {
  asked,    // the caller
  sweep,    // the sweep: it was made with it
  name,     // what the metric's name lets one guess; the server has the rule
  unknown,  // the caller asked for a metric whose name tells nothing: the greatest first, which may be the
            // worst
};
std::string_view to_string(OrderSource source);

struct Comparison {
  std::string sweep;
  std::optional<MetricOrder> order;  // what the runs are sorted by; nullopt: by their number
  OrderSource source = OrderSource::asked;
  std::vector<ComparedRun> runs;  // best first; then those whose metric is NaN or infinite; without it last
  std::vector<std::string> parameters;
  std::vector<std::string> metrics;  // the one of `order` first
  std::string target;                // the branch that a promotion would change, and its commit now:
  std::string target_commit_id;      // promote --expect-main takes it
};

/// The runs are the branches `<sweep>-<n>` and what the server has records of; what they did is read from the
/// records, which the server first makes from commits where they are missing, and from their commits. Without
/// `choice`, or without its direction: what the sweep was made with, or else what the server finds that names
/// tell. Errors: not_found (there is no such sweep; no run has that metric: which there are), and the API's.
Result<Comparison> compare(const ApiClient& api, const std::string& repository, const std::string& sweep,
                           const std::optional<MetricChoice>& choice, const std::string& target);

/// Sorts the runs and fills the columns; compare() without the server.
void arrange(Comparison& comparison, const std::optional<MetricOrder>& order);

/// Sets `order` and `source` from what was asked for and what the server says of the sweep. Errors:
/// not_found.
Result<void> choose_order(Comparison& comparison, const std::optional<MetricChoice>& choice,
                          const SweepInfo& sweep);

/// The number n of "<sweep>-<n>"; nullopt: it is no run of that sweep.
std::optional<unsigned long> run_number(const std::string& sweep, const std::string& run);

}  // namespace anabranch::runner
