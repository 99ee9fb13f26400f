// Repositories, branches, staging, commits: what clients see of them.
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

Repository wanted(const std::string& name, const std::string& place) {
  Repository repository;
  repository.id = name;
  repository.storage_namespace = place;
  return repository;
}

TEST(Repositories, BeginWithOneEmptyCommitAndTheDummy) {
  OneRepository repo;
  const auto found = repo.repositories->get("repo");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->default_branch, "main");
  EXPECT_EQ(found->storage_namespace, "s3://data/repo");
  const auto first = repo.repositories->get_commit("repo", "main");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->message, "Repository created");
  EXPECT_EQ(first->committer, "tester");
  EXPECT_EQ(first->metarange_id, "");
  EXPECT_EQ(first->generation, 1);
  EXPECT_THAT(repo.paths("main"), IsEmpty());
  const auto dummy = repo.objects->head("data", "repo/_lakefs/dummy");
  ASSERT_TRUE(dummy);
  EXPECT_EQ(dummy->size_bytes, 61U);
}

TEST(Repositories, NeedAnExistingBucketAndANamespaceThatNobodyUsed) {
  OneRepository repo;
  const auto create = [&](const std::string& name, const std::string& place) {
    return error_of(block_on(repo.repositories->create(wanted(name, place), "tester")));
  };
  EXPECT_EQ(create("other", "s3://nowhere/x"), "no_such_bucket");
  EXPECT_EQ(create("other", "s3://data/repo"), "namespace_in_use");
  EXPECT_EQ(create("other", "s3://data/repo/"), "namespace_in_use");
  EXPECT_EQ(create("other", "s3://data/repo/inner"), "namespace_in_use");
  EXPECT_EQ(create("other", "s3://data"), "namespace_in_use");
  EXPECT_EQ(create("other", "gs://data/x"), "invalid_argument");
  EXPECT_EQ(create("Other", "s3://data/x"), "invalid_name");
  EXPECT_EQ(create("repo", "s3://data/x"), "already_exists");
  EXPECT_EQ(create("data", "s3://data/x"), "already_exists");  // a bucket has the name
  EXPECT_EQ(create("other", "s3://data/repository"), "none");  // begins with "repo", lies beside it
}

/// Found by Races.OneOfManyMakesTheRepository: the check looked at what this process knew, and missed the
/// newest.
TEST(Repositories, DoNotNestWhateverOtherServersMade) {
  OneRepository repo;
  Repositories other(repo.kv, *repo.objects, repo.clock, repo.workers);
  ASSERT_TRUE(other.get("repo"));  // it has read what there is
  ASSERT_TRUE(block_on(repo.repositories->create(wanted("first", "s3://data/x"), "t")));
  EXPECT_EQ(error_of(block_on(other.create(wanted("second", "s3://data/x/y"), "t"))), "namespace_in_use");
  EXPECT_EQ(error_of(block_on(other.create(wanted("second", "s3://data/x"), "t"))), "namespace_in_use");
  EXPECT_EQ(error_of(block_on(other.create(wanted("first", "s3://data/z"), "t"))), "already_exists");
}

TEST(Repositories, ANameIsFreeAfterRemovalButItsNamespaceStaysUsed) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "1"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(block_on(repo.repositories->remove("repo")));
  EXPECT_EQ(error_of(repo.repositories->get("repo")), "no_such_repository");
  EXPECT_EQ(error_of(block_on(repo.repositories->create(wanted("repo", "s3://data/repo"), "t"))),
            "namespace_in_use");
  ASSERT_TRUE(block_on(repo.repositories->create(wanted("repo", "s3://data/again"), "t")));
  EXPECT_THAT(repo.paths("main"), IsEmpty());
  repo.reopen();
  EXPECT_EQ(error_of(block_on(repo.repositories->create(wanted("new", "s3://data/repo"), "t"))),
            "namespace_in_use");
}

TEST(Repositories, RemovalLeavesNoRecordsButTheNamespaces) {
  OneRepository repo;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(repo.put("main", "p" + std::to_string(i), "1"));
  ASSERT_TRUE(repo.make_branch("b"));
  ASSERT_TRUE(repo.put("b", "x", "1"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(block_on(repo.repositories->remove("repo")));
  repo.repositories.reset();  // waits for what runs in the background
  EXPECT_EQ(repo.count_keys("v/"), repo.count_keys("v/n/") + repo.count_keys("v/m/"));
}

TEST(Repositories, AreListedInPages) {
  OneRepository repo;
  for (const std::string name : {"aaa", "repo-2", "repo-3", "zzz"}) {
    ASSERT_TRUE(block_on(repo.repositories->create(wanted(name, "s3://data/" + name), "t")));
  }
  const auto first = repo.repositories->list({"repo", "", 2});
  ASSERT_TRUE(first);
  ASSERT_EQ(first->items.size(), 2U);
  EXPECT_EQ(first->items[0].id, "repo");
  EXPECT_TRUE(first->has_more);
  const auto second = repo.repositories->list({"repo", first->next_offset, 2});
  ASSERT_TRUE(second);
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].id, "repo-3");
  EXPECT_FALSE(second->has_more);
}

TEST(Repositories, MetadataSurvivesARestart) {
  OneRepository repo;
  ASSERT_TRUE(block_on(repo.repositories->set_metadata("repo", {{"team", "vision"}})));
  EXPECT_EQ(repo.repositories->get("repo")->metadata, (Metadata{{"team", "vision"}}));
  repo.reopen();
  EXPECT_EQ(repo.repositories->get("repo")->metadata, (Metadata{{"team", "vision"}}));
}

TEST(Repositories, TellWhichKeysOfABucketAreTheirs) {
  OneRepository repo;
  const auto use = [&](const std::string& bucket, const std::string& key) {
    const auto found = repo.repositories->namespace_use(bucket, key);
    return !found ? error_of(found) : !found->inside ? "outside" : found->issued ? "issued" : "inside";
  };
  EXPECT_EQ(use("data", "repo/data/x"), "inside");
  EXPECT_EQ(use("data", "repo/"), "inside");
  EXPECT_EQ(use("data", "repository"), "outside");
  EXPECT_EQ(use("data", "repo"), "outside");
  EXPECT_EQ(use("other", "repo/data/x"), "outside");
  EXPECT_TRUE(*repo.repositories->bucket_in_use("data"));
  EXPECT_FALSE(*repo.repositories->bucket_in_use("other"));
}

TEST(Branches, CostOneRecordAndBeginAtTheirSource) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "1"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.put("main", "b", "uncommitted"));
  ASSERT_TRUE(repo.make_branch("work"));
  EXPECT_EQ(repo.head("work"), repo.head("main"));
  EXPECT_THAT(repo.paths("work"), ElementsAre("a"));
  EXPECT_EQ(error_of(repo.make_branch("work")), "already_exists");
  EXPECT_EQ(error_of(repo.make_branch("wo/rk")), "invalid_name");
  EXPECT_EQ(error_of(repo.make_branch("new", "nothing")), "no_such_ref");
  EXPECT_EQ(error_of(repo.make_branch("new", "main$")), "invalid_argument");
  EXPECT_EQ(error_of(block_on(repo.repositories->delete_branch("repo", "main"))), "not_allowed");
  ASSERT_TRUE(block_on(repo.repositories->delete_branch("repo", "work")));
  EXPECT_EQ(error_of(repo.repositories->get_branch("repo", "work")), "no_such_branch");
}

TEST(Tags, StayWhereTheyWereSetAndAreNotWritable) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "1"));
  const auto first = repo.commit("main");
  ASSERT_TRUE(first);
  ASSERT_TRUE(block_on(repo.repositories->create_tag("repo", "v1", "main", false)));
  ASSERT_TRUE(repo.put("main", "a", "2"));
  ASSERT_TRUE(repo.commit("main"));
  EXPECT_EQ(repo.read("v1", "a"), "1");
  EXPECT_EQ(repo.head("v1"), first->id);
  EXPECT_EQ(error_of(repo.put("v1", "x", "1")), "not_allowed");
  EXPECT_EQ(error_of(repo.put(first->id, "x", "1")), "not_allowed");
  EXPECT_EQ(error_of(repo.put("nothing", "x", "1")), "no_such_branch");
  EXPECT_EQ(error_of(repo.repositories->check_writable("repo", "v1", "x")), "not_allowed");
  EXPECT_EQ(error_of(repo.repositories->check_writable("repo", "main", "x")), "none");
  EXPECT_EQ(error_of(block_on(repo.repositories->create_tag("repo", "v1", "main", false))), "already_exists");
  EXPECT_EQ(error_of(block_on(repo.repositories->create_tag("repo", "main", "main", false))),
            "already_exists");
  EXPECT_EQ(error_of(repo.make_branch("v1")), "already_exists");
  ASSERT_TRUE(block_on(repo.repositories->delete_tag("repo", "v1")));
  EXPECT_EQ(error_of(repo.repositories->get_tag("repo", "v1")), "no_such_tag");
}

TEST(Staging, IsSeenOnItsBranchAtOnceAndNowhereElse) {
  OneRepository repo;
  ASSERT_TRUE(repo.make_branch("other"));
  const auto staged = repo.put("main", "dir/a", "hello");
  ASSERT_TRUE(staged);
  EXPECT_THAT(staged->physical_address, StartsWith("s3://data/repo/data/"));
  EXPECT_EQ(repo.read("main", "dir/a"), "hello");
  EXPECT_EQ(repo.read("main$", "dir/a"), "hello");
  EXPECT_EQ(repo.read("main@", "dir/a"), "no_such_key");
  EXPECT_EQ(repo.read("other", "dir/a"), "no_such_key");
  EXPECT_THAT(repo.uncommitted("main"), ElementsAre("+dir/a"));
  EXPECT_THAT(repo.diff("main", "main$"), ElementsAre("+dir/a"));
  EXPECT_THAT(repo.diff("main", "main"), IsEmpty());
}

TEST(Staging, KeepsWhatTheClientSaidOfTheObject) {
  OneRepository repo;
  objects::ReceiveOptions options;
  options.content_type = "image/png";
  options.user_metadata = {{"Owner", "me"}};
  auto pending = repo.receive("bytes", options);
  ASSERT_TRUE(pending);
  const auto staged = block_on(repo.repositories->stage("repo", "main", "a", *std::move(pending), {}));
  ASSERT_TRUE(staged);
  const auto found = repo.repositories->stat("repo", "main", "a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entry, staged->entry);
  EXPECT_EQ(found->entry.content_type, "image/png");
  EXPECT_EQ(found->entry.metadata, (Metadata{{"Owner", "me"}}));
  EXPECT_EQ(found->entry.size_bytes, 5);
  EXPECT_EQ(found->entry.etag, to_hex(md5("bytes")));
}

TEST(Staging, AnOverwriteBeforeTheCommitLeavesNoBytesBehind) {
  OneRepository repo;
  const auto data_objects = [&] {
    const auto page = repo.objects->list("data", {"repo/data/", "", "", 1000});
    return page ? page->items.size() : 999;
  };
  ASSERT_TRUE(repo.put("main", "a", "1"));
  ASSERT_TRUE(repo.put("main", "a", "2"));
  EXPECT_EQ(data_objects(), 1U);
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.put("main", "a", "3"));
  EXPECT_EQ(data_objects(), 2U);  // the committed one stays
  ASSERT_TRUE(repo.erase("main", "a"));
  EXPECT_EQ(data_objects(), 1U);
  EXPECT_EQ(repo.read("main@", "a"), "2");
  ASSERT_TRUE(repo.put("main", "b", "1"));
  ASSERT_TRUE(repo.erase("main", "b"));
  EXPECT_EQ(data_objects(), 1U);
}

TEST(Staging, ConditionsLookAtWhatTheBranchShows) {
  OneRepository repo;
  objects::WriteCondition absent;
  absent.if_none_match = "*";
  EXPECT_EQ(error_of(repo.put("main", "a", "1", absent)), "none");
  EXPECT_EQ(error_of(repo.put("main", "a", "2", absent)), "precondition_failed");
  ASSERT_TRUE(repo.commit("main"));
  EXPECT_EQ(error_of(repo.put("main", "a", "2", absent)), "precondition_failed");
  objects::WriteCondition match;
  match.if_match = to_hex(md5("1"));
  EXPECT_EQ(error_of(repo.put("main", "missing", "2", match)), "no_such_key");
  EXPECT_EQ(error_of(repo.put("main", "a", "2", match)), "none");
  EXPECT_EQ(error_of(repo.put("main", "a", "3", match)), "precondition_failed");
  EXPECT_EQ(repo.read("main", "a"), "2");
  ASSERT_TRUE(repo.erase("main", "a"));
  EXPECT_EQ(error_of(repo.put("main", "a", "4", absent)), "none");
}

TEST(Staging, DeletingWhatIsNotThereIsNoErrorAndNoChange) {
  OneRepository repo;
  EXPECT_FALSE(*repo.erase("main", "nothing"));
  ASSERT_TRUE(repo.put("main", "a", "1"));
  EXPECT_TRUE(*repo.erase("main", "a"));
  EXPECT_FALSE(*repo.erase("main", "a"));
  EXPECT_THAT(repo.uncommitted("main"), IsEmpty());
  EXPECT_EQ(error_of(repo.commit("main")), "no_changes");
}

TEST(Staging, ManyPathsAreDeletedAtOnce) {
  OneRepository repo;
  for (const std::string path : {"a", "b", "c", "d"}) ASSERT_TRUE(repo.put("main", path, path));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.put("main", "e", "e"));
  ASSERT_TRUE(
      block_on(repo.repositories->delete_objects("repo", "main", {{"a"}, {"c"}, {"e"}, {"nothing"}, {"a"}})));
  EXPECT_THAT(repo.paths("main"), ElementsAre("b", "d"));
  EXPECT_THAT(repo.uncommitted("main"), ElementsAre("-a", "-c"));
}

TEST(Staging, ManyPathsAreDeletedInOneCommitWithTheBytesThatOnlyTheyName) {
  OneRepository repo;
  std::vector<objects::Removal> removals;
  for (int i = 0; i < 100; ++i) {
    const std::string path = "p" + std::to_string(i);
    ASSERT_TRUE(repo.put("main", path, path));
    if (i == 49) {
      ASSERT_TRUE(repo.commit("main"));
    }
    removals.push_back({path, {}});
  }
  repo.reopen();  // the commit's clean-up has ended: it may not take the one commit below
  const auto blobs = repo.stores.blobs.published_count();

  repo.kv.die_after(1);
  const auto removed = block_on(repo.repositories->delete_objects("repo", "main", removals));

  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_TRUE(repo.kv.dead()) << "the one commit it may take";
  EXPECT_THAT(repo.paths("main"), IsEmpty());
  EXPECT_EQ(repo.stores.blobs.published_count(), blobs - 50) << "those that no commit names";
}

TEST(Staging, AnOverwriteTakesOneCommitWithTheBytesItReplaces) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "1"));
  const auto blobs = repo.stores.blobs.published_count();

  repo.kv.die_after(1);
  ASSERT_TRUE(repo.put("main", "a", "2"));

  EXPECT_EQ(repo.stores.blobs.published_count(), blobs);
}

TEST(Staging, OfManyPathsOnlyThoseAreDeletedWhoseConditionHolds) {
  OneRepository repo;
  const auto a = repo.put("main", "a", "aa");
  ASSERT_TRUE(a && repo.put("main", "b", "b") && repo.put("main", "c", "c"));
  const auto removed = block_on(
      repo.repositories->delete_objects("repo", "main",
                                        {{"a", {.if_match = a->entry.etag, .if_match_size_bytes = 2}},
                                         {"b", {.if_match = "another"}},
                                         {"c"},
                                         {"d", {.if_match = "*"}}}));
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_TRUE(removed->at(0).value());
  EXPECT_EQ(error_of(removed->at(1)), "precondition_failed");
  EXPECT_TRUE(removed->at(2).value());
  EXPECT_FALSE(removed->at(3).value());
  EXPECT_THAT(repo.paths("main"), ElementsAre("b"));
}

TEST(Staging, RefusesPathsThatAreNoKeys) {
  OneRepository repo;
  EXPECT_EQ(error_of(repo.put("main", "", "1")), "invalid_argument");
  EXPECT_EQ(error_of(repo.put("main", std::string(2000, 'x'), "1")), "key_too_long");
}

TEST(Commits, TakeWhatWasStagedAndLeaveTheBranchClean) {
  OneRepository repo;
  const std::string first = repo.head("main");
  ASSERT_TRUE(repo.put("main", "a", "1"));
  ASSERT_TRUE(repo.put("main", "b", "2"));
  repo.clock.advance(5'000);
  const auto commit = repo.commit("main", "two files");
  ASSERT_TRUE(commit) << commit.error().message;
  EXPECT_EQ(commit->parents, std::vector<std::string>{first});
  EXPECT_EQ(commit->generation, 2);
  EXPECT_EQ(commit->created_seconds, 1'700'000'005);
  EXPECT_EQ(repo.head("main"), commit->id);
  EXPECT_EQ(repo.contents("main"), (Contents{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(repo.contents(commit->id), (Contents{{"a", "1"}, {"b", "2"}}));
  EXPECT_THAT(repo.uncommitted("main"), IsEmpty());
  EXPECT_EQ(error_of(repo.commit("main")), "no_changes");
  EXPECT_TRUE(repo.repositories->metadata_address("repo", commit->metarange_id));
  EXPECT_EQ(repo.repositories->ranges("repo", commit->metarange_id)->size(), 1U);

  ASSERT_TRUE(repo.erase("main", "a"));
  ASSERT_TRUE(repo.commit("main"));
  EXPECT_EQ(repo.contents("main"), (Contents{{"b", "2"}}));
  EXPECT_EQ(repo.contents(commit->id), (Contents{{"a", "1"}, {"b", "2"}}));
}

TEST(Commits, OfTheSameContentChangeNothing) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "1"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.put("main", "a", "1"));
  EXPECT_THAT(repo.uncommitted("main"), IsEmpty());
  EXPECT_EQ(error_of(repo.commit("main")), "no_changes");
  CommitRequest empty;
  empty.message = "nothing";
  empty.allow_empty = true;
  const auto commit = block_on(repo.repositories->commit("repo", "main", empty));
  ASSERT_TRUE(commit);
  EXPECT_EQ(repo.contents("main"), (Contents{{"a", "1"}}));
  EXPECT_EQ(repo.log("main"), (std::vector<std::string>{"nothing", "changes", "Repository created"}));
}

TEST(Commits, LeaveNoStagedRecordsBehind) {
  OneRepository repo;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(repo.put("main", "p" + std::to_string(i), "x"));
  ASSERT_TRUE(repo.commit("main"));
  repo.repositories.reset();
  EXPECT_EQ(repo.count_keys("v/s/"), 0U);
  EXPECT_EQ(repo.count_keys("v/g/"), 0U);
  EXPECT_EQ(repo.count_keys("v/k/"), 1U);
}

TEST(Resets, TakeBackUncommittedChanges) {
  OneRepository repo;
  for (const std::string path : {"a", "dir/a", "dir/b"}) ASSERT_TRUE(repo.put("main", path, "old"));
  ASSERT_TRUE(repo.commit("main"));
  const Contents before = repo.contents("main");
  const auto change = [&] {
    ASSERT_TRUE(repo.put("main", "a", "new"));
    ASSERT_TRUE(repo.erase("main", "dir/a"));
    ASSERT_TRUE(repo.put("main", "dir/c", "new"));
  };
  const auto reset = [&](ResetType type, const std::string& path) {
    return error_of(block_on(repo.repositories->reset_branch("repo", "main", type, path)));
  };
  change();
  EXPECT_EQ(reset(ResetType::object, "dir/a"), "none");
  EXPECT_THAT(repo.uncommitted("main"), ElementsAre("~a", "+dir/c"));
  EXPECT_EQ(reset(ResetType::object, "nothing"), "none");
  change();
  EXPECT_EQ(reset(ResetType::prefix, "dir/"), "none");
  EXPECT_THAT(repo.uncommitted("main"), ElementsAre("~a"));
  change();
  EXPECT_EQ(reset(ResetType::all, ""), "none");
  EXPECT_THAT(repo.uncommitted("main"), IsEmpty());
  EXPECT_EQ(repo.contents("main"), before);
}

TEST(Resets, HardOnesMoveTheHead) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "1"));
  const auto first = repo.commit("main");
  ASSERT_TRUE(repo.put("main", "a", "2"));
  ASSERT_TRUE(repo.commit("main"));
  const auto reset = [&](const std::string& ref, bool force) {
    return error_of(block_on(repo.repositories->hard_reset_branch("repo", "main", ref, force)));
  };
  ASSERT_TRUE(repo.put("main", "b", "x"));
  EXPECT_EQ(reset("main~1", false), "dirty_branch");
  EXPECT_EQ(reset("main~1", true), "none");
  EXPECT_EQ(repo.head("main"), first->id);
  EXPECT_EQ(repo.contents("main"), (Contents{{"a", "1"}}));
}

TEST(Copies, ShareBytesAndCarryMetadata) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "bytes"));
  ASSERT_TRUE(block_on(repo.repositories->set_user_metadata("repo", "main", "a", {{"k", "v"}})));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.make_branch("work"));
  const auto blobs = repo.stores.blobs.published_count();
  const auto copied = block_on(repo.repositories->copy_object("repo", "work", "copy", "main", "a", {}));
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(repo.stores.blobs.published_count(), blobs);
  EXPECT_EQ(repo.read("work", "copy"), "bytes");
  EXPECT_EQ(copied->entry.metadata, (Metadata{{"k", "v"}}));
  EXPECT_EQ(error_of(block_on(repo.repositories->copy_object("repo", "work", "x", "main", "no", {}))),
            "no_such_key");
}

TEST(Metadata, OfAnObjectCanBeReplacedWithoutItsBytes) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "bytes"));
  ASSERT_TRUE(repo.commit("main"));
  const auto changed = block_on(repo.repositories->set_user_metadata("repo", "main", "a", {{"k", "v"}}));
  ASSERT_TRUE(changed);
  EXPECT_EQ(repo.read("main", "a"), "bytes");
  EXPECT_THAT(repo.uncommitted("main"), ElementsAre("~a"));
  ASSERT_TRUE(repo.put("main", "a", "other"));  // the bytes of the commit stay
  EXPECT_EQ(repo.read("main@", "a"), "bytes");
}

TEST(Addresses, AreIssuedLinkedOnceAndExpire) {
  OneRepository repo;
  const auto issued = block_on(repo.repositories->issue_address("repo", "main", "linked"));
  ASSERT_TRUE(issued);
  EXPECT_THAT(issued->physical_address, StartsWith("s3://data/repo/data/"));
  EXPECT_TRUE(repo.repositories->namespace_use("data", issued->key)->issued);
  Repositories::LinkRequest request;
  request.physical_address = issued->physical_address;
  request.metadata = {{"k", "v"}};
  const auto link = [&] {
    return error_of(block_on(repo.repositories->link_address("repo", "main", "linked", request)));
  };
  EXPECT_EQ(link(), "no_such_key");
  repo.put_plain("data", issued->key, "by myself");
  EXPECT_EQ(link(), "none");
  EXPECT_EQ(link(), "invalid_argument");
  EXPECT_FALSE(repo.repositories->namespace_use("data", issued->key)->issued);
  EXPECT_EQ(repo.read("main", "linked"), "by myself");
  EXPECT_EQ(repo.repositories->stat("repo", "main", "linked")->entry.metadata, (Metadata{{"k", "v"}}));

  const auto late = block_on(repo.repositories->issue_address("repo", "main", "late"));
  repo.put_plain("data", late->key, "late");
  repo.clock.advance(kPhysicalAddressLifetimeMs + 1);
  EXPECT_FALSE(repo.repositories->namespace_use("data", late->key)->issued);
  request.physical_address = late->physical_address;
  EXPECT_EQ(link(), "invalid_argument");
  repo.reopen();
  repo.repositories.reset();
  EXPECT_EQ(repo.count_keys("v/a/"), 0U);
}

TEST(Uploads, OfPartsBecomeAnObjectOfTheBranch) {
  OneRepository repo;
  const auto upload = block_on(repo.repositories->create_upload("repo", "main", "big", {}));
  ASSERT_TRUE(upload) << upload.error().message;
  EXPECT_EQ(upload->key, "main/big");
  const auto place = repo.repositories->upload_location("repo", "main", "big", upload->upload_id);
  ASSERT_TRUE(place);
  EXPECT_EQ(error_of(repo.repositories->upload_location("repo", "main", "other", upload->upload_id)),
            "no_such_upload");
  const auto open = repo.repositories->list_uploads("repo", "", "", "", "", 10);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->uploads.size(), 1U);
  EXPECT_EQ(open->uploads[0].key, "main/big");

  const auto source = make_source("part one");
  const auto part =
      block_on(repo.objects->put_part(place->bucket, place->key, upload->upload_id, 1, {}, *source));
  ASSERT_TRUE(part) << part.error().message;
  const auto done = block_on(repo.repositories->complete_upload("repo", "main", "big", upload->upload_id,
                                                                {{1, part->etag, {}}}, {}, {}));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->entry.etag, testing::EndsWith("-1"));
  EXPECT_EQ(repo.read("main", "big"), "part one");
  EXPECT_EQ(done->physical_address, place->physical_address);
  EXPECT_EQ(repo.count_keys("v/u/") + repo.count_keys("v/a/"), 0U);

  const auto second = block_on(repo.repositories->create_upload("repo", "main", "big", {}));
  ASSERT_TRUE(block_on(repo.repositories->abort_upload("repo", "main", "big", second->upload_id)));
  EXPECT_EQ(error_of(block_on(repo.repositories->abort_upload("repo", "main", "big", second->upload_id))),
            "no_such_upload");
  EXPECT_EQ(repo.count_keys("v/u/") + repo.count_keys("v/a/"), 0U);
}

TEST(Uploads, AreListedInPagesAndUnderPrefixes) {
  OneRepository repo;
  for (const std::string path : {"a/1", "a/2", "b"}) {
    ASSERT_TRUE(block_on(repo.repositories->create_upload("repo", "main", path, {})));
  }
  const auto grouped = repo.repositories->list_uploads("repo", "main/", "/", "", "", 10);
  ASSERT_TRUE(grouped);
  EXPECT_THAT(grouped->common_prefixes, ElementsAre("main/a/"));
  ASSERT_EQ(grouped->uploads.size(), 1U);
  EXPECT_EQ(grouped->uploads[0].key, "main/b");
  std::vector<std::string> keys;
  std::string key_marker, id_marker;
  while (true) {
    const auto page = repo.repositories->list_uploads("repo", "", "", key_marker, id_marker, 1);
    ASSERT_TRUE(page);
    for (const auto& upload : page->uploads) keys.push_back(upload.key);
    if (!page->truncated) break;
    key_marker = page->next_key_marker;
    id_marker = page->next_upload_id_marker;
  }
  EXPECT_THAT(keys, ElementsAre("main/a/1", "main/a/2", "main/b"));
}

}  // namespace
}  // namespace anabranch::versioning
