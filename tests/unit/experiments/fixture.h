// tests/unit/experiments/fixture.h — experiments over stores in memory, with a repository `dogs` and a clock
// that tests move.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>

#include "base/task.h"
#include "base/workers.h"
#include "experiments/experiments.h"
#include "objects/object_store.h"
#include "support/memory_stores.h"
#include "versioning/repositories.h"

namespace anabranch::experiments {

/// As ManualClock, for tests in which other threads look at it too.
class SharedClock final : public Clock {
 public:
  TimeMs now_ms() const override { return now_; }
  void advance(TimeMs by_ms) { now_ += by_ms; }

 private:
  std::atomic<TimeMs> now_{1'700'000'000'000};
};

class ExperimentsTest : public testing::Test {
 protected:
  ExperimentsTest() {
    EXPECT_TRUE(block_on(objects_.create_bucket("store", "us-east-1")));
    make_repository("dogs", "s3://store/dogs");
  }

  void make_repository(const std::string& name, const std::string& storage) {
    versioning::Repository repository;
    repository.id = name;
    repository.storage_namespace = storage;
    repository.default_branch = "main";
    EXPECT_TRUE(block_on(repositories_.create(repository, "admin")));
  }
  Result<Sweep> make_sweep(const std::string& id, std::int64_t total = 1) {
    Sweep sweep;
    sweep.id = id;
    sweep.repository = "dogs";
    sweep.total = total;
    return block_on(experiments_.create_sweep(sweep));
  }
  Result<experiments::Run> make_run(const std::string& id, const std::string& sweep,
                                    Parameters parameters = {}, const std::string& input = {}) {
    experiments::Run run;
    run.input_commit = input;
    run.id = id;
    run.repository = "dogs";
    run.sweep = sweep;
    run.name = run.branch = id;
    run.parameters = std::move(parameters);
    return block_on(experiments_.create_run(run));
  }
  Result<bool> report(const std::string& run, Report report) {
    return block_on(experiments_.report("dogs", run, std::move(report)));
  }
  Result<bool> report_state(const std::string& run, RunState state) {
    Report said;
    said.state = state;
    return report(run, said);
  }
  RunState state_of(const std::string& run) { return experiments_.get_run("dogs", run).value().state; }
  std::uint64_t count(const std::string& sweep, RunState state) {
    return experiments_.get_sweep("dogs", sweep).value().counts[static_cast<std::size_t>(state)];
  }
  std::vector<std::string> ids(const RunQuery& query) {
    std::vector<std::string> found;
    const auto page = experiments_.list_runs("dogs", query);
    EXPECT_TRUE(page) << page.error().message;
    for (const auto& run : page.value().items) found.push_back(run.id);
    return found;
  }

  testing_support::MemoryStores stores_;
  SharedClock clock_;
  Workers workers_{"test", 2};
  objects::ObjectStore objects_{stores_.keys, stores_.blobs, clock_, workers_};
  versioning::Repositories repositories_{stores_.keys, objects_, clock_, workers_};
  Experiments experiments_{stores_.keys, repositories_, clock_, workers_};
};

}  // namespace anabranch::experiments
