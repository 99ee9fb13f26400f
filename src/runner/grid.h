// runner/grid.h — `--grid optimizer=adam,sgd --grid epochs=2,12` as the combinations that a sweep runs.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace anabranch::runner {

/// Name and value of each parameter of one run, in the order of the command line.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// A sweep beyond this is a typing mistake.
inline constexpr std::size_t kCombinationsMax = 10'000;

struct GridAxis {
  std::string name;
  std::vector<std::string> values;
};

/// "k=v1,v2"; `\,` is a comma inside a value. A name begins with a letter or '_' and goes on with letters,
/// digits,
/// '_', '-' and '.'. Errors: invalid_argument.
Result<GridAxis> parse_axis(std::string_view text);

/// Every combination; the last axis changes fastest. Without an axis: one run without parameters.
/// Errors: invalid_argument (a name given twice, also where only PARAM_NAME would be the same; too many).
Result<std::vector<Parameters>> expand(const std::vector<GridAxis>& axes);

}  // namespace anabranch::runner
