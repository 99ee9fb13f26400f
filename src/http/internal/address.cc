#include "http/internal/address.h"

#include <charconv>

#include "http/message.h"

namespace anabranch::http::internal {

Result<HostPort> split_host_port(std::string_view address) {
  const auto refuse = [&] {
    return fail(ErrorCode::invalid_argument, "'" + std::string(address) + "' is not host:port");
  };
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = address.substr(0, colon);
  const std::string_view port = address.substr(colon + 1);
  unsigned number = 0;
  const auto end = std::from_chars(port.data(), port.data() + port.size(), number);
  if (end.ec != std::errc{} || end.ptr != port.data() + port.size() || number > 65'535) return refuse();
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse();
  }
  if (host.empty()) return refuse();
  return HostPort{std::string(host), std::string(port)};
}

Result<Url> parse_url(std::string_view url) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(url.substr(0, 256)) + "': " + std::string(why));
  };
  constexpr std::string_view kScheme = "http://";
  if (!equal_ignoring_case(url.substr(0, kScheme.size()), kScheme))
    return refuse("only http:// URLs are spoken");
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f)
      return refuse("blanks and controls must be encoded");
  }
  std::string_view rest = url.substr(kScheme.size());
  rest = rest.substr(0, rest.find('#'));
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) return refuse("user names in URLs are not supported");
  std::string target(rest.substr(authority.size()));
  if (!target.starts_with('/')) target.insert(0, "/");
  const bool has_port = authority.rfind(':') != std::string_view::npos && !authority.ends_with(']');
  ANABRANCH_TRY(HostPort endpoint,
                split_host_port(has_port ? std::string(authority) : std::string(authority) + ":80"));
  return Url{std::move(endpoint), std::string(authority), std::move(target)};
}

}  // namespace anabranch::http::internal
