// What this proves: ten thousand runs are listed, filtered and sorted without a cache, in a time that is
// printed; nothing here fails for a slow machine.
#include <chrono>
#include <iostream>

#include "experiments/records.h"
#include "fixture.h"

namespace anabranch::experiments {
namespace {

constexpr int kRuns = 10'000;

TEST_F(ExperimentsTest, TenThousandRunsAreFilteredAndSorted) {
  for (int sweep = 0; sweep < 10; ++sweep) ASSERT_TRUE(make_sweep("s" + std::to_string(sweep), 1'000));
  for (int i = 0; i < kRuns; ++i) {
    Parameters parameters{{"optimizer", i % 2 != 0 ? "adam" : "sgd"}, {"epochs", std::to_string(i % 7)}};
    for (int p = 0; p < 8; ++p) parameters["parameter-" + std::to_string(p)] = std::to_string(i * p);
    const std::string id = "run-" + std::to_string(i);
    ASSERT_TRUE(make_run(id, "s" + std::to_string(i % 10), parameters));
    Report said;
    said.state = RunState::ok;
    for (int m = 0; m < 5; ++m) said.metrics.push_back({"metric-" + std::to_string(m), {1, 1, i * 0.5}});
    ASSERT_TRUE(report(id, said));
  }
  RunQuery query;
  query.conditions = {parse_condition("param.optimizer=adam").value(),
                      parse_condition("metric.metric-1>=100").value()};
  query.order = parse_order("metric.metric-2", "desc").value();

  const auto began = std::chrono::steady_clock::now();
  const auto page = experiments_.list_runs("dogs", query).value();
  const auto took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began);

  std::cout << "a page of " << kRuns << " runs took " << took.count() << " ms\n";
  RecordProperty("page_ms", std::to_string(took.count()));
  ASSERT_EQ(page.items.size(), 100);
  EXPECT_EQ(page.items[0].id, "run-9999");
  EXPECT_TRUE(page.has_more);
  const auto sweep_began = std::chrono::steady_clock::now();
  EXPECT_EQ(experiments_.list_sweeps("dogs", {}).value().items.size(), 10);
  std::cout
      << "all sweeps with their counts took "
      << std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - sweep_began).count()
      << " ms\n";
}

}  // namespace
}  // namespace anabranch::experiments
