// What this proves: events reach a client that listens, a server with open event streams stops at once, and a
// client that goes away leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/hash.h"
#include "experiments/experiments.h"
#include "http/client.h"
#include "http/server.h"
#include "objects/object_store.h"
#include "rest/api.h"
#include "support/memory_stores.h"
#include "versioning/repositories.h"

namespace anabranch::rest {
namespace {

using testing::HasSubstr;

/// Far more than a stop takes: where it takes so long, it waited for a stream.
constexpr std::chrono::milliseconds kGrace{60'000};

/// A program that has nothing to tell of itself.
class NoProbe final : public service::ServerProbe {
 public:
  service::ServerFacts facts() const override { return {}; }
  service::StorageState storage() const override { return {}; }
};

class RunEventsTest : public testing::Test {
 protected:
  RunEventsTest() {
    EXPECT_TRUE(block_on(objects_.create_bucket("store", "")));
    versioning::Repository repository;
    repository.id = "dogs";
    repository.storage_namespace = "s3://store/dogs";
    repository.default_branch = "main";
    EXPECT_TRUE(block_on(versions_.create(repository, "admin")));
    address_ = http_.listen("127.0.0.1:0").value();
    http_.start();
  }
  ~RunEventsTest() override {
    experiments_.close();
    http_.stop(kGrace);
  }

  http::ClientRequest request(const std::string& method, const std::string& path) const {
    http::ClientRequest made;
    made.method = method;
    made.url = "http://" + address_ + "/api/v1/repositories/dogs" + path;
    made.headers.add("Authorization", "Basic " + to_base64("AKIAROOT:root-secret"));
    return made;
  }
  http::Client::Answer post(const std::string& path, const std::string& body) {
    auto made = request("POST", path);
    made.body = body;
    return client_.fetch(std::move(made)).value();
  }
  http::ClientResponse listen() {
    auto task = client_.send(request("GET", "/events"));
    return block_on(std::move(task)).value();
  }
  /// What comes until `wanted` is in it; empty `wanted`: until the end.
  static std::string read_until(ByteSource& body, const std::string& wanted) {
    std::string text;
    while (wanted.empty() || text.find(wanted) == std::string::npos) {
      const auto piece = block_on(body.next());
      EXPECT_TRUE(piece) << piece.error().message;
      if (!piece || piece->empty()) break;
      text += as_text(*piece);
    }
    return text;
  }

  testing_support::MemoryStores stores_;
  Workers workers_{"test", 2};
  objects::ObjectStore objects_{stores_.keys, stores_.blobs, system_clock(), workers_};
  auth::Credentials credentials_{stores_.keys, system_clock(), {"AKIAROOT", "root-secret"}};
  versioning::Repositories versions_{stores_.keys, objects_, system_clock(), workers_};
  experiments::Experiments experiments_{stores_.keys, versions_, system_clock(), workers_};
  service::IdentityService identity_{credentials_, system_clock(), workers_};
  service::ObjectService object_service_{objects_, versions_, workers_};
  service::RepositoryService repositories_{objects_, versions_, credentials_, system_clock(), workers_};
  service::ExperimentService experiment_service_{experiments_, versions_, credentials_, workers_};
  LoadSeries load_;
  NoProbe probe_;
  service::ServerService server_service_{objects_, versions_, load_, probe_, system_clock(), workers_};
  Api api_{identity_, repositories_, object_service_, experiment_service_, server_service_, {"test"}};
  http::Server http_{{1, {}}, [this](http::Request request) { return api_.handle(std::move(request)); }};
  http::Client client_;
  std::string address_;
};

TEST_F(RunEventsTest, AChangeReachesWhoListens) {
  const auto events = listen();
  EXPECT_EQ(events.status, 200);
  EXPECT_EQ(events.headers.get("Content-Type"), "text/event-stream");
  read_until(*events.body, "event: ping");

  ASSERT_EQ(post("/sweeps", R"({"id":"s","total":1})").status, 201);
  EXPECT_THAT(read_until(*events.body, "\"id\":\"s\""), HasSubstr("event: sweep\ndata: {"));
  ASSERT_EQ(post("/runs", R"({"id":"r","sweep":"s","name":"s-1","branch":"s-1"})").status, 201);
  ASSERT_EQ(post("/runs/r/reports", R"({"state":"running"})").body, R"({"cancel":false})");

  EXPECT_THAT(read_until(*events.body, "\"state\":\"running\""), HasSubstr("event: run\ndata: {"));
}

TEST_F(RunEventsTest, AServerThatStopsEndsOpenStreamsCleanly) {
  const auto one = listen();
  const auto two = listen();
  read_until(*one.body, "event: ping");
  read_until(*two.body, "event: ping");
  const auto began = std::chrono::steady_clock::now();

  experiments_.close();
  http_.stop(kGrace);

  EXPECT_LT(std::chrono::steady_clock::now() - began, kGrace);
  read_until(*one.body, "");
  read_until(*two.body, "");
}

TEST_F(RunEventsTest, AStreamTellsNothingMoreOnceItsKeyIsDisabledOrItsSessionEnded) {
  const auto key = block_on(credentials_.create("friend", auth::Policy::everything(), {}));
  ASSERT_TRUE(key);
  const auto principal = credentials_.principal(key->key.access_key_id);
  ASSERT_TRUE(principal);
  const std::string token = credentials_.make_token(*principal);
  const auto listen_by = [&](const std::string& field, const std::string& value) {
    auto made = request("GET", "/events");
    made.headers.set(field, value);
    if (field != "Authorization") made.headers.remove("Authorization");
    auto task = client_.send(std::move(made));
    return block_on(std::move(task)).value();
  };
  const auto pair = key->key.access_key_id + ":" + key->key.secret_access_key;
  const auto by_pair = listen_by("Authorization", "Basic " + to_base64(pair));
  const auto by_session = listen_by("Cookie", "anabranch_session=" + token);
  const auto by_root = listen();
  for (const auto* events : {&by_pair, &by_session, &by_root}) read_until(*events->body, "event: ping");

  ASSERT_TRUE(block_on(credentials_.end_token(token)));
  ASSERT_EQ(post("/sweeps", R"({"id":"s","total":1})").status, 201);
  EXPECT_EQ(read_until(*by_session.body, ""), "");
  EXPECT_THAT(read_until(*by_pair.body, "\"id\":\"s\""), HasSubstr("event: sweep"));
  ASSERT_TRUE(block_on(credentials_.set_disabled(key->key.access_key_id, true)));
  ASSERT_EQ(post("/sweeps", R"({"id":"t","total":1})").status, 201);
  EXPECT_EQ(read_until(*by_pair.body, ""), "");
  EXPECT_THAT(read_until(*by_root.body, "\"id\":\"t\""), HasSubstr("event: sweep"));
}

TEST_F(RunEventsTest, AClientThatGoesAwayIsForgotten) {
  for (int i = 0; i < 3; ++i) read_until(*listen().body, "event: ping");
  ASSERT_EQ(experiments_.listeners(), 3U);

  // It is noticed when there is something to tell: the write fails.
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  for (int i = 0; experiments_.listeners() != 0 && std::chrono::steady_clock::now() < deadline; ++i) {
    const std::string id = "s" + std::to_string(i);
    ASSERT_EQ(post("/sweeps", R"({"id":")" + id + R"(","total":1})").status, 201);
  }

  EXPECT_EQ(experiments_.listeners(), 0U);
}

TEST_F(RunEventsTest, WithoutTheRightThereAreNoEvents) {
  auto anonymous = request("GET", "/events");
  anonymous.headers.remove("Authorization");
  EXPECT_EQ(client_.fetch(std::move(anonymous)).value().status, 401);
}

TEST_F(RunEventsTest, QueriesAreCheckedByName) {
  ASSERT_EQ(post("/sweeps", R"({"id":"s","total":1})").status, 201);
  ASSERT_EQ(post("/sweeps", R"({"id":"s","total":1})").status, 409);
  ASSERT_EQ(post("/runs", R"({"id":"r","sweep":"s","name":"s-1","branch":"s-1"})").status, 201);
  const auto refused = [&](const std::string& path) {
    const auto answer = client_.fetch(request("GET", path)).value();
    EXPECT_EQ(answer.status, 400) << path;
    return answer.body;
  };

  EXPECT_THAT(refused("/runs?where=loss>1"), HasSubstr("'where'"));
  EXPECT_THAT(refused("/runs?state=asleep"), HasSubstr("'state'"));
  EXPECT_THAT(refused("/runs?order_by=x"), HasSubstr("'order_by'"));
  EXPECT_THAT(refused("/runs?after=x"), HasSubstr("'after'"));
  EXPECT_THAT(refused("/runs/r/log?stream=in"), HasSubstr("'stream'"));
  EXPECT_THAT(refused("/runs/r/log?offset=x"), HasSubstr("'offset'"));
  EXPECT_THAT(refused("/metric_series?name=loss"), HasSubstr("'run'"));
  EXPECT_THAT(refused("/metric_series?run=r&points_max=1"), HasSubstr("'points_max'"));
  EXPECT_EQ(client_.fetch(request("GET", "/runs/none")).value().status, 404);
  EXPECT_EQ(client_.fetch(request("DELETE", "/sweeps/s")).value().status, 409);
}

TEST_F(RunEventsTest, CurvesAndOutputComeBack) {
  ASSERT_EQ(post("/sweeps", R"({"id":"s","total":1})").status, 201);
  ASSERT_EQ(post("/runs", R"({"id":"r","sweep":"s","name":"s-1","branch":"s-1"})").status, 201);
  ASSERT_EQ(post("/runs/r/reports", R"({"metrics":[{"name":"loss","value":0.5,"step":1,"time_ms":9}],
                                        "stdout":{"offset":0,"text":"hello"}})")
                .status,
            200);

  EXPECT_EQ(client_.fetch(request("GET", "/metric_series?run=r&name=loss")).value().body,
            R"({"results":[{"run":"r","name":"loss","points":[[1,9,5E-1]],"count":1,"not_finite":0,)"
            R"("least":[1,9,5E-1],"greatest":[1,9,5E-1]}]})");
  EXPECT_EQ(client_.fetch(request("GET", "/runs/r/log?offset=-3")).value().body,
            R"({"stream":"stdout","offset":2,"text":"llo","size_bytes":5})");
}

TEST_F(RunEventsTest, NumbersThatJsonHasNoWordForComeBackAsTexts) {
  ASSERT_EQ(post("/sweeps", R"({"id":"s","total":1,"objective":{"metric":"loss","direction":"min"}})").status,
            201);
  ASSERT_EQ(post("/runs", R"({"id":"r","sweep":"s","name":"s-1","branch":"s-1"})").status, 201);
  ASSERT_EQ(post("/runs/r/reports", R"({"metrics":[{"name":"loss","value":"NaN","step":1,"time_ms":9},
                                        {"name":"loss","value":0.30000000000000004,"step":2,"time_ms":9}],
                                        "final_metrics":{"accuracy":"-Infinity"}})")
                .status,
            200);

  const auto series = client_.fetch(request("GET", "/metric_series?run=r&name=loss")).value().body;
  EXPECT_NE(series.find(R"([[1,9,"NaN"],[2,9,3.0000000000000004E-1]],"count":2,"not_finite":1)"),
            std::string::npos)
      << series;
  const auto run = client_.fetch(request("GET", "/runs/r")).value().body;
  EXPECT_NE(run.find(R"("accuracy":"-Infinity")"), std::string::npos) << run;
  const auto sweep = client_.fetch(request("GET", "/sweeps/s")).value().body;
  EXPECT_NE(sweep.find(R"("directions":{"accuracy":"max","loss":"min"},"main_metric":"loss","objective":)"),
            std::string::npos)
      << sweep;
  EXPECT_EQ(post("/runs/r/reports", R"({"metrics":[{"name":"loss","value":"nan"}]})").status, 400);
  EXPECT_EQ(post("/runs/r/reports", R"({"final_metrics":{"loss":"low"}})").status, 400);
  EXPECT_EQ(post("/sweeps", R"({"id":"t","total":1,"objective":{"metric":"loss","direction":"up"}})").status,
            400);
}

}  // namespace
}  // namespace anabranch::rest
