#include "runner/connection.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace anabranch::runner {
namespace {

constexpr const char* kConfigFile = "/.config/anabranch/config.toml";

/// Fills what is in the file. A secret in a file that others may read is no secret: refused, as ssh does.
Result<void> read_config(const std::string& path, Connection& connection) {
  struct stat about {};
  std::ifstream file(path);
  if (!file || stat(path.c_str(), &about) != 0) {
    return fail(ErrorCode::io, "cannot read the configuration file " + path + ": " + std::strerror(errno));
  }
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const toml::parse_result parsed = toml::parse(std::string_view(text), std::string_view(path));
  if (!parsed) {
    return fail(ErrorCode::malformed, path + ":" + std::to_string(parsed.error().source().begin.line) + ": " +
                                          std::string(parsed.error().description()));
  }
  const toml::table& table = parsed.table();
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    const auto text_value = value.value<std::string>();
    if (!text_value) return fail(ErrorCode::malformed, path + ": '" + std::string(name) + "' must be a text");
    if (name == "endpoint") {
      connection.endpoint = *text_value;
    } else if (name == "access_key_id") {
      connection.access_key_id = *text_value;
    } else if (name == "secret_access_key") {
      connection.secret_access_key = Secret(*text_value);
    } else if (name == "repository") {
      connection.repository = *text_value;
    } else {
      return fail(ErrorCode::malformed, path + ": unknown key '" + std::string(name) + "'");
    }
  }
  if (!connection.secret_access_key.empty() && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::invalid_argument,
                path + " holds a secret and others may read it: run chmod 600 " + path + " first");
  }
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<Connection> load_connection(const Environment& environment) {
  Connection connection;
  if (const auto named = environment("ANABRANCH_CONFIG"); named && !named->empty()) {
    ANABRANCH_CHECK(read_config(*named, connection));
  } else if (const auto home = environment("HOME"); home && !home->empty()) {
    const std::string path = *home + kConfigFile;
    if (struct stat about{}; stat(path.c_str(), &about) == 0) ANABRANCH_CHECK(read_config(path, connection));
  }
  const auto take = [&](const char* name, auto assign) {
    if (auto value = environment(name); value && !value->empty()) assign(*std::move(value));
  };
  take("ANABRANCH_ENDPOINT", [&](std::string value) { connection.endpoint = std::move(value); });
  take("ANABRANCH_ACCESS_KEY_ID", [&](std::string value) { connection.access_key_id = std::move(value); });
  take("ANABRANCH_SECRET_ACCESS_KEY",
       [&](std::string value) { connection.secret_access_key = Secret(std::move(value)); });
  take("ANABRANCH_REPOSITORY", [&](std::string value) { connection.repository = std::move(value); });
  while (connection.endpoint.ends_with('/')) connection.endpoint.pop_back();
  if (connection.endpoint.starts_with("https://")) {
    return fail(ErrorCode::invalid_argument,
                "the endpoint '" + connection.endpoint +
                    "' wants TLS, which this program does not speak yet: use an http:// endpoint, through a "
                    "tunnel where the network is not trusted");
  }
  if (!connection.endpoint.starts_with("http://")) {
    return fail(ErrorCode::invalid_argument,
                "the endpoint '" + connection.endpoint + "' must begin with http://");
  }
  return connection;
}

}  // namespace anabranch::runner
