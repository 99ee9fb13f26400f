// Signing, for our own clients and for presigned URLs: see auth/signature.h.
#include <algorithm>
#include <array>

#include "auth/canonical.h"
#include "auth/signature_v4.h"
#include "auth/timestamp.h"

namespace anabranch::auth {
namespace {

/// Headers that hops between client and server add, change or drop.
constexpr auto kUnsignedHeaders =
    std::to_array<std::string_view>({"accept-encoding", "authorization", "connection", "expect", "te",
                                     "trailer", "transfer-encoding", "upgrade", "user-agent"});

SignatureFacts facts_of(std::string_view access_key_id, std::string_view region, TimeMs now) {
  SignatureFacts facts;
  facts.access_key_id = access_key_id;
  facts.timestamp = to_basic_timestamp(now);
  facts.date = facts.timestamp.substr(0, 8);
  facts.region = region;
  facts.service = "s3";
  return facts;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out.push_back(';');
    out.append(name);
  }
  return out;
}

}  // namespace

std::string presign_v4(std::string_view method, std::string_view host, std::string_view path,
                       std::string_view query, std::string_view access_key_id, std::string_view secret,
                       std::string_view region, TimeMs now, std::int64_t expires_seconds) {
  SignatureFacts facts = facts_of(access_key_id, region, now);
  facts.presigned = true;
  facts.payload_hash = kUnsignedPayload;
  facts.signed_headers = {"host"};
  facts.expires_seconds = std::clamp<std::int64_t>(expires_seconds, 1, kPresignedSecondsMax);

  std::string out = "X-Amz-Algorithm=" + std::string(kAlgorithmV4) + "&X-Amz-Credential=";
  append_encoded(out, facts.access_key_id + "/" + facts.scope(), false);
  out.append("&X-Amz-Date=").append(facts.timestamp);
  out.append("&X-Amz-Expires=").append(std::to_string(facts.expires_seconds));
  out.append("&X-Amz-SignedHeaders=host");
  if (!query.empty()) out.append("&").append(query);

  const SignedRequest request{std::string(method), std::string(path), out, {{"host", std::string(host)}}};
  const std::string key = make_signing_key(secret, facts.date, facts.region, facts.service);
  out.append("&X-Amz-Signature=");
  out.append(signature_v4(canonical_request(request, facts, PathForm::strict), facts, key));
  return out;
}

std::vector<std::pair<std::string, std::string>> sign_v4(const SignedRequest& request,
                                                         std::string_view payload_sha256,
                                                         std::string_view access_key_id,
                                                         std::string_view secret, std::string_view region,
                                                         TimeMs now) {
  SignatureFacts facts = facts_of(access_key_id, region, now);
  facts.payload_hash = payload_sha256;
  SignedRequest complete = request;
  complete.headers.emplace_back("x-amz-date", facts.timestamp);
  complete.headers.emplace_back("x-amz-content-sha256", facts.payload_hash);
  for (const auto& header : complete.headers) {
    std::string name = to_lower(header.first);
    if (std::find(kUnsignedHeaders.begin(), kUnsignedHeaders.end(), name) == kUnsignedHeaders.end()) {
      facts.signed_headers.push_back(std::move(name));
    }
  }
  std::sort(facts.signed_headers.begin(), facts.signed_headers.end());
  facts.signed_headers.erase(std::unique(facts.signed_headers.begin(), facts.signed_headers.end()),
                             facts.signed_headers.end());

  const std::string key = make_signing_key(secret, facts.date, facts.region, facts.service);
  const std::string signature =
      signature_v4(canonical_request(complete, facts, PathForm::strict), facts, key);
  std::string authorization(kAlgorithmV4);
  authorization.append(" Credential=").append(facts.access_key_id).append("/").append(facts.scope());
  authorization.append(", SignedHeaders=").append(joined(facts.signed_headers));
  authorization.append(", Signature=").append(signature);
  return {{"Authorization", std::move(authorization)},
          {"x-amz-date", facts.timestamp},
          {"x-amz-content-sha256", facts.payload_hash}};
}

}  // namespace anabranch::auth
