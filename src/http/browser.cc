#include "http/browser.h"

#include <algorithm>

namespace anabranch::http {
namespace {

/// The host of "https://host:port"; empty for "null" and whatever else is no origin.
std::string_view host_of_origin(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

std::string_view cookie(const Request& request, std::string_view name) {
  for (const auto& [field, value] : request.headers.fields()) {
    if (!equal_ignoring_case(field, "Cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=') {
        return pair.substr(name.size() + 1);
      }
    }
  }
  return {};
}

bool may_change(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

bool is_same_origin(const Request& request) {
  if (const auto* site = request.headers.find("Sec-Fetch-Site")) return *site == "same-origin";
  const std::string_view host = host_of_origin(request.headers.get("Origin"));
  return !host.empty() && equal_ignoring_case(host, request.headers.get("Host"));
}

bool is_cross_origin(const Request& request) {
  const bool says = request.headers.contains("Sec-Fetch-Site") || request.headers.contains("Origin");
  return says && !is_same_origin(request);
}

void forbid_scripts(Headers& headers) {
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
}

}  // namespace anabranch::http
