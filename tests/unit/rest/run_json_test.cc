// What this proves: what a runner says is read or refused by the field's name; what is absent is left out.
#include "rest/run_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::rest {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string refusal(const char* text) {
  const auto report = parse_report(json::parse(text).get_object());
  return report ? "taken" : report.error().message;
}

TEST(RunJson, AReportIsRead) {
  const auto report = parse_report(json::parse(R"({"state":"running","started_ms":5,"exit_code":-1,
      "metrics":[{"name":"loss","value":1,"step":3,"time_ms":7},{"name":"loss","value":0.5}],
      "resources":{"cpu_seconds":2,"memory_bytes":3,"memory_bytes_max":4},
      "stdout":{"offset":10,"text":"hi"},"unknown":1})")
                                       .get_object());

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->state, service::RunState::running);
  EXPECT_EQ(report->exit_code, -1);
  ASSERT_EQ(report->metrics.size(), 2);
  EXPECT_EQ(report->metrics[0].point.step, 3);
  EXPECT_EQ(report->metrics[1].point.value, 0.5);
  EXPECT_EQ(report->resources->memory_bytes_max, 4);
  EXPECT_EQ(report->out->offset, 10);
  EXPECT_FALSE(report->err);
}

TEST(RunJson, AWrongFieldIsNamed) {
  EXPECT_EQ(refusal("{}"), "taken");
  EXPECT_THAT(refusal(R"({"state":"asleep"})"), HasSubstr("'state'"));
  EXPECT_THAT(refusal(R"({"started_ms":"now"})"), HasSubstr("'started_ms'"));
  EXPECT_THAT(refusal(R"({"exit_code":1.5})"), HasSubstr("'exit_code'"));
  EXPECT_THAT(refusal(R"({"metrics":{}})"), HasSubstr("'metrics'"));
  EXPECT_THAT(refusal(R"({"metrics":[{"value":1}]})"), HasSubstr("'metrics.name'"));
  EXPECT_THAT(refusal(R"({"metrics":[{"name":"a","value":"1"}]})"), HasSubstr("'metrics.value'"));
  EXPECT_THAT(refusal(R"({"metrics":[{"name":"a","value":1,"step":0.5}]})"), HasSubstr("'metrics.step'"));
  EXPECT_THAT(refusal(R"({"resources":5})"), HasSubstr("'resources'"));
  EXPECT_THAT(refusal(R"({"resources":{"memory_bytes":-1}})"), HasSubstr("'resources.memory_bytes'"));
  EXPECT_THAT(refusal(R"({"stdout":"text"})"), HasSubstr("'stdout'"));
  EXPECT_THAT(refusal(R"({"stderr":{"offset":-1,"text":""}})"), HasSubstr("'stderr.offset'"));
  EXPECT_THAT(refusal(R"({"stderr":{"offset":1}})"), HasSubstr("'stderr.text'"));
}

TEST(RunJson, SweepsAndRunsNameWhatIsMissing) {
  EXPECT_THAT(parse_sweep({}).error().message, HasSubstr("'id'"));
  EXPECT_THAT(parse_sweep({{"id", "s"}, {"grid", {{"a", 1}}}}).error().message, HasSubstr("'grid'"));
  EXPECT_THAT(parse_run({{"sweep", "s"}}).error().message, HasSubstr("'name'"));
  EXPECT_THAT(
      parse_run({{"sweep", "s"}, {"name", "n"}, {"branch", "b"}, {"parameters", {{"a", 1}}}}).error().message,
      HasSubstr("'parameters'"));
}

TEST(RunJson, AbsentIsLeftOut) {
  service::Run run;
  run.id = "r";

  const json::object waiting = to_json(run);
  run.exit_code = 0;
  run.resources = service::Resources{};
  const json::object over = to_json(run);

  EXPECT_EQ(waiting.at("state"), "waiting");
  for (const char* name : {"exit_code", "started_ms", "ended_ms", "commit_id", "problem", "resources"}) {
    EXPECT_FALSE(waiting.contains(name)) << name;
  }
  EXPECT_EQ(over.at("exit_code"), 0);
  EXPECT_TRUE(over.contains("resources"));
}

TEST(RunJson, ASweepCountsEveryState) {
  const json::object sweep = to_json(service::Sweep{});

  for (const char* state :
       {"waiting", "preparing", "running", "collecting", "ok", "failed", "interrupted", "lost"})
    EXPECT_EQ(sweep.at("counts").at(state), 0) << state;
}

}  // namespace
}  // namespace anabranch::rest
