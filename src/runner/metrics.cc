#include "runner/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

namespace anabranch::runner {
namespace {

namespace json = boost::json;

/// Python writes NaN, Infinity and -Infinity, which are not JSON: they become null, outside of strings.
std::string without_python_numbers(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (in_string) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        out.push_back(text[i++]);
      } else if (text[i] == '"') {
        in_string = false;
      }
      out.push_back(text[i]);
      continue;
    }
    std::size_t skipped = 0;
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (rest.starts_with(word)) skipped = word.size();
    }
    if (skipped != 0) {
      out += "null";
      i += skipped - 1;
      continue;
    }
    in_string = text[i] == '"';
    out.push_back(text[i]);
  }
  return out;
}

void flatten(const std::string& prefix, const json::value& value, Metrics& metrics) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, inner] : *object) {
      flatten(prefix.empty() ? std::string(name) : prefix + "." + std::string(name), inner, metrics);
    }
  } else if (value.is_number() && !prefix.empty() && metrics.size() < kMetricsMax) {
    metrics.emplace(prefix, value.to_number<double>());
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

Result<Metrics> parse_metrics(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(without_python_numbers(text), error);
  if (error) return fail(ErrorCode::malformed, "metrics.json is not JSON: " + error.message());
  if (!value.is_object()) return fail(ErrorCode::malformed, "metrics.json must be a JSON object");
  Metrics metrics;
  flatten("", value, metrics);
  return metrics;
}

std::string format_number(double number) { return fmt::format("{}", number); }

Result<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return fail(ErrorCode::malformed, "'" + std::string(text) + "' is not a number");
  }
  return number;
}

Result<MetricOrder> parse_metric_order(std::string_view text) {
  MetricOrder order;
  const auto colon = text.rfind(':');
  order.metric = std::string(text.substr(0, colon));
  const std::string_view way = colon == std::string_view::npos ? "max" : text.substr(colon + 1);
  if (order.metric.empty() || (way != "max" && way != "min")) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(text) + "' is not of the form metric:max or metric:min");
  }
  order.max_is_best = way == "max";
  return order;
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
    return fail(
        ErrorCode::precondition_failed,
        "'" + requirement.text + "' is required, and the run has no metric '" + requirement.metric + "'");
  }
  if (holds(requirement.comparison, found->second, requirement.bound)) return {};
  return fail(ErrorCode::precondition_failed, "'" + requirement.text + "' is required, and " +
                                                  requirement.metric + " is " + format_number(found->second));
}

bool equal_within(double expected, double found, double tolerance) {
  if (expected == found) return true;
  return std::abs(expected - found) <= tolerance * std::max(1.0, std::abs(expected));
}

}  // namespace anabranch::runner
