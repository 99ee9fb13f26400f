// runner/metrics.h — the numbers of metrics.json, and what is asked of them: order, requirement, equality.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace anabranch::runner {

/// Metric name → number. Nested objects are flattened: {"val": {"loss": 1}} is "val.loss". (tracking of
/// series is not this: arrays, texts and booleans are left out; the file itself keeps them.)
using Metrics = std::map<std::string, double>;

/// More numbers than this are a series, not a result; the rest is left to the file.
inline constexpr std::size_t kMetricsMax = 1'000;

/// Takes what Python's json.dump writes, NaN and Infinity included (they are left out).
/// Errors: malformed.
Result<Metrics> parse_metrics(std::string_view json);

/// The shortest text that reads back as the same number; and back. Errors: malformed.
std::string format_number(double number);
Result<double> parse_number(std::string_view text);

/// "accuracy:max", "loss:min"; without an order: max.
struct MetricOrder {
  std::string metric;
  bool max_is_best = true;
  /// True if `left` comes before `right` in a ranking.
  bool better(double left, double right) const { return max_is_best ? left > right : left < right; }
};
Result<MetricOrder> parse_metric_order(std::string_view text);

/// "accuracy>=0.9": one of >= <= == != > < between a metric and a number.
struct Requirement {
  enum class Comparison : unsigned char { at_least, at_most, equal, not_equal, above, below };
  std::string metric;
  Comparison comparison = Comparison::at_least;
  double bound = 0;
  std::string text;
};
Result<Requirement> parse_requirement(std::string_view text);
/// Errors: precondition_failed, naming the metric, what it is and what it should be.
Result<void> check_requirement(const Requirement& requirement, const Metrics& metrics);

/// True if the numbers differ by at most `tolerance`, absolute or relative to `expected`, whichever allows
/// more. A tolerance of 0 means: the very same number.
bool equal_within(double expected, double found, double tolerance);

}  // namespace anabranch::runner
