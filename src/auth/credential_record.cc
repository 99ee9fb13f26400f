#include "auth/credential_record.h"

#include <boost/json.hpp>

namespace anabranch::auth {
namespace {

namespace json = boost::json;

constexpr std::int64_t kVersion = 1;

json::array to_array(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// The member called `name` if it is what is asked for, else null.
const json::value* member(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name.data(), name.size()));
}
bool read(const json::object& object, std::string_view name, std::string& out) {
  const json::value* const value = member(object, name);
  if (value == nullptr || !value->is_string()) return false;
  out.assign(value->get_string().data(), value->get_string().size());
  return true;
}
bool read(const json::object& object, std::string_view name, std::int64_t& out) {
  const json::value* const value = member(object, name);
  if (value == nullptr || !value->is_int64()) return false;
  out = value->get_int64();
  return true;
}
bool read(const json::object& object, std::string_view name, std::vector<std::string>& out) {
  const json::value* const value = member(object, name);
  if (value == nullptr || !value->is_array()) return false;
  for (const json::value& text : value->get_array()) {
    if (!text.is_string()) return false;
    out.emplace_back(text.get_string().data(), text.get_string().size());
  }
  return true;
}

bool read_policy(const json::object& object, Policy& policy) {
  const json::value* const statements = member(object, "policy");
  if (statements == nullptr || !statements->is_array()) return false;
  for (const json::value& item : statements->get_array()) {
    if (!item.is_object()) return false;
    const json::value* const allow = member(item.get_object(), "allow");
    Statement statement;
    if (allow == nullptr || !allow->is_bool() || !read(item.get_object(), "actions", statement.actions) ||
        !read(item.get_object(), "resources", statement.resources)) {
      return false;
    }
    statement.allow = allow->get_bool();
    policy.statements.push_back(std::move(statement));
  }
  return true;
}

bool read_credential(const json::object& object, Credential& credential) {
  std::int64_t version = 0;
  if (!read(object, "version", version) || version != kVersion) return false;
  if (member(object, "expires_ms") != nullptr) {
    TimeMs expires_ms = 0;
    if (!read(object, "expires_ms", expires_ms)) return false;
    credential.expires_ms = expires_ms;
  }
  if (member(object, "description") != nullptr && !read(object, "description", credential.description)) {
    return false;
  }
  if (const json::value* const disabled = member(object, "disabled"); disabled != nullptr) {
    if (!disabled->is_bool()) return false;
    credential.disabled = disabled->get_bool();
  }
  if (const json::value* const run = member(object, "run"); run != nullptr) {
    RunBinding binding;
    if (!run->is_object() || !read(run->get_object(), "repository", binding.repository) ||
        !read(run->get_object(), "id", binding.id) || !read(run->get_object(), "attempt", binding.attempt)) {
      return false;
    }
    if (member(run->get_object(), "uid") != nullptr &&
        !read(run->get_object(), "uid", binding.repository_uid)) {
      return false;
    }
    credential.run = std::move(binding);
  }
  return read(object, "access_key_id", credential.key.access_key_id) &&
         read(object, "secret_access_key", credential.key.secret_access_key) &&
         read(object, "user_id", credential.user_id) && read(object, "created_ms", credential.created_ms) &&
         read_policy(object, credential.policy);
}

}  // namespace

std::string encode_credential(const Credential& credential) {
  json::array statements;
  for (const Statement& statement : credential.policy.statements) {
    statements.push_back(json::object{{"allow", statement.allow},
                                      {"actions", to_array(statement.actions)},
                                      {"resources", to_array(statement.resources)}});
  }
  json::object object{{"version", kVersion},
                      {"access_key_id", credential.key.access_key_id},
                      {"secret_access_key", credential.key.secret_access_key},
                      {"user_id", credential.user_id},
                      {"created_ms", credential.created_ms},
                      {"policy", std::move(statements)}};
  if (credential.expires_ms) object["expires_ms"] = *credential.expires_ms;
  if (!credential.description.empty()) object["description"] = credential.description;
  if (credential.disabled) object["disabled"] = true;
  if (credential.run) {
    json::object run{{"repository", credential.run->repository},
                     {"id", credential.run->id},
                     {"attempt", credential.run->attempt}};
    if (!credential.run->repository_uid.empty()) run["uid"] = credential.run->repository_uid;
    object["run"] = std::move(run);
  }
  return json::serialize(object);
}

Result<Credential> decode_credential(std::string_view record) {
  json::error_code error;
  const json::value value = json::parse(json::string_view(record.data(), record.size()), error);
  Credential credential;
  if (error || !value.is_object() || !read_credential(value.get_object(), credential)) {
    // The record itself is not shown: it holds a secret.
    return fail(ErrorCode::corruption, "a credential's record of " + std::to_string(record.size()) +
                                           " bytes is not what version 1 of its format says");
  }
  return credential;
}

}  // namespace anabranch::auth
