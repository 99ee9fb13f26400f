// rest/call.h — one call of the API as its handlers see it: matched path, query, caller. Private to rest.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "rest/api.h"
#include "service/experiment_service.h"
#include "service/identity_service.h"
#include "service/object_service.h"
#include "service/repository_service.h"
#include "service/server_service.h"

namespace anabranch::rest {

/// The largest JSON body taken; a list of 1,000 paths of 1,024 escaped bytes fits.
inline constexpr std::uint64_t kJsonBodySizeMax = 10 * MiB;

struct Services {
  service::IdentityService& identity;
  service::RepositoryService& repositories;
  service::ObjectService& objects;
  service::ExperimentService& experiments;
  service::ServerService& server;
  const ApiOptions& options;
};

struct Call {
  http::Request request;
  std::map<std::string, std::string, std::less<>> path;  // {name} → decoded segment
  http::QueryParameters query;
  service::Caller caller;

  const std::string& part(std::string_view name) const { return path.find(name)->second; }
  std::string_view parameter(std::string_view name, std::string_view fallback = {}) const;
  bool has_parameter(std::string_view name) const;
  /// "true" or "false" in any case (Python's clients say "True"), "1" or "0". Absent: `fallback`. Errors:
  /// invalid_argument.
  Result<bool> flag(std::string_view name, bool fallback = false) const;
  /// A whole number in digits. Absent: `fallback`. Errors: invalid_argument.
  Result<std::int64_t> whole(std::string_view name, std::int64_t fallback, std::int64_t min,
                             std::int64_t max) const;
  std::vector<std::string> parameters(std::string_view name) const;
  /// prefix, after, amount, search. Errors: invalid_argument (amount).
  Result<service::PageRequest> page() const;
  /// "http://<host>": how the client reached us, for presigned URLs.
  std::string endpoint() const;
};

using Handler = Task<http::Response> (*)(const Services&, Call);

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/repositories/{repository}/branches"
  Handler handler;
  bool open = false;  // needs no credentials
};
using Routes = std::vector<Route>;

Routes access_key_routes();
Routes branch_routes();
Routes commit_routes();
Routes config_routes();
Routes import_routes();
Routes object_routes();
Routes object_transfer_routes();
Routes ref_routes();
Routes repository_routes();
Routes run_event_routes();
Routes run_routes();
Routes server_routes();
Routes session_routes();
Routes staging_routes();
Routes sweep_routes();
Routes tag_routes();
/// All of the above.
Routes all_routes();
/// The description of all of them (OpenAPI 3.0); api/openapi.json, byte for byte.
std::string_view openapi_json();

/// Reads the body as a JSON object; an empty body is an empty object. Errors: malformed, entity_too_large,
/// the source's.
Task<Result<boost::json::object>> read_json(http::Request& request);

/// The token of the session's cookie, or empty.
std::string_view session_token(const http::Request& request);
/// 401 and its like, or 429 with Retry-After.
http::Response refusal_response(const service::Refusal& refusal);
/// Looks at the access key that the body holds. Else the answer to give: 400, 401, 429.
Task<tl::expected<service::IdentityService::Login, http::Response>> sign_in(const Services& services,
                                                                            Call& call);

}  // namespace anabranch::rest
