// http/proxies.h — where a request came from, when proxies stand in front: X-Forwarded-* is believed of them
// only.
//
// In: networks that the operator trusts; a request as it came in. Out: the client's address and scheme.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace anabranch::http {

/// Thread safety: immutable.
class TrustedProxies {
 public:
  /// None: what anybody says of somebody else is not believed.
  TrustedProxies();
  ~TrustedProxies();
  TrustedProxies(TrustedProxies&&) noexcept;
  TrustedProxies& operator=(TrustedProxies&&) noexcept;

  /// Each "10.0.0.0/8", "fd00::/8" or a single address. Errors: invalid_argument, naming it.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  /// `address`: an IP address, with a port or without. One that came in IPv6's clothes (::ffff:10.0.0.1)
  /// counts as what it is.
  bool contains(std::string_view address) const;

  struct Origin {
    std::string address;  // of a client that proxies speak for: without a port; else as the connection has it
    std::string scheme;   // "http" or "https"
  };
  /// From the peer of the connection back through X-Forwarded-For, past every trusted hop: the first that is
  /// not trusted is the client, whatever stands to its left. X-Forwarded-Proto is that hop's.
  Origin origin_of(const Request& request) const;

 private:
  struct Networks;
  std::unique_ptr<const Networks> networks_;
};

}  // namespace anabranch::http
