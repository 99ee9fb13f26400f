// What this proves: --data means folders, cannot lead out of a run's folder, and the cache is where the user
// says.
#include "runner/data_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

namespace anabranch::runner {
namespace {

TEST(DataSpecTest, TheFolderIsThePrefixUnlessItIsNamed) {
  EXPECT_EQ(parse_data("raw/images/")->prefix, "raw/images");
  EXPECT_EQ(parse_data("raw/images/")->folder, "raw/images");
  EXPECT_EQ(parse_data("raw=data/in/")->prefix, "raw");
  EXPECT_EQ(parse_data("raw=./data/in/")->folder, "data/in");
  EXPECT_EQ(parse_data("odd=name=data")->prefix, "odd=name");
}

TEST(DataSpecTest, FoldersThatLeadOutAreRefused) {
  for (const char* text : {"", "=data", "raw=", "raw=/etc", "raw=..", "raw=a/../../b", "../raw"}) {
    EXPECT_FALSE(parse_data(text)) << text;
  }
}

TEST(DataCacheTest, IsWhereTheEnvironmentSays) {
  const auto with = [](std::map<std::string, std::string> variables) {
    return DataCache::default_folder([variables](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
  };

  EXPECT_EQ(with({{"ANABRANCH_CACHE", "/fast/cache"}, {"HOME", "/home/me"}}), "/fast/cache");
  EXPECT_EQ(with({{"XDG_CACHE_HOME", "/x"}, {"HOME", "/home/me"}}), "/x/anabranch");
  EXPECT_EQ(with({{"HOME", "/home/me"}}), "/home/me/.cache/anabranch");
}

}  // namespace
}  // namespace anabranch::runner
