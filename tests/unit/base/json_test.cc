// What this proves: a number read from JSON is the one that was written, to the last bit; what JSON has no
// word for is a number in Python's dialect and in ours.
#include "base/json.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "support/seed.h"

namespace anabranch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Json, EveryDoubleReadsBackAsItWasWritten) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    double number = 0;
    const std::uint64_t bits = random();
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) continue;

    const auto plain = parse_json(format_number(number));
    const auto nested = parse_json("{\"a\":[" + format_number(number) + "]}", JsonDialect::python);

    ASSERT_TRUE(plain && nested);
    EXPECT_EQ(number_from_json(*plain), number);
    EXPECT_EQ(number_from_json(nested->at("a").at(0)), number);
    EXPECT_EQ(read_number(format_number(number)), number);
    const std::string served = boost::json::serialize(number_to_json(number));
    EXPECT_EQ(number_from_json(parse_json(served).value()), number);
  }
}

TEST(Json, WholeNumbersStayWhole) {
  EXPECT_EQ(parse_json("9007199254740993")->as_int64(), 9'007'199'254'740'993);
  EXPECT_EQ(parse_json("18446744073709551615")->as_uint64(), 18'446'744'073'709'551'615U);
  EXPECT_EQ(number_from_json(*parse_json("1" + std::string(25, '0'))), 1e25);
}

TEST(Json, PythonsNumbersAreNumbers) {
  const auto value =
      parse_json(R"({"a": NaN, "b": [Infinity, -Infinity], "c": 1e400, "d": -1e99999999999999999999,
      "e": 1e-400, "f": 0.0001e99999999999, "g": 1e-99999999999, "NaN": "Infinity", "h": 0e99999999999})",
                 JsonDialect::python);

  ASSERT_TRUE(value) << value.error().message;
  EXPECT_TRUE(std::isnan(value->at("a").as_double()));
  EXPECT_EQ(value->at("b").at(0), kInfinity);
  EXPECT_EQ(value->at("b").at(1), -kInfinity);
  EXPECT_EQ(value->at("c"), kInfinity);
  EXPECT_EQ(value->at("d"), -kInfinity);
  EXPECT_EQ(value->at("e"), 0.0);
  EXPECT_EQ(value->at("f"), kInfinity);
  EXPECT_EQ(value->at("g"), 0.0);
  EXPECT_EQ(value->at("NaN"), "Infinity");
  EXPECT_EQ(value->at("h"), 0.0);
}

TEST(Json, APythonIntegerOfManyDigitsIsInfinite) {
  const std::string digits = "1" + std::string(400, '0');

  EXPECT_EQ(number_from_json(*parse_json(digits, JsonDialect::python)), kInfinity);
  EXPECT_EQ(number_from_json(*parse_json("-" + digits, JsonDialect::python)), -kInfinity);
  EXPECT_EQ(number_from_json(*parse_json("0." + std::string(400, '0') + "1")), 0.0);
}

TEST(Json, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "[1", "{\"a\": }", "Na", "nan", "1 2", "{\"a\"", "01", "1e", "--1", "-NaN", "+1"}) {
    EXPECT_FALSE(parse_json(text, JsonDialect::python)) << text;
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_FALSE(parse_json("NaN"));
  EXPECT_FALSE(parse_json(std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']')));
}

TEST(Json, NumbersHaveNamesWhereJsonHasNone) {
  EXPECT_EQ(boost::json::serialize(number_to_json(std::nan(""))), "\"NaN\"");
  EXPECT_EQ(boost::json::serialize(number_to_json(-kInfinity)), "\"-Infinity\"");
  EXPECT_EQ(number_from_json(number_to_json(kInfinity)), kInfinity);
  EXPECT_TRUE(std::isnan(*number_from_json(number_to_json(std::nan("")))));
  EXPECT_EQ(number_from_json("1"), std::nullopt);
  EXPECT_EQ(number_from_json(nullptr), std::nullopt);
}

TEST(Number, OldWaysToWriteOneAreRead) {
  EXPECT_EQ(read_number("inf"), kInfinity);
  EXPECT_EQ(read_number("-inf"), -kInfinity);
  EXPECT_TRUE(std::isnan(*read_number("nan")));
  EXPECT_TRUE(std::isnan(*read_number("NaN")));
  EXPECT_EQ(read_number("-Infinity"), -kInfinity);
  EXPECT_EQ(read_number("1e400"), kInfinity);
  EXPECT_EQ(read_number("1x"), std::nullopt);
  EXPECT_EQ(read_number(""), std::nullopt);
}

}  // namespace
}  // namespace anabranch
