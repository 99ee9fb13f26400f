#include "experiments/query.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include "base/hash.h"
#include "base/number.h"
#include "experiments/fields.h"
#include "experiments/records.h"

namespace anabranch::experiments {
namespace {

using Comparison = RunCondition::Comparison;

constexpr std::string_view kParameterPrefix = "param.";
constexpr std::string_view kMetricPrefix = "metric.";

struct Operator {
  std::string_view text;
  Comparison comparison;
};
// Two-character operators first: ">=" begins with ">".
constexpr Operator kOperators[] = {
    {">=", Comparison::at_least},  {"<=", Comparison::at_most}, {"==", Comparison::equal},
    {"!=", Comparison::not_equal}, {">", Comparison::above},    {"<", Comparison::below},
    {"=", Comparison::equal},
};

std::optional<double> to_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

template <class T>
bool holds(Comparison comparison, const T& value, const T& bound) {
  switch (comparison) {
    case Comparison::equal:
      return value == bound;
    case Comparison::not_equal:
      return value != bound;
    case Comparison::at_least:
      return value >= bound;
    case Comparison::at_most:
      return value <= bound;
    case Comparison::above:
      return value > bound;
    case Comparison::below:
      return value < bound;
  }
  return false;
}

/// In pairs sorted by name; nullptr: not there.
template <class Value>
const Value* find(const std::vector<std::pair<std::string_view, Value>>& pairs, std::string_view name) {
  const auto found = std::lower_bound(pairs.begin(), pairs.end(), name,
                                      [](const auto& pair, std::string_view n) { return pair.first < n; });
  return found != pairs.end() && found->first == name ? &found->second : nullptr;
}

/// NaN and infinities are equal to themselves alone, and neither above nor below anything.
bool metric_holds(Comparison comparison, double value, double bound) {
  if (std::isfinite(value) && std::isfinite(bound)) return holds(comparison, value, bound);
  const bool is_same = value == bound || (std::isnan(value) && std::isnan(bound));
  return is_same ? comparison == Comparison::equal : comparison == Comparison::not_equal;
}

bool matches(const RunCondition& condition, const RunHead& head) {
  if (condition.field == RunCondition::Field::metric) {
    const double* const value = find(head.metrics, condition.name);
    if (value == nullptr) return condition.comparison == Comparison::not_equal;
    return metric_holds(condition.comparison, *value, *condition.number);
  }
  const std::string_view* const value = find(head.parameters, condition.name);
  if (value == nullptr) return condition.comparison == Comparison::not_equal;
  const bool is_of_order =
      condition.comparison != Comparison::equal && condition.comparison != Comparison::not_equal;
  if (is_of_order && condition.number) {
    const auto number = to_number(*value);
    return number && holds(condition.comparison, *number, *condition.number);
  }
  return holds(condition.comparison, *value, std::string_view(condition.text));
}

}  // namespace

Result<RunCondition> parse_condition(std::string_view text) {
  const auto refused = [&](const char* why) {
    return fail(ErrorCode::invalid_argument,
                "query parameter 'where' is '" + std::string(text) + "': " + why);
  };
  RunCondition condition;
  std::string_view rest = text;
  if (rest.starts_with(kParameterPrefix)) {
    rest.remove_prefix(kParameterPrefix.size());
  } else if (rest.starts_with(kMetricPrefix)) {
    condition.field = RunCondition::Field::metric;
    rest.remove_prefix(kMetricPrefix.size());
  } else {
    return refused("it must begin with 'param.' or 'metric.'");
  }
  const auto at = rest.find_first_of("<>=!");
  if (at == std::string_view::npos || at == 0)
    return refused("such as param.optimizer=adam or metric.loss<0.1");
  condition.name = rest.substr(0, at);
  rest.remove_prefix(at);
  for (const auto& candidate : kOperators) {
    if (!rest.starts_with(candidate.text)) continue;
    condition.comparison = candidate.comparison;
    condition.text = rest.substr(candidate.text.size());
    condition.number = to_number(condition.text);
    if (condition.field != RunCondition::Field::metric || condition.number) return condition;
    condition.number = read_number(condition.text);
    const bool is_of_order =
        condition.comparison != Comparison::equal && condition.comparison != Comparison::not_equal;
    if (!condition.number || is_of_order)
      return refused("a metric is compared with a number, and with NaN or Infinity by = and != alone");
    return condition;
  }
  return refused("the comparisons are = != >= <= > <");
}

Result<RunOrder> parse_order(std::string_view order_by, std::string_view direction) {
  RunOrder order;
  if (!direction.empty() && direction != "asc" && direction != "desc")
    return fail(ErrorCode::invalid_argument, "query parameter 'direction' must be 'asc' or 'desc'");
  order.descending = direction != "asc";
  if (order_by.empty() || order_by == "created") return order;
  if (order_by == "duration") {
    order.by = RunOrder::By::duration;
    return order;
  }
  if (order_by.starts_with(kMetricPrefix)) {
    order.by = RunOrder::By::metric;
    order.name = order_by.substr(kMetricPrefix.size());
  } else if (order_by.starts_with(kParameterPrefix)) {
    order.by = RunOrder::By::parameter;
    order.name = order_by.substr(kParameterPrefix.size());
  }
  if (!order.name.empty()) return order;
  return fail(ErrorCode::invalid_argument,
              "query parameter 'order_by' must be 'created', 'duration', 'metric.<name>' or 'param.<name>'");
}

bool matches(const std::vector<RunCondition>& conditions, const RunHead& head) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const RunCondition& condition) { return matches(condition, head); });
}

SortKey sort_key(const RunOrder& order, const RunHead& head, TimeMs now_ms) {
  SortKey key;
  key.created_ms = head.created_ms;
  key.id = head.id;
  const auto set = [&](double number) {
    key.rank = SortKey::Rank::number;
    key.number = number;
  };
  switch (order.by) {
    case RunOrder::By::created:
      set(static_cast<double>(head.created_ms));
      break;
    case RunOrder::By::duration:
      if (head.started_ms != 0) {
        const TimeMs end = head.ended_ms != 0 ? head.ended_ms : std::min(now_ms, head.heartbeat_ms);
        set(static_cast<double>(end - head.started_ms));
      }
      break;
    case RunOrder::By::metric:
      if (const double* const value = find(head.metrics, order.name)) {
        if (std::isfinite(*value)) {
          set(*value);
        } else {
          key.rank = SortKey::Rank::not_finite;
          key.text = format_number(*value);
        }
      }
      break;
    case RunOrder::By::parameter:
      if (const std::string_view* const value = find(head.parameters, order.name)) {
        if (const auto number = to_number(*value)) {
          set(*number);
        } else {
          key.rank = SortKey::Rank::text;
          key.text = *value;
        }
      }
      break;
  }
  return key;
}

bool comes_before(const RunOrder& order, const SortKey& left, const SortKey& right) {
  if (left.rank != right.rank) return left.rank < right.rank;
  if (left.number != right.number) return (left.number < right.number) != order.descending;
  if (left.text != right.text) return (left.text < right.text) != order.descending;
  // Newest first whatever the direction, unless time itself is the order.
  if (left.created_ms != right.created_ms) return left.created_ms > right.created_ms;
  return order.by == RunOrder::By::created && !order.descending ? left.id < right.id : left.id > right.id;
}

std::string encode_place(const SortKey& place) {
  FieldWriter fields;
  fields.number(static_cast<std::uint64_t>(place.rank)).real(place.number).text(place.text);
  fields.signed_number(place.created_ms).text(place.id);
  return to_hex(fields.take());
}

Result<SortKey> decode_place(std::string_view text) {
  const auto bytes = from_hex(text);
  FieldReader fields(bytes ? std::string_view(*bytes) : std::string_view());
  SortKey place;
  place.rank = static_cast<SortKey::Rank>(std::min<std::uint64_t>(fields.number(), 3));
  place.number = fields.real();
  place.text = fields.text();
  place.created_ms = fields.signed_number();
  place.id = fields.text();
  if (fields.done("a place")) return place;
  return fail(ErrorCode::invalid_argument, "query parameter 'after' is no next_offset of a page before");
}

}  // namespace anabranch::experiments
