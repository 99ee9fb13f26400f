// The grammar of ref expressions and what they name.
#include "versioning/refs.h"

#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using Kind = RefModifier::Kind;

TEST(RefExpressions, AreReadAsWritten) {
  const auto parsed = [](std::string_view text) {
    const auto expression = parse_ref(text);
    return expression ? *expression : RefExpression{"error", {}};
  };
  const std::vector<std::pair<std::string, RefExpression>> table = {
      {"main", {"main", {}}},
      {"main~", {"main", {{Kind::tilde, 1}}}},
      {"main~2", {"main", {{Kind::tilde, 2}}}},
      {"main^", {"main", {{Kind::caret, 1}}}},
      {"main^0", {"main", {{Kind::caret, 0}}}},
      {"main~~^2~3", {"main", {{Kind::tilde, 1}, {Kind::tilde, 1}, {Kind::caret, 2}, {Kind::tilde, 3}}}},
      {"main@", {"main", {{Kind::at, 1}}}},
      {"main$", {"main", {{Kind::dollar, 1}}}},
      {"with/slash.and-dots", {"with/slash.and-dots", {}}},
  };
  for (const auto& [text, expression] : table) {
    EXPECT_EQ(parsed(text), expression) << text;
    EXPECT_EQ(parsed(to_string(expression)), expression) << text;
  }
}

TEST(RefExpressions, AreRefusedWhereTheyMeanNothing) {
  for (const std::string text :
       {"", "~", "^1", "@", "$main", "main~x", "main~-1", "main~+1", "main~1x", "main@1", "main$2", "ma in",
        "main\n", "main~99999999999999999999", "main~1000001"}) {
    EXPECT_EQ(error_of(parse_ref(text)), "invalid_argument") << "'" << text << "'";
  }
}

TEST(BranchNames, FollowTheRuleOfLakefs) {
  for (const std::string good : {"main", "a", "_x", "feature_1-2", "0"})
    EXPECT_TRUE(check_branch_name(good)) << good;
  for (const std::string bad : {"", "-a", "a/b", "a b", "a.b", "é"})
    EXPECT_FALSE(check_branch_name(bad)) << bad;
  EXPECT_FALSE(check_branch_name(std::string(256, 'a')));
}

TEST(TagNames, FollowTheRuleOfLakefs) {
  for (const std::string good : {"v1.0", "a@b", "x-y_z"}) EXPECT_TRUE(check_tag_name(good)) << good;
  for (const std::string bad : {"", "@", "a.", "a.lock", "a..b", "a/b", "a@{b", "a^b", "a:b", "a?b", "a*b",
                                "a[b", "a\\b", "a b", "a\tb"}) {
    EXPECT_FALSE(check_tag_name(bad)) << bad;
  }
}

TEST(RepositoryNames, FollowTheRuleOfLakefs) {
  for (const std::string good : {"abc", "a-1", "0ab", "abc-"})
    EXPECT_TRUE(check_repository_name(good)) << good;
  for (const std::string bad : {"", "ab", "-ab", "Abc", "a_b", "a.b"})
    EXPECT_FALSE(check_repository_name(bad)) << bad;
  EXPECT_TRUE(check_repository_name(std::string(63, 'a')));
  EXPECT_FALSE(check_repository_name(std::string(64, 'a')));
}

class RefResolution : public testing::Test {
 protected:
  RefResolution() {
    root = repo.head("main");
    EXPECT_TRUE(repo.put("main", "a", "1"));
    first = repo.commit("main", "first")->id;
    EXPECT_TRUE(repo.make_branch("side"));
    EXPECT_TRUE(repo.put("side", "b", "1"));
    side = repo.commit("side", "side")->id;
    EXPECT_TRUE(repo.put("main", "c", "1"));
    second = repo.commit("main", "second")->id;
    merged = repo.merge("side", "main")->id;
    EXPECT_TRUE(block_on(repo.repositories->create_tag("repo", "v1", "side", false)));
  }
  OneRepository repo;
  std::string root, first, side, second, merged;
};

TEST_F(RefResolution, WalksParents) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"main", merged},
      {"main@", merged},
      {"main~1", second},
      {"main^1", second},
      {"main^2", side},
      {"main~", second},
      {"main~2", first},
      {"main~3", root},
      {"main^2~", first},
      {"main^2^", first},
      {"main^0", merged},
      {"main~0", merged},
      {"v1", side},
      {"v1~1", first},
      {merged, merged},
      {merged + "^2", side},
      {merged.substr(0, 12), merged},
      {side.substr(0, 12) + "~2", root},
  };
  for (const auto& [ref, commit] : table) EXPECT_EQ(repo.head(ref), commit) << ref;
  EXPECT_EQ(repo.head("main~4"), "no_such_ref");
  EXPECT_EQ(repo.head("main^3"), "no_such_ref");
  EXPECT_EQ(repo.head("nothing"), "no_such_ref");
  EXPECT_EQ(repo.head("v1@"), "invalid_argument");
  EXPECT_EQ(repo.head("v1$"), "invalid_argument");
  EXPECT_EQ(repo.head("main~1@"), "invalid_argument");
  EXPECT_EQ(repo.head("main$"), "invalid_argument");  // no commit
  EXPECT_EQ(repo.head(std::string(64, '0')), "no_such_ref");
}

TEST_F(RefResolution, TellsWhetherUncommittedChangesAreSeen) {
  const auto branch = [&](const std::string& ref) {
    const auto resolved = repo.repositories->resolve("repo", ref);
    return resolved ? resolved->branch.value_or("-") : error_of(resolved);
  };
  EXPECT_EQ(branch("main"), "main");
  EXPECT_EQ(branch("main$"), "main");
  EXPECT_EQ(branch("main@"), "-");
  EXPECT_EQ(branch("main~1"), "-");
  EXPECT_EQ(branch("v1"), "-");
  EXPECT_EQ(branch(merged), "-");
}

TEST_F(RefResolution, PrefersBranchesToTheBeginningsOfCommits) {
  const std::string prefix = merged.substr(0, 4);
  ASSERT_TRUE(repo.make_branch(prefix, "side"));
  EXPECT_EQ(repo.head(prefix), side);
  EXPECT_EQ(error_of(repo.make_branch(merged, "side")), "already_exists");
}

}  // namespace
}  // namespace anabranch::versioning
