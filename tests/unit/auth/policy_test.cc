// What this proves: policies allow what they say and nothing else, whatever names users choose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "auth/principal.h"
#include "support/seed.h"

namespace anabranch::auth {
namespace {

using testing::HasSubstr;

const std::vector<Action> kAllActions = [] {
  std::vector<Action> actions;
  for (int i = 0; i <= static_cast<int>(Action::manage_credentials); ++i)
    actions.push_back(static_cast<Action>(i));
  return actions;
}();

bool may(const Policy& policy, Action action, const Resource& resource) {
  return authorize({"someone", "AKIA", policy}, action, resource).has_value();
}

TEST(Authorize, DeniesByDefaultAndNamesActionAndResource) {
  const auto result =
      authorize({"eve", "AKIA", {}}, Action::write_object, Resource::repository("dogs", "main", "a/b"));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::access_denied);
  EXPECT_THAT(result.error().message, HasSubstr("write_object"));
  EXPECT_THAT(result.error().message, HasSubstr("repository/dogs/main/a/b"));
  EXPECT_THAT(result.error().message, HasSubstr("eve"));
}

TEST(Authorize, DenyWinsWhateverTheOrder) {
  const Statement allow{true, {"*"}, {"*"}};
  const Statement deny{false, {"delete_*"}, {"bucket/keep/*"}};
  for (const Policy& policy : {Policy{{allow, deny}}, Policy{{deny, allow}}, Policy{{allow, deny, allow}}}) {
    EXPECT_FALSE(may(policy, Action::delete_object, Resource::bucket("keep", "x")));
    EXPECT_TRUE(may(policy, Action::read_object, Resource::bucket("keep", "x")));
    EXPECT_TRUE(may(policy, Action::delete_object, Resource::bucket("other", "x")));
  }
}

TEST(Authorize, RootPolicyAllowsEverything) {
  for (const Action action : kAllActions) {
    for (const Resource& resource : {Resource::server(), Resource::bucket("b"), Resource::bucket("b", "k"),
                                     Resource::repository("r", "x", "p")}) {
      EXPECT_TRUE(may(Policy::everything(), action, resource)) << to_string(action);
    }
  }
}

TEST(Actions, EachHasANameOfItsOwn) {
  std::vector<std::string_view> names;
  for (const Action action : kAllActions) names.push_back(to_string(action));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_FALSE(std::binary_search(names.begin(), names.end(), "unknown"));
}

TEST(Resources, PrintWithoutEmptyFieldsAndWithoutAmbiguity) {
  EXPECT_EQ(Resource::server().to_string(), "server");
  EXPECT_EQ(Resource::bucket("b").to_string(), "bucket/b");
  EXPECT_EQ(Resource::bucket("b", "k/l").to_string(), "bucket/b/k/l");
  EXPECT_EQ(Resource::repository("r").to_string(), "repository/r");
  EXPECT_EQ(Resource::repository("r", "main", "p/q").to_string(), "repository/r/main/p/q");
  EXPECT_EQ(Resource::repository("r", "feature/x%2Fy", "p").to_string(), "repository/r/feature%2Fx%252Fy/p");
}

TEST(Patterns, StarMatchesAnythingAndNothingElseIsSpecial) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*c*", "abcbc/d"));
  EXPECT_TRUE(matches_pattern("list_*", "list_objects"));
  EXPECT_TRUE(matches_pattern("a**", "a"));
  EXPECT_TRUE(matches_pattern("a\\*b", "a*b"));
  EXPECT_TRUE(matches_pattern("a\\", "a\\"));
  EXPECT_FALSE(matches_pattern("a\\*b", "axb"));
  EXPECT_FALSE(matches_pattern("a?", "ab"));
  EXPECT_FALSE(matches_pattern("a*b", "abc"));
  EXPECT_FALSE(matches_pattern("", "a"));
  EXPECT_FALSE(matches_pattern("a", ""));
}

TEST(Patterns, ManyStarsCostNoMoreThanTheProductOfTheSizes) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(matches_pattern(pattern + "b", std::string(2'000, 'a')));
}

TEST(Patterns, EscapedTextMatchesItselfOnly) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto any = [&] {
    std::string text(random() % 5, ' ');
    for (char& c : text) c = "a*\\/"[random() % 4];
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string left = any();
    const std::string right = any();
    ASSERT_EQ(matches_pattern(escape_pattern(left), right), left == right) << left << " against " << right;
  }
}

TEST(RunPolicy, AllowsExactlyWhatARunNeeds) {
  const Policy policy = Policy::run("dogs", "sweep-1");
  const std::vector<Action> writes = {Action::write_object, Action::delete_object, Action::commit,
                                      Action::revert_branch};
  const std::vector<Action> reads = {Action::list_objects,  Action::read_object, Action::read_repository,
                                     Action::list_branches, Action::read_branch, Action::list_tags,
                                     Action::read_tag,      Action::read_commit, Action::list_commits};
  const auto is_in = [](const std::vector<Action>& actions, Action action) {
    return std::find(actions.begin(), actions.end(), action) != actions.end();
  };
  for (const Action action : kAllActions) {
    SCOPED_TRACE(to_string(action));
    const bool reads_resource = is_in(reads, action);
    const bool writes_branch = is_in(writes, action);
    if (reads_resource) {
      EXPECT_TRUE(may(policy, action, Resource::repository("dogs")));
      EXPECT_TRUE(may(policy, action, Resource::repository("dogs", "main", "a/b")));
    }
    EXPECT_EQ(may(policy, action, Resource::server()), action == Action::read_config);
    EXPECT_FALSE(may(policy, action, Resource::bucket("dogs", "sweep-1/x")));
    EXPECT_FALSE(may(policy, action, Resource::repository("cats", "sweep-1", "x")));
    EXPECT_FALSE(may(policy, action, Resource::repository("dogs-2", "sweep-1", "x")));
    const std::string_view name = to_string(action);
    const bool named_read = name.starts_with("read_") || name.starts_with("list_");
    EXPECT_EQ(may(policy, action, Resource::repository("dogs", "main", "x")), named_read);
    EXPECT_EQ(may(policy, action, Resource::repository("dogs", "sweep-10", "x")), named_read);
    EXPECT_EQ(may(policy, action, Resource::repository("dogs", "sweep-1", "x")), named_read || writes_branch);
    EXPECT_EQ(may(policy, action, Resource::repository("dogs", "sweep-1")), named_read || writes_branch);
    EXPECT_EQ(may(policy, action, Resource::repository("dogs")), named_read);
  }
}

TEST(RunPolicy, HostileNamesNeverReachAnotherBranchOrRepository) {
  const std::vector<std::string> names = {
      "*",  "a",   "a/b", "a%2Fb", "a*",  "a\\", "a\\*",  "\\*", "main", "..", "a/*",   "/",   "a/",
      "/a", "%2F", "%",   "?",     "a.b", "a_b", "main/", "-",   "*/*",  "**", "a/b/c", "a%25"};
  for (const auto& repository : names) {
    for (const auto& branch : names) {
      const Policy policy = Policy::run(repository, branch);
      EXPECT_TRUE(may(policy, Action::write_object, Resource::repository(repository, branch, "p")));
      for (const auto& other : names) {
        for (const char* path : {"p", "", "b/p", "*"}) {
          SCOPED_TRACE(repository + " " + branch + " against " + other + " " + path);
          EXPECT_EQ(may(policy, Action::write_object, Resource::repository(repository, other, path)),
                    other == branch);
          EXPECT_EQ(may(policy, Action::read_object, Resource::repository(other, branch, path)),
                    other == repository);
        }
      }
    }
  }
}

TEST(RunPolicy, EmptyNamesAllowNoWrite) {
  for (const Policy& policy : {Policy::run("", ""), Policy::run("dogs", ""), Policy::run("", "main")}) {
    EXPECT_FALSE(may(policy, Action::write_object, Resource::repository("dogs", "main", "x")));
    EXPECT_FALSE(may(policy, Action::write_object, Resource::repository("dogs")));
    EXPECT_FALSE(may(policy, Action::write_object, Resource::repository("", "", "x")));
  }
}

}  // namespace
}  // namespace anabranch::auth
