// experiments/direction.h — whether more or less of a metric is better, as far as its name tells.
//
// In:   names of metrics. Out: a direction for showing, or none. Nothing is promoted by it. The web UI has
// the same rule (web/src/features/experiments/model/goal.ts); tests/data/metric-directions.json holds both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace anabranch::experiments {

enum class Direction : std::uint8_t { min, max };  // which is best
std::string_view to_string(Direction direction);
/// "min" or "max"; nullopt: neither.
std::optional<Direction> parse_direction(std::string_view text);

/// nullopt: the name does not tell (learning_rate, params_total).
std::optional<Direction> infer_direction(std::string_view metric);

/// The metric that runs are best compared by: of those whose direction is told, one of quality rather than of
/// time or memory, the one that most runs have, one of data that was held back. `runs`: metric → how many
/// have it. Empty: none tells.
std::string main_metric(const std::map<std::string, std::uint64_t>& runs);

}  // namespace anabranch::experiments
