// What this proves: our reading of .gitignore is git's, rule by rule (each case was checked with git
// check-ignore).
#include "runner/gitignore.h"

#include <gtest/gtest.h>

namespace anabranch::runner {
namespace {

bool ignores(const char* rules, const char* path, bool is_folder = false) {
  Gitignore gitignore;
  gitignore.add("", rules);
  return gitignore.ignores(path, is_folder);
}

TEST(Gitignore, ANameHoldsAtEveryDepth) {
  EXPECT_TRUE(ignores("*.pyc\n", "a.pyc"));
  EXPECT_TRUE(ignores("*.pyc\n", "deep/er/a.pyc"));
  EXPECT_FALSE(ignores("*.pyc\n", "a.py"));
}

TEST(Gitignore, ASlashAnchorsAPattern) {
  EXPECT_TRUE(ignores("/build\n", "build", true));
  EXPECT_FALSE(ignores("/build\n", "src/build", true));
  EXPECT_TRUE(ignores("doc/*.txt\n", "doc/a.txt"));
  EXPECT_FALSE(ignores("doc/*.txt\n", "doc/sub/a.txt"));
  EXPECT_FALSE(ignores("doc/*.txt\n", "x/doc/a.txt"));
}

TEST(Gitignore, ASlashAtTheEndMeansFolders) {
  EXPECT_TRUE(ignores("data/\n", "data", true));
  EXPECT_TRUE(ignores("data/\n", "x/data", true));
  EXPECT_FALSE(ignores("data/\n", "data", false));
}

TEST(Gitignore, TwoStarsCrossFolders) {
  EXPECT_TRUE(ignores("**/logs\n", "logs", true));
  EXPECT_TRUE(ignores("**/logs\n", "a/b/logs", true));
  EXPECT_TRUE(ignores("a/**/b\n", "a/b"));
  EXPECT_TRUE(ignores("a/**/b\n", "a/x/y/b"));
  EXPECT_TRUE(ignores("a/**\n", "a/x/y"));
  EXPECT_FALSE(ignores("a/**\n", "b/x"));
}

TEST(Gitignore, TheLastRuleThatMatchesDecides) {
  EXPECT_FALSE(ignores("*.log\n!keep.log\n", "keep.log"));
  EXPECT_TRUE(ignores("!keep.log\n*.log\n", "keep.log"));
}

TEST(Gitignore, CommentsEscapesAndBlanksAreRead) {
  EXPECT_FALSE(ignores("# a\n", "# a"));
  EXPECT_TRUE(ignores("\\#a\n", "#a"));
  EXPECT_TRUE(ignores("\\!a\r\n", "!a"));
  EXPECT_TRUE(ignores("a  \n", "a"));
  EXPECT_FALSE(ignores("\n\n", "a"));
}

TEST(Gitignore, ClassesAndQuestionMarksMatchOneCharacter) {
  EXPECT_TRUE(ignores("file[0-9].t?t\n", "file7.txt"));
  EXPECT_FALSE(ignores("file[!0-9].txt\n", "file7.txt"));
  EXPECT_TRUE(ignores("[]a]\n", "]"));
  EXPECT_FALSE(ignores("a?b\n", "a/b"));
}

TEST(Gitignore, AnInnerFileHoldsBelowItsFolderOnly) {
  Gitignore gitignore;
  gitignore.add("", "*.tmp\n");
  gitignore.add("src", "!keep.tmp\n/only\n");

  EXPECT_FALSE(gitignore.ignores("src/keep.tmp", false));
  EXPECT_FALSE(gitignore.ignores("src/deep/keep.tmp", false));
  EXPECT_TRUE(gitignore.ignores("keep.tmp", false));
  EXPECT_TRUE(gitignore.ignores("src/only", false));
  EXPECT_FALSE(gitignore.ignores("only", false));
  EXPECT_FALSE(gitignore.ignores("src/deep/only", false));
}

TEST(Glob, TwoStarsInsideANameAreOrdinaryStars) {
  EXPECT_TRUE(glob_matches("a**b", "axxb"));
  EXPECT_FALSE(glob_matches("a**b", "ax/xb"));
  EXPECT_FALSE(glob_matches("a**/b", "a/x/b"));
  EXPECT_TRUE(glob_matches("a**/b", "axx/b"));
  EXPECT_FALSE(glob_matches("x/a**", "x/ab/c"));
}

TEST(Glob, ManyStarsEndInTime) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "*a";
  std::string folders;
  for (int i = 0; i < 30; ++i) folders += "**/a/";
  std::string path;
  for (int i = 0; i < 60; ++i) path += "a/";

  EXPECT_FALSE(glob_matches(pattern + "b", std::string(200, 'a')));
  EXPECT_TRUE(glob_matches(pattern, std::string(200, 'a')));
  EXPECT_FALSE(glob_matches(folders + "b", path + "c"));
  EXPECT_TRUE(glob_matches(folders + "b", path + "b"));
}

}  // namespace
}  // namespace anabranch::runner
