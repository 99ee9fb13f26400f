#include "support/seed.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace anabranch::testing_support {

std::uint64_t seed() {
  const char* given = std::getenv("TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::cout << "TEST_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace anabranch::testing_support
