// What this proves: the environment comes before the file, and a secret that others may read is refused.
#include "runner/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "runner/files.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

using testing::HasSubstr;

class ConnectionTest : public testing::Test {
 protected:
  Result<Connection> load() {
    return load_connection([this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
  }
  void write_config(const std::string& text, mode_t mode) {
    ASSERT_TRUE(write_file(scratch_.path("config.toml"), text));
    chmod(scratch_.path("config.toml").c_str(), mode);
    variables_["ANABRANCH_CONFIG"] = scratch_.path("config.toml");
  }

  testing_support::ScratchDirectory scratch_;
  std::map<std::string, std::string> variables_;
};

TEST_F(ConnectionTest, HasADefaultEndpointAndNoKeys) {
  const auto connection = load();

  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->endpoint, "http://127.0.0.1:8000");
  EXPECT_TRUE(connection->secret_access_key.empty());
}

TEST_F(ConnectionTest, TheEnvironmentComesBeforeTheFile) {
  write_config(
      "endpoint = 'http://file:1'\naccess_key_id = 'F'\nsecret_access_key = 'S'\nrepository = 'dogs'\n",
      0600);
  variables_["ANABRANCH_ENDPOINT"] = "http://environment:2/";

  const auto connection = load();

  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(connection->endpoint, "http://environment:2");
  EXPECT_EQ(connection->access_key_id, "F");
  EXPECT_EQ(connection->secret_access_key.reveal(), "S");
  EXPECT_EQ(connection->repository, "dogs");
}

TEST_F(ConnectionTest, ASecretThatOthersMayReadIsRefusedWithoutTellingIt) {
  write_config("secret_access_key = 'planted'\n", 0644);

  const auto connection = load();

  ASSERT_FALSE(connection);
  EXPECT_THAT(connection.error().message,
              testing::AllOf(HasSubstr("chmod 600"), testing::Not(HasSubstr("planted"))));
}

TEST_F(ConnectionTest, AFileWithoutASecretMayBePublic) {
  write_config("endpoint = 'http://file:1'\n", 0644);
  EXPECT_EQ(load()->endpoint, "http://file:1");
}

TEST_F(ConnectionTest, MistakesInTheFileAreNamed) {
  write_config("endpoint = \n", 0600);
  EXPECT_THAT(load().error().message, HasSubstr("config.toml:1"));
  write_config("endpont = 'http://x'\n", 0600);
  EXPECT_THAT(load().error().message, HasSubstr("endpont"));
  variables_["ANABRANCH_CONFIG"] = scratch_.path("none");
  EXPECT_THAT(load().error().message, HasSubstr("none"));
}

TEST_F(ConnectionTest, AnEndpointIsAnHttpUrl) {
  variables_["ANABRANCH_ENDPOINT"] = "localhost:8000";
  EXPECT_THAT(load().error().message, HasSubstr("http://"));
}

}  // namespace
}  // namespace anabranch::runner
