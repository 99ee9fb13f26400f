// What this proves: what a run's commit says can be read back whole, and no secret has a place in it.
#include "runner/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace anabranch::runner {
namespace {

RunRecord full_record() {
  RunRecord record;
  record.run = "sweep-2";
  record.run_id = "id";
  record.sweep = "sweep";
  record.input_commit = "c0ffee";
  record.argv = {"python", "train.py", "--text=a \"b\" ü\n"};
  record.parameters = {{"epochs", "2"}, {"lr", "0.1"}};
  record.data = {{"raw", "data/raw"}};
  record.outputs = {"checkpoints"};
  record.warnings = {"artifacts/caf\\xe9.bin was not kept: its name is not UTF-8"};
  record.code_id = "c0de";
  record.git_sha = "abc";
  record.git_is_dirty = true;
  record.packages_id = "bac";
  record.environment = {{"LANG", "C.UTF-8"}};
  record.status = "failed";
  record.exit_code = 7;
  record.duration_seconds = 1.25;
  record.started_seconds = 1'795'000'000;
  record.metrics = {{"accuracy", 0.1 + 0.2}, {"val.loss", 1e-30}};
  return record;
}

TEST(Record, ReadsBackAsItWasWritten) {
  const RunRecord before = full_record();

  const auto after = parse_record(to_metadata(before));

  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(to_metadata(*after), to_metadata(before));
  EXPECT_EQ(after->argv, before.argv);
  EXPECT_EQ(after->parameters, before.parameters);
  EXPECT_EQ(after->metrics, before.metrics);
  EXPECT_EQ(after->exit_code, 7);
  EXPECT_EQ(after->data.at(0).folder, "data/raw");
  EXPECT_TRUE(after->git_is_dirty);
  EXPECT_EQ(after->outputs, before.outputs);
  EXPECT_EQ(after->warnings, before.warnings);
}

TEST(Record, UsesTheNamesThatTheDocumentsPromise) {
  const Metadata metadata = to_metadata(full_record());

  EXPECT_EQ(metadata.at("param.lr"), "0.1");
  EXPECT_EQ(metadata.at("metric.accuracy"), "0.30000000000000004");
  EXPECT_EQ(metadata.at("anabranch.argv"), R"(["python","train.py","--text=a \"b\" ü\n"])");
  EXPECT_EQ(metadata.at("anabranch.exit_code"), "7");
  EXPECT_EQ(metadata.at("anabranch.environment"), R"({"LANG":"C.UTF-8"})");
  EXPECT_EQ(metadata.at("anabranch.git_dirty"), "true");
}

TEST(Record, OfARunnerThatKnewNoOutputsNorWarningsIsRead) {
  Metadata metadata = to_metadata(full_record());
  metadata.erase("anabranch.out");
  metadata.erase("anabranch.warnings");

  const auto record = parse_record(metadata);

  ASSERT_TRUE(record) << record.error().message;
  EXPECT_TRUE(record->outputs.empty() && record->warnings.empty());
}

TEST(Record, OfAnotherCommitIsNone) {
  EXPECT_EQ(parse_record({{"author", "me"}}).error().code, ErrorCode::not_found);
  EXPECT_FALSE(is_run({{"anabranch.promoted_run", "sweep-1"}}));
}

TEST(Record, ThatSomebodyBrokeIsMalformed) {
  Metadata metadata = to_metadata(full_record());
  for (const char* key : {"anabranch.argv", "anabranch.environment", "anabranch.data"}) {
    Metadata broken = metadata;
    broken[key] = "{[";
    EXPECT_FALSE(parse_record(broken)) << key;
  }
  metadata["anabranch.data"] = R"(["raw=../../etc"])";
  EXPECT_FALSE(parse_record(metadata));
}

TEST(Record, NumbersThatAreNotFiniteReadBackToo) {
  RunRecord record = full_record();
  record.metrics = {{"a", std::nan("")}, {"b", HUGE_VAL}, {"c", -HUGE_VAL}};
  Metadata metadata = to_metadata(record);
  EXPECT_EQ(metadata.at("metric.a"), "NaN");
  EXPECT_EQ(metadata.at("metric.c"), "-Infinity");
  metadata["metric.old"] = "inf";  // as it was written once
  metadata["metric.text"] = "fast";

  const auto after = parse_record(metadata);

  ASSERT_TRUE(after);
  EXPECT_TRUE(std::isnan(after->metrics.at("a")));
  EXPECT_EQ(after->metrics.at("b"), HUGE_VAL);
  EXPECT_EQ(after->metrics.at("old"), HUGE_VAL);
  EXPECT_FALSE(after->metrics.contains("text"));
}

TEST(Record, TheMessageTellsFailureAndParameters) {
  RunRecord record = full_record();
  EXPECT_EQ(commit_message(record), "run sweep-2 (failed, exit code 7): epochs=2 lr=0.1");
  record.status = "ok";
  record.parameters.clear();
  EXPECT_EQ(commit_message(record), "run sweep-2");
}

}  // namespace
}  // namespace anabranch::runner
