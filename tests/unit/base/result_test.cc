// What this proves: errors keep their code, their words and their place on the way up.
#include "base/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace anabranch {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::invalid_argument, std::to_string(number) + " is odd");
  return number / 2;
}

Result<int> quarter(int number) {
  ANABRANCH_TRY(const int halved, half(number));
  return half(halved);
}

Result<void> check_quarter(int number) {
  ANABRANCH_CHECK(quarter(number));
  return {};
}

TEST(Result, TryGivesTheValueOrPassesTheErrorOn) {
  EXPECT_EQ(quarter(12).value(), 3);

  const Result<int> refused = quarter(6);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().message, "3 is odd");
  EXPECT_THAT(refused.error().where.function_name(), testing::HasSubstr("half"));
}

TEST(Result, CheckPassesTheErrorOn) {
  EXPECT_TRUE(check_quarter(4));
  ASSERT_FALSE(check_quarter(5));
  EXPECT_EQ(check_quarter(5).error().message, "5 is odd");
}

TEST(Result, TryMovesWhatCannotBeCopied) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
  const auto pass = [&]() -> Result<std::unique_ptr<int>> {
    ANABRANCH_TRY(auto made, make());
    return made;
  };

  EXPECT_EQ(**pass(), 7);
}

TEST(Result, EveryErrorCodeHasItsOwnName) {
  std::set<std::string_view> names;
  const auto count = static_cast<unsigned>(ErrorCode::internal) + 1;
  for (unsigned i = 0; i < count; ++i) names.insert(to_string(static_cast<ErrorCode>(i)));

  EXPECT_EQ(names.size(), count);
  EXPECT_EQ(names.count("unknown"), 0U);
  EXPECT_EQ(to_string(ErrorCode::no_such_key), "no_such_key");
}

}  // namespace
}  // namespace anabranch
