// tests/support/seed.h — random tests print their seed and replay from it.
#pragma once

#include <cstdint>

namespace anabranch::testing_support {
/// From TEST_SEED, else fresh. Show it: SCOPED_TRACE("TEST_SEED=" + std::to_string(seed)).
std::uint64_t seed();
}  // namespace anabranch::testing_support
