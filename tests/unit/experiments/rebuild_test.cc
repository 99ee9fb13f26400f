// What this proves: a record made from a run's commit says what the commit says; what is there already stays.
#include "experiments/rebuild.h"

#include <cmath>
#include <limits>

#include "fixture.h"

namespace anabranch::experiments {
namespace {

using testing::ElementsAre;

versioning::Metadata metadata_of(const std::string& run, const std::string& id) {
  return {{"anabranch.run", run},
          {"anabranch.run_id", id},
          {"anabranch.sweep", "s"},
          {"anabranch.status", "failed"},
          {"anabranch.exit_code", "7"},
          {"anabranch.input_commit", "abc"},
          {"anabranch.argv", R"(["python","train.py"])"},
          {"anabranch.started_seconds", "1700000000"},
          {"anabranch.duration_seconds", "2.5"},
          {"param.rate", "0.1"},
          {"metric.loss", "0.25"}};
}

TEST(Rebuild, ACommitTellsOfItsRun) {
  versioning::Commit commit;
  commit.id = "c1";
  commit.metadata = metadata_of("s-3", "id3");

  const auto run = run_from_commit(commit);

  ASSERT_TRUE(run);
  EXPECT_EQ(run->id, "id3");
  EXPECT_EQ(run->branch, "s-3");
  EXPECT_EQ(run->index, 2);
  EXPECT_EQ(run->state, RunState::failed);
  EXPECT_EQ(run->exit_code, 7);
  EXPECT_EQ(run->commit_id, "c1");
  EXPECT_EQ(run->started_ms, 1'700'000'000'000);
  EXPECT_EQ(run->ended_ms, 1'700'000'002'500);
  EXPECT_EQ(run->parameters.at("rate"), "0.1");
  EXPECT_EQ(run->metrics.at("loss").value, 0.25);
  EXPECT_THAT(run->argv, ElementsAre("python", "train.py"));
}

TEST(Rebuild, NumbersThatAreNotFiniteAreValues) {
  versioning::Commit commit;
  commit.metadata = metadata_of("s-3", "id3");
  commit.metadata["metric.a"] = "NaN";
  commit.metadata["metric.b"] = "-Infinity";
  commit.metadata["metric.c"] = "inf";  // as it was written once

  const auto run = run_from_commit(commit);

  ASSERT_TRUE(run);
  EXPECT_TRUE(std::isnan(run->metrics.at("a").value));
  EXPECT_EQ(run->metrics.at("b").value, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(run->metrics.at("c").value, std::numeric_limits<double>::infinity());
}

TEST(Rebuild, OtherCommitsTellNothing) {
  versioning::Commit commit;
  EXPECT_FALSE(run_from_commit(commit));
  commit.metadata = metadata_of("s-3", "id3");
  commit.metadata.erase("anabranch.sweep");
  EXPECT_FALSE(run_from_commit(commit));
  commit.metadata = metadata_of("s-3", "../../x");
  EXPECT_FALSE(run_from_commit(commit));
  commit.metadata = metadata_of("s-3", "id3");
  commit.metadata["anabranch.status"] = "running";
  EXPECT_FALSE(run_from_commit(commit));
}

TEST_F(ExperimentsTest, MissingRecordsAreMadeFromAllBranches) {
  for (const std::string run : {"s-1", "s-2"}) {
    ASSERT_TRUE(block_on(repositories_.create_branch("dogs", run, "main")));
    versioning::CommitRequest request;
    request.allow_empty = true;
    request.metadata = metadata_of(run, "id-" + run);
    ASSERT_TRUE(block_on(repositories_.commit("dogs", run, request)));
    request.metadata.clear();  // someone went on from there
    ASSERT_TRUE(block_on(repositories_.commit("dogs", run, request)));
  }

  EXPECT_EQ(block_on(experiments_.rebuild("dogs")).value(), 2);
  EXPECT_EQ(block_on(experiments_.rebuild("dogs")).value(), 0);
  EXPECT_EQ(experiments_.get_run("dogs", "id-s-2").value().exit_code, 7);
  EXPECT_EQ(count("s", RunState::failed), 2);
  EXPECT_EQ(experiments_.get_sweep("dogs", "s").value().total, 2);
  ASSERT_TRUE(block_on(experiments_.remove_run("dogs", "id-s-1")));
  EXPECT_EQ(block_on(experiments_.rebuild("dogs")).value(), 1);
}

TEST_F(ExperimentsTest, WhatWasCommittedByHandIsARunOfItsBranchesName) {
  const auto commit = [&](const std::string& branch, versioning::Metadata metadata) {
    static_cast<void>(block_on(repositories_.create_branch("dogs", branch, "main")));
    versioning::CommitRequest request;
    request.allow_empty = true;
    request.metadata = std::move(metadata);
    return block_on(repositories_.commit("dogs", branch, request)).value().id;
  };
  const std::string first = commit("experiment-2", {{"metric.loss", "0.5"}, {"param.rate", "1"}});
  commit("experiment-3", {{"author", "somebody"}});
  commit("notes", {{"metric.loss", "0.5"}});
  ASSERT_TRUE(make_sweep("api"));
  ASSERT_TRUE(make_run("api-1", "api"));
  const std::string told = commit("api-1", {{"metric.loss", "0.25"}});

  EXPECT_EQ(block_on(experiments_.rebuild("dogs")).value(), 1);
  EXPECT_EQ(block_on(experiments_.rebuild("dogs")).value(), 0);

  const auto run = experiments_.get_run("dogs", first).value();
  EXPECT_EQ(run.sweep, "experiment");
  EXPECT_EQ(run.branch, "experiment-2");
  EXPECT_EQ(run.index, 1);
  EXPECT_EQ(run.state, RunState::ok);
  EXPECT_EQ(run.parameters.at("rate"), "1");
  EXPECT_EQ(run.metrics.at("loss").value, 0.5);
  EXPECT_EQ(experiments_.run_at("dogs", "experiment-2")->record->id, first);
  EXPECT_FALSE(experiments_.run_at("dogs", told)->record);  // its run has yet to say that it is its commit
  EXPECT_EQ(experiments_.run_at("dogs", "experiment-3").error().code, ErrorCode::not_found);
}

TEST_F(ExperimentsTest, ARunIsFoundBehindWhatPromotedIt) {
  ASSERT_TRUE(make_sweep("api"));
  ASSERT_TRUE(make_run("api-1", "api"));
  ASSERT_TRUE(block_on(repositories_.create_branch("dogs", "api-1", "main")));
  versioning::CommitRequest request;
  request.allow_empty = true;
  const std::string commit = block_on(repositories_.commit("dogs", "api-1", request)).value().id;
  EXPECT_EQ(experiments_.run_at("dogs", "api-1").error().code, ErrorCode::not_allowed);  // it waits
  Report end;
  end.state = RunState::ok;
  ASSERT_TRUE(report("api-1", end));
  EXPECT_EQ(experiments_.run_at("dogs", "api-1")->commit.id, commit);  // what the branch holds
  end.commit_id = commit;
  ASSERT_TRUE(report("api-1", end));

  versioning::MergeRequest merge;
  merge.allow_empty = true;
  ASSERT_TRUE(block_on(repositories_.merge("dogs", "api-1", "main", merge)));
  ASSERT_TRUE(block_on(repositories_.commit("dogs", "main", request)));
  ASSERT_TRUE(block_on(repositories_.commit("dogs", "api-1", request)));

  EXPECT_EQ(experiments_.run_behind("dogs", "main")->commit.id, commit);
  EXPECT_EQ(experiments_.run_behind("dogs", "api-1")->record->id, "api-1");
  EXPECT_EQ(experiments_.run_at("dogs", "api-1").error().code, ErrorCode::conflict);
  ASSERT_TRUE(block_on(experiments_.remove_run("dogs", "api-1")));
  EXPECT_EQ(experiments_.run_behind("dogs", "main").error().code, ErrorCode::not_found);
}

TEST_F(ExperimentsTest, BehindARunWithoutACommitStandsNoOtherRun) {
  versioning::CommitRequest request;
  request.allow_empty = true;
  request.metadata = {{"metric.loss", "0.5"}};
  const std::string earlier = block_on(repositories_.commit("dogs", "main", request)).value().id;
  ASSERT_TRUE(make_sweep("api"));
  for (const std::string run : {"api-1", "api-2"}) {
    ASSERT_TRUE(make_run(run, "api", {}, earlier));
    ASSERT_TRUE(block_on(repositories_.create_branch("dogs", run, "main")));
  }
  ASSERT_TRUE(report_state("api-1", RunState::failed));

  EXPECT_EQ(experiments_.run_behind("dogs", "main")->commit.id, earlier);
  for (const auto& [run, code] :
       {std::pair("api-1", ErrorCode::no_such_commit), std::pair("api-2", ErrorCode::not_allowed)}) {
    EXPECT_EQ(experiments_.run_at("dogs", run).error().code, code);
    EXPECT_EQ(experiments_.run_behind("dogs", run).error().code, code);
  }
}

}  // namespace
}  // namespace anabranch::experiments
