// Our own routes: runs, what their runner reports, their curves and output.
#include <algorithm>

#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"
#include "rest/run_json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

constexpr std::int64_t kPointsDefault = 500;
constexpr std::int64_t kPointsMin = 2, kPointsMax = 100'000;
constexpr std::int64_t kLogAmountDefault = 64 * 1024, kLogAmountMax = 1024 * 1024;
constexpr std::size_t kConditionsMax = 50;

Result<service::RunQuery> parse_query(const Call& call) {
  service::RunQuery query;
  ANABRANCH_TRY(const auto page, call.page());
  query.prefix = page.prefix;
  query.after = page.after;
  query.amount = page.amount;
  query.sweep = std::string(call.parameter("sweep"));
  for (const auto& text : call.parameters("state")) {
    const auto state = experiments::parse_state(text);
    if (!state)
      return fail(ErrorCode::invalid_argument, "query parameter 'state': there is no '" + text + "'");
    query.states.push_back(*state);
  }
  const auto conditions = call.parameters("where");
  if (conditions.size() > kConditionsMax) {
    return fail(ErrorCode::invalid_argument,
                "query parameter 'where' is given more than " + std::to_string(kConditionsMax) + " times");
  }
  for (const auto& text : conditions) {
    ANABRANCH_TRY(auto condition, experiments::parse_condition(text));
    query.conditions.push_back(std::move(condition));
  }
  ANABRANCH_TRY(query.order,
                experiments::parse_order(call.parameter("order_by"), call.parameter("direction")));
  return query;
}

Task<http::Response> create(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto run = parse_run(*body);
  if (!run) co_return error_response(run.error());
  run->repository = call.part("repository");
  auto task = services.experiments.create_run(call.caller, *std::move(run));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> report(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto parsed = parse_report(*body);
  if (!parsed) co_return error_response(parsed.error());
  auto task =
      services.experiments.report(call.caller, call.part("repository"), call.part("run"), *std::move(parsed));
  auto cancel = co_await std::move(task);
  if (!cancel) co_return error_response(cancel.error());
  co_return json_response(200, json::object{{"cancel", *cancel}});
}

Task<http::Response> list(const Services& services, Call call) {
  auto query = parse_query(call);
  if (!query) co_return error_response(query.error());
  const unsigned amount = query->amount;
  auto task = services.experiments.list_runs(call.caller, call.part("repository"), *std::move(query));
  auto runs = co_await std::move(task);
  if (!runs) co_return error_response(runs.error());
  json::object page = page_json(*runs, amount, [](const service::Run& run) { return to_json(run); });
  page.emplace("directions", directions_of(runs->items));
  co_return json_response(200, page);
}

Task<http::Response> get(const Services& services, Call call) {
  auto task = services.experiments.get_run(call.caller, call.part("repository"), call.part("run"));
  auto run = co_await std::move(task);
  if (!run) co_return error_response(run.error());
  co_return json_response(200, to_json(*run));
}

Task<http::Response> begin_attempt(const Services& services, Call call) {
  auto task = services.experiments.begin_attempt(call.caller, call.part("repository"), call.part("run"));
  auto run = co_await std::move(task);
  if (!run) co_return error_response(run.error());
  co_return json_response(201, to_json(*run));
}

Task<http::Response> cancel(const Services& services, Call call) {
  auto task = services.experiments.cancel_run(call.caller, call.part("repository"), call.part("run"));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Task<http::Response> remove(const Services& services, Call call) {
  auto task = services.experiments.remove_run(call.caller, call.part("repository"), call.part("run"));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Task<http::Response> rebuild(const Services& services, Call call) {
  auto task = services.experiments.rebuild(call.caller, call.part("repository"));
  auto rebuilt = co_await std::move(task);
  if (!rebuilt) co_return error_response(rebuilt.error());
  co_return json_response(200, json::object{{"rebuilt", *rebuilt}});
}

Task<http::Response> series(const Services& services, Call call) {
  std::vector<std::string> runs = call.parameters("run");
  if (runs.empty() || runs.size() > experiments::kSeriesRunsMax) {
    co_return message_response(400, "query parameter 'run' must be given 1 to " +
                                        std::to_string(experiments::kSeriesRunsMax) + " times");
  }
  auto points_max = call.whole("points_max", kPointsDefault, kPointsMin, kPointsMax);
  if (!points_max) co_return error_response(points_max.error());
  std::string name(call.parameter("name"));
  auto task = services.experiments.series(call.caller, call.part("repository"), std::move(runs),
                                          std::move(name), static_cast<std::size_t>(*points_max));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  json::array results;
  for (const auto& each : *found) results.push_back(to_json(each));
  co_return json_response(200, json::object{{"results", std::move(results)}});
}

Task<http::Response> log(const Services& services, Call call) {
  const std::string_view name = call.parameter("stream", "stdout");
  if (name != "stdout" && name != "stderr")
    co_return message_response(400, "query parameter 'stream' must be 'stdout' or 'stderr'");
  const service::Stream stream = name == "stdout" ? service::Stream::out : service::Stream::err;
  constexpr std::int64_t kFar = std::int64_t{1} << 62;
  auto offset = call.whole("offset", 0, -kFar, kFar);
  if (!offset) co_return error_response(offset.error());
  auto amount = call.whole("amount", kLogAmountDefault, 1, kLogAmountMax);
  if (!amount) co_return error_response(amount.error());
  auto task = services.experiments.log(call.caller, call.part("repository"), call.part("run"), stream,
                                       *offset, static_cast<std::uint64_t>(*amount));
  auto page = co_await std::move(task);
  if (!page) co_return error_response(page.error());
  co_return json_response(200, to_json(*page, stream));
}

Task<http::Response> behind(const Services& services, Call call) {
  const std::string ref = call.part("ref");
  auto task = services.experiments.run_behind(call.caller, call.part("repository"), ref);
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  service::Run run = experiments::described_run(*found, ref);
  run.repository = call.part("repository");
  co_return json_response(200, json::object{{"commit_id", found->commit.id},
                                            {"is_recorded", found->record.has_value()},
                                            {"run", to_json(run)}});
}

}  // namespace

Routes run_routes() {
  return {
      {"GET", "/repositories/{repository}/refs/{ref}/run", behind},
      {"POST", "/repositories/{repository}/runs/rebuild", rebuild},
      {"POST", "/repositories/{repository}/runs", create},
      {"GET", "/repositories/{repository}/runs", list},
      {"GET", "/repositories/{repository}/runs/{run}", get},
      {"DELETE", "/repositories/{repository}/runs/{run}", remove},
      {"POST", "/repositories/{repository}/runs/{run}/reports", report},
      {"POST", "/repositories/{repository}/runs/{run}/attempts", begin_attempt},
      {"POST", "/repositories/{repository}/runs/{run}/cancel", cancel},
      {"GET", "/repositories/{repository}/runs/{run}/log", log},
      {"GET", "/repositories/{repository}/metric_series", series},
  };
}

}  // namespace anabranch::rest
