// What this proves: who may read a repository sees its runs, who may commit to a run's branch speaks for the
// run, and nobody else does either.
#include "service/experiment_service.h"

#include "fixture.h"

namespace anabranch::service {
namespace {

class ExperimentServiceTest : public ServiceTest {
 protected:
  ExperimentServiceTest() {
    Sweep sweep;
    sweep.id = "s";
    sweep.repository = "repo";
    sweep.total = 2;
    EXPECT_TRUE(run(service_.create_sweep(root_, sweep)));
    for (const char* name : {"s-1", "s-2"}) {
      service::Run made;
      made.id = made.name = made.branch = name;
      made.sweep = "s";
      made.repository = "repo";
      EXPECT_TRUE(run(service_.create_run(root_, made)));
    }
  }

  experiments::Experiments experiments_{kv_, versions_, system_clock(), workers_};
  ExperimentService service_{experiments_, versions_, credentials_, workers_};
  Caller stranger_{{"eve", "AKIAEVE", {}}, "r"};
};

TEST_F(ExperimentServiceTest, ARunsOwnKeySpeaksForItsRunAlone) {
  const Caller own = run_caller("s-1");

  EXPECT_TRUE(run(service_.report(own, "repo", "s-1", {})));
  EXPECT_EQ(run(service_.report(own, "repo", "s-2", {})).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(service_.cancel_run(own, "repo", "s-2")).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(service_.cancel_sweep(own, "repo", "s")).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(service_.rebuild(own, "repo")).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(service_.promote(own, "repo", "s-1", "main", {})).error().code, ErrorCode::access_denied);
  EXPECT_TRUE(run(service_.get_run(own, "repo", "s-2")));
}

TEST_F(ExperimentServiceTest, AStrangerSeesAndChangesNothing) {
  const auto denied = [&](auto task) {
    return run(std::move(task)).error().code == ErrorCode::access_denied;
  };

  EXPECT_TRUE(denied(service_.get_sweep(stranger_, "repo", "s")));
  EXPECT_TRUE(denied(service_.list_sweeps(stranger_, "repo", {})));
  EXPECT_TRUE(denied(service_.get_run(stranger_, "repo", "s-1")));
  EXPECT_TRUE(denied(service_.list_runs(stranger_, "repo", {})));
  EXPECT_TRUE(denied(service_.series(stranger_, "repo", {"s-1"}, "", 10)));
  EXPECT_TRUE(denied(service_.log(stranger_, "repo", "s-1", Stream::out, 0, 10)));
  EXPECT_TRUE(denied(service_.events(stranger_, "repo")));
  EXPECT_TRUE(denied(service_.report(stranger_, "repo", "s-1", {})));
  EXPECT_TRUE(denied(service_.report(stranger_, "repo", "none", {})));
  EXPECT_TRUE(denied(service_.remove_run(stranger_, "repo", "s-1")));
  EXPECT_TRUE(denied(service_.remove_sweep(stranger_, "repo", "s")));
  EXPECT_TRUE(denied(service_.promote(stranger_, "repo", "s-1", "main", {})));
  EXPECT_TRUE(denied(service_.run_behind(stranger_, "repo", "s-1")));
  EXPECT_TRUE(denied(service_.bind_key(stranger_, "s-1", {"repo", "s-1", 1})));
  EXPECT_TRUE(denied(service_.bind_key(stranger_, "s-1", {"none", "", 1})));
  EXPECT_TRUE(run(service_.active_sweeps(stranger_)).value().empty());
  EXPECT_EQ(run(service_.active_sweeps(root_)).value().size(), 1);
}

TEST_F(ExperimentServiceTest, WhoMadeASweepIsWhoAsked) {
  Sweep sweep;
  sweep.id = "t";
  sweep.repository = "repo";
  sweep.committer = "someone else";

  EXPECT_EQ(run(service_.create_sweep(root_, sweep)).value().committer, "admin");
}

TEST_F(ExperimentServiceTest, NewsAreTheStateOfNow) {
  const auto events = run(service_.events(root_, "repo")).value();
  Report said;
  said.state = RunState::preparing;
  ASSERT_TRUE(run(service_.report(root_, "repo", "s-1", said)));
  said.state = RunState::running;
  ASSERT_TRUE(run(service_.report(root_, "repo", "s-1", said)));

  const auto news = run(events->next()).value();

  ASSERT_EQ(news.runs.size(), 1);
  EXPECT_EQ(news.runs[0].state, RunState::running);
  ASSERT_EQ(news.sweeps.size(), 1);
  EXPECT_EQ(news.sweeps[0].counts[static_cast<std::size_t>(RunState::running)], 1);
}

}  // namespace
}  // namespace anabranch::service
