// base/assert.h — broken invariants end the process with both values; never reachable from user input.
#pragma once

#include <string_view>

namespace anabranch {
[[noreturn]] void assertion_failed(std::string_view expression, std::string_view file, int line,
                                   std::string_view detail);
}

/// Always on, in every build. `detail` is a string that shows the values concerned.
#define ANABRANCH_ASSERT(condition, detail)                                    \
  do {                                                                         \
    if (!(condition)) {                                                        \
      ::anabranch::assertion_failed(#condition, __FILE__, __LINE__, (detail)); \
    }                                                                          \
  } while (false)
