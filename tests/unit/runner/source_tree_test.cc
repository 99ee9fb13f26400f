// What this proves: a run's code is what git would take, its id changes with every byte that matters, and
// secrets stay.
#include "runner/source_tree.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "runner/files.h"
#include "runner/process.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SourceTree : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(write_file(scratch_.path(path), text));
  }
  void git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=m"});
    const auto done = capture(arguments, scratch_.path(), own_environment(), 1'000'000);
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<std::string> paths(const std::vector<std::string>& excluded = {}) {
    std::vector<std::string> out;
    const auto files = list_source(scratch_.path(), excluded);
    for (const auto& file : files.value()) out.push_back(file.path);
    return out;
  }
  std::string id() { return content_id(scratch_.path(), list_source(scratch_.path()).value()).value(); }

  testing_support::ScratchDirectory scratch_;
};

TEST_F(SourceTree, WithoutGitIsEveryFileThatIsNotIgnored) {
  write(".gitignore", "*.pyc\n/data/\n");
  write("train.py", "");
  write("a.pyc", "");
  write("data/big.bin", "");
  write("src/.gitignore", "local\n");
  write("src/local", "");
  write("src/data/kept", "");

  EXPECT_THAT(paths(), ElementsAre(".gitignore", "src/.gitignore", "src/data/kept", "train.py"));
}

TEST_F(SourceTree, InAWorkTreeIsTrackedAndUntrackedButNotIgnoredNorDeleted) {
  git({"init", "-q"});
  write(".gitignore", "ignored\n");
  write("ignored", "");
  write("tracked", "");
  write("gone", "");
  git({"add", "-A"});
  std::filesystem::remove(scratch_.path("gone"));
  write("untracked", "");

  EXPECT_THAT(paths(), ElementsAre(".gitignore", "tracked", "untracked"));
}

TEST_F(SourceTree, LeavesOutWhatEarlierRunsProduced) {
  write("train.py", "");
  write("metrics.json", "{}");
  write("artifacts/model", "");
  write("src/metrics.json", "{}");
  write("config/a.toml", "");

  EXPECT_THAT(paths(), ElementsAre("config/a.toml", "src/metrics.json", "train.py"));
}

TEST_F(SourceTree, LeavesOutWhatToolsMakeAnewUnlessGitTracksIt) {
  const auto left_out = [&] {
    std::vector<std::string> names;
    EXPECT_TRUE(list_source(scratch_.path(), {}, &names));
    return names;
  };
  write("train.py", "");
  write(".venv/lib/x.py", "");
  write("web/node_modules/left/index.js", "");
  write("src/__pycache__/a.pyc", "");
  write("myenv/pyvenv.cfg", "");
  write("myenv/lib/y.py", "");
  write("warm/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
  write("environment/car.py", "");

  EXPECT_THAT(paths(), ElementsAre("environment/car.py", "train.py"));
  EXPECT_THAT(left_out(), ElementsAre(".venv", "myenv", "src/__pycache__", "warm", "web/node_modules"));

  git({"init", "-q"});
  git({"add", "web/node_modules/left/index.js"});
  EXPECT_THAT(paths(), ElementsAre("environment/car.py", "train.py", "web/node_modules/left/index.js"));
  EXPECT_THAT(left_out(), ElementsAre(".venv", "myenv", "src/__pycache__", "warm"));
}

TEST_F(SourceTree, KnowsItsSizesAndKeepsTimesInACopy) {
  write("a", "12345");
  const timespec times[2] = {{1'000'000'000, 7}, {1'000'000'000, 7}};
  utimensat(AT_FDCWD, scratch_.path("a").c_str(), times, 0);
  const auto files = list_source(scratch_.path()).value();
  testing_support::ScratchDirectory target;

  ASSERT_TRUE(copy_source(scratch_.path(), files, target.path("copy")));

  EXPECT_EQ(files.front().size_bytes, 5U);
  EXPECT_EQ(std::filesystem::last_write_time(target.path("copy/a")),
            std::filesystem::last_write_time(scratch_.path("a")));
}

TEST_F(SourceTree, LeavesOutAServersDataAndExcludedFolders) {
  write("train.py", "");
  write("server/lock", "");
  write("server/root-key.json", "secret");
  write("server/segments/1", "");
  write("server/index/1", "");
  write("cache/objects/1", "");

  EXPECT_THAT(paths({scratch_.path("cache")}), ElementsAre("train.py"));
}

TEST_F(SourceTree, TheIdChangesWithContentNameKindAndMode) {
  write("a", "1");
  const std::string first = id();
  write("a", "2");
  const std::string other_content = id();
  write("a", "1");
  EXPECT_EQ(id(), first);
  chmod(scratch_.path("a").c_str(), 0755);
  const std::string executable = id();
  std::filesystem::rename(scratch_.path("a"), scratch_.path("b"));
  const std::string renamed = id();
  std::filesystem::remove(scratch_.path("b"));
  std::filesystem::create_symlink("1", scratch_.path("a"));
  const std::string link = id();

  EXPECT_EQ((std::set<std::string>{first, other_content, executable, renamed, link}.size()), 5U);
}

TEST_F(SourceTree, TheIdOfACopyIsTheSameAndTheCopyIsItsOwn) {
  write("src/run.sh", "echo");
  chmod(scratch_.path("src/run.sh").c_str(), 0755);
  std::filesystem::create_symlink("src/run.sh", scratch_.path("run"));
  const auto files = list_source(scratch_.path()).value();
  testing_support::ScratchDirectory target;

  ASSERT_TRUE(copy_source(scratch_.path(), files, target.path("copy")));
  const auto copied = list_source(target.path("copy")).value();
  EXPECT_EQ(content_id(target.path("copy"), copied).value(), id());

  ASSERT_TRUE(write_file(target.path("copy/src/run.sh"), "changed"));
  EXPECT_EQ(read_file(scratch_.path("src/run.sh"), 100).value(), "echo");
}

TEST_F(SourceTree, GitStateHasTheDiffWithoutSecrets) {
  git({"init", "-q"});
  write("train.py", "print(1)\n");
  write(".env", "TOKEN=old\n");
  git({"add", "-A"});
  git({"commit", "-q", "-m", "first"});
  const GitState clean = read_git_state(scratch_.path());
  write("train.py", "print(2)\n");
  write(".env", "TOKEN=planted\n");
  const GitState dirty = read_git_state(scratch_.path());

  EXPECT_EQ(clean.sha.size(), 40U);
  EXPECT_FALSE(clean.is_dirty);
  EXPECT_THAT(clean.diff, IsEmpty());
  EXPECT_EQ(dirty.sha, clean.sha);
  EXPECT_TRUE(dirty.is_dirty);
  EXPECT_THAT(dirty.diff, HasSubstr("+print(2)"));
  EXPECT_THAT(dirty.diff, Not(HasSubstr("planted")));
}

TEST_F(SourceTree, TheDiffAppliesWhateverTheUsersSettings) {
  git({"init", "-q"});
  std::string lines;
  for (int i = 0; i < 40; ++i) lines += "line " + std::to_string(i) + "\n";
  write("train.py", lines);
  write("old name.py", lines + "x\n");
  write("binary.bin", std::string("\0\1\2", 3));
  write("custom.bin", "one\n");
  write(".gitattributes", "custom.bin diff=hex\n");
  git({"add", "-A"});
  git({"commit", "-q", "-m", "first"});
  const std::pair<const char*, const char*> settings[] = {
      {"diff.noprefix", "true"},         {"diff.mnemonicPrefix", "true"}, {"diff.context", "0"},
      {"diff.interHunkContext", "9"},    {"diff.external", "/bin/true"},  {"color.ui", "always"},
      {"color.diff", "always"},          {"diff.renames", "copies"},      {"diff.hex.textconv", "wc -c"},
      {"diff.hex.command", "/bin/true"}, {"diff.orderFile", "/nowhere"},  {"diff.srcPrefix", "x/"},
      {"diff.dstPrefix", "y/"},          {"diff.submodule", "log"},       {"diff.wordRegex", "."}};
  for (const auto& [name, value] : settings) git({"config", name, value});
  setenv("GIT_DIFF_OPTS", "--unified=0", 1);
  write("train.py", lines.substr(7) + "end");
  std::filesystem::rename(scratch_.path("old name.py"), scratch_.path("new name.py"));
  git({"add", "-A"});
  write("binary.bin", std::string("\3\0\1", 3));
  write("custom.bin", "two\n");

  const GitState state = read_git_state(scratch_.path());
  unsetenv("GIT_DIFF_OPTS");

  testing_support::ScratchDirectory clone;
  ASSERT_TRUE(write_file(clone.path("patch"), state.diff));
  const auto run = [&](std::vector<std::string> arguments) {
    const auto done = capture(arguments, clone.path(), own_environment(), 1'000'000);
    ASSERT_TRUE(done) << arguments[1] << ": " << done.error().message << "\n" << state.diff;
  };
  run({"git", "clone", "-q", scratch_.path(), "copy"});
  run({"git", "-C", "copy", "apply", "--index", "../patch"});
  for (const char* name : {"train.py", "new name.py", "binary.bin", "custom.bin"}) {
    EXPECT_EQ(read_file(clone.path(std::string("copy/") + name), 10'000).value(),
              read_file(scratch_.path(name), 10'000).value())
        << name;
  }
  EXPECT_FALSE(std::filesystem::exists(clone.path("copy/old name.py")));
}

TEST_F(SourceTree, WithoutGitThereIsNoGitState) {
  EXPECT_THAT(read_git_state(scratch_.path()).sha, IsEmpty());
}

TEST(Secrets, AreKnownByTheirUsualNames) {
  for (const char* path : {".env", "deep/.env.local", "a/key.pem", ".aws/credentials", "x/.ssh/config",
                           "id_rsa", "data/root-key.json"}) {
    EXPECT_TRUE(looks_secret(path)) << path;
  }
  for (const char* path : {".env.example", "environment.py", "keys.py", "monkey", "aws/credentials.py"}) {
    EXPECT_FALSE(looks_secret(path)) << path;
  }
}

}  // namespace
}  // namespace anabranch::runner
