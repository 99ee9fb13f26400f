#include "bench/s3_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <thread>
#include <utility>

#include "auth/signature.h"
#include "base/clock.h"
#include "base/hash.h"

namespace anabranch::bench {
namespace {

constexpr std::uint64_t kStreamedFromBytes = 4 * MiB;  // larger bodies are made while they are sent
constexpr std::size_t kQuotedBytes = 400;
constexpr unsigned kListPageSize = 1'000;
constexpr const char* kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string host_of(const std::string& url) {
  const auto begin = url.find("://");
  return begin == std::string::npos ? url : url.substr(begin + 3);
}

std::string basic_timestamp(TimeMs now) {
  const std::time_t seconds = now / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::uint64_t count_of(std::string_view text, std::string_view part) {
  std::uint64_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

Task<Result<Moved>> drained(std::string what, http::ClientResponse response, int wanted_status, Moved moved) {
  if (response.status != wanted_status) {
    auto failing = unexpected_answer(std::move(what), std::move(response));
    co_return co_await std::move(failing);
  }
  auto reading = read_all(*response.body, MiB);
  const Result<std::string> body = co_await std::move(reading);
  if (!body) co_return fail(body.error());
  co_return moved;
}

}  // namespace

Task<Result<Moved>> unexpected_answer(std::string what, http::ClientResponse response) {
  auto reading = read_all(*response.body, MiB);
  const Result<std::string> body = co_await std::move(reading);
  const std::string text = body ? body->substr(0, kQuotedBytes) : body.error().message;
  co_return fail(ErrorCode::internal, fmt::format("{}: answer {} {}", what, response.status, text));
}

std::string folder_name(std::uint64_t number) { return fmt::format("{:05}/", number); }

std::string ObjectSet::key(std::uint64_t i) const {
  return fmt::format("{}{}{:08}", folder, folder_name(i / kObjectsPerFolder), i);
}

void hash_payloads(ObjectSet& set, std::uint64_t count) {
  set.sha256_hex.resize(count);
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    for (std::uint64_t i = next++; i < count; i = next++) set.sha256_hex[i] = sha256_hex(set.payload(i));
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

S3Client::S3Client(http::Client& http, S3Endpoint endpoint)
    : http_(http), endpoint_(std::move(endpoint)), host_(host_of(endpoint_.url)) {}

std::string S3Client::signing_key(const std::string& date) {
  const std::lock_guard lock(mutex_);
  if (date != key_date_) {
    key_ = auth::make_signing_key(endpoint_.secret_access_key, date, endpoint_.region, "s3");
    key_date_ = date;
  }
  return key_;
}

// As auth::sign_v4 does it, for paths and queries that are in canonical form already, with a kept signing
// key: a third of the time, so that the client has more of the machine to spare.
http::Headers S3Client::sign(const Call& call) {
  const std::string timestamp = basic_timestamp(system_clock().now_ms());
  const std::string date = timestamp.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", date, endpoint_.region);
  const std::string canonical = fmt::format(
      "{}\n{}\n{}\nhost:{}\nx-amz-content-sha256:{}\nx-amz-date:{}\n\nhost;x-amz-content-sha256;x-amz-date\n{"
      "}",
      call.method, call.path, call.query, host_, call.sha256_hex, timestamp, call.sha256_hex);
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", timestamp, scope, to_hex(sha256(canonical)));
  http::Headers headers;
  headers.add("x-amz-content-sha256", call.sha256_hex);
  headers.add("x-amz-date", timestamp);
  headers.add(
      "Authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                  "Signature={}",
                  endpoint_.access_key_id, scope, to_hex(hmac_sha256(signing_key(date), to_sign))));
  return headers;
}

Task<Result<http::ClientResponse>> S3Client::send(Call call) {
  if (call.sha256_hex.empty()) call.sha256_hex = kEmptySha256;
  http::ClientRequest request;
  request.headers = sign(call);
  request.method = std::move(call.method);
  request.url = endpoint_.url + call.path;
  if (!call.query.empty()) request.url += "?" + call.query;
  if (!call.text.empty()) {
    request.body = std::move(call.text);
  } else if (call.payload.size_bytes >= kStreamedFromBytes) {
    request.stream = make_body_source(call.payload);
    request.stream_size_bytes = call.payload.size_bytes;
  } else if (call.payload.size_bytes > 0) {
    request.body = make_body(call.payload);
  }
  auto sending = http_.send(std::move(request));
  co_return co_await std::move(sending);
}

Task<Result<Moved>> S3Client::put_object(const ObjectSet& set, std::uint64_t i) {
  const Payload payload = set.payload(i);
  Call call{
      "PUT", set.path(i), {}, i < set.sha256_hex.size() ? set.sha256_hex[i] : sha256_hex(payload), payload};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  auto draining = drained("PUT " + set.key(i), *std::move(response), 200, {payload.size_bytes, 1});
  co_return co_await std::move(draining);
}

Task<Result<Moved>> S3Client::get_object(const ObjectSet& set, std::uint64_t i) {
  Call call{"GET", set.path(i)};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  if (response->status != 200) {
    auto failing = unexpected_answer("GET " + set.key(i), *std::move(response));
    co_return co_await std::move(failing);
  }
  const Payload payload = set.payload(i);
  std::uint64_t offset = 0;
  while (true) {
    auto pulling = response->body->next();
    const Result<ByteView> piece = co_await std::move(pulling);
    if (!piece) co_return fail(piece.error());
    if (piece->empty()) break;
    if (!matches(payload, offset, *piece)) {
      co_return fail(ErrorCode::internal, fmt::format("GET {}: wrong bytes from {} on", set.key(i), offset));
    }
    offset += piece->size();
  }
  if (offset != payload.size_bytes) {
    co_return fail(ErrorCode::internal,
                   fmt::format("GET {}: {} bytes, not {}", set.key(i), offset, payload.size_bytes));
  }
  co_return Moved{payload.size_bytes, 1};
}

Task<Result<Moved>> S3Client::head_object(const ObjectSet& set, std::uint64_t i) {
  Call call{"HEAD", set.path(i)};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  if (response->status == 200 && response->headers.get("Content-Length") != std::to_string(set.size_bytes)) {
    co_return fail(ErrorCode::internal, "HEAD " + set.key(i) + ": wrong Content-Length");
  }
  auto draining = drained("HEAD " + set.key(i), *std::move(response), 200, {0, 1});
  co_return co_await std::move(draining);
}

Task<Result<Moved>> S3Client::delete_object(const ObjectSet& set, std::uint64_t i) {
  Call call{"DELETE", set.path(i)};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  auto draining = drained("DELETE " + set.key(i), *std::move(response), 204, {0, 1});
  co_return co_await std::move(draining);
}

Task<Result<Moved>> S3Client::delete_objects(const ObjectSet& set, std::uint64_t first, std::uint64_t count) {
  std::string text = "<Delete>";
  for (std::uint64_t i = first; i < first + count; ++i) {
    text += "<Object><Key>" + set.key(i) + "</Key></Object>";
  }
  text += "</Delete>";
  Call call{"POST", "/" + set.bucket, "delete=", to_hex(sha256(text)), {}, std::move(text)};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  const std::string what = fmt::format("DeleteObjects from {} on", set.key(first));
  if (response->status != 200) {
    auto failing = unexpected_answer(what, *std::move(response));
    co_return co_await std::move(failing);
  }
  auto reading = read_all(*response->body, 16 * MiB);
  const Result<std::string> body = co_await std::move(reading);
  if (!body) co_return fail(body.error());
  if (const std::uint64_t deleted = count_of(*body, "<Deleted>"); deleted != count) {
    co_return fail(ErrorCode::internal, fmt::format("{}: {} deleted, not {}", what, deleted, count));
  }
  co_return Moved{0, count};
}

Task<Result<Moved>> S3Client::list_page(const ObjectSet& set, std::uint64_t i) {
  const std::string prefix = http::percent_encode(set.folder, false);
  const std::string after = http::percent_encode(set.key(i), false);
  Call call{"GET", "/" + set.bucket,
            fmt::format("list-type=2&max-keys={}&prefix={}&start-after={}", kListPageSize, prefix, after)};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  if (response->status != 200) {
    auto failing = unexpected_answer("LIST after " + set.key(i), *std::move(response));
    co_return co_await std::move(failing);
  }
  auto reading = read_all(*response->body, 16 * MiB);
  const Result<std::string> body = co_await std::move(reading);
  if (!body) co_return fail(body.error());
  const std::uint64_t entries = count_of(*body, "<Key>");
  const std::uint64_t wanted = std::min<std::uint64_t>(kListPageSize, set.count - i - 1);
  if (entries != wanted) {
    co_return fail(ErrorCode::internal,
                   fmt::format("LIST after {}: {} entries, not {}", set.key(i), entries, wanted));
  }
  co_return Moved{0, entries};
}

Task<Result<bool>> S3Client::has_object(const ObjectSet& set, std::uint64_t i) {
  Call call{"HEAD", set.path(i)};
  auto sending = send(std::move(call));
  Result<http::ClientResponse> response = co_await std::move(sending);
  if (!response) co_return fail(response.error());
  co_return response->status == 200 &&
      response->headers.get("Content-Length") == std::to_string(set.size_bytes);
}

Result<void> S3Client::create_bucket(const std::string& bucket) {
  Call call{"PUT", "/" + bucket};
  ANABRANCH_TRY(auto response, block_on(send(std::move(call))));
  if (response.status == 409) return {};
  ANABRANCH_CHECK(block_on(drained("PUT bucket " + bucket, std::move(response), 200, {})));
  return {};
}

Result<void> S3Client::delete_bucket(const std::string& bucket) {
  Call call{"DELETE", "/" + bucket};
  ANABRANCH_TRY(auto response, block_on(send(std::move(call))));
  ANABRANCH_CHECK(block_on(drained("DELETE bucket " + bucket, std::move(response), 204, {})));
  return {};
}

}  // namespace anabranch::bench
