#include "rest/api.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include "base/json.h"
#include "http/browser.h"
#include "rest/call.h"
#include "rest/errors.h"

namespace anabranch::rest {
namespace {

constexpr std::string_view kBasePath = "/api/v1";

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  if (!segments.empty() && segments.back().empty()) segments.pop_back();  // a trailing slash
  return segments;
}

bool is_placeholder(std::string_view segment) { return segment.starts_with('{'); }

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& segments) {
  return std::equal(
      pattern.begin(), pattern.end(), segments.begin(), segments.end(),
      [](std::string_view want, std::string_view got) { return is_placeholder(want) || want == got; });
}

}  // namespace

// ── Call
// ─────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string_view Call::parameter(std::string_view name, std::string_view fallback) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return fallback;
}

bool Call::has_parameter(std::string_view name) const {
  return std::any_of(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
}

Result<bool> Call::flag(std::string_view name, bool fallback) const {
  if (!has_parameter(name)) return fallback;
  const std::string_view value = parameter(name);
  if (value == "1" || http::equal_ignoring_case(value, "true")) return true;
  if (value == "0" || http::equal_ignoring_case(value, "false")) return false;
  return fail(ErrorCode::invalid_argument, "query parameter '" + std::string(name) +
                                               "' must be true or false, not '" + std::string(value) + "'");
}

Result<std::int64_t> Call::whole(std::string_view name, std::int64_t fallback, std::int64_t min,
                                 std::int64_t max) const {
  if (!has_parameter(name)) return fallback;
  const std::string_view text = parameter(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= min && value <= max) return value;
  return fail(ErrorCode::invalid_argument,
              "query parameter '" + std::string(name) + "' must be a whole number between " +
                  std::to_string(min) + " and " + std::to_string(max) + ", not '" + std::string(text) + "'");
}

std::vector<std::string> Call::parameters(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query) {
    if (key == name) values.push_back(value);
  }
  return values;
}

Result<service::PageRequest> Call::page() const {
  service::PageRequest page;
  page.prefix = std::string(parameter("prefix"));
  page.after = std::string(parameter("after"));
  page.search = std::string(parameter("search"));
  if (!has_parameter("amount")) return page;
  // lakeFS: -1 or too large an amount means the largest page.
  ANABRANCH_TRY(const std::int64_t value, whole("amount", 0, -1, std::numeric_limits<std::int32_t>::max()));
  page.amount = value < 0 || value > std::int64_t{versioning::kPageMax} ? versioning::kPageMax
                                                                        : static_cast<unsigned>(value);
  if (value == 0) page.amount = versioning::kPageDefault;
  return page;
}

std::string Call::endpoint() const {
  const std::string_view scheme = request.headers.get("X-Forwarded-Proto", "http");
  return std::string(scheme) + "://" + std::string(request.headers.get("Host", request.local_address));
}

Task<Result<boost::json::object>> read_json(http::Request& request) {
  auto read = read_all(*request.body, kJsonBodySizeMax);
  auto text = co_await std::move(read);
  if (!text) co_return fail(std::move(text).error());
  if (text->empty()) co_return boost::json::object();
  auto value = parse_json(*text);
  if (!value) co_return fail(ErrorCode::malformed, "the request body is not JSON: " + value.error().message);
  if (!value->is_object()) co_return fail(ErrorCode::malformed, "the request body must be a JSON object");
  co_return std::move(value->get_object());
}

// ── Api
// ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Routes all_routes() {
  Routes all;
  for (const auto& make :
       {access_key_routes, branch_routes, commit_routes, config_routes, import_routes, object_routes,
        object_transfer_routes, ref_routes, repository_routes, run_event_routes, run_routes, server_routes,
        session_routes, staging_routes, sweep_routes, tag_routes}) {
    const Routes some = make();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

class Api::Impl {
 public:
  Impl(service::IdentityService& identity, service::RepositoryService& repositories,
       service::ObjectService& objects, service::ExperimentService& experiments,
       service::ServerService& server, ApiOptions options)
      : options_(std::move(options)), services_{identity,    repositories, objects,
                                                experiments, server,       options_} {
    for (const Route& route : all_routes()) routes_.push_back({route, split_path(route.pattern)});
  }

  Task<http::Response> handle(http::Request request) {
    const std::string path = request.path.substr(kBasePath.size());
    const auto segments = split_path(path);
    const Entry* found = nullptr;
    bool other_method = false;
    for (const Entry& entry : routes_) {
      if (!matches(entry.segments, segments)) continue;
      if (entry.route.method == request.method) {
        found = &entry;
        break;
      }
      other_method = true;
    }
    if (found == nullptr) {
      co_return message_response(other_method ? 405 : 404,
                                 other_method ? "method " + request.method + " is not for " + request.path
                                              : "no such route: " + request.method + " " + request.path);
    }
    Call call;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (!is_placeholder(found->segments[i])) continue;
      auto decoded = http::percent_decode(segments[i]);
      if (!decoded) co_return error_response(decoded.error());
      const std::string_view name = found->segments[i].substr(1, found->segments[i].size() - 2);
      call.path.emplace(std::string(name), *std::move(decoded));
    }
    auto query = http::parse_query(request.query);
    if (!query) co_return error_response(query.error());
    call.query = *std::move(query);
    if (!found->route.open) {
      std::string authorization(request.headers.get("Authorization"));
      std::string session(session_token(request));
      const bool by_cookie = authorization.empty() && !session.empty();
      if (by_cookie && http::may_change(request) && !http::is_same_origin(request)) {
        co_return message_response(
            403, "the request is signed in by a cookie and not same-origin: it may change nothing");
      }
      std::string request_id = request.request_id;
      auto authenticate = services_.identity.authenticate_rest(std::move(authorization), std::move(session),
                                                               request.remote_address, std::move(request_id));
      auto caller = co_await std::move(authenticate);
      if (!caller) co_return refusal_response(caller.error());
      call.caller = *std::move(caller);
    }
    call.request = std::move(request);
    auto task = found->route.handler(services_, std::move(call));
    co_return co_await std::move(task);
  }

 private:
  struct Entry {
    Route route;
    std::vector<std::string_view> segments;
  };
  ApiOptions options_;
  Services services_;
  std::vector<Entry> routes_;
};

Api::Api(service::IdentityService& identity, service::RepositoryService& repositories,
         service::ObjectService& objects, service::ExperimentService& experiments,
         service::ServerService& server, ApiOptions options)
    : impl_(
          std::make_unique<Impl>(identity, repositories, objects, experiments, server, std::move(options))) {}
Api::~Api() = default;

Task<http::Response> Api::handle(http::Request request) { return impl_->handle(std::move(request)); }

http::Response Api::protocol_error(int status, std::string_view why) { return message_response(status, why); }

}  // namespace anabranch::rest
