// Zero-copy imports.
#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "support/seed.h"
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kPrefix = ImportSourceType::common_prefix;
constexpr auto kObject = ImportSourceType::object;

struct ImportTest : testing::Test {
  OneRepository repo;

  ImportTest() {
    repo.make_bucket("source");
    for (const std::string key :
         {"set/train-notes.txt", "set/train.csv", "set/train/7/x", "set/train/8/y", "set/labels"}) {
      repo.put_plain("source", key, "of " + key);
    }
  }
  Result<std::string> start(const std::string& branch, std::vector<ImportSource> sources) {
    CommitRequest request;
    request.committer = "tester";
    request.metadata = {{"key", "value"}};
    return block_on(repo.repositories->start_import("repo", branch, std::move(sources), request, false));
  }
  ImportStatus wait(const std::string& branch, const std::string& id) {
    while (true) {
      const auto status = repo.repositories->import_status("repo", branch, id);
      if (!status) return ImportStatus{id, false, 0, 0, "", {}, error_of(status)};
      if (status->completed || status->error) return *status;
      // tidy-allow: polls what another thread or process does
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  ImportStatus run(const std::string& branch, std::vector<ImportSource> sources) {
    const auto id = start(branch, std::move(sources));
    if (!id) return ImportStatus{"", false, 0, 0, "", {}, error_of(id)};
    return wait(branch, *id);
  }
};

TEST_F(ImportTest, PutsSourcesUnderTheirDestinations) {
  const std::vector<std::tuple<std::string, std::string, std::vector<std::string>>> table = {
      {"set/train", "raw/", {"raw/train-notes.txt", "raw/train.csv", "raw/train/7/x", "raw/train/8/y"}},
      {"set/train/", "raw/", {"raw/7/x", "raw/8/y"}},
      {"set/train/", "raw", {"raw/7/x", "raw/8/y"}},
      {"set/train/", "", {"7/x", "8/y"}},
      {"set/train/7", "", {"7/x"}},
      {"",
       "all/",
       {"all/set/labels", "all/set/train-notes.txt", "all/set/train.csv", "all/set/train/7/x",
        "all/set/train/8/y"}},
  };
  int number = 0;
  for (const auto& [prefix, destination, paths] : table) {
    const std::string branch = "b" + std::to_string(number++);
    ASSERT_TRUE(repo.make_branch(branch));
    const auto status = run(branch, {{kPrefix, "s3://source/" + prefix, destination}});
    EXPECT_FALSE(status.error) << *status.error;
    EXPECT_EQ(status.ingested_objects, paths.size()) << prefix;
    EXPECT_EQ(repo.paths(branch), paths) << prefix << " to " << destination;
  }
}

TEST_F(ImportTest, MakesOneCommitThatNamesTheSourceObjects) {
  const std::string before = repo.head("main");
  const auto status = run("main", {{kPrefix, "s3://source/set/train", "raw/"},
                                   {kObject, "s3://source/set/labels", "raw/labels"}});
  ASSERT_TRUE(status.completed) << status.error.value_or("");
  ASSERT_TRUE(status.commit);
  EXPECT_EQ(status.commit->id, repo.head("main"));
  EXPECT_EQ(status.commit->parents, std::vector<std::string>{before});
  EXPECT_EQ(status.commit->message, "Import objects");
  EXPECT_EQ(status.commit->metadata.at("key"), "value");
  EXPECT_EQ(status.ingested_objects, 5U);
  const auto stat = repo.repositories->stat("repo", "main", "raw/train/7/x");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->physical_address, "s3://source/set/train/7/x");
  EXPECT_EQ(stat->entry.etag, to_hex(md5("of set/train/7/x")));
  EXPECT_EQ(repo.read("main", "raw/train/7/x"), "of set/train/7/x");
  // Two files beside the dummy: a range and a metarange.
  EXPECT_EQ(repo.objects->list("data", {"repo/", "", "", 1000})->items.size(), 3U);
}

TEST_F(ImportTest, TellsTheContentTypesOfItsSourcesAndWritesNone) {
  repo.put_plain("source", "typed/table.csv", "a,b", "text/csv");
  repo.put_plain("source", "typed/unknown", "x", "application/octet-stream");
  ASSERT_TRUE(run("main", {{kPrefix, "s3://source/typed/", "in/"},
                           {kObject, "s3://source/typed/table.csv", "one.csv"}})
                  .completed);
  const auto type_of = [&](const std::string& path) {
    const auto stat = repo.repositories->stat("repo", "main", path);
    return stat ? stat->entry.content_type : stat.error().message;
  };
  EXPECT_EQ(type_of("in/table.csv"), "text/csv");
  EXPECT_EQ(type_of("one.csv"), "text/csv");
  EXPECT_EQ(type_of("in/unknown"), "application/octet-stream");
  // The entries are as lakeFS's import makes them, so that their identities are.
  const auto listed = repo.repositories->list_objects("repo", "main", {});
  ASSERT_TRUE(listed);
  for (const auto& object : listed->items) EXPECT_EQ(object.entry.content_type, "") << object.path;
}

TEST_F(ImportTest, KeepsWhatWasImportedWhenTheSourceChanges) {
  ASSERT_TRUE(run("main", {{kPrefix, "s3://source/set/", ""}}).completed);
  repo.put_plain("source", "set/labels", "overwritten");
  ASSERT_TRUE(block_on(repo.objects->remove("source", "set/train.csv")));
  EXPECT_EQ(repo.read("main", "labels"), "of set/labels");
  EXPECT_EQ(repo.read("main", "train.csv"), "of set/train.csv");
}

TEST_F(ImportTest, ReplacesItsDestinationsAndKeepsTheRest) {
  for (const std::string path : {"raw/old", "rawer", "keep", "one", "one-more"})
    ASSERT_TRUE(repo.put("main", path, "mine"));
  ASSERT_TRUE(repo.commit("main"));
  const auto status =
      run("main", {{kPrefix, "s3://source/set/train/", "raw"}, {kObject, "s3://source/set/labels", "one"}});
  ASSERT_TRUE(status.completed) << status.error.value_or("");
  EXPECT_THAT(repo.paths("main"), ElementsAre("keep", "one", "one-more", "raw/7/x", "raw/8/y", "rawer"));
  EXPECT_EQ(repo.read("main", "one"), "of set/labels");
  EXPECT_EQ(repo.read("main", "one-more"), "mine");
}

TEST_F(ImportTest, LaterSourcesWin) {
  repo.put_plain("source", "other/7/x", "newer");
  const auto status =
      run("main", {{kPrefix, "s3://source/set/train/", "d/"}, {kPrefix, "s3://source/other/", "d/"}});
  ASSERT_TRUE(status.completed);
  EXPECT_EQ(repo.contents("main"), (Contents{{"d/7/x", "newer"}, {"d/8/y", "of set/train/8/y"}}));
}

TEST_F(ImportTest, ManySourcesAreMergedAsAMapWould) {
  std::map<std::string, Contents> folders;  // what lies in the bucket, by prefix
  for (int folder = 0; folder < 6; ++folder) {
    const std::string prefix = "many/" + std::to_string(folder) + "/";
    for (const std::string name : {"a", "b/c", "b0", "z"}) {
      const std::string text = prefix + name;
      repo.put_plain("source", prefix + name, text);
      folders[prefix][name] = text;
    }
  }
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20; ++round) {
    std::vector<ImportSource> sources;
    Contents expected;
    for (int count = 0; count < 40; ++count) {
      const std::string prefix = "many/" + std::to_string(random() % 6) + "/";
      static const std::vector<std::string> kDestinations = {"",   "a/", "a/b/", "a0/",
                                                             "b/", "d/", "d/z/", "y/"};
      const std::string& destination = kDestinations[random() % kDestinations.size()];
      if (random() % 3 == 0) {
        sources.push_back({kObject, "s3://source/" + prefix + "b/c", destination + "b"});
        expected[destination + "b"] = folders[prefix]["b/c"];
      } else {
        sources.push_back({kPrefix, "s3://source/" + prefix, destination});
        for (const auto& [name, text] : folders[prefix]) expected[destination + name] = text;
      }
    }
    const std::string branch = "round-" + std::to_string(round);
    ASSERT_TRUE(repo.make_branch(branch));
    const auto status = run(branch, sources);
    ASSERT_TRUE(status.completed) << status.error.value_or("");
    EXPECT_EQ(repo.contents(branch), expected) << "round " << round;
  }
}

TEST_F(ImportTest, OntoADirtyBranchEndsInAnError) {
  ASSERT_TRUE(repo.put("main", "a", "1"));
  const auto status = run("main", {{kPrefix, "s3://source/set/", "raw/"}});
  EXPECT_FALSE(status.completed);
  EXPECT_THAT(status.error.value_or(""), HasSubstr("uncommitted"));
  EXPECT_EQ(repo.contents("main"), (Contents{{"a", "1"}}));
}

TEST_F(ImportTest, RefusesSourcesThatCannotBe) {
  EXPECT_EQ(error_of(start("main", {})), "invalid_argument");
  EXPECT_EQ(error_of(start("main", {{kPrefix, "s3://nowhere/x", ""}})), "no_such_bucket");
  EXPECT_EQ(error_of(start("main", {{kPrefix, "/tmp/x", ""}})), "invalid_argument");
  EXPECT_EQ(error_of(start("main", {{kPrefix, "s3://data/repo/data/", ""}})), "invalid_argument");
  EXPECT_EQ(error_of(start("main", {{kPrefix, "s3://data/", ""}})), "invalid_argument");
  EXPECT_EQ(error_of(start("nothing", {{kPrefix, "s3://source/", ""}})), "no_such_branch");
  const auto missing = run("main", {{kObject, "s3://source/set/nothing", "x"}});
  EXPECT_TRUE(missing.error);
  EXPECT_THAT(repo.paths("main"), IsEmpty());
}

TEST_F(ImportTest, TakesInCommitsThatWereMadeMeanwhile) {
  for (int i = 0; i < 3'000; ++i) repo.put_plain("source", "many/" + std::to_string(100'000 + i), "x");
  const auto id =
      start("main", {{kPrefix, "s3://source/many/", "many/"}, {kObject, "s3://source/set/labels", "labels"}});
  ASSERT_TRUE(id);
  // Each is acknowledged before the import ends, or makes it end with an error; never is anything lost.
  int committed = 0;
  for (; committed < 20; ++committed) {
    if (!repo.put("main", "mine/" + std::to_string(committed), "1")) break;
    if (!repo.commit("main")) break;
  }
  const auto status = wait("main", *id);
  const auto paths = repo.paths("main", "mine/");
  EXPECT_EQ(paths.size(), static_cast<std::size_t>(committed));
  if (status.completed) {
    EXPECT_EQ(repo.paths("main", "many/").size(), 3'000U);
    EXPECT_EQ(repo.read("main", "labels"), "of set/labels");
  } else {
    EXPECT_THAT(status.error.value_or(""), HasSubstr("uncommitted"));
  }
}

TEST_F(ImportTest, StatusSurvivesARestartAndAnInterruptedOneHasFailed) {
  const auto done = run("main", {{kPrefix, "s3://source/set/", ""}});
  ASSERT_TRUE(done.completed);
  const std::string finished = done.id;
  repo.reopen();
  const auto kept = repo.repositories->import_status("repo", "main", finished);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->completed);
  EXPECT_EQ(kept->commit->id, repo.head("main"));
  EXPECT_EQ(error_of(block_on(repo.repositories->cancel_import("repo", "main", finished))), "conflict");
  EXPECT_EQ(error_of(repo.repositories->import_status("repo", "main", "nothing")), "not_found");

  repo.kv.die_after(1);  // the record of the start is the last thing written
  const auto id = start("main", {{kPrefix, "s3://source/set/", "again/"}});
  ASSERT_TRUE(id);
  repo.reopen();
  const auto failed = repo.repositories->import_status("repo", "main", *id);
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->completed);
  EXPECT_THAT(failed->error.value_or(""), HasSubstr("stopped"));
}

TEST_F(ImportTest, CanBeCancelled) {
  for (int i = 0; i < 3'000; ++i) repo.put_plain("source", "many/" + std::to_string(100'000 + i), "x");
  const auto id = start("main", {{kPrefix, "s3://source/many/", "many/"}});
  ASSERT_TRUE(id);
  const auto cancelled = block_on(repo.repositories->cancel_import("repo", "main", *id));
  const auto status = wait("main", *id);
  if (cancelled && status.error) {
    EXPECT_EQ(*status.error, "Canceled");
    EXPECT_THAT(repo.paths("main"), IsEmpty());
  } else {  // it was faster
    EXPECT_TRUE(status.completed);
  }
}

}  // namespace
}  // namespace anabranch::versioning
