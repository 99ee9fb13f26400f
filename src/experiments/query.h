// experiments/query.h — which runs, in what order: `param.optimizer=adam`, `metric.accuracy>=0.9`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/types.h"

namespace anabranch::experiments {

struct RunHead;

struct RunCondition {
  enum class Field : std::uint8_t { parameter, metric } field = Field::parameter;
  enum class Comparison : std::uint8_t {
    equal,
    not_equal,
    at_least,
    at_most,
    above,
    below
  } comparison = Comparison::equal;
  std::string name;
  std::string text;              // what is compared with
  std::optional<double> number;  // the same, where it is one
};
/// Errors: invalid_argument, naming 'where'.
Result<RunCondition> parse_condition(std::string_view text);

struct RunOrder {
  enum class By : std::uint8_t { created, duration, metric, parameter } by = By::created;
  std::string name;  // of the metric or parameter
  bool descending = true;
};
/// "created", "duration", "metric.<name>", "param.<name>"; "asc" or "desc", empty: desc.
/// Errors: invalid_argument, naming 'order_by' or 'direction'.
Result<RunOrder> parse_order(std::string_view order_by, std::string_view direction);

struct RunQuery {
  std::string sweep;             // empty: of all
  std::vector<RunState> states;  // empty: all
  std::vector<RunCondition> conditions;
  RunOrder order;
  std::string prefix;  // of the name
  std::string after;   // next_offset of the page before
  unsigned amount = 100;
};

/// True if all hold. Metrics are numbers; those that are NaN or infinite match nothing but `!=`, and `=` of
/// the same. Parameters are texts: 007 is not 7. Only `<`, `<=`, `>` and `>=` with a number compare them as
/// numbers, and then those that are none match nothing. A run that has no such parameter or metric matches
/// nothing but
/// `!=`.
bool matches(const std::vector<RunCondition>& conditions, const RunHead& head);

/// A run's place in an order, whichever way it goes: numbers, then texts, then what is NaN or infinite, then
/// runs that have none; of equals the newest first.
struct SortKey {
  enum class Rank : std::uint8_t { number, text, not_finite, none } rank = Rank::none;
  double number = 0;
  std::string text;
  TimeMs created_ms = 0;
  std::string id;
};
SortKey sort_key(const RunOrder& order, const RunHead& head, TimeMs now_ms);
bool comes_before(const RunOrder& order, const SortKey& left, const SortKey& right);

/// A place as `next_offset`, and back. Errors: invalid_argument, naming 'after'.
std::string encode_place(const SortKey& place);
Result<SortKey> decode_place(std::string_view text);

}  // namespace anabranch::experiments
