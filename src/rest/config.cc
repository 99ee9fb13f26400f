// Configuration, health, the current user, login, statistics: what clients ask before they work.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

json::object version_json(const Services& services) {
  return {{"version", services.options.version},
          {"latest_version", services.options.version},
          {"upgrade_recommended", false},
          {"upgrade_url", ""}};
}

json::object storage_json() {
  return {{"blockstore_type", "s3"},
          {"blockstore_namespace_example", "s3://example-bucket/"},
          {"blockstore_namespace_ValidityRegex", "^s3://"},
          {"default_namespace_prefix", ""},
          {"pre_sign_support", true},
          {"pre_sign_support_ui", false},
          {"import_support", true},
          {"import_validity_regex", "^s3://"},
          {"pre_sign_multipart_upload", false}};
}

Task<http::Response> health(const Services& services, Call call) {
  (void)services, (void)call;
  co_return empty_response(204);
}

Task<http::Response> get_openapi(const Services& services, Call call) {
  (void)services, (void)call;
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = openapi_json();
  co_return response;
}

Task<http::Response> get_config(const Services& services, Call call) {
  (void)call;
  const json::object body{{"version_config", version_json(services)},
                          {"storage_config", storage_json()},
                          {"ui_config", json::object{{"custom_viewers", json::array()}}},
                          {"capabilities_config", json::object{{"async_ops", false}}}};
  co_return json_response(200, body);
}

Task<http::Response> get_version(const Services& services, Call call) {
  (void)call;
  co_return json_response(200, version_json(services));
}

Task<http::Response> get_storage(const Services& services, Call call) {
  (void)services, (void)call;
  co_return json_response(200, storage_json());
}

Task<http::Response> current_user(const Services& services, Call call) {
  (void)services;
  const std::string& id = call.caller.principal.user_id;
  co_return json_response(
      200, json::object{{"user", json::object{{"id", id}, {"creation_date", 0}, {"friendly_name", id}}}});
}

Task<http::Response> capabilities(const Services& services, Call call) {
  (void)services, (void)call;
  co_return json_response(200, json::object{{"invite_user", false}, {"forgot_password", false}});
}

Task<http::Response> setup_state(const Services& services, Call call) {
  (void)services, (void)call;
  const json::object login{{"RBAC", "none"},
                           {"login_url", ""},
                           {"logout_url", "/"},
                           {"login_url_method", "none"},
                           {"login_cookie_names", json::array{}}};
  co_return json_response(
      200, json::object{{"state", "initialized"}, {"comm_prefs_missing", false}, {"login_config", login}});
}

Task<http::Response> login(const Services& services, Call call) {
  auto task = sign_in(services, call);
  auto signed_in = co_await std::move(task);
  if (!signed_in) co_return std::move(signed_in).error();
  const TimeMs expires_ms = signed_in->session.expires_ms;
  co_return json_response(200,
                          json::object{{"token", signed_in->token}, {"token_expiration", expires_ms / 1000}});
}

Task<http::Response> statistics(const Services& services, Call call) {
  (void)services;
  auto read = read_json(call.request);  // clients report their use; nobody here wants to know
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  co_return empty_response(204);
}

Task<http::Response> not_offered(const Services& services, Call call) {
  (void)services;
  co_return message_response(501, "login by an external identity is not offered: " + call.request.path);
}

}  // namespace

Routes config_routes() {
  return {
      {"GET", "/healthcheck", health, true},
      {"GET", "/openapi.json", get_openapi, true},
      {"GET", "/config", get_config},
      {"GET", "/config/version", get_version},
      {"GET", "/config/storage", get_storage},
      {"GET", "/user", current_user},
      {"GET", "/auth/capabilities", capabilities, true},
      {"GET", "/setup_lakefs", setup_state, true},
      {"POST", "/auth/login", login, true},
      {"POST", "/statistics", statistics},
      {"POST", "/sts/login", not_offered, true},
      {"POST", "/auth/external/principal/login", not_offered, true},
  };
}

}  // namespace anabranch::rest
