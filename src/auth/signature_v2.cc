#include "auth/signature_v2.h"

#include <algorithm>
#include <array>
#include <map>

#include "auth/canonical.h"
#include "auth/timestamp.h"
#include "base/hash.h"

namespace anabranch::auth {
namespace {

/// Sorted. Source: the guide above, "Constructing the CanonicalizedResource element", and what SDKs add to
/// it.
constexpr auto kSignedParameters = std::to_array<std::string_view>({"accelerate",
                                                                    "acl",
                                                                    "analytics",
                                                                    "cors",
                                                                    "defaultObjectAcl",
                                                                    "delete",
                                                                    "inventory",
                                                                    "lifecycle",
                                                                    "location",
                                                                    "logging",
                                                                    "metrics",
                                                                    "notification",
                                                                    "object-lock",
                                                                    "partNumber",
                                                                    "policy",
                                                                    "replication",
                                                                    "requestPayment",
                                                                    "response-cache-control",
                                                                    "response-content-disposition",
                                                                    "response-content-encoding",
                                                                    "response-content-language",
                                                                    "response-content-type",
                                                                    "response-expires",
                                                                    "restore",
                                                                    "select",
                                                                    "select-type",
                                                                    "storageClass",
                                                                    "tagging",
                                                                    "torrent",
                                                                    "uploadId",
                                                                    "uploads",
                                                                    "versionId",
                                                                    "versioning",
                                                                    "versions",
                                                                    "website"});
static_assert(std::is_sorted(kSignedParameters.begin(), kSignedParameters.end()));

/// Sorted: what MinIO's client for Go signs, and MinIO's servers with it. Source: minio-go v7, resourceList.
constexpr auto kSignedByGo = std::to_array<std::string_view>({"acl",
                                                              "cors",
                                                              "delete",
                                                              "encryption",
                                                              "legal-hold",
                                                              "lifecycle",
                                                              "location",
                                                              "logging",
                                                              "notification",
                                                              "partNumber",
                                                              "policy",
                                                              "replication",
                                                              "requestPayment",
                                                              "response-cache-control",
                                                              "response-content-disposition",
                                                              "response-content-encoding",
                                                              "response-content-language",
                                                              "response-content-type",
                                                              "response-expires",
                                                              "retention",
                                                              "select",
                                                              "select-type",
                                                              "tagging",
                                                              "torrent",
                                                              "uploadId",
                                                              "uploads",
                                                              "versionId",
                                                              "versioning",
                                                              "versions",
                                                              "website"});
static_assert(std::is_sorted(kSignedByGo.begin(), kSignedByGo.end()));

constexpr std::string_view kAmzPrefix = "x-amz-";

/// The value of a header; in a presigned request SDKs may have moved it into the query, in lower case.
std::string positional(const SignedRequest& request, const std::vector<QueryParameter>& query, bool presigned,
                       std::string_view name) {
  if (const std::string* value = find_header(request, name)) return std::string(trimmed(*value));
  if (presigned) {
    for (const auto& parameter : query) {
      if (parameter.name == name) return parameter.value;
    }
  }
  return {};
}

void append_amz_headers(std::string& out, const SignedRequest& request,
                        const std::vector<QueryParameter>& query, bool presigned) {
  std::map<std::string, std::string> headers;
  const auto add = [&](std::string name, std::string_view value) {
    const auto [entry, fresh] = headers.try_emplace(std::move(name));
    if (!fresh) entry->second.push_back(',');
    entry->second.append(trimmed(value));
  };
  for (const auto& [name, value] : request.headers) {
    if (starts_with_ignoring_case(name, kAmzPrefix)) add(to_lower(name), value);
  }
  if (presigned) {
    for (const auto& parameter : query) {
      if (parameter.name.starts_with(kAmzPrefix)) add(parameter.name, parameter.value);
    }
  }
  for (const auto& [name, value] : headers) out.append(name).append(":").append(value).append("\n");
}

/// What clients spell in two ways when they sign.
struct Spelling {
  bool path_as_sent = true;  // else with the strict percent-encoding
  bool as_go = false;        // its own list of parameters, and "location" for a "location=" that was sent
  bool as_folder = false;    // a slash after the bucket where the path has no more than that, as botocore
};

bool is_signed(std::string_view parameter, const Spelling& spelling) {
  return spelling.as_go ? std::binary_search(kSignedByGo.begin(), kSignedByGo.end(), parameter)
                        : std::binary_search(kSignedParameters.begin(), kSignedParameters.end(), parameter);
}

void append_resource(std::string& out, const SignedRequest& request, const std::vector<QueryParameter>& query,
                     const Spelling& spelling) {
  if (!request.virtual_host_bucket.empty()) out.append("/").append(request.virtual_host_bucket);
  const std::string_view path = request.path.empty() ? std::string_view("/") : std::string_view(request.path);
  if (spelling.path_as_sent) {
    out.append(path);
  } else {
    append_path_reencoded(out, path);
  }
  if (spelling.as_folder) out.push_back('/');
  std::vector<const QueryParameter*> signed_parameters;
  for (const auto& parameter : query) {
    if (is_signed(parameter.name, spelling)) signed_parameters.push_back(&parameter);
  }
  std::stable_sort(signed_parameters.begin(), signed_parameters.end(),
                   [](const auto* left, const auto* right) { return left->name < right->name; });
  char separator = '?';
  for (const auto* parameter : signed_parameters) {
    out.push_back(std::exchange(separator, '&'));
    out.append(parameter->name);
    const bool is_bare = parameter->value.empty() && spelling.as_go;
    if (parameter->has_value && !is_bare) out.append("=").append(parameter->value);
  }
}

std::string string_to_sign(const SignedRequest& request, const SignatureFacts& facts,
                           const std::vector<QueryParameter>& query, const Spelling& spelling) {
  std::string out = request.method;
  out.append("\n").append(positional(request, query, facts.presigned, "content-md5"));
  out.append("\n").append(positional(request, query, facts.presigned, "content-type"));
  out.append("\n");
  if (facts.presigned) {
    out.append(std::to_string(facts.expires_seconds));
  } else if (find_header(request, "x-amz-date") == nullptr) {
    out.append(positional(request, query, false, "date"));
  }
  out.append("\n");
  append_amz_headers(out, request, query, facts.presigned);
  append_resource(out, request, query, spelling);
  return out;
}

Result<void> check_time(const SignedRequest& request, const SignatureFacts& facts, TimeMs now) {
  constexpr TimeMs kMsPerSecond = 1000;
  if (facts.presigned) {
    if (now / kMsPerSecond < facts.expires_seconds) return {};
    return fail(ErrorCode::expired,
                "request has expired: Expires was " + std::to_string(facts.expires_seconds));
  }
  const std::string* date = find_header(request, "x-amz-date");
  if (date == nullptr) date = find_header(request, "date");
  const auto time = date == nullptr ? std::nullopt : parse_header_date(trimmed(*date));
  if (!time) {
    return fail(ErrorCode::unauthenticated, "AWS authentication requires a valid Date or x-amz-date header");
  }
  if (*time > now + kClockSkewMaxMs || *time < now - kClockSkewMaxMs) {
    return fail(ErrorCode::clock_skew, "the difference between the request time " +
                                           to_basic_timestamp(*time) + " and the server's " +
                                           to_basic_timestamp(now) + " is too large");
  }
  return {};
}

}  // namespace

Result<void> check_signature_v2(const SignedRequest& request, const SignatureFacts& facts,
                                std::string_view secret, TimeMs now) {
  ANABRANCH_CHECK(check_time(request, facts, now));
  const auto query = split_query(request.query);
  // The path counts as it was sent; clients that encode once more on the way sign the strict spelling.
  const bool is_bucket =
      request.virtual_host_bucket.empty() && request.path.size() > 1 && request.path.rfind('/') == 0;
  for (const bool as_folder : {false, true}) {
    if (as_folder && !is_bucket) break;
    for (const Spelling spelling : {Spelling{true, false, as_folder}, Spelling{false, false, as_folder},
                                    Spelling{true, true, as_folder}, Spelling{false, true, as_folder}}) {
      const std::string expected =
          to_base64(hmac_sha1(secret, string_to_sign(request, facts, query, spelling)));
      if (equal_constant_time(expected, facts.signature)) return {};
    }
  }
  return fail(ErrorCode::signature_mismatch, "the signature (version 2) of access key '" +
                                                 facts.access_key_id +
                                                 "' does not match the request: check the secret key and the "
                                                 "signing method");
}

}  // namespace anabranch::auth
