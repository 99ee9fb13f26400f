#include "runner/api_transport.h"

#include <algorithm>
#include <thread>

#include "base/hash.h"
#include "base/json.h"

namespace anabranch::runner {
namespace {

namespace json = boost::json;

constexpr auto kFirstPause = std::chrono::milliseconds(200);
constexpr auto kLongestPause = std::chrono::milliseconds(5'000);
constexpr std::size_t kMessageSizeMax = 500;
constexpr int kPageAmount = 1'000;

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
      return ErrorCode::unauthenticated;
    case 403:
      return ErrorCode::access_denied;
    case 404:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    case 410:
      return ErrorCode::source_changed;
    case 412:
      return ErrorCode::precondition_failed;
    case 413:
      return ErrorCode::entity_too_large;
    case 503:
      return ErrorCode::unavailable;
    case 507:
      return ErrorCode::no_space;
    default:
      return status < 500 ? ErrorCode::invalid_argument : ErrorCode::internal;
  }
}

bool passes_with_time(ErrorCode code) { return code == ErrorCode::unavailable || code == ErrorCode::timeout; }

Result<json::object> parse_object(const std::string& body) {
  auto value = parse_json(body);
  if (!value || !value->is_object()) {
    return fail(ErrorCode::malformed,
                "the server's answer is not a JSON object: is this an Anabranch endpoint?");
  }
  return std::move(value->get_object());
}

}  // namespace

Error api_error(int status, std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  std::string message;
  if (!error && value.is_object()) message = text_of(value.get_object(), "message");
  if (message.empty()) {
    message = "the server answered " + std::to_string(status);
    if (!body.empty() && error) message += ": " + std::string(body.substr(0, kMessageSizeMax));
  }
  return Error{code_of(status), std::move(message)};
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool truth_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

ApiTransport::ApiTransport(http::Client& http, Connection connection, std::chrono::milliseconds patience)
    : http_(&http),
      connection_(std::move(connection)),
      patience_(patience),
      authorization_("Basic " +
                     to_base64(connection_.access_key_id + ":" + connection_.secret_access_key.reveal())) {}

http::ClientRequest ApiTransport::request(const std::string& method, const std::string& path) const {
  http::ClientRequest request;
  request.method = method;
  request.url = connection_.endpoint + "/api/v1" + path;
  request.headers.add("Authorization", authorization_.reveal());
  return request;
}

Result<http::Client::Answer> ApiTransport::send(const Make& make, Repeat repeat) const {
  const auto until = std::chrono::steady_clock::now() + patience_;
  auto pause = kFirstPause;
  while (true) {
    ANABRANCH_TRY(http::ClientRequest request, make());
    auto answer = http_->fetch(std::move(request));
    if (answer && answer->status < 400) return answer;
    Error error = answer ? api_error(answer->status, answer->body) : answer.error();
    if (!answer) error.message = connection_.endpoint + ": " + error.message;
    if (repeat == Repeat::never || !passes_with_time(error.code) ||
        std::chrono::steady_clock::now() + pause > until) {
      return fail(std::move(error));
    }
    std::this_thread::sleep_for(pause);  // tidy-allow: nothing tells when a server is back
    pause = std::min(2 * pause, kLongestPause);
  }
}

Result<json::object> ApiTransport::get(const std::string& path) const {
  ANABRANCH_TRY(const auto answer, send([&] { return request("GET", path); }, Repeat::while_unavailable));
  return parse_object(answer.body);
}

Result<json::object> ApiTransport::post(const std::string& path, const json::object& body,
                                        Repeat repeat) const {
  const auto make = [&]() -> Result<http::ClientRequest> {
    http::ClientRequest made = request("POST", path);
    made.headers.add("Content-Type", "application/json");
    made.body = json::serialize(body);
    return made;
  };
  ANABRANCH_TRY(const auto answer, send(make, repeat));
  return answer.body.empty() ? Result<json::object>(json::object()) : parse_object(answer.body);
}

Result<std::string> ApiTransport::post_for_text(const std::string& path, const json::object& body) const {
  const auto make = [&]() -> Result<http::ClientRequest> {
    http::ClientRequest made = request("POST", path);
    made.headers.add("Content-Type", "application/json");
    made.body = json::serialize(body);
    return made;
  };
  ANABRANCH_TRY(auto answer, send(make, Repeat::never));
  return std::move(answer.body);
}

Result<void> ApiTransport::put(const std::string& path, const json::object& body) const {
  const auto make = [&]() -> Result<http::ClientRequest> {
    http::ClientRequest made = request("PUT", path);
    made.headers.add("Content-Type", "application/json");
    made.body = json::serialize(body);
    return made;
  };
  const auto answer = send(make, Repeat::never);
  if (!answer) return fail(answer.error());
  return {};
}

Result<void> ApiTransport::remove(const std::string& path) const {
  const auto answer = send([&] { return request("DELETE", path); }, Repeat::while_unavailable);
  if (!answer) return fail(answer.error());
  return {};
}

Result<void> ApiTransport::pages(const std::string& path, const Each& each) const {
  return pages(path, kPageAmount, each);
}

Result<void> ApiTransport::first(const std::string& path, const Each& each) const {
  const Each only = [&each](const json::object& item) -> Result<bool> {
    ANABRANCH_CHECK(each(item));
    return false;
  };
  return pages(path, 1, only);
}

Result<void> ApiTransport::pages(const std::string& path, int amount, const Each& each) const {
  const std::string base =
      path + (path.find('?') == std::string::npos ? "?" : "&") + "amount=" + std::to_string(amount);
  std::string after;
  while (true) {
    ANABRANCH_TRY(const json::object page, get(after.empty() ? base : base + "&after=" + after));
    const auto* results = page.if_contains("results");
    const auto* pagination = page.if_contains("pagination");
    if (results == nullptr || !results->is_array() || pagination == nullptr || !pagination->is_object()) {
      return fail(ErrorCode::malformed, "the server's answer is not a page of results");
    }
    for (const auto& item : results->get_array()) {
      if (!item.is_object()) return fail(ErrorCode::malformed, "the server's page holds what is no object");
      ANABRANCH_TRY(const bool go_on, each(item.get_object()));
      if (!go_on) return {};
    }
    if (!truth_of(pagination->get_object(), "has_more")) return {};
    std::string next = http::percent_encode(text_of(pagination->get_object(), "next_offset"), false);
    if (next.empty() || next == after) {
      return fail(ErrorCode::malformed, "the server says that there is more, and not where");
    }
    after = std::move(next);
  }
}

}  // namespace anabranch::runner
