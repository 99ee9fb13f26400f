#include "http/proxies.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>

namespace anabranch::http {
namespace {

namespace ip = boost::asio::ip;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<ip::address> parse_address(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
    text = text.substr(0, colon);
  }
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

/// The elements of all fields of that name, in order.
std::vector<std::string_view> elements(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> all;
  for (const auto& [field, value] : headers.fields()) {
    if (!equal_ignoring_case(field, name)) continue;
    std::string_view rest = value;
    while (true) {
      const auto comma = rest.find(',');
      all.push_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return all;
}

}  // namespace

struct TrustedProxies::Networks {
  std::vector<ip::network_v4> v4;
  std::vector<ip::network_v6> v6;

  bool contains(const ip::address& address) const {
    if (address.is_v4()) {
      const auto bits = address.to_v4().to_uint();
      return std::any_of(v4.begin(), v4.end(), [bits](const ip::network_v4& network) {
        return (bits & network.netmask().to_uint()) == network.network().to_uint();
      });
    }
    return std::any_of(v6.begin(), v6.end(), [&address](const ip::network_v6& network) {
      return ip::network_v6(address.to_v6(), network.prefix_length()).canonical() == network.canonical();
    });
  }
};

TrustedProxies::TrustedProxies() = default;
TrustedProxies::~TrustedProxies() = default;
TrustedProxies::TrustedProxies(TrustedProxies&&) noexcept = default;
TrustedProxies& TrustedProxies::operator=(TrustedProxies&&) noexcept = default;

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  auto made = std::make_unique<Networks>();
  for (const std::string& text : networks) {
    const std::string prefix(trimmed(text));
    const bool single = prefix.find('/') == std::string::npos;
    boost::system::error_code error;
    if (prefix.find(':') == std::string::npos) {
      made->v4.push_back(ip::make_network_v4(single ? prefix + "/32" : prefix, error));
    } else {
      made->v6.push_back(ip::make_network_v6(single ? prefix + "/128" : prefix, error));
    }
    if (error) {
      return fail(ErrorCode::invalid_argument,
                  "'" + text + "' is no network of trusted proxies: 10.0.0.0/8, fd00::/8 or an address");
    }
  }
  TrustedProxies proxies;
  proxies.networks_ = std::move(made);
  return proxies;
}

bool TrustedProxies::contains(std::string_view address) const {
  const auto parsed = parse_address(address);
  return networks_ && parsed && networks_->contains(*parsed);
}

TrustedProxies::Origin TrustedProxies::origin_of(const Request& request) const {
  Origin origin{request.remote_address, "http"};
  const auto peer = parse_address(request.remote_address);
  if (!networks_ || !peer || !networks_->contains(*peer)) return origin;
  origin.address = peer->to_string();  // its connections carry requests of many clients
  const auto hops = elements(request.headers, "X-Forwarded-For");
  std::size_t from_right = 0;
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const auto address = parse_address(*hop);
    if (!address) break;  // nonsense, perhaps the client's own: who passed it on is the last that is known
    origin.address = address->to_string();
    ++from_right;
    if (!networks_->contains(*address)) break;
  }
  const auto schemes = elements(request.headers, "X-Forwarded-Proto");
  if (!schemes.empty()) {
    // One for each hop, or one that each proxy passes on.
    const std::size_t at = std::clamp<std::size_t>(from_right, 1, schemes.size());
    if (equal_ignoring_case(schemes[schemes.size() - at], "https")) origin.scheme = "https";
  }
  return origin;
}

}  // namespace anabranch::http
