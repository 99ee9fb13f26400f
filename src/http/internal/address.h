// http/internal/address.h — "host:port" and "http://host:port/path" in their parts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace anabranch::http::internal {

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  std::string port;  // 0 to 65535, in digits
};
/// "127.0.0.1:0", "localhost:80", "[::1]:8000". Errors: invalid_argument.
Result<HostPort> split_host_port(std::string_view address);

struct Url {
  HostPort endpoint;
  std::string authority;  // as the Host header says it
  std::string target;     // path and query, "/" at least
};
/// Errors: invalid_argument for anything but http.
Result<Url> parse_url(std::string_view url);

}  // namespace anabranch::http::internal
