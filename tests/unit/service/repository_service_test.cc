// What this proves: rights are asked for every use case of versioning, and presigned URLs name what was
// allowed.
#include "fixture.h"

namespace anabranch::service {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RepositoryServiceTest : public ServiceTest {};

TEST_F(RepositoryServiceTest, CommittersAreTheCallers) {
  ASSERT_TRUE(put(root_, "repo", "main/a", "1"));
  CommitRequest request;
  request.committer = "somebody else";
  request.message = "m";

  const auto commit = run(repositories_.commit(root_, "repo", "main", request));

  ASSERT_TRUE(commit) << commit.error().message;
  EXPECT_EQ(commit->committer, "admin");
}

TEST_F(RepositoryServiceTest, ARunCommitsToItsBranchAndChangesNothingElse) {
  ASSERT_TRUE(run(repositories_.create_branch(root_, "repo", "mine", "main")));
  const Caller caller = run_caller("mine");
  ASSERT_TRUE(put(caller, "repo", "mine/a", "1"));
  CommitRequest request;
  request.message = "m";
  LogRequest log;
  log.ref = "main";

  const auto denied = [](const auto& result) {
    return !result && result.error().code == ErrorCode::access_denied;
  };

  EXPECT_TRUE(run(repositories_.commit(caller, "repo", "mine", request)));
  EXPECT_TRUE(run(repositories_.log(caller, "repo", log)));
  EXPECT_TRUE(denied(run(repositories_.commit(caller, "repo", "main", request))));
  EXPECT_TRUE(denied(run(repositories_.merge(caller, "repo", "mine", "main", {}))));
  EXPECT_TRUE(denied(run(repositories_.create_branch(caller, "repo", "more", "main"))));
  EXPECT_TRUE(denied(run(repositories_.delete_branch(caller, "repo", "mine"))));
  EXPECT_TRUE(denied(run(repositories_.create_tag(caller, "repo", "tag", "main", false))));
  EXPECT_TRUE(denied(run(repositories_.delete_repository(caller, "repo"))));
  EXPECT_TRUE(denied(run(repositories_.list_repositories(caller, {}))));
  EXPECT_TRUE(denied(run(repositories_.reset_branch(caller, "repo", "main", ResetType::all, ""))));
  EXPECT_TRUE(denied(run(repositories_.delete_objects(caller, "repo", "main", {"a"}))));
  EXPECT_TRUE(denied(run(repositories_.copy_object(caller, "repo", "main", "b", "mine", "a"))));
  EXPECT_TRUE(denied(run(repositories_.start_import(
      caller, "repo", "mine", {{ImportSourceType::common_prefix, "s3://store/", "x"}}, request, false))));
  EXPECT_TRUE(denied(run(repositories_.set_repository_metadata(caller, "repo", {{"a", "b"}}))));
}

TEST_F(RepositoryServiceTest, APresignedReadNamesTheRefAndIsRefusedForWhatIsNotThere) {
  ASSERT_TRUE(put(root_, "repo", "main/a b", "1"));

  const auto url = run(repositories_.presign_read(root_, "repo", "main", "a b", {"http://host:1"}));
  const auto missing = run(repositories_.presign_read(root_, "repo", "main", "b", {"http://host:1"}));

  ASSERT_TRUE(url) << url.error().message;
  EXPECT_THAT(url->url, StartsWith("http://host:1/repo/main/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::no_such_key);
}

TEST_F(RepositoryServiceTest, ImportSourcesMustBeS3Uris) {
  const auto started = run(repositories_.start_import(
      root_, "repo", "main", {{ImportSourceType::common_prefix, "file:///etc", "x"}}, {}, false));

  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(started.error().message, HasSubstr("file:///etc"));
}

}  // namespace
}  // namespace anabranch::service
