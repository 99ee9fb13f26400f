// runner/command_line.h — how parameters reach a command that knows nothing of us.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/grid.h"

namespace anabranch::runner {

/// The command of one run: `{name}` becomes the value wherever it stands in an argument; parameters that no
/// argument names are appended as `--name=value`, in their order. Braces around anything else (JSON, say)
/// stay as they are.
std::vector<std::string> bind_parameters(const std::vector<std::string>& command,
                                         const Parameters& parameters);

/// "learning-rate" → "PARAM_LEARNING_RATE".
std::string environment_name(std::string_view parameter_name);

}  // namespace anabranch::runner
