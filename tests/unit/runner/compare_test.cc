// What this proves: a comparison puts the best first, what has no number last, and keeps to the run's own
// order in ties.
#include "runner/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace anabranch::runner {
namespace {

using testing::ElementsAre;

ComparedRun run(const std::string& name, Metrics metrics, Parameters parameters = {}) {
  RunRecord record;
  record.run = name;
  record.metrics = std::move(metrics);
  record.parameters = std::move(parameters);
  return {name, "commit", record};
}

std::vector<std::string> names(const Comparison& comparison) {
  std::vector<std::string> out;
  for (const auto& each : comparison.runs) out.push_back(each.run);
  return out;
}

Comparison comparison_of(std::vector<ComparedRun> runs) {
  Comparison comparison;
  comparison.sweep = "s";
  comparison.runs = std::move(runs);
  return comparison;
}

TEST(Compare, SortsByTheMetricAndItsOrder) {
  Comparison comparison =
      comparison_of({run("s-1", {{"loss", 3}}), run("s-2", {{"loss", 1}}), run("s-3", {{"loss", 2}})});

  arrange(comparison, MetricOrder{"loss", false});
  EXPECT_THAT(names(comparison), ElementsAre("s-2", "s-3", "s-1"));
  arrange(comparison, MetricOrder{"loss", true});
  EXPECT_THAT(names(comparison), ElementsAre("s-1", "s-3", "s-2"));
}

TEST(Compare, RunsWithoutTheMetricComeLastByNumber) {
  Comparison comparison = comparison_of(
      {{"s-11", "commit", std::nullopt}, run("s-9", {}), run("s-10", {{"a", 1}}), run("s-2", {{"a", 1}})});

  arrange(comparison, MetricOrder{"a", true});

  EXPECT_THAT(names(comparison), ElementsAre("s-2", "s-10", "s-9", "s-11"));
}

TEST(Compare, WhatIsNoFiniteNumberIsNeverBest) {
  const double infinity = std::numeric_limits<double>::infinity();
  Comparison comparison =
      comparison_of({run("s-1", {{"loss", std::nan("")}}), run("s-2", {{"loss", -infinity}}), run("s-3", {}),
                     run("s-4", {{"loss", 2}}), run("s-5", {{"loss", infinity}}), run("s-6", {{"loss", 1}})});

  arrange(comparison, MetricOrder{"loss", false});
  EXPECT_THAT(names(comparison), ElementsAre("s-6", "s-4", "s-1", "s-2", "s-5", "s-3"));
  arrange(comparison, MetricOrder{"loss", true});
  EXPECT_THAT(names(comparison), ElementsAre("s-4", "s-6", "s-1", "s-2", "s-5", "s-3"));
}

TEST(Compare, WithoutAnOrderGoesByNumber) {
  Comparison comparison = comparison_of({run("s-2", {{"accuracy", 0.2}}, {{"b", "1"}}),
                                         run("s-1", {{"accuracy", 0.1}, {"loss", 9}}, {{"lr", "1"}})});

  arrange(comparison, std::nullopt);

  EXPECT_THAT(names(comparison), ElementsAre("s-1", "s-2"));
  EXPECT_FALSE(comparison.order);
  EXPECT_THAT(comparison.metrics, ElementsAre("accuracy", "loss"));
  EXPECT_THAT(comparison.parameters, ElementsAre("b", "lr"));
}

SweepInfo told() {
  SweepInfo sweep;
  sweep.directions = {{"loss", "min"}, {"accuracy", "max"}};
  sweep.main_metric = "loss";
  return sweep;
}

TEST(Compare, TakesTheDirectionThatTheServerTells) {
  Comparison comparison = comparison_of({run("s-1", {{"accuracy", 1}, {"loss", 2}, {"width", 3}})});

  ASSERT_TRUE(choose_order(comparison, std::nullopt, told()));
  EXPECT_EQ(comparison.order->metric, "loss");
  EXPECT_FALSE(comparison.order->max_is_best);
  EXPECT_EQ(comparison.source, OrderSource::name);
  ASSERT_TRUE(choose_order(comparison, MetricChoice{"accuracy", std::nullopt}, told()));
  EXPECT_TRUE(comparison.order->max_is_best);
  ASSERT_TRUE(choose_order(comparison, MetricChoice{"width", std::nullopt}, told()));
  EXPECT_EQ(comparison.source, OrderSource::unknown);
}

TEST(Compare, ObeysWhatIsAskedForBeforeWhatTheSweepWasMadeWith) {
  Comparison comparison = comparison_of({run("s-1", {{"loss", 2}})});
  SweepInfo sweep = told();
  sweep.objective_metric = "loss";
  sweep.objective_direction = "max";
  sweep.directions["loss"] = "max";

  ASSERT_TRUE(choose_order(comparison, std::nullopt, sweep));
  EXPECT_TRUE(comparison.order->max_is_best);
  EXPECT_EQ(comparison.source, OrderSource::sweep);
  ASSERT_TRUE(choose_order(comparison, MetricChoice{"loss", false}, sweep));
  EXPECT_FALSE(comparison.order->max_is_best);
  EXPECT_EQ(comparison.source, OrderSource::asked);
}

TEST(Compare, AMetricThatNoRunHasIsRefusedAndTheOthersAreNamed) {
  Comparison comparison = comparison_of({run("s-1", {{"accuracy", 1}, {"loss", 2}})});

  const auto refused = choose_order(comparison, MetricChoice{"acuracy", true}, told());

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("accuracy, loss"));
  Comparison none = comparison_of({run("s-1", {})});
  EXPECT_TRUE(choose_order(none, MetricChoice{"loss", false}, told()));
}

TEST(Compare, TheChosenMetricIsTheFirstColumn) {
  Comparison comparison = comparison_of({run("s-1", {{"accuracy", 0.1}, {"loss", 9}})});

  arrange(comparison, MetricOrder{"loss", false});

  EXPECT_THAT(comparison.metrics, ElementsAre("loss", "accuracy"));
}

TEST(Compare, KnowsTheRunsOfASweepByTheirNames) {
  EXPECT_EQ(run_number("s", "s-12"), 12U);
  EXPECT_FALSE(run_number("s", "s-"));
  EXPECT_FALSE(run_number("s", "s-x"));
  EXPECT_FALSE(run_number("s", "s-1-2"));
  EXPECT_FALSE(run_number("s", "s2-1"));
}

}  // namespace
}  // namespace anabranch::runner
