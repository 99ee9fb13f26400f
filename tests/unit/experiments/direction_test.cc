// What this proves: names of metrics tell their direction as the table says that the web UI is held to too.
#include "experiments/direction.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "base/json.h"

namespace anabranch::experiments {
namespace {

TEST(Direction, NamesTellItAsTheTableSays) {
  std::ifstream file("tests/data/metric-directions.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto table = parse_json(text);
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->as_object().size(), 3);

  for (const auto& [expected, names] : table->as_object()) {
    for (const auto& name : names.as_array()) {
      const auto told = infer_direction(std::string_view(name.as_string()));
      EXPECT_EQ(told ? to_string(*told) : "none", std::string_view(expected)) << name;
    }
  }
}

TEST(Direction, ReadsBack) {
  EXPECT_EQ(parse_direction(to_string(Direction::min)), Direction::min);
  EXPECT_EQ(parse_direction("max"), Direction::max);
  EXPECT_EQ(parse_direction("best"), std::nullopt);
}

TEST(MainMetric, IsOneThatMostRunsHaveAndWhoseDirectionIsKnown) {
  EXPECT_EQ(main_metric({}), "");
  EXPECT_EQ(main_metric({{"lr", 9}, {"params_total", 9}}), "");
  EXPECT_EQ(main_metric({{"lr", 9}, {"loss", 9}}), "loss");
  EXPECT_EQ(main_metric({{"loss", 300}, {"val.accuracy", 11}}), "loss");
  EXPECT_EQ(main_metric({{"accuracy", 9}, {"loss", 9}}), "accuracy");
  EXPECT_EQ(main_metric({{"train_acc", 9}, {"val_acc", 9}}), "val_acc");
  EXPECT_EQ(main_metric({{"seconds", 9}, {"loss", 3}}), "loss");
  EXPECT_EQ(main_metric({{"seconds", 9}}), "seconds");
}

}  // namespace
}  // namespace anabranch::experiments
