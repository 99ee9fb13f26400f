// What this proves: filters and orders mean what they say, texts beside numbers included, and pages of any
// order meet without a gap.
#include "experiments/query.h"

#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "experiments/records.h"
#include "fixture.h"
#include "support/seed.h"

namespace anabranch::experiments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QueryTest : public ExperimentsTest {
 protected:
  QueryTest() {
    EXPECT_TRUE(make_sweep("s", 4));
    add("a", {{"optimizer", "adam"}, {"epochs", "2"}}, 0.7);
    add("b", {{"optimizer", "sgd"}, {"epochs", "12"}}, 0.9);
    add("c", {{"optimizer", "adam"}, {"epochs", "all"}}, 0.8);
    EXPECT_TRUE(make_run("d", "s"));
  }
  void add(const std::string& id, Parameters parameters, double accuracy) {
    EXPECT_TRUE(make_run(id, "s", std::move(parameters)));
    Report said;
    said.metrics.push_back({"accuracy", {1, 0, accuracy}});
    EXPECT_TRUE(report(id, said));
    clock_.advance(1);
  }
  std::vector<std::string> where(const std::vector<std::string>& conditions) {
    RunQuery query;
    for (const auto& text : conditions) query.conditions.push_back(parse_condition(text).value());
    return ids(query);
  }
  std::vector<std::string> by(const std::string& order, const std::string& direction = "") {
    RunQuery query;
    query.order = parse_order(order, direction).value();
    return ids(query);
  }
};

TEST_F(QueryTest, ConditionsSelect) {
  EXPECT_THAT(where({"param.optimizer=adam"}), ElementsAre("c", "a"));
  EXPECT_THAT(where({"metric.accuracy>=0.8"}), ElementsAre("c", "b"));
  EXPECT_THAT(where({"metric.accuracy>0.8"}), ElementsAre("b"));
  EXPECT_THAT(where({"param.optimizer=adam", "metric.accuracy<0.8"}), ElementsAre("a"));
  EXPECT_THAT(where({"param.epochs=2"}), ElementsAre("a"));
  EXPECT_THAT(where({"param.epochs=2.0"}), IsEmpty());  // parameters are texts
  EXPECT_THAT(where({"param.epochs>=1e1"}), ElementsAre("b"));
  EXPECT_THAT(where({"param.epochs!=2"}), ElementsAre("d", "c", "b"));
  EXPECT_THAT(where({"param.nothing=1"}), IsEmpty());
}

TEST_F(QueryTest, WhatIsNoFiniteNumberIsNeverBestAndPassesNoBound) {
  add("nan", {}, std::nan(""));
  add("inf", {}, std::numeric_limits<double>::infinity());
  add("low", {}, -std::numeric_limits<double>::infinity());

  EXPECT_THAT(by("metric.accuracy", "desc"), ElementsAre("b", "c", "a", "nan", "inf", "low", "d"));
  EXPECT_THAT(by("metric.accuracy", "asc"), ElementsAre("a", "c", "b", "low", "inf", "nan", "d"));
  EXPECT_THAT(where({"metric.accuracy>=0.8"}), ElementsAre("c", "b"));
  EXPECT_THAT(where({"metric.accuracy<0.8"}), ElementsAre("a"));
  EXPECT_THAT(where({"metric.accuracy=NaN"}), ElementsAre("nan"));
  EXPECT_THAT(where({"metric.accuracy=-Infinity"}), ElementsAre("low"));
  EXPECT_THAT(where({"metric.accuracy!=NaN", "metric.accuracy!=0.9"}),
              ElementsAre("low", "inf", "d", "c", "a"));
}

TEST_F(QueryTest, OrdersPutWhatHasNoneLast) {
  EXPECT_THAT(by(""), ElementsAre("d", "c", "b", "a"));
  EXPECT_THAT(by("created", "asc"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(by("metric.accuracy", "desc"), ElementsAre("b", "c", "a", "d"));
  EXPECT_THAT(by("metric.accuracy", "asc"), ElementsAre("a", "c", "b", "d"));
  EXPECT_THAT(by("param.epochs", "asc"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(by("param.epochs", "desc"), ElementsAre("b", "a", "c", "d"));
}

TEST_F(QueryTest, StatesAndSweepsAndNamesSelect) {
  ASSERT_TRUE(report_state("b", RunState::ok));
  ASSERT_TRUE(make_sweep("t"));
  ASSERT_TRUE(make_run("other", "t"));
  RunQuery query;
  query.states = {RunState::ok, RunState::failed};
  EXPECT_THAT(ids(query), ElementsAre("b"));
  query = {};
  query.sweep = "t";
  EXPECT_THAT(ids(query), ElementsAre("other"));
  query = {};
  query.prefix = "oth";
  EXPECT_THAT(ids(query), ElementsAre("other"));
}

TEST(Query, WhatIsNoConditionIsRefusedByName) {
  for (const char* text : {"", "accuracy>1", "param.x", "metric.x=abc", "metric.=1", "param.a!b",
                           "metric.x>=nan", "metric.x<inf"}) {
    const auto refused = parse_condition(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error().message, HasSubstr("'where'"));
  }
  EXPECT_THAT(parse_order("name", "").error().message, HasSubstr("'order_by'"));
  EXPECT_THAT(parse_order("metric.", "").error().message, HasSubstr("'order_by'"));
  EXPECT_THAT(parse_order("created", "up").error().message, HasSubstr("'direction'"));
  for (const char* text : {"x", "00", "0102"})
    EXPECT_THAT(decode_place(text).error().message, HasSubstr("'after'"));
}

TEST_F(ExperimentsTest, PagesOfEveryOrderMeetWithoutAGap) {
  const auto seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  ASSERT_TRUE(make_sweep("s", 60));
  for (int i = 0; i < 60; ++i) {
    Parameters parameters;
    if (random() % 4 != 0)
      parameters["p"] =
          random() % 2 != 0 ? std::to_string(random() % 5) : "word" + std::to_string(random() % 3);
    const std::string id = "r" + std::to_string(i);
    ASSERT_TRUE(make_run(id, "s", parameters));
    if (random() % 3 != 0) {
      Report said;
      said.metrics.push_back({"m", {0, 0, static_cast<double>(random() % 4)}});
      ASSERT_TRUE(report(id, said));
    }
    if (random() % 2 != 0) clock_.advance(1);
  }
  for (const char* order : {"created", "duration", "metric.m", "param.p"}) {
    for (const char* direction : {"asc", "desc"}) {
      RunQuery query;
      query.order = parse_order(order, direction).value();
      query.amount = 1'000;
      const auto all = ids(query);
      query.amount = 1 + static_cast<unsigned>(random() % 20);
      std::vector<std::string> paged;
      while (true) {
        const auto page = experiments_.list_runs("dogs", query).value();
        for (const auto& run : page.items) paged.push_back(run.id);
        if (!page.has_more) break;
        query.after = page.next_offset;
      }
      EXPECT_EQ(all.size(), 60);
      EXPECT_EQ(paged, all) << order << " " << direction;
    }
  }
}

}  // namespace
}  // namespace anabranch::experiments
