// runner/metrics.h — the numbers of metrics.json, and what is asked of them: order, requirement, equality.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/number.h"
#include "base/result.h"

namespace anabranch::runner {

/// Metric name → number, NaN and infinities included. Nested objects are flattened: {"val": {"loss": 1}} is
/// "val.loss". Arrays, texts and booleans are left out; the file itself keeps them.
using Metrics = std::map<std::string, double>;

/// What a run's record has room for, as the server's (experiments/types.h).
inline constexpr std::size_t kMetricsMax = 10'000;
inline constexpr std::size_t kMetricNameSizeMax = 1 * KiB;
inline constexpr std::size_t kMetricNamesSizeMax = 768 * KiB;  // of all together

/// Takes what Python's json.dump writes, and a byte order mark before it. `lost` gets a line for each number
/// that another of the same name ("a.b" and {"a": {"b": ...}}) leaves no place for. Errors: malformed.
Result<Metrics> parse_metrics(std::string_view json, std::vector<std::string>* lost = nullptr);
/// Leaves out what is over the limits; `lost` gets a line for each.
void keep_within_limits(Metrics& metrics, std::vector<std::string>& lost);

/// A number to be looked at: six digits.
std::string short_number(double number);
/// A finite number. Errors: malformed.
Result<double> parse_number(std::string_view text);

/// "accuracy:max", "loss:min".
struct MetricOrder {
  std::string metric;
  bool max_is_best = true;
  /// True if `left` comes before `right` in a ranking: what is NaN or infinite comes before nothing.
  bool better(double left, double right) const;
};
/// Errors: invalid_argument, also where it does not say which way is better.
Result<MetricOrder> parse_metric_order(std::string_view text);
/// The same, where the direction may be left to the name.
struct MetricChoice {
  std::string metric;
  std::optional<bool> max_is_best;
};
Result<MetricChoice> parse_metric_choice(std::string_view text);

/// "the metrics are: a, b, c", the first of many.
std::string known_metrics(const Metrics& metrics);

/// "accuracy>=0.9": one of >= <= == != > < between a metric and a number.
struct Requirement {
  enum class Comparison : unsigned char { at_least, at_most, equal, not_equal, above, below };
  std::string metric;
  Comparison comparison = Comparison::at_least;
  double bound = 0;
  std::string text;
};
Result<Requirement> parse_requirement(std::string_view text);
/// Nothing holds of what is NaN or infinite. Errors: precondition_failed, naming the metric, what it is and
/// what it should be; not_found: there is no such metric, and which there are.
Result<void> check_requirement(const Requirement& requirement, const Metrics& metrics);

/// True if the numbers differ by at most `tolerance`, absolute or relative to `expected`, whichever allows
/// more. A tolerance of 0 means: the very same number. NaN is NaN.
bool equal_within(double expected, double found, double tolerance);

}  // namespace anabranch::runner
