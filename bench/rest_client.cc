#include "bench/rest_client.h"

#include <boost/json.hpp>
#include <utility>

#include "base/hash.h"

namespace anabranch::bench {
namespace {
constexpr std::uint64_t kAnswerBytesMax = 64 * MiB;
constexpr std::size_t kQuotedBytes = 400;
}  // namespace

RestClient::RestClient(http::Client& http, std::string base_url, const std::string& access_key_id,
                       const std::string& secret_access_key)
    : http_(http),
      base_url_(std::move(base_url)),
      authorization_("Basic " + to_base64(access_key_id + ":" + secret_access_key)) {}

Task<Result<std::string>> RestClient::send(std::string method, std::string path, std::string body) {
  const std::string what = method + " " + path;
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = base_url_ + path;
  request.headers.add("Authorization", authorization_);
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  auto sending = http_.send(std::move(request));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  auto reading = read_all(*response->body, kAnswerBytesMax);
  Result<std::string> answer = co_await std::move(reading);
  if (!answer) co_return fail(answer.error());
  if (response->status / 100 == 2) co_return answer;
  co_return fail(ErrorCode::internal, what + ": answer " + std::to_string(response->status) + " " +
                                          answer->substr(0, kQuotedBytes));
}

Result<std::string> RestClient::call(std::string method, std::string path, std::string body) {
  return block_on(send(std::move(method), std::move(path), std::move(body)));
}

Result<boost::json::object> parse_object(const std::string& text) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object())
    return fail(ErrorCode::malformed, "not a JSON object: " + text.substr(0, kQuotedBytes));
  return std::move(value.get_object());
}

}  // namespace anabranch::bench
