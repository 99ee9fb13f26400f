// app/root_key.h — the root key pair: from the environment, else from the data folder, else made at the first
// start.
#pragma once

#include <string>

#include "auth/credentials.h"
#include "base/result.h"

namespace anabranch::app {

inline constexpr const char* kRootKeyFile = "root-key.json";
inline constexpr const char* kRootAccessKeyVariable = "ANABRANCH_ROOT_ACCESS_KEY_ID";
inline constexpr const char* kRootSecretVariable = "ANABRANCH_ROOT_SECRET_ACCESS_KEY";

struct RootKey {
  auth::KeyPair pair;
  bool made = false;  // just now: show it once
};

/// Reads or makes <data folder>/root-key.json (mode 0600, durable before it is shown).
/// Errors: invalid_argument (one of the two variables without the other, or too short), io, malformed.
Result<RootKey> load_root_key(const std::string& data_folder);

}  // namespace anabranch::app
