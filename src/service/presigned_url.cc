#include "service/presigned_url.h"

namespace anabranch::service {
namespace {

std::string host_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  return scheme == std::string::npos ? endpoint : endpoint.substr(scheme + 3);
}

/// Percent-encodes a path for a URL, slashes kept. Source: RFC 3986, unreserved characters.
std::string encode_path(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || c == '/';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4U];
      encoded += kHex[byte & 15U];
    }
  }
  return encoded;
}

}  // namespace

std::string make_presigned_url(std::string_view method, const PresignRequest& request,
                               const std::string& path, const KeyPair& key, TimeMs now, std::int64_t seconds,
                               std::string_view asked_by) {
  const std::string encoded = encode_path(path);
  const std::string query =
      asked_by.empty() ? "" : std::string(kAskedByParameter) + "=" + encode_path(asked_by);
  return request.endpoint + encoded + "?" +
         auth::presign_v4(method, host_of(request.endpoint), encoded, query, key.access_key_id,
                          key.secret_access_key, request.region, now, seconds);
}

}  // namespace anabranch::service
