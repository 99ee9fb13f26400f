// What this proves: a run's state only goes forward, what is said twice counts once, who is silent is lost,
// and what is removed is gone.
#include "experiments/experiments.h"

#include <cmath>
#include <random>
#include <thread>

#include "fixture.h"
#include "support/seed.h"
#include "support/store_helpers.h"

namespace anabranch::experiments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ExperimentsTest, ARunGoesThroughItsStatesAndCountsThere) {
  ASSERT_TRUE(make_sweep("s", 2));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(make_run("b", "s"));
  EXPECT_EQ(count("s", RunState::waiting), 2);

  ASSERT_TRUE(report_state("a", RunState::preparing));
  ASSERT_TRUE(report_state("a", RunState::running));
  EXPECT_EQ(count("s", RunState::running), 1);
  EXPECT_TRUE(experiments_.get_run("dogs", "a").value().started_ms);
  ASSERT_TRUE(report_state("a", RunState::ok));
  EXPECT_EQ(count("s", RunState::ok), 1);
  EXPECT_TRUE(experiments_.get_sweep("dogs", "s").value().active);
  ASSERT_TRUE(report_state("b", RunState::failed));

  EXPECT_FALSE(experiments_.get_sweep("dogs", "s").value().active);
}

TEST_F(ExperimentsTest, ALateReportUndoesNothing) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(report_state("a", RunState::collecting));

  ASSERT_TRUE(report_state("a", RunState::running));
  EXPECT_EQ(state_of("a"), RunState::collecting);
  ASSERT_TRUE(report_state("a", RunState::failed));
  ASSERT_TRUE(report_state("a", RunState::ok));
  EXPECT_EQ(state_of("a"), RunState::failed);
}

TEST_F(ExperimentsTest, WhoIsSilentForThreeHeartbeatsIsLostUntilItSpeaksAgain) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(report_state("a", RunState::running));

  clock_.advance(kLostAfterMs);
  EXPECT_EQ(state_of("a"), RunState::running);
  clock_.advance(1);
  EXPECT_EQ(state_of("a"), RunState::lost);
  EXPECT_EQ(count("s", RunState::lost), 1);
  EXPECT_FALSE(experiments_.get_sweep("dogs", "s").value().active);
  RunQuery lost;
  lost.states = {RunState::lost};
  EXPECT_THAT(ids(lost), ElementsAre("a"));

  ASSERT_TRUE(report("a", {}));
  EXPECT_EQ(state_of("a"), RunState::running);
}

TEST_F(ExperimentsTest, AWaitingRunLivesAsLongAsItsSweepIsSpokenOf) {
  ASSERT_TRUE(make_sweep("s", 2));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(make_run("b", "s"));
  ASSERT_TRUE(report_state("a", RunState::running));

  for (int i = 0; i < 10; ++i) {
    clock_.advance(kHeartbeatMs);
    ASSERT_TRUE(report("a", {}));
  }
  EXPECT_EQ(state_of("b"), RunState::waiting);
  clock_.advance(kLostAfterMs + 1);
  EXPECT_EQ(state_of("b"), RunState::lost);
}

TEST_F(ExperimentsTest, WhatIsOverIsNeverLost) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(report_state("a", RunState::ok));

  clock_.advance(1'000 * kLostAfterMs);

  EXPECT_EQ(state_of("a"), RunState::ok);
}

TEST_F(ExperimentsTest, ActiveSweepsAreThoseWithALivingRun) {
  ASSERT_TRUE(make_sweep("old"));
  ASSERT_TRUE(make_run("o", "old"));
  clock_.advance(kLostAfterMs + 1);
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(make_sweep("done"));
  ASSERT_TRUE(make_run("d", "done"));
  ASSERT_TRUE(report_state("d", RunState::ok));

  const auto active = experiments_.active_sweeps().value();

  ASSERT_EQ(active.size(), 1);
  EXPECT_EQ(active[0].id, "s");
}

TEST_F(ExperimentsTest, ACancelIsToldInTheAnswerToEveryReport) {
  ASSERT_TRUE(make_sweep("s", 2));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(make_run("b", "s"));
  EXPECT_FALSE(report("a", {}).value());

  ASSERT_TRUE(block_on(experiments_.cancel_run("dogs", "a")));
  EXPECT_TRUE(report("a", {}).value());
  EXPECT_FALSE(report("b", {}).value());
  EXPECT_FALSE(experiments_.get_run("dogs", "b").value().cancel_requested);
  ASSERT_TRUE(block_on(experiments_.cancel_sweep("dogs", "s")));
  EXPECT_TRUE(report("b", {}).value());
  EXPECT_TRUE(experiments_.get_run("dogs", "b").value().cancel_requested);
  EXPECT_TRUE(experiments_.list_runs("dogs", {}).value().items[0].cancel_requested);
}

TEST_F(ExperimentsTest, TakenNamesAndMissingThingsAreNamed) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));

  EXPECT_EQ(make_sweep("s").error().code, ErrorCode::already_exists);
  EXPECT_EQ(make_run("a", "s").error().code, ErrorCode::already_exists);
  EXPECT_THAT(make_run("b", "none").error().message, HasSubstr("no sweep 'none'"));
  EXPECT_EQ(report("none", {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(experiments_.get_run("cats", "a").error().code, ErrorCode::no_such_repository);
  EXPECT_THAT(make_run("a/b", "s").error().message, HasSubstr("'id'"));
  EXPECT_THAT(make_sweep("").error().message, HasSubstr("'id'"));
  EXPECT_THAT(report_state("a", RunState::lost).error().message, HasSubstr("'state'"));
  Report report_of_nothing;
  report_of_nothing.metrics.push_back({"loss", {0, -1, 0.5}});
  EXPECT_THAT(report("a", report_of_nothing).error().message, HasSubstr("'metrics.time_ms'"));
}

TEST_F(ExperimentsTest, MoreMetricNamesThanARunMayHaveAreRefused) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  Report many;
  for (std::size_t i = 0; i <= kMetricNamesMax; ++i)
    many.metrics.push_back({"m" + std::to_string(i), {0, 0, 1}});

  EXPECT_THAT(report("a", many).error().message, HasSubstr("'metrics'"));
  many.metrics.pop_back();
  EXPECT_TRUE(report("a", many));
}

TEST_F(ExperimentsTest, TheLatestIsThatOfTheGreatestStepAndThenTime) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  const auto latest = [&] { return experiments_.get_run("dogs", "a").value().metrics.at("loss").value; };
  Report said;

  said.metrics = {{"loss", {9, 50, 91}}, {"loss", {3, 60, 97}}};
  ASSERT_TRUE(report("a", said));
  EXPECT_EQ(latest(), 91);
  said.metrics = {{"loss", {9, 70, 90}}, {"loss", {9, 40, 80}}};
  ASSERT_TRUE(report("a", said));
  EXPECT_EQ(latest(), 90);
  said.metrics = {{"loss", {10, 80, std::nan("")}}};
  ASSERT_TRUE(report("a", said));
  EXPECT_TRUE(std::isnan(latest()));
}

TEST_F(ExperimentsTest, WhatARunEndedWithIsNoPointAndNoPointChangesIt) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  Report said;
  said.metrics = {{"loss", {9, 50, 0.5}}, {"gone", {1, 50, 1}}};
  ASSERT_TRUE(report("a", said));

  Report last;
  last.final_metrics = {{"loss", 0.25}, {"gone", std::nullopt}, {"accuracy", std::nan("")}};
  ASSERT_TRUE(report("a", last));
  said.metrics = {{"loss", {10, 60, 0.125}}};
  ASSERT_TRUE(report("a", said));

  const auto metrics = experiments_.get_run("dogs", "a").value().metrics;
  EXPECT_EQ(metrics.at("loss").value, 0.25);
  EXPECT_FALSE(metrics.contains("gone"));
  EXPECT_TRUE(std::isnan(metrics.at("accuracy").value));
  EXPECT_EQ(experiments_.series("dogs", {"a"}, "loss", 100).value().at(0).points.size(), 2);
  EXPECT_THAT(experiments_.series("dogs", {"a"}, "accuracy", 100).value(), IsEmpty());
}

TEST_F(ExperimentsTest, ASweepTellsItsMetricsDirections) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  Report said;
  said.metrics = {{"loss", {0, 1, 1}}, {"lr", {0, 1, 1}}, {"val.acc", {0, 1, 1}}};
  ASSERT_TRUE(report("a", said));

  const Sweep sweep = experiments_.get_sweep("dogs", "s").value();

  EXPECT_EQ(sweep.directions.size(), 2);
  EXPECT_EQ(sweep.directions.at("loss"), Direction::min);
  EXPECT_EQ(sweep.directions.at("val.acc"), Direction::max);
  EXPECT_EQ(sweep.main_metric, "val.acc");
}

TEST_F(ExperimentsTest, WhatASweepIsJudgedByIsKeptWithIt) {
  Sweep sweep;
  sweep.id = "s";
  sweep.repository = "dogs";
  sweep.total = 1;
  sweep.objective = Objective{"lr", Direction::min};
  ASSERT_TRUE(block_on(experiments_.create_sweep(sweep)));

  const Sweep found = experiments_.get_sweep("dogs", "s").value();

  ASSERT_TRUE(found.objective);
  EXPECT_EQ(found.main_metric, "lr");
  EXPECT_EQ(found.directions.at("lr"), Direction::min);
}

TEST_F(ExperimentsTest, NothingOfWhatIsRemovedIsLeft) {
  ASSERT_TRUE(make_sweep("s", 2));
  for (const std::string run : {"a", "b"}) {
    ASSERT_TRUE(make_run(run, "s"));
    Report said;
    said.state = RunState::ok;
    said.out = LogPiece{0, std::string(100'000, 'x')};
    said.metrics.push_back({"loss", {1, 0, 0.5}});
    ASSERT_TRUE(report(run, said));
  }

  ASSERT_TRUE(block_on(experiments_.remove_run("dogs", "a")));
  EXPECT_EQ(experiments_.get_run("dogs", "a").error().code, ErrorCode::not_found);
  EXPECT_THAT(experiments_.series("dogs", {"a"}, "", 10).value(), IsEmpty());
  EXPECT_EQ(count("s", RunState::ok), 1);
  // The runner of "a" would still be telling of it.
  clock_.advance(kLostAfterMs + 1);
  ASSERT_TRUE(block_on(experiments_.remove_sweep("dogs", "s")));

  for (const auto& [key, value] : testing_support::entries_of(stores_.keys, "e/", "e0"))
    EXPECT_TRUE(key.starts_with("e/n/") || key == "e/a") << key;  // of the sweep its name alone is kept
}

TEST_F(ExperimentsTest, AnotherAttemptStartsCleanAndSilencesTheOneBefore) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s", {{"rate", "1"}}));
  Report said;
  said.state = RunState::running;
  said.metrics.push_back({"loss", {1, 0, 0.5}});
  said.out = LogPiece{0, "text"};
  ASSERT_TRUE(report("a", said));
  EXPECT_EQ(block_on(experiments_.begin_attempt("dogs", "a")).error().code, ErrorCode::conflict);
  ASSERT_TRUE(block_on(experiments_.cancel_sweep("dogs", "s")));
  clock_.advance(kLostAfterMs + 1);
  EXPECT_EQ(experiments_.run_now("dogs", "a", 1).value().standing, RunStanding::lost);

  const auto begun = block_on(experiments_.begin_attempt("dogs", "a"));

  ASSERT_TRUE(begun) << begun.error().message;
  const experiments::Run run = experiments_.get_run("dogs", "a").value();
  EXPECT_EQ(run.attempt, 2);
  EXPECT_EQ(run.state, RunState::waiting);
  EXPECT_EQ(run.parameters.at("rate"), "1");
  EXPECT_TRUE(run.metrics.empty());
  EXPECT_EQ(run.stdout_bytes, 0);
  EXPECT_FALSE(run.cancel_requested);
  EXPECT_THAT(experiments_.series("dogs", {"a"}, "", 10).value(), IsEmpty());
  EXPECT_EQ(report("a", said).error().code, ErrorCode::conflict);  // of the first
  said.attempt = 2;
  EXPECT_TRUE(report("a", said));
  EXPECT_EQ(experiments_.run_now("dogs", "a", 1).value().standing, RunStanding::over);
  EXPECT_EQ(experiments_.run_now("dogs", "a", 2).value().standing, RunStanding::speaking);
}

TEST_F(ExperimentsTest, AllThatWaitedForALostRunnerAreBegunAgainOneAfterTheOther) {
  ASSERT_TRUE(make_sweep("s", 3));
  for (const std::string run : {"a", "b", "c"}) ASSERT_TRUE(make_run(run, "s"));
  EXPECT_EQ(block_on(experiments_.begin_attempt("dogs", "a")).error().code, ErrorCode::conflict);
  clock_.advance(kLostAfterMs + 1);

  for (const std::string run : {"a", "b", "c"}) {
    const auto begun = block_on(experiments_.begin_attempt("dogs", run));
    ASSERT_TRUE(begun) << run << ": " << begun.error().message;
  }
  for (const std::string run : {"a", "b", "c"}) {
    EXPECT_EQ(experiments_.get_run("dogs", run).value().state, RunState::waiting);
    EXPECT_EQ(block_on(experiments_.begin_attempt("dogs", run)).error().code, ErrorCode::conflict);
  }
}

TEST_F(ExperimentsTest, WhatEndedWithAResultIsNotBegunAgain) {
  ASSERT_TRUE(make_sweep("s", 3));
  for (const std::string run : {"good", "bad", "stopped", "empty"}) ASSERT_TRUE(make_run(run, "s"));
  ASSERT_TRUE(report_state("good", RunState::ok));
  Report failed;
  failed.state = RunState::failed;
  ASSERT_TRUE(report("empty", failed));
  failed.commit_id = "c";
  ASSERT_TRUE(report("bad", failed));
  ASSERT_TRUE(report_state("stopped", RunState::interrupted));

  EXPECT_EQ(block_on(experiments_.begin_attempt("dogs", "good")).error().code, ErrorCode::conflict);
  EXPECT_EQ(block_on(experiments_.begin_attempt("dogs", "bad")).error().code, ErrorCode::conflict);
  EXPECT_TRUE(block_on(experiments_.begin_attempt("dogs", "stopped")));
  EXPECT_TRUE(block_on(experiments_.begin_attempt("dogs", "empty")));
}

TEST_F(ExperimentsTest, ANameThatHasHadARunIsNeverGivenAgain) {
  ASSERT_TRUE(make_sweep("unused"));
  ASSERT_TRUE(make_sweep("used"));
  ASSERT_TRUE(make_run("a", "used"));
  clock_.advance(kLostAfterMs + 1);
  ASSERT_TRUE(block_on(experiments_.remove_run("dogs", "a")));
  for (const std::string sweep : {"used", "unused"})
    ASSERT_TRUE(block_on(experiments_.remove_sweep("dogs", sweep)));

  EXPECT_EQ(make_sweep("used").error().code, ErrorCode::already_exists);
  EXPECT_TRUE(make_sweep("unused"));

  make_repository("cats", "s3://store/cats");
  Sweep sweep;
  sweep.id = "used";
  sweep.repository = "cats";
  EXPECT_TRUE(block_on(experiments_.create_sweep(sweep)));
}

TEST_F(ExperimentsTest, WhatGoesOnIsNotRemoved) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));

  EXPECT_EQ(block_on(experiments_.remove_run("dogs", "a")).error().code, ErrorCode::conflict);
  EXPECT_EQ(block_on(experiments_.remove_sweep("dogs", "s")).error().code, ErrorCode::conflict);
  clock_.advance(kLostAfterMs + 1);
  EXPECT_TRUE(block_on(experiments_.remove_sweep("dogs", "s")));
}

TEST_F(ExperimentsTest, ARepositoryMadeAgainStartsCleanAndTheOldRecordsGo) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(block_on(repositories_.remove("dogs")));
  EXPECT_THAT(experiments_.active_sweeps().value(), IsEmpty());
  EXPECT_EQ(report("a", {}).error().code, ErrorCode::no_such_repository);

  make_repository("dogs", "s3://store/again");
  EXPECT_EQ(experiments_.get_run("dogs", "a").error().code, ErrorCode::not_found);
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(experiments_.remove_orphans());

  EXPECT_EQ(testing_support::entries_of(stores_.keys, "e/r/", "e/r0").size(), 0);
  EXPECT_TRUE(experiments_.get_sweep("dogs", "s"));
}

TEST_F(ExperimentsTest, PagesOfSweepsAreNewestFirstAndMeetWithoutAGap) {
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(make_sweep("s" + std::to_string(i)));
    clock_.advance(i % 3 == 0 ? 0 : 1);
  }

  std::vector<std::string> seen;
  PageRequest request;
  request.amount = 7;
  while (true) {
    const auto page = experiments_.list_sweeps("dogs", request).value();
    for (const auto& sweep : page.items) seen.push_back(sweep.id);
    if (!page.has_more) break;
    request.after = page.next_offset;
  }

  EXPECT_EQ(seen.size(), 25);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 25);
  EXPECT_EQ(seen.front(), "s24");
}

// Any order and any repetition of what a runner said gives the same record, curves and output in the end.
TEST_F(ExperimentsTest, ReportsMayBeRepeatedAndPointsComeInAnyOrder) {
  const auto seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  ASSERT_TRUE(make_sweep("s", 2));
  ASSERT_TRUE(make_run("once", "s"));
  ASSERT_TRUE(make_run("often", "s"));
  std::vector<Report> reports;
  std::string output;
  for (int i = 0; i < 60; ++i) {
    Report said;
    said.state = i < 10 ? RunState::preparing : i < 50 ? RunState::running : RunState::collecting;
    const std::string text(random() % 3'000, static_cast<char>('a' + i % 26));
    said.out = LogPiece{output.size(), text};
    output += text;
    for (std::uint64_t p = random() % 40; p > 0; --p) {
      const auto step = static_cast<std::int64_t>(random() % 5'000);
      said.metrics.push_back(
          {"m" + std::to_string(random() % 3), {step, 1'000 + step, static_cast<double>(step) / 7}});
    }
    reports.push_back(said);
  }

  for (const auto& said : reports) ASSERT_TRUE(report("once", said));
  for (std::size_t i = 0; i < reports.size(); ++i) {
    ASSERT_TRUE(report("often", reports[i]));
    ASSERT_TRUE(report("often", reports[random() % (i + 1)]));
  }

  const auto once = experiments_.get_run("dogs", "once").value();
  const auto often = experiments_.get_run("dogs", "often").value();
  EXPECT_EQ(once.state, often.state);
  EXPECT_EQ(once.stdout_bytes, output.size());
  EXPECT_EQ(often.stdout_bytes, output.size());
  EXPECT_EQ(experiments_.log("dogs", "often", Stream::out, 0, MiB).value().text, output);
  ASSERT_EQ(once.metrics.size(), often.metrics.size());
  for (const auto& [name, metric] : once.metrics) EXPECT_EQ(often.metrics.at(name).value, metric.value);
  const auto curves = experiments_.series("dogs", {"once"}, "", 100'000).value();
  const auto same = experiments_.series("dogs", {"often"}, "", 100'000).value();
  ASSERT_EQ(curves.size(), same.size());
  for (std::size_t i = 0; i < curves.size(); ++i) {
    ASSERT_EQ(curves[i].points.size(), same[i].points.size());
    for (std::size_t p = 0; p < curves[i].points.size(); ++p) {
      EXPECT_EQ(curves[i].points[p].step, same[i].points[p].step);
      EXPECT_EQ(curves[i].points[p].value, same[i].points[p].value);
    }
  }
}

TEST_F(ExperimentsTest, ReportsOfManyThreadsLoseNothing) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));

  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 25; ++i) {
        Report said;
        said.metrics.push_back({"m" + std::to_string(t), {i, 1, 1.0 * i}});
        // A conflict says: try again.
        while (!report("a", said)) {
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();

  const auto curves = experiments_.series("dogs", {"a"}, "", 1'000).value();
  ASSERT_EQ(curves.size(), 4);
  for (const auto& curve : curves) EXPECT_EQ(curve.points.size(), 25);
}

}  // namespace
}  // namespace anabranch::experiments
