// Our own routes: access keys of users, and the short-lived keys of runs.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

json::object to_json(const service::AccessKey& key) {
  json::object object{{"access_key_id", key.access_key_id},
                      {"user_id", key.user_id},
                      {"creation_date", key.created_ms / 1000},
                      {"disabled", key.disabled}};
  if (!key.run.empty()) {
    object.emplace("run", key.run);
    object.emplace("suspended", key.suspended);
  }
  if (!key.description.empty()) object.emplace("description", key.description);
  if (key.expires_ms) object.emplace("expiration_date", *key.expires_ms / 1000);
  return object;
}

http::Response created(const service::NewAccessKey& made) {
  json::object body = to_json(made.about);
  body.emplace("secret_access_key", made.key.secret_access_key);
  return json_response(201, body);
}

/// An empty id: the key is made for no run's record. Errors: invalid_argument.
Result<auth::RunBinding> parse_binding(const json::object& body, const std::string& repository) {
  ANABRANCH_TRY(const auto id, string_field(body, "run_id"));
  ANABRANCH_TRY(const auto attempt, int_field(body, "attempt"));
  return auth::RunBinding{repository, id.value_or(""), attempt.value_or(1)};
}

Task<http::Response> create_run_key(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto run = required_string(*body, "run");
  if (!run) co_return error_response(run.error());
  auto ttl_seconds = int_field(*body, "ttl_seconds");
  if (!ttl_seconds) co_return error_response(ttl_seconds.error());
  const std::int64_t seconds = ttl_seconds->value_or(service::kRunKeyLifetimeMaxMs / 1000);
  if (seconds <= 0 || seconds > service::kRunKeyLifetimeMaxMs / 1000) {
    co_return message_response(400, "field 'ttl_seconds' must be between 1 and " +
                                        std::to_string(service::kRunKeyLifetimeMaxMs / 1000));
  }
  auto binding = parse_binding(*body, call.part("repository"));
  if (!binding) co_return error_response(binding.error());
  auto binding_key = services.experiments.bind_key(call.caller, call.part("branch"), *std::move(binding));
  auto bound = co_await std::move(binding_key);
  if (!bound) co_return error_response(bound.error());
  auto task = services.identity.create_run_key(call.caller, call.part("repository"), call.part("branch"),
                                               *std::move(run), seconds * 1000, *std::move(bound));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return created(*made);
}

Task<http::Response> create_key(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto description = string_field(*body, "description");
  if (!description) co_return error_response(description.error());
  auto task = services.identity.create_key(call.caller, description->value_or(""));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return created(*made);
}

Task<http::Response> list_keys(const Services& services, Call call) {
  auto task = services.identity.list_keys(call.caller);
  auto keys = co_await std::move(task);
  if (!keys) co_return error_response(keys.error());
  json::array results;
  for (const auto& key : *keys) results.push_back(to_json(key));
  co_return json_response(200, json::object{{"results", std::move(results)}});
}

Task<http::Response> update_key(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto disabled = bool_field(*body, "disabled");
  if (!disabled) co_return error_response(disabled.error());
  if (!body->contains("disabled")) co_return message_response(400, "field 'disabled' is missing");
  auto task = services.identity.set_key_disabled(call.caller, call.part("access_key_id"), *disabled);
  auto changed = co_await std::move(task);
  if (!changed) co_return error_response(changed.error());
  co_return json_response(200, to_json(*changed));
}

Task<http::Response> remove_key(const Services& services, Call call) {
  auto task = services.identity.remove_key(call.caller, call.part("access_key_id"));
  auto removed = co_await std::move(task);
  if (!removed) co_return error_response(removed.error());
  co_return empty_response(204);
}

}  // namespace

Routes access_key_routes() {
  return {
      {"POST", "/repositories/{repository}/branches/{branch}/run_keys", create_run_key},
      {"POST", "/access_keys", create_key},
      {"GET", "/access_keys", list_keys},
      {"PUT", "/access_keys/{access_key_id}", update_key},
      {"DELETE", "/access_keys/{access_key_id}", remove_key},
  };
}

}  // namespace anabranch::rest
