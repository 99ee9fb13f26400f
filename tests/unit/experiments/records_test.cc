// What this proves: records come back as they were written, and broken ones are told, never read past.
#include "experiments/records.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace anabranch::experiments {
namespace {

Run whole_run() {
  Run run;
  run.id = "id";
  run.repository = "dogs";
  run.sweep = "s";
  run.name = run.branch = "s-1";
  run.index = 3;
  run.state = RunState::collecting;
  run.parameters = {{"a", "1"}, {"b", "2"}};
  run.metrics = {{"loss", {0.5, -7}}, {"rate", {1e300, 1LL << 60}}};
  run.input_commit = "in";
  run.commit_id = "out";
  run.code_id = "code";
  run.argv = {"python", "", "x y"};
  run.exit_code = -1;
  run.problem = "none";
  run.created_ms = 1;
  run.started_ms = 2;
  run.ended_ms = 3;
  run.heartbeat_ms = 4;
  run.cancel_requested = true;
  run.host = "here";
  run.resources = Resources{1.5, 2, 3};
  run.stdout_bytes = 5;
  run.stderr_bytes = 6;
  run.data = {"raw", ""};
  run.outputs = {"checkpoints"};
  return run;
}

TEST(RunRecords, ComeBackWhole) {
  const std::string record = encode_run(whole_run());

  const auto back = decode_run(record);

  ASSERT_TRUE(back);
  EXPECT_EQ(encode_run(*back), record);
  EXPECT_EQ(back->metrics.at("loss").step, -7);
  EXPECT_EQ(back->exit_code, -1);
  EXPECT_EQ(back->resources->memory_bytes_max, 3);
  EXPECT_TRUE(back->cancel_requested);
  const auto empty = decode_run(encode_run({}));
  EXPECT_FALSE(empty->exit_code || empty->started_ms || empty->ended_ms || empty->resources);
}

TEST(RunRecords, BrokenOnesAreCorruption) {
  const std::string record = encode_run(whole_run());
  std::vector<experiments::Run> whole;
  for (std::size_t size = 0; size < record.size(); ++size) {
    auto run = decode_run(std::string_view(record).substr(0, size));
    if (run) {
      whole.push_back(*std::move(run));
    } else {
      EXPECT_EQ(run.error().code, ErrorCode::corruption);
    }
  }
  // Cut where its extensions begin, it is a record as it was written before there were any; cut between
  // them, as before there were places.
  ASSERT_EQ(whole.size(), 2);
  EXPECT_TRUE(whole[1].metrics.contains("loss") && whole[1].data.empty() && whole[1].outputs.empty());
  EXPECT_EQ(whole[0].stderr_bytes, 6);
  EXPECT_EQ(whole[0].metrics.at("loss").step, -7);
  EXPECT_EQ(whole[0].metrics.at("loss").time_ms, 0);
  EXPECT_FALSE(whole[0].metrics.at("loss").is_final);
  EXPECT_FALSE(decode_run(record + "x"));
  EXPECT_FALSE(decode_sweep("\x02"));
}

TEST(SweepRecords, ComeBackWhole) {
  Sweep sweep;
  sweep.id = "s";
  sweep.grid = {{"a", {"1", "2"}}, {"b", {}}};
  sweep.command = {"x"};
  sweep.total = 4;
  sweep.cancel_requested = true;

  const auto back = decode_sweep(encode_sweep(sweep));

  ASSERT_TRUE(back);
  EXPECT_EQ(encode_sweep(*back), encode_sweep(sweep));
  EXPECT_EQ(back->grid, sweep.grid);
  EXPECT_FALSE(back->objective);
  sweep.objective = Objective{"val.loss", Direction::min};
  const auto with_objective = decode_sweep(encode_sweep(sweep));
  ASSERT_TRUE(with_objective && with_objective->objective);
  EXPECT_EQ(with_objective->objective->metric, "val.loss");
  EXPECT_EQ(with_objective->objective->direction, Direction::min);
}

TEST(Records, WhatALaterVersionAddedIsPassedOver) {
  const std::string added =
      std::string("\x7f", 1) + '\x01' + '\x01';  // extension 127: a record without fields

  Sweep sweep;
  sweep.objective = Objective{"loss", Direction::min};
  EXPECT_TRUE(decode_sweep(encode_sweep(sweep) + added));
  EXPECT_TRUE(decode_run(encode_run(whole_run()) + added));
}

TEST(RunRecords, KeepWhatIsNoFiniteNumber) {
  experiments::Run run;
  run.metrics = {{"a", {std::nan(""), 1, 2, true}},
                 {"b", {-std::numeric_limits<double>::infinity(), 1, 0, false}}};

  const auto back = decode_run(encode_run(run));

  ASSERT_TRUE(back);
  EXPECT_TRUE(std::isnan(back->metrics.at("a").value));
  EXPECT_EQ(back->metrics.at("a").time_ms, 2);
  EXPECT_TRUE(back->metrics.at("a").is_final);
  EXPECT_EQ(back->metrics.at("b").value, -std::numeric_limits<double>::infinity());
}

TEST(SweepRecords, OfAnOlderVersionHaveNoRunnerAndNoPlan) {
  Sweep sweep;
  sweep.id = "s";
  const std::string older = encode_sweep(sweep);
  sweep.runner = "r";
  sweep.plan = "{}";

  EXPECT_LT(older.size(), encode_sweep(sweep).size());
  EXPECT_EQ(decode_sweep(older).value().plan, "");
  EXPECT_EQ(decode_sweep(encode_sweep(sweep)).value().plan, "{}");
  EXPECT_EQ(decode_sweep(encode_sweep(sweep)).value().runner, "r");
}

TEST(Keys, StepsSortAsNumbers) {
  EXPECT_LT(keys::chunk("u", "r", "m", -5, 0), keys::chunk("u", "r", "m", -1, 0));
  EXPECT_LT(keys::chunk("u", "r", "m", -1, 9), keys::chunk("u", "r", "m", 0, 1));
  EXPECT_LT(keys::chunk("u", "r", "m", 255, 0), keys::chunk("u", "r", "m", 256, 0));
  EXPECT_LT(keys::chunk("u", "r", "m", 7, 0), keys::chunk("u", "r", "m", 7, 1));
  EXPECT_LT(keys::chunk("u", "r", "m", 7, 255), keys::chunk("u", "r", "m", 7, 256));
}

}  // namespace
}  // namespace anabranch::experiments
