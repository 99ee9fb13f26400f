#include "runner/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/json.h"

namespace anabranch::runner {
namespace {

namespace json = boost::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kNamesShown = 20;

void flatten(const std::string& prefix, const json::value& value, Metrics& metrics,
             std::vector<std::string>* lost) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, inner] : *object) {
      flatten(prefix.empty() ? std::string(name) : prefix + "." + std::string(name), inner, metrics, lost);
    }
  } else if (value.is_number() && !prefix.empty()) {
    const auto [place, is_new] = metrics.emplace(prefix, value.to_number<double>());
    if (!is_new && lost != nullptr) {
      lost->push_back("metric '" + prefix + "' is there twice: " + format_number(place->second) +
                      " is kept, " + format_number(value.to_number<double>()) + " is not");
    }
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Operator {
  std::string_view text;
  Requirement::Comparison comparison;
};
// Two-character operators first: ">=" begins with ">".
constexpr Operator kOperators[] = {
    {">=", Requirement::Comparison::at_least}, {"<=", Requirement::Comparison::at_most},
    {"==", Requirement::Comparison::equal},    {"!=", Requirement::Comparison::not_equal},
    {">", Requirement::Comparison::above},     {"<", Requirement::Comparison::below},
    {"=", Requirement::Comparison::equal},
};

bool holds(Requirement::Comparison comparison, double value, double bound) {
  switch (comparison) {
    case Requirement::Comparison::at_least:
      return value >= bound;
    case Requirement::Comparison::at_most:
      return value <= bound;
    case Requirement::Comparison::equal:
      return value == bound;
    case Requirement::Comparison::not_equal:
      return value != bound;
    case Requirement::Comparison::above:
      return value > bound;
    case Requirement::Comparison::below:
      return value < bound;
  }
  return false;
}

}  // namespace

Result<Metrics> parse_metrics(std::string_view text, std::vector<std::string>* lost) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto value = parse_json(text, JsonDialect::python);
  if (!value) return fail(ErrorCode::malformed, "it is not JSON: " + value.error().message);
  if (!value->is_object()) return fail(ErrorCode::malformed, "it must be a JSON object");
  Metrics metrics;
  flatten("", *value, metrics, lost);
  return metrics;
}

void keep_within_limits(Metrics& metrics, std::vector<std::string>& lost) {
  std::size_t count = 0;
  std::size_t size = 0;
  const auto leave_out = [&](auto metric, const std::string& why) {
    lost.push_back("metric '" + metric->first.substr(0, kMetricNameSizeMax) +
                   "' = " + format_number(metric->second) + " was not kept: " + why);
    return metrics.erase(metric);
  };
  for (auto metric = metrics.begin(); metric != metrics.end();) {
    if (metric->first.size() > kMetricNameSizeMax) {
      metric = leave_out(metric, "its name is longer than " + std::to_string(kMetricNameSizeMax) + " bytes");
    } else if (metric->first.find('\0') != std::string::npos) {
      metric = leave_out(metric, "its name holds a NUL");
    } else if (count == kMetricsMax || size + metric->first.size() > kMetricNamesSizeMax) {
      metric =
          leave_out(metric, "a run has at most " + std::to_string(kMetricsMax) + " metrics, with names of " +
                                std::to_string(kMetricNamesSizeMax) + " bytes together");
    } else {
      ++count;
      size += metric->first.size();
      ++metric;
    }
  }
}

std::string short_number(double number) {
  return std::isfinite(number) ? fmt::format("{:.6g}", number) : format_number(number);
}

Result<double> parse_number(std::string_view text) {
  const auto number = read_number(text);
  if (number && std::isfinite(*number)) return *number;
  return fail(ErrorCode::malformed, "'" + std::string(text) + "' is not a number");
}

bool MetricOrder::better(double left, double right) const {
  if (!std::isfinite(left) || !std::isfinite(right)) return std::isfinite(left) && !std::isfinite(right);
  return max_is_best ? left > right : left < right;
}

Result<MetricChoice> parse_metric_choice(std::string_view text) {
  MetricChoice choice{std::string(text), std::nullopt};
  for (const std::string_view way : {":max", ":min"}) {
    if (!text.ends_with(way)) continue;
    choice.metric = text.substr(0, text.size() - way.size());
    choice.max_is_best = way == ":max";
  }
  if (!choice.metric.empty()) return choice;
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(text) + "' is not of the form metric:max or metric:min");
}

Result<MetricOrder> parse_metric_order(std::string_view text) {
  ANABRANCH_TRY(auto choice, parse_metric_choice(text));
  if (choice.max_is_best) return MetricOrder{std::move(choice.metric), *choice.max_is_best};
  return fail(ErrorCode::invalid_argument, "'" + choice.metric + "' does not say which way is better: '" +
                                               choice.metric + ":max' or '" + choice.metric + ":min'");
}

std::string known_metrics(const Metrics& metrics) {
  if (metrics.empty()) return "there are no metrics";
  std::string text = "the metrics are: ";
  std::size_t shown = 0;
  for (const auto& [name, value] : metrics) {
    if (shown == kNamesShown) return text + " and " + std::to_string(metrics.size() - shown) + " more";
    text += (shown++ == 0 ? "" : ", ") + name;
  }
  return text;
}

Result<Requirement> parse_requirement(std::string_view text) {
  const auto refused = [&] {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(text) + "' is no requirement, such as 'accuracy>=0.9' or 'loss<0.1'");
  };
  const auto at = text.find_first_of("<>=!");
  if (at == std::string_view::npos) return refused();
  for (const auto& candidate : kOperators) {
    if (!text.substr(at).starts_with(candidate.text)) continue;
    const auto bound = parse_number(trimmed(text.substr(at + candidate.text.size())));
    std::string metric(trimmed(text.substr(0, at)));
    if (!bound || metric.empty()) return refused();
    return Requirement{std::move(metric), candidate.comparison, *bound, std::string(text)};
  }
  return refused();
}

Result<void> check_requirement(const Requirement& requirement, const Metrics& metrics) {
  const auto found = metrics.find(requirement.metric);
  if (found == metrics.end()) {
    return fail(ErrorCode::not_found, "'" + requirement.text + "' is required, and the run has no metric '" +
                                          requirement.metric + "': " + known_metrics(metrics));
  }
  if (std::isfinite(found->second) && holds(requirement.comparison, found->second, requirement.bound))
    return {};
  return fail(ErrorCode::precondition_failed, "'" + requirement.text + "' is required, and " +
                                                  requirement.metric + " is " + format_number(found->second));
}

bool equal_within(double expected, double found, double tolerance) {
  if (expected == found || (std::isnan(expected) && std::isnan(found))) return true;
  if (!std::isfinite(expected) || !std::isfinite(found)) return false;
  return std::abs(expected - found) <= tolerance * std::max(1.0, std::abs(expected));
}

}  // namespace anabranch::runner
