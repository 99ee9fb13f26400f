// What this proves: buckets come and go as S3 says, and never while something is in them.
#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

class Buckets : public testing::Test {
 protected:
  Stores stores_;
};

TEST_F(Buckets, AreThereOnceCreatedAndListedInOrder) {
  const auto created = block_on(stores_.store.create_bucket("photos", "eu-central-1"));
  ASSERT_TRUE(created) << created.error().message;
  stores_.clock.advance(5);
  stores_.make_bucket("archive");

  EXPECT_EQ(stores_.store.get_bucket("photos")->region, "eu-central-1");
  EXPECT_EQ(stores_.store.get_bucket("photos")->created_ms, 1'700'000'000'000);
  const auto listed = stores_.store.list_buckets();
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].name, "archive");
  EXPECT_EQ((*listed)[0].created_ms, 1'700'000'000'005);
  EXPECT_EQ((*listed)[1].name, "photos");
}

TEST_F(Buckets, ExistOnlyOnce) {
  stores_.make_bucket("photos");
  EXPECT_EQ(error_of(block_on(stores_.store.create_bucket("photos", ""))), "bucket_exists");
}

TEST_F(Buckets, OfABadNameAreRefused) {
  EXPECT_EQ(error_of(block_on(stores_.store.create_bucket("No", ""))), "invalid_name");
}

TEST_F(Buckets, ConditionsOfTheCallerJoinTheCreation) {
  kv::Batch taken;
  taken.put("r/photos", "a repository");
  ASSERT_TRUE(kv::commit_blocking(stores_.kv, taken));
  kv::Batch batch;
  batch.require_absent("r/photos");
  EXPECT_EQ(error_of(block_on(stores_.store.create_bucket("photos", "", batch))), "precondition_failed");
  EXPECT_EQ(error_of(stores_.store.get_bucket("photos")), "no_such_bucket");
}

TEST_F(Buckets, ThatAreMissingAreNamedByEveryCall) {
  auto& store = stores_.store;
  EXPECT_EQ(error_of(store.get_bucket("none")), "no_such_bucket");
  EXPECT_EQ(error_of(store.usage("none")), "no_such_bucket");
  EXPECT_EQ(error_of(store.head("none", "k")), "no_such_bucket");
  EXPECT_EQ(error_of(store.open("none", "k")), "no_such_bucket");
  EXPECT_EQ(error_of(store.list("none", {})), "no_such_bucket");
  EXPECT_EQ(error_of(store.walk("none", "", "", [](const ObjectInfo&) { return true; })), "no_such_bucket");
  EXPECT_EQ(error_of(stores_.put("none", "k", "v")), "no_such_bucket");
  EXPECT_EQ(error_of(stores_.remove("none", "k")), "no_such_bucket");
  EXPECT_EQ(error_of(block_on(store.pin("none", ""))), "no_such_bucket");
  EXPECT_EQ(error_of(block_on(store.create_upload("none", "k", {}))), "no_such_bucket");
  EXPECT_EQ(error_of(block_on(store.delete_bucket("none"))), "no_such_bucket");
  EXPECT_EQ(error_of(store.head(std::string(20'000, 'x'), "k")), "no_such_bucket");
  kv::Batch batch;
  EXPECT_EQ(error_of(store.require_bucket(batch, "none")), "no_such_bucket");
}

TEST_F(Buckets, WithAnObjectOrARetainedVersionAreNotDeleted) {
  stores_.make_bucket("photos");
  ASSERT_TRUE(stores_.put("photos", "k", "v"));
  EXPECT_EQ(error_of(block_on(stores_.store.delete_bucket("photos"))), "bucket_not_empty");
  ASSERT_TRUE(stores_.remove("photos", "k"));

  ASSERT_TRUE(stores_.put("photos", "k", "v"));
  ASSERT_TRUE(block_on(stores_.store.pin("photos", "")));
  ASSERT_TRUE(stores_.remove("photos", "k"));
  EXPECT_EQ(error_of(block_on(stores_.store.delete_bucket("photos"))), "bucket_not_empty");
}

TEST_F(Buckets, TakeTheirOpenUploadsAlongWhenTheyAreDeletedNotWhenRefused) {
  stores_.make_bucket("photos");
  ASSERT_TRUE(stores_.put("photos", "k", "v"));
  const auto upload = block_on(stores_.store.create_upload("photos", "big", {}));
  ASSERT_TRUE(upload);
  ASSERT_TRUE(stores_.put_part(*upload, "photos", 1, std::string(10'000, 'p')));
  EXPECT_EQ(error_of(block_on(stores_.store.delete_bucket("photos"))), "bucket_not_empty");
  EXPECT_EQ(stores_.store.list_uploads("photos", "", "", "", "", 10)->uploads.size(), 1U);
  ASSERT_TRUE(stores_.remove("photos", "k"));

  ASSERT_TRUE(block_on(stores_.store.delete_bucket("photos")));

  EXPECT_EQ(count_keys(stores_, "o"), 0U);
  EXPECT_EQ(stores_.blobs.published_count(), 0U);
}

TEST_F(Buckets, LeaveNoRecordWhenTheyAreDeleted) {
  stores_.make_bucket("photos");
  ASSERT_TRUE(stores_.put("photos", "k", "v"));
  ASSERT_TRUE(stores_.remove("photos", "k"));
  ASSERT_TRUE(block_on(stores_.store.pin("photos", "a/")));
  ASSERT_TRUE(block_on(stores_.store.pin("photos", "b/")));

  ASSERT_TRUE(block_on(stores_.store.delete_bucket("photos")));

  EXPECT_EQ(count_keys(stores_, "o"), 0U);
  EXPECT_EQ(stores_.blobs.published_count(), 0U);
}

TEST_F(Buckets, MadeAgainUnderAnOldNameStartClean) {
  stores_.make_bucket("photos");
  ASSERT_TRUE(stores_.put("photos", "k", "old"));
  ASSERT_TRUE(stores_.remove("photos", "k"));
  ASSERT_TRUE(block_on(stores_.store.delete_bucket("photos")));
  stores_.make_bucket("photos");
  EXPECT_EQ(error_of(stores_.store.head("photos", "k")), "no_such_key");
  ASSERT_TRUE(stores_.put("photos", "k", "new"));
  EXPECT_EQ(bytes_of(stores_, "photos", "k"), "new");
}

TEST_F(Buckets, ReplacedByAnotherServerAreSeenAsTheyAreNow) {
  Stores& here = stores_;
  here.make_bucket("photos");
  ASSERT_TRUE(here.put("photos", "k", "old"));
  ASSERT_EQ(bytes_of(here, "photos", "k"), "old");
  {
    ObjectStore there(here.kv, here.blobs, here.clock, here.workers);
    ASSERT_TRUE(block_on(there.remove("photos", "k")));
    ASSERT_TRUE(block_on(there.delete_bucket("photos")));
    EXPECT_EQ(error_of(here.store.head("photos", "k")), "no_such_bucket");
    ASSERT_TRUE(block_on(there.create_bucket("photos", "")));
    auto pending = here.receive("new");
    ASSERT_TRUE(block_on(there.publish(*std::move(pending), "photos", "k", {})));
  }
  EXPECT_EQ(bytes_of(here, "photos", "k"), "new");
  EXPECT_TRUE(here.put("photos", "k2", "more"));
}

TEST_F(Buckets, AreRequiredByCallersBatchesThroughPinsButNotThroughDeletion) {
  stores_.make_bucket("photos");
  kv::Batch batch;
  ASSERT_TRUE(stores_.store.require_bucket(batch, "photos"));
  batch.put("x", "y");
  ASSERT_TRUE(block_on(stores_.store.pin("photos", "a/")));
  EXPECT_TRUE(kv::commit_blocking(stores_.kv, batch));

  ASSERT_TRUE(block_on(stores_.store.delete_bucket("photos")));
  EXPECT_EQ(error_of(kv::commit_blocking(stores_.kv, batch)), "precondition_failed");
}

TEST_F(Buckets, TakeNoPutThatWasPreparedBeforeTheyWereDeleted) {
  stores_.make_bucket("photos");
  const auto pending = stores_.receive("v");
  const auto batch = stores_.store.publish_batch(*pending, "photos", "k", {});
  ASSERT_TRUE(batch);
  ASSERT_TRUE(block_on(stores_.store.delete_bucket("photos")));
  EXPECT_EQ(error_of(kv::commit_blocking(stores_.kv, *batch)), "precondition_failed");
}

}  // namespace
}  // namespace anabranch::objects
