// s3/gateway.h — the S3 protocol: one HTTP request → one service call → one HTTP answer, XML where S3 has
// XML.
//
// Source: AWS S3 API Reference. One file per operation or resource.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/task.h"
#include "http/message.h"
#include "service/identity_service.h"
#include "service/object_service.h"

namespace anabranch::s3 {

struct GatewayOptions {
  std::string region = "us-east-1";
  /// Host suffixes for virtual-host style: "s3.example.org" makes "data.s3.example.org" the bucket "data".
  std::vector<std::string> domains;
};

/// Thread safety: handle() from any network thread.
class Gateway {
 public:
  /// All must outlive the gateway.
  Gateway(service::IdentityService& identity, service::ObjectService& objects, const Clock& clock,
          metrics::Registry& metrics, GatewayOptions options);
  ~Gateway();

  Task<http::Response> handle(http::Request request);

  /// True if a request that came to the shared port is meant for S3: an AWS Authorization header, a signature
  /// in the query, a virtual host, or the web UI's `X-Anabranch-Session: 1`.
  bool claims(const http::Request& request) const;

  /// The XML body of an error that the HTTP layer itself found (400, 408, 431, ...).
  static http::Response protocol_error(int status, std::string_view why);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::s3
