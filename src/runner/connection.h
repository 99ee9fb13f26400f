// runner/connection.h — where the server is and who we are: the environment, else a private configuration
// file.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace anabranch::runner {

inline constexpr const char* kDefaultEndpoint = "http://127.0.0.1:8000";

struct Connection {
  std::string endpoint = kDefaultEndpoint;  // no slash at its end
  std::string access_key_id;
  Secret secret_access_key;
  std::string repository;  // the default of --repo; may be empty
};

/// A variable of the environment, or nullopt.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

/// Each value from ANABRANCH_ENDPOINT, ANABRANCH_ACCESS_KEY_ID, ANABRANCH_SECRET_ACCESS_KEY and
/// ANABRANCH_REPOSITORY; where one is absent, from the TOML file (keys endpoint, access_key_id,
/// secret_access_key, repository), which is $ANABRANCH_CONFIG or ~/.config/anabranch/config.toml. Keys are
/// not checked for presence here. Errors: io (a file that was named and cannot be read), malformed,
/// invalid_argument (others may read the file although it holds a secret; an endpoint that is no http URL).
Result<Connection> load_connection(const Environment& environment);

}  // namespace anabranch::runner
