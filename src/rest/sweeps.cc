// Our own routes: sweeps.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"
#include "rest/run_json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

json::object print(const service::Sweep& sweep) { return to_json(sweep); }

Task<http::Response> create(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto sweep = parse_sweep(*body);
  if (!sweep) co_return error_response(sweep.error());
  sweep->repository = call.part("repository");
  auto task = services.experiments.create_sweep(call.caller, *std::move(sweep));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> list(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  auto task = services.experiments.list_sweeps(call.caller, call.part("repository"), *page);
  auto sweeps = co_await std::move(task);
  if (!sweeps) co_return error_response(sweeps.error());
  co_return json_response(200, page_json(*sweeps, page->amount, print));
}

Task<http::Response> list_active(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const auto active = call.flag("active");
  if (!active) co_return error_response(active.error());
  if (!*active) {
    co_return message_response(400,
                               "query parameter 'active' must be true: all sweeps are listed per repository");
  }
  auto task = services.experiments.active_sweeps(call.caller);
  auto sweeps = co_await std::move(task);
  if (!sweeps) co_return error_response(sweeps.error());
  // There are as many as runners at work: all are given at once.
  service::Page<service::Sweep> all;
  all.items = *std::move(sweeps);
  co_return json_response(200, page_json(all, page->amount, print));
}

Task<http::Response> get(const Services& services, Call call) {
  auto task = services.experiments.get_sweep(call.caller, call.part("repository"), call.part("sweep"));
  auto sweep = co_await std::move(task);
  if (!sweep) co_return error_response(sweep.error());
  co_return json_response(200, to_json(*sweep));
}

Task<http::Response> cancel(const Services& services, Call call) {
  auto task = services.experiments.cancel_sweep(call.caller, call.part("repository"), call.part("sweep"));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Task<http::Response> remove(const Services& services, Call call) {
  auto task = services.experiments.remove_sweep(call.caller, call.part("repository"), call.part("sweep"));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

}  // namespace

Routes sweep_routes() {
  return {
      {"GET", "/sweeps", list_active},
      {"POST", "/repositories/{repository}/sweeps", create},
      {"GET", "/repositories/{repository}/sweeps", list},
      {"GET", "/repositories/{repository}/sweeps/{sweep}", get},
      {"DELETE", "/repositories/{repository}/sweeps/{sweep}", remove},
      {"POST", "/repositories/{repository}/sweeps/{sweep}/cancel", cancel},
  };
}

}  // namespace anabranch::rest
