// What this proves: one namespace of buckets and repositories, guarded namespaces, and isolation of runs, at
// the place where S3 meets them.
#include <thread>

#include "fixture.h"

namespace anabranch::service {
namespace {

using testing::ElementsAre;

class ObjectServiceTest : public ServiceTest {
 protected:
  std::vector<std::string> list(ListRequest request) {
    std::vector<std::string> keys;
    const auto page = run(objects_.list_objects(root_, "repo", std::move(request)));
    EXPECT_TRUE(page) << page.error().message;
    for (const auto& item : page->items) keys.push_back(item.info.key);
    return keys;
  }
};

TEST_F(ObjectServiceTest, ARepositoryIsABucketOfRefs) {
  ASSERT_TRUE(put(root_, "repo", "main/a/b", "bytes"));

  EXPECT_EQ(get(root_, "repo", "main/a/b").value(), "bytes");
  EXPECT_EQ(get(root_, "repo", "main/a/c").error().code, ErrorCode::no_such_key);
  EXPECT_EQ(get(root_, "repo", "nothing/a/b").error().code, ErrorCode::no_such_key);
  EXPECT_EQ(get(root_, "nothing", "main/a/b").error().code, ErrorCode::no_such_bucket);
}

TEST_F(ObjectServiceTest, BucketsAndRepositoriesShareOneNamespace) {
  EXPECT_EQ(run(objects_.create_bucket(root_, "repo", "")).error().code, ErrorCode::bucket_exists);
  Repository repository;
  repository.id = "store";
  repository.storage_namespace = "s3://store/other";
  repository.default_branch = "main";
  EXPECT_EQ(run(repositories_.create_repository(root_, repository)).error().code, ErrorCode::already_exists);
  const auto buckets = run(objects_.list_buckets(root_));
  ASSERT_TRUE(buckets);
  ASSERT_EQ(buckets->size(), 2U);
  EXPECT_EQ(buckets->at(0).name, "repo");
  EXPECT_EQ(buckets->at(1).name, "store");
}

TEST_F(ObjectServiceTest, NamespacesAreChangedThroughTheirRepositoryOnly) {
  EXPECT_EQ(put(root_, "store", "repo/_lakefs/dummy", "x").error().code, ErrorCode::access_denied);
  EXPECT_EQ(put(root_, "store", "repo/data/x/y", "x").error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(objects_.delete_object(root_, "store", "repo/_lakefs/dummy", {})).error().code,
            ErrorCode::access_denied);
  EXPECT_EQ(run(objects_.delete_bucket(root_, "store")).error().code, ErrorCode::not_allowed);
  EXPECT_EQ(run(objects_.delete_bucket(root_, "repo")).error().code, ErrorCode::not_allowed);
  EXPECT_TRUE(put(root_, "store", "elsewhere", "x"));
  EXPECT_TRUE(put(root_, "store", "repository", "x")) << "a name that only starts like the namespace";
}

TEST_F(ObjectServiceTest, ARunReadsItsRepositoryAndWritesItsBranchAlone) {
  ASSERT_TRUE(run(repositories_.create_branch(root_, "repo", "mine", "main")));
  ASSERT_TRUE(put(root_, "repo", "main/input", "data"));
  const Caller caller = run_caller("mine");

  EXPECT_EQ(get(caller, "repo", "main/input").value(), "data");
  EXPECT_TRUE(put(caller, "repo", "mine/output", "result"));
  EXPECT_EQ(put(caller, "repo", "main/output", "x").error().code, ErrorCode::access_denied);
  EXPECT_EQ(put(caller, "store", "anything", "x").error().code, ErrorCode::access_denied);
  EXPECT_EQ(get(caller, "store", "repo/_lakefs/dummy").error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(objects_.delete_object(caller, "repo", "main/input", {})).error().code,
            ErrorCode::access_denied);
  EXPECT_EQ(run(objects_.create_bucket(caller, "other", "")).error().code, ErrorCode::access_denied);
  CopySource from_elsewhere{"store", "repo/_lakefs/dummy", {}};
  EXPECT_EQ(run(objects_.copy_object(caller, from_elsewhere, "repo", "mine/stolen", {}, {})).error().code,
            ErrorCode::access_denied);
}

TEST_F(ObjectServiceTest, TheRootListsBranchesAsFolders) {
  ASSERT_TRUE(run(repositories_.create_branch(root_, "repo", "main-2", "main")));
  ASSERT_TRUE(put(root_, "repo", "main/a", "1"));
  ASSERT_TRUE(put(root_, "repo", "main-2/b", "2"));

  EXPECT_THAT(list({.delimiter = "/"}), ElementsAre("main-2/", "main/"));
  EXPECT_THAT(list({.prefix = "main", .delimiter = "/"}), ElementsAre("main-2/", "main/"));
  EXPECT_THAT(list({}), ElementsAre("main-2/b", "main/a"));
  EXPECT_THAT(list({.prefix = "main/"}), ElementsAre("main/a"));
  EXPECT_THAT(list({.start_after = "main-2/b"}), ElementsAre("main/a"));
  EXPECT_THAT(list({.delimiter = "/", .start_after = "main-2/"}), ElementsAre("main/"));
  EXPECT_THAT(list({.prefix = "nothing/"}), ElementsAre());
}

TEST_F(ObjectServiceTest, PagesOfTheRootMeetEndToEnd) {
  for (const char* branch : {"b1", "b2", "b3"}) {
    ASSERT_TRUE(run(repositories_.create_branch(root_, "repo", branch, "main")));
    for (const char* path : {"x", "y", "z"})
      ASSERT_TRUE(put(root_, "repo", std::string(branch) + "/" + path, "1"));
  }
  std::vector<std::string> all;
  ListRequest request{.keys_max = 2};
  while (true) {
    const auto page = run(objects_.list_objects(root_, "repo", request));
    ASSERT_TRUE(page);
    for (const auto& item : page->items) all.push_back(item.info.key);
    if (!page->truncated) break;
    request.start_after = page->next_start_after;
  }
  EXPECT_THAT(all, ElementsAre("b1/x", "b1/y", "b1/z", "b2/x", "b2/y", "b2/z", "b3/x", "b3/y", "b3/z"));
}

TEST_F(ObjectServiceTest, CopiesBetweenBucketsAndBranchesShareBytesAndKeepMetadata) {
  ReceiveOptions options;
  options.content_type = "image/png";
  options.user_metadata = {{"Owner", "me"}};
  const auto body = make_source("bytes");
  ASSERT_TRUE(run(objects_.put_object(root_, "store", "k", options, *body, {})));

  const auto copied = run(objects_.copy_object(root_, {"store", "k", {}}, "repo", "main/k", {}, {}));
  const auto back = run(objects_.copy_object(root_, {"repo", "main/k", {}}, "store", "k2", {}, {}));

  ASSERT_TRUE(copied);
  ASSERT_TRUE(back);
  EXPECT_EQ(copied->content_type, "image/png");
  EXPECT_EQ(back->user_metadata, (StringPairs{{"Owner", "me"}}));
  EXPECT_EQ(get(root_, "store", "k2").value(), "bytes");
}

TEST_F(ObjectServiceTest, OfRacingConditionalWritesToABranchOneWins) {
  constexpr int kThreads = 8;
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      if (put(root_, "repo", "main/race", std::to_string(i), {.if_none_match = "*"})) ++won;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(ObjectServiceTest, MultipartOnABranchIsSeenOnceItIsComplete) {
  const auto upload = run(objects_.create_upload(root_, "repo", "main/m", {}));
  ASSERT_TRUE(upload);
  const auto body = make_source(std::string(100, 'x'));
  const auto part = run(objects_.put_part(root_, "repo", "main/m", upload->upload_id, 1, {}, *body));
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(get(root_, "repo", "main/m").error().code, ErrorCode::no_such_key);

  const auto done = run(
      objects_.complete_upload(root_, "repo", "main/m", upload->upload_id, {{1, part->etag, {}}}, {}, {}));

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->etag, testing::EndsWith("-1"));
  EXPECT_EQ(get(root_, "repo", "main/m").value(), std::string(100, 'x'));
}

std::vector<DeleteTarget> targets(std::vector<std::string> keys) {
  std::vector<DeleteTarget> result;
  for (auto& key : keys) result.push_back({std::move(key)});
  return result;
}

TEST_F(ObjectServiceTest, AMultiDeleteTellsTheOutcomeOfEachKeyInOrder) {
  for (const char* key : {"a", "b", "keep"}) ASSERT_TRUE(put(root_, "store", key, "x"));
  ASSERT_TRUE(put(root_, "repo", "main/a", "x"));

  const auto plain =
      run(objects_.delete_objects(root_, "store", targets({"a", "repo/_lakefs/dummy", "missing", "b", "a"})));
  const auto branch =
      run(objects_.delete_objects(root_, "repo", targets({"main/a", "nothing/a", "main/missing"})));

  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_EQ(plain->size(), 5U);
  EXPECT_EQ(plain->at(1).error->code, ErrorCode::access_denied);
  for (const std::size_t ok : {0U, 2U, 3U, 4U}) EXPECT_FALSE(plain->at(ok).error) << ok;
  EXPECT_EQ(get(root_, "store", "a").error().code, ErrorCode::no_such_key);
  EXPECT_EQ(get(root_, "store", "keep").value(), "x");
  ASSERT_TRUE(branch) << branch.error().message;
  EXPECT_FALSE(branch->at(0).error);
  EXPECT_TRUE(branch->at(1).error);
  EXPECT_FALSE(branch->at(2).error);
  EXPECT_EQ(run(objects_.delete_objects(root_, "gone", targets({"a"}))).error().code,
            ErrorCode::no_such_bucket);
}

TEST_F(ObjectServiceTest, AMultiDeleteKeepsWhatItsConditionDoesNotHoldFor) {
  ASSERT_TRUE(put(root_, "store", "a", "x"));
  ASSERT_TRUE(put(root_, "store", "b", "x"));
  const std::string etag = run(objects_.head_object(root_, "store", "a"))->etag;

  const auto outcomes = run(
      objects_.delete_objects(root_, "store", {{"a", {.if_match = "another"}}, {"b", {.if_match = etag}}}));

  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(outcomes->at(0).error->code, ErrorCode::precondition_failed);
  EXPECT_FALSE(outcomes->at(1).error);
  EXPECT_TRUE(get(root_, "store", "a"));
  EXPECT_EQ(get(root_, "store", "b").error().code, ErrorCode::no_such_key);
}

TEST_F(ObjectServiceTest, ACompletedUploadIsCompletedAgainWhileItsObjectIsThere) {
  const auto upload = run(objects_.create_upload(root_, "store", "m", {}));
  ASSERT_TRUE(upload);
  const auto body = make_source(std::string(100, 'x'));
  const auto part = run(objects_.put_part(root_, "store", "m", upload->upload_id, 1, {}, *body));
  ASSERT_TRUE(part);
  const auto complete = [&] {
    return run(
        objects_.complete_upload(root_, "store", "m", upload->upload_id, {{1, part->etag, {}}}, {}, {}));
  };

  const auto first = complete();
  const auto again = complete();
  ASSERT_TRUE(put(root_, "store", "m", "other"));
  const auto late = complete();

  ASSERT_TRUE(first && again) << again.error().message;
  EXPECT_EQ(again->etag, first->etag);
  EXPECT_EQ(late.error().code, ErrorCode::no_such_upload);
}

TEST_F(ObjectServiceTest, AFolderMarkerAtABranchsRootIsNoError) {
  EXPECT_TRUE(put(root_, "repo", "main/", ""));
  EXPECT_EQ(put(root_, "repo", "main", "x").error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace anabranch::service
