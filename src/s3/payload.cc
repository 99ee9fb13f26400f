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
constexpr std::size_t kMd5Size = 16;

Error signed_hash_differs() {
  return s3_fail(ErrorCode::bad_digest, "XAmzContentSHA256Mismatch",
                 "The provided 'x-amz-content-sha256' header does not match what was computed.")
      .value();
}

Result<std::uint64_t> decoded_length(const http::Headers& headers) {
  const std::string_view text = headers.get("x-amz-decoded-content-length");
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return s3_fail(ErrorCode::invalid_argument, "MissingContentLength",
                   "You must provide the x-amz-decoded-content-length HTTP header.");
  }
  return size;
}

/// The digests that trailers bring, once the body has ended.
Result<service::ExpectedDigests> trailer_digests(const http::Headers& trailers,
                                                 const std::vector<HashAlgorithm>& announced) {
  ANABRANCH_TRY(auto digests, checksum_headers(trailers));
  for (const HashAlgorithm algorithm : announced) {
    const bool came =
        std::any_of(digests.begin(), digests.end(), [&](const auto& d) { return d.algorithm == algorithm; });
    if (!came) {
      return s3_fail(ErrorCode::malformed, "MalformedTrailerError",
                     "The announced trailer " + std::string(checksum_header(algorithm)) + " did not come.");
    }
  }
  return digests;
}

}  // namespace

Result<void> Payload::read_form(const http::Request& request, const service::Authenticated& authenticated) {
  // What was signed counts; a presigned URL's client may say more in a header of its own.
  for (const std::string_view form :
       {std::string_view(authenticated.facts.payload_hash), request.headers.get("x-amz-content-sha256")}) {
    if (form.empty() || form == kUnsigned) continue;
    if (form.size() == kSha256HexSize) {
      auto digest = from_hex(form);
      if (!digest) return fail(ErrorCode::invalid_argument, "x-amz-content-sha256 is not hexadecimal.");
      if (signed_sha256_ && *signed_sha256_ != *digest) {
        return tl::unexpected(signed_hash_differs());
      }
      signed_sha256_ = *std::move(digest);
      continue;
    }
    const bool is_signed = form == kStreamingSigned || form == kStreamingSignedTrailer;
    if (!is_signed && form != kStreamingUnsignedTrailer) {
      if (form.starts_with("STREAMING-")) {
        return fail(ErrorCode::not_implemented, "The payload form " + std::string(form) + " is not offered.");
      }
      return fail(ErrorCode::invalid_argument,
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a streaming form or a valid sha256 value.");
    }
    if (chunked_ || !sized_) continue;
    std::optional<ChunkSigning> signing;
    if (is_signed) {
      if (authenticated.signing_key.empty()) {
        return fail(ErrorCode::signature_mismatch,
                    "Signed chunks need a version 4 signature in the headers.");
      }
      signing = ChunkSigning{authenticated.signing_key, authenticated.facts};
    }
    ANABRANCH_TRY(size_bytes_, decoded_length(request.headers));
    chunked_ = std::make_unique<AwsChunkedSource>(*body_, std::move(signing), form != kStreamingSigned);
  }
  return {};
}

Result<void> Payload::read_md5(const http::Headers& headers) {
  const auto* text = headers.find("Content-MD5");
  if (text == nullptr) return {};
  auto digest = from_base64(*text);
  if (!digest || digest->size() != kMd5Size) {
    return s3_fail(ErrorCode::invalid_argument, "InvalidDigest",
                   "The Content-MD5 you specified is not valid.");
  }
  expected_.push_back({HashAlgorithm::md5, *std::move(digest)});
  return {};
}

Result<void> Payload::read_trailer_names(std::string_view names) {
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    constexpr std::string_view kPrefix = "x-amz-checksum-";
    if (!starts_with_ignoring_case(name, kPrefix)) continue;
    const auto algorithm = parse_checksum_algorithm(name.substr(kPrefix.size()));
    if (!algorithm) {
      return s3_fail(
          ErrorCode::invalid_argument, "InvalidRequest",
          "The value specified in the x-amz-trailer header is not supported: " + std::string(name));
    }
    in_trailers_.push_back(*algorithm);
    stored_.push_back(*algorithm);
  }
  return {};
}

Result<void> Payload::read_checksums(const http::Headers& headers) {
  ANABRANCH_TRY(auto checksums, checksum_headers(headers));
  for (service::ExpectedDigest& digest : checksums) {
    stored_.push_back(digest.algorithm);
    expected_.push_back(std::move(digest));
  }
  ANABRANCH_CHECK(read_trailer_names(headers.get("x-amz-trailer")));
  for (const std::string_view header : {"x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"}) {
    const std::string_view name = headers.get(header);
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

Result<std::unique_ptr<Payload>> Payload::of(http::Request& request,
                                             const service::Authenticated& authenticated,
                                             ChecksumsOf checksums) {
  std::unique_ptr<Payload> payload(new Payload);
  payload->body_ = std::move(request.body);
  payload->http_trailers_ = request.trailers;
  payload->sized_ = request.content_length.has_value() || request.chunked;
  payload->size_bytes_ = request.content_length;
  ANABRANCH_CHECK(payload->read_form(request, authenticated));
  ANABRANCH_CHECK(payload->read_md5(request.headers));
  if (checksums == ChecksumsOf::body) ANABRANCH_CHECK(payload->read_checksums(request.headers));
  return payload;
}

const http::Headers* Payload::trailers() const {
  if (in_trailers_.empty()) return nullptr;
  return chunked_ ? &chunked_->trailers() : http_trailers_.get();
}

Result<service::ReceiveOptions> Payload::options(std::uint64_t size_bytes_max) const {
  if (!sized_) {
    return s3_fail(ErrorCode::invalid_argument, "MissingContentLength",
                   "You must provide the Content-Length HTTP header.");
  }
  if (size_bytes_ && *size_bytes_ > size_bytes_max) {
    return fail(ErrorCode::entity_too_large,
                "Your proposed upload exceeds the maximum allowed object size of " +
                    std::to_string(size_bytes_max) + " bytes.");
  }
  service::ReceiveOptions options;
  options.size_bytes = size_bytes_;
  options.expected = expected_;
  if (signed_sha256_) {
    options.expected.push_back({HashAlgorithm::sha256, *signed_sha256_, signed_hash_differs().message});
  }
  options.stored_checksums = stored_;
  if (const http::Headers* const brought = trailers()) {
    options.trailing_expected = [brought, announced = in_trailers_] {
      return trailer_digests(*brought, announced);
    };
  }
  return options;
}

Task<Result<std::string>> Payload::read_text(std::uint64_t size_bytes_max) {
  std::string text;
  if (chunked_ || (sized_ && size_bytes_ != 0)) {
    auto read = read_all(source(), size_bytes_max);
    auto whole = co_await std::move(read);
    if (!whole) co_return fail(std::move(whole).error());
    text = *std::move(whole);
    if (size_bytes_ && text.size() != *size_bytes_) {
      co_return fail(ErrorCode::incomplete_body, "The body is not of the length that was announced.");
    }
  }
  if (signed_sha256_ && sha256(text) != *signed_sha256_) {
    co_return tl::unexpected(signed_hash_differs());
  }
  auto expected = expected_;
  if (const http::Headers* const brought = trailers()) {
    auto trailing = trailer_digests(*brought, in_trailers_);
    if (!trailing) co_return fail(std::move(trailing).error());
    expected.insert(expected.end(), trailing->begin(), trailing->end());
  }
  for (const service::ExpectedDigest& wanted : expected) {
    if (digest(wanted.algorithm, text) == wanted.value) continue;
    co_return fail(ErrorCode::bad_digest,
                   "The Content-MD5 or checksum you specified did not match what we received.");
  }
  co_return text;
}

}  // namespace anabranch::s3
