// Ref expressions come from URLs: whatever is sent, the parser answers, and what it accepts it reads again
// the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "versioning/refs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace anabranch::versioning;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expression = parse_ref(text);
  if (!expression) return 0;
  ANABRANCH_ASSERT(!expression->base.empty(), "an empty base");
  const std::string written = to_string(*expression);
  const auto again = parse_ref(written);
  ANABRANCH_ASSERT(again && *again == *expression, written);
  return 0;
}
