#include "app/root_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace anabranch::app {
namespace {

/// Source: S3's access keys have 16 to 128 characters; MinIO takes secrets from 8.
constexpr std::size_t kAccessKeySizeMin = 3;
constexpr std::size_t kSecretSizeMin = 8;

Result<auth::KeyPair> parse(const std::string& text, const std::string& path) {
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  if (error || !value.is_object()) return fail(ErrorCode::malformed, path + " is not a JSON object");
  const auto* id = value.get_object().if_contains("access_key_id");
  const auto* secret = value.get_object().if_contains("secret_access_key");
  if (id == nullptr || secret == nullptr || !id->is_string() || !secret->is_string()) {
    return fail(ErrorCode::malformed, path + " must hold access_key_id and secret_access_key");
  }
  return auth::KeyPair{std::string(id->get_string()), std::string(secret->get_string())};
}

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(ErrorCode::io, what + ": " + std::strerror(errno));
}

/// Written beside, synced, renamed: the file is there whole or not at all.
Result<void> write_private(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return system_error("cannot make " + beside);
  const bool written =
      write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  close(file);
  if (!written) return system_error("cannot write " + beside);
  if (rename(beside.c_str(), path.c_str()) != 0) return system_error("cannot rename " + beside);
  const std::string folder = path.substr(0, path.rfind('/'));
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return system_error("cannot open " + folder);
  const bool synced = fsync(directory) == 0;
  close(directory);
  if (!synced) return system_error("cannot sync " + folder);
  return {};
}

}  // namespace

Result<RootKey> load_root_key(const std::string& data_folder) {
  const char* id = std::getenv(kRootAccessKeyVariable);
  const char* secret = std::getenv(kRootSecretVariable);
  if ((id == nullptr) != (secret == nullptr)) {
    return fail(ErrorCode::invalid_argument, std::string(kRootAccessKeyVariable) + " and " +
                                                 kRootSecretVariable + " must be set together");
  }
  if (id != nullptr) {
    if (std::strlen(id) < kAccessKeySizeMin || std::strlen(secret) < kSecretSizeMin) {
      return fail(ErrorCode::invalid_argument, std::string(kRootAccessKeyVariable) +
                                                   " needs at least 3 characters, " + kRootSecretVariable +
                                                   " at least 8");
    }
    return RootKey{{id, secret}, false};
  }
  const std::string path = data_folder + "/" + kRootKeyFile;
  std::ifstream file(path);
  if (file) {
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    ANABRANCH_TRY(auto pair, parse(text, path));
    return RootKey{std::move(pair), false};
  }
  RootKey key{auth::make_key_pair(), true};
  const boost::json::object stored{{"access_key_id", key.pair.access_key_id},
                                   {"secret_access_key", key.pair.secret_access_key}};
  ANABRANCH_CHECK(write_private(path, boost::json::serialize(stored) + "\n"));
  return key;
}

}  // namespace anabranch::app
