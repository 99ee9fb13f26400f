// rest/api.h — the REST API under /api/v1: lakeFS's paths, JSON and status codes, and a few routes of our
// own.
//
// Source: lakeFS OpenAPI (api/swagger.yml). One file per resource.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/task.h"
#include "http/message.h"
#include "service/experiment_service.h"
#include "service/identity_service.h"
#include "service/object_service.h"
#include "service/repository_service.h"
#include "service/server_service.h"

namespace anabranch::rest {

struct ApiOptions {
  std::string version;               // what /config/version says
  std::string region = "us-east-1";  // the one that presigned URLs are signed for
};

/// Thread safety: handle() from any network thread.
class Api {
 public:
  /// All must outlive the API.
  Api(service::IdentityService& identity, service::RepositoryService& repositories,
      service::ObjectService& objects, service::ExperimentService& experiments,
      service::ServerService& server, ApiOptions options);
  ~Api();

  /// A request whose path starts with /api/v1.
  Task<http::Response> handle(http::Request request);

  /// {"message": why}, for errors that the HTTP layer or the router found.
  static http::Response protocol_error(int status, std::string_view why);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::rest
