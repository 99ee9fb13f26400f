// Our own route: what changes in a repository's experiments, as server-sent events.
//
// Source: WHATWG HTML, "Server-sent events". A client that is slow is told the latest state once it reads
// again: nothing but ids waits for it.
#include <chrono>

#include "rest/call.h"
#include "rest/errors.h"
#include "rest/run_json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

/// The stream ends then and the browser opens another.
constexpr std::chrono::minutes kStreamTimeMax{15};

void append_event(std::string& out, std::string_view name, const std::string& data) {
  out.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

class EventSource final : public ByteSource {
 public:
  EventSource(std::unique_ptr<service::RunEvents> events, service::IdentityService& identity,
              const http::Request& request)
      : events_(std::move(events)),
        identity_(identity),
        authorization_(request.headers.get("Authorization")),
        session_(session_token(request)) {}

  Task<Result<ByteView>> next() override {
    text_.clear();
    if (is_over_ || std::chrono::steady_clock::now() > end_) co_return ByteView();
    if (!has_begun_) {  // at once: from here on nothing is missed
      has_begun_ = true;
      append_event(text_, "ping", "{}");
      co_return as_bytes(text_);
    }
    auto waiting = events_->next();
    auto news = co_await std::move(waiting);
    if (!news) co_return fail(std::move(news).error());
    auto asking = identity_.is_good_still(authorization_, session_);  // a key or session may have ended
    const bool may_hear = co_await std::move(asking);
    is_over_ = news->is_over || !may_hear;
    if (is_over_) co_return ByteView();
    for (const auto& run : news->runs) append_event(text_, "run", json::serialize(to_json(run)));
    for (const auto& sweep : news->sweeps) append_event(text_, "sweep", json::serialize(to_json(sweep)));
    if (text_.empty()) append_event(text_, "ping", "{}");
    co_return as_bytes(text_);
  }

 private:
  std::unique_ptr<service::RunEvents> events_;
  service::IdentityService& identity_;
  const std::string authorization_, session_;
  std::string text_;
  bool has_begun_ = false;
  bool is_over_ = false;
  const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kStreamTimeMax;
};

Task<http::Response> events(const Services& services, Call call) {
  auto task = services.experiments.events(call.caller, call.part("repository"));
  auto opened = co_await std::move(task);
  if (!opened) co_return error_response(opened.error());
  http::Response response;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // proxies that gather would hold events back
  response.stream = std::make_unique<EventSource>(*std::move(opened), services.identity, call.request);
  co_return response;
}

}  // namespace

Routes run_event_routes() { return {{"GET", "/repositories/{repository}/events", events}}; }

}  // namespace anabranch::rest
