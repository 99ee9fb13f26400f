#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace anabranch {

void assertion_failed(std::string_view expression, std::string_view file, int line, std::string_view detail) {
  std::fprintf(stderr, "%.*s:%d: assertion failed: %.*s (%.*s)\n", static_cast<int>(file.size()), file.data(),
               line, static_cast<int>(expression.size()), expression.data(), static_cast<int>(detail.size()),
               detail.data());
  std::abort();
}

}  // namespace anabranch
