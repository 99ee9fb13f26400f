#include "s3/payload.h"

#include <algorithm>
#include <charconv>

#include "s3/headers.h"

namespace anabranch::s3 {
namespace {

constexpr std::string_view kStreamingSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kStreamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kStreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
constexpr std::size_t kSha256HexSize = 64;

Result<std::uint64_t> decoded_length(const Call& call) {
  const std::string_view text = call.header("x-amz-decoded-content-length");
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return s3_fail(ErrorCode::invalid_argument, "MissingContentLength",
                   "You must provide the x-amz-decoded-content-length HTTP header.");
  }
  return size;
}

/// The digests that trailers bring, once the body has ended.
Result<std::vector<std::pair<HashAlgorithm, std::string>>> trailer_digests(
    const http::Headers& trailers, const std::vector<HashAlgorithm>& announced) {
  ANABRANCH_TRY(auto digests, checksum_headers(trailers));
  for (const HashAlgorithm algorithm : announced) {
    const bool came =
        std::any_of(digests.begin(), digests.end(), [&](const auto& d) { return d.first == algorithm; });
    if (!came) {
      return s3_fail(ErrorCode::malformed, "MalformedTrailerError",
                     "The announced trailer " + std::string(checksum_header(algorithm)) + " did not come.");
    }
  }
  return digests;
}

}  // namespace

Result<void> Payload::read_digests() {
  if (const auto* text = call_.request.headers.find("Content-MD5")) {
    auto digest = from_base64(*text);
    if (!digest || digest->size() != 16) {
      return s3_fail(ErrorCode::invalid_argument, "InvalidDigest",
                     "The Content-MD5 you specified is not valid.");
    }
    expected_.emplace_back(HashAlgorithm::md5, *std::move(digest));
  }
  ANABRANCH_TRY(auto checksums, checksum_headers(call_.request.headers));
  for (auto& [algorithm, digest] : checksums) {
    stored_.push_back(algorithm);
    expected_.emplace_back(algorithm, std::move(digest));
  }
  std::string_view names = call_.header("x-amz-trailer");
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    constexpr std::string_view kPrefix = "x-amz-checksum-";
    if (name.size() <= kPrefix.size() || !http::equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix))
      continue;
    const auto algorithm = parse_checksum_algorithm(name.substr(kPrefix.size()));
    if (!algorithm) {
      return s3_fail(
          ErrorCode::invalid_argument, "InvalidRequest",
          "The value specified in the x-amz-trailer header is not supported: " + std::string(name));
    }
    in_trailers_.push_back(*algorithm);
    stored_.push_back(*algorithm);
  }
  for (const std::string_view header : {"x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"}) {
    const std::string_view name = call_.header(header);
    if (name.empty() || !stored_.empty()) continue;
    const auto algorithm = parse_checksum_algorithm(name);
    if (!algorithm) {
      return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                     "Checksum algorithm provided is unsupported: " + std::string(name));
    }
    stored_.push_back(*algorithm);
  }
  return {};
}

Result<std::unique_ptr<Payload>> Payload::of(Call& call, std::uint64_t size_bytes_max) {
  std::unique_ptr<Payload> payload(new Payload(call));
  const std::string_view form = call.header("x-amz-content-sha256");
  const bool streaming = form.starts_with("STREAMING-");
  if (streaming) {
    const bool is_signed = form == kStreamingSigned || form == kStreamingSignedTrailer;
    if (!is_signed && form != kStreamingUnsignedTrailer) {
      return fail(ErrorCode::not_implemented, "The payload form " + std::string(form) + " is not offered.");
    }
    std::optional<ChunkSigning> signing;
    if (is_signed) {
      if (!call.authenticated || call.authenticated->signing_key.empty()) {
        return fail(ErrorCode::signature_mismatch,
                    "Signed chunks need a version 4 signature in the headers.");
      }
      signing = ChunkSigning{call.authenticated->signing_key, call.authenticated->facts};
    }
    ANABRANCH_TRY(payload->size_bytes_, decoded_length(call));
    payload->chunked_ =
        std::make_unique<AwsChunkedSource>(*call.request.body, std::move(signing), form != kStreamingSigned);
  } else {
    if (!call.request.content_length && !call.request.chunked) {
      return s3_fail(ErrorCode::invalid_argument, "MissingContentLength",
                     "You must provide the Content-Length HTTP header.");
    }
    payload->size_bytes_ = call.request.content_length;
    if (form.size() == kSha256HexSize) {
      auto digest = from_hex(form);
      if (!digest) return fail(ErrorCode::invalid_argument, "x-amz-content-sha256 is not hexadecimal.");
      payload->expected_.emplace_back(HashAlgorithm::sha256, *std::move(digest));
    } else if (!form.empty() && form != kUnsigned) {
      return fail(ErrorCode::invalid_argument,
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a streaming form or a valid sha256 value.");
    }
  }
  if (payload->size_bytes_ && *payload->size_bytes_ > size_bytes_max) {
    return fail(ErrorCode::entity_too_large,
                "Your proposed upload exceeds the maximum allowed object size of " +
                    std::to_string(size_bytes_max) + " bytes.");
  }
  ANABRANCH_CHECK(payload->read_digests());
  return payload;
}

service::ReceiveOptions Payload::options() const {
  service::ReceiveOptions options;
  options.size_bytes = size_bytes_;
  options.expected = expected_;
  options.stored_checksums = stored_;
  if (!in_trailers_.empty()) {
    const http::Headers* trailers = chunked_ ? &chunked_->trailers() : call_.request.trailers.get();
    if (trailers != nullptr) {
      options.trailing_expected = [trailers, announced = in_trailers_] {
        return trailer_digests(*trailers, announced);
      };
    }
  }
  return options;
}

Task<Result<std::string>> Payload::read_text(std::uint64_t size_bytes_max) {
  auto read = read_all(source(), size_bytes_max);
  auto text = co_await std::move(read);
  if (!text) co_return fail(std::move(text).error());
  auto expected = expected_;
  if (chunked_ && !in_trailers_.empty()) {
    auto trailing = trailer_digests(chunked_->trailers(), in_trailers_);
    if (!trailing) co_return fail(std::move(trailing).error());
    expected.insert(expected.end(), trailing->begin(), trailing->end());
  }
  for (const auto& [algorithm, wanted] : expected) {
    if (digest(algorithm, *text) == wanted) continue;
    if (algorithm == HashAlgorithm::sha256 && call_.header("x-amz-content-sha256").size() == kSha256HexSize) {
      co_return s3_fail(ErrorCode::bad_digest, "XAmzContentSHA256Mismatch",
                        "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    co_return fail(ErrorCode::bad_digest,
                   "The Content-MD5 or checksum you specified did not match what we received.");
  }
  co_return text;
}

}  // namespace anabranch::s3
