// What this proves: what was put is what is read, under the conditions asked for, and nothing is left behind.
#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

class Objects : public testing::Test {
 protected:
  void SetUp() override { stores_.make_bucket("b-1"); }
  Stores stores_;
};

TEST_F(Objects, AreReadBackWithAllThatWasSaidOfThem) {
  ReceiveOptions options;
  options.content_type = "text/plain";
  options.headers = {{"Cache-Control", "no-cache"}, {"x-other", "1"}};
  options.user_metadata = {{"Author", "me"}, {"empty", ""}};
  options.stored_checksums = {HashAlgorithm::sha256, HashAlgorithm::crc64nvme, HashAlgorithm::sha256,
                              HashAlgorithm::md5};
  const auto put = stores_.put("b-1", "a/b", "hello", {}, options);
  ASSERT_TRUE(put) << put.error().message;

  const auto info = stores_.store.head("b-1", "a/b");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->key, "a/b");
  EXPECT_EQ(info->size_bytes, 5U);
  EXPECT_EQ(info->etag, "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(info->last_modified_ms, 1'700'000'000'000);
  EXPECT_EQ(info->content_type, "text/plain");
  EXPECT_EQ(info->headers, options.headers);
  EXPECT_EQ(info->user_metadata, options.user_metadata);
  EXPECT_THAT(info->checksums,
              testing::ElementsAre(
                  Checksum{HashAlgorithm::sha256, sha256("hello"), false},
                  Checksum{HashAlgorithm::crc64nvme, digest(HashAlgorithm::crc64nvme, "hello"), false}));
  EXPECT_EQ(info->parts, 0U);
  const auto listed = stores_.store.list("b-1", {})->items[0].info;
  EXPECT_EQ(listed.etag, info->etag);
  EXPECT_EQ(listed.checksums, info->checksums);
  EXPECT_EQ(put->key, "a/b");
  EXPECT_EQ(bytes_of(stores_, "b-1", "a/b"), "hello");
  EXPECT_THAT((*stores_.store.open("b-1", "a/b"))->part_sizes_bytes(), testing::ElementsAre(5U));
}

TEST_F(Objects, MayBeEmpty) {
  ASSERT_TRUE(stores_.put("b-1", "k", ""));
  EXPECT_EQ(stores_.store.head("b-1", "k")->etag, "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "");
  EXPECT_TRUE(stores_.put("b-1", "k", "full"));
  EXPECT_TRUE(stores_.put("b-1", "k", ""));
  EXPECT_EQ(stores_.blobs.published_count(), 0U);
}

TEST_F(Objects, OfAnySizeAndPieceAreWhatWasSent) {
  for (const std::size_t size : {1U, 131'072U, 131'073U, 1'048'576U, 1'048'577U, 3'500'001U}) {
    for (const std::size_t piece : {1'000'000U, 4'096U, 5'000'000U}) {
      for (const bool announced : {true, false}) {
        const std::string bytes = pattern(size, 1);
        PieceSource source(bytes, piece);
        ReceiveOptions options;
        if (announced) options.size_bytes = size;
        options.stored_checksums = {HashAlgorithm::sha256};
        auto pending = block_on(stores_.store.receive(options, source));
        ASSERT_TRUE(pending) << pending.error().message;
        EXPECT_EQ(pending->info.etag, to_hex(md5(bytes)));
        EXPECT_EQ(pending->info.checksums[0].value, sha256(bytes));
        ASSERT_TRUE(block_on(stores_.store.publish(*std::move(pending), "b-1", "k", {})));
        ASSERT_TRUE(bytes_of(stores_, "b-1", "k") == bytes) << size << " in " << piece;
      }
    }
  }
}

TEST_F(Objects, AreReadByRange) {
  const std::string bytes = pattern(700'000, 2);
  ASSERT_TRUE(stores_.put("b-1", "k", bytes));
  auto reader = stores_.store.open("b-1", "k");
  for (const auto& [offset, size] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 0}, {0, 1}, {262'143, 2}, {262'144, 262'144}, {1, 699'999}, {699'999, 1}, {700'000, 0}}) {
    EXPECT_TRUE(read_range(**reader, offset, size) == bytes.substr(offset, size)) << offset << "+" << size;
  }
}

TEST_F(Objects, OpenedOnceStayReadableWhateverHappensToTheKey) {
  ASSERT_TRUE(stores_.put("b-1", "k", "first"));
  auto reader = stores_.store.open("b-1", "k");
  ASSERT_TRUE(stores_.put("b-1", "k", "second"));
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  auto source = (*reader)->read(0, 5);
  reader->reset();
  EXPECT_EQ(block_on(read_all(*source, 10)).value(), "first");
}

TEST_F(Objects, ThatArriveDamagedAreRefusedAndLeaveNothing) {
  ReceiveOptions options;
  options.expected = {{HashAlgorithm::md5, md5("other")}};
  EXPECT_EQ(error_of(stores_.receive("bytes", options)), "bad_digest");
  options.expected = {{HashAlgorithm::sha256, sha256("bytes")}, {HashAlgorithm::crc32c, "\x01\x02\x03\x04"}};
  EXPECT_EQ(error_of(stores_.receive("bytes", options)), "bad_digest");
  EXPECT_EQ(error_of(stores_.receive(pattern(3'000'000, 1), options)), "bad_digest");
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
}

TEST_F(Objects, WithTheRightDigestsAreTakenAndOnlyTheAskedOnesStored) {
  ReceiveOptions options;
  options.expected = {{HashAlgorithm::md5, md5("bytes")}, {HashAlgorithm::sha256, sha256("bytes")}};
  options.stored_checksums = {HashAlgorithm::crc32};
  const auto pending = stores_.receive("bytes", options);
  ASSERT_TRUE(pending);
  EXPECT_THAT(
      pending->info.checksums,
      testing::ElementsAre(Checksum{HashAlgorithm::crc32, digest(HashAlgorithm::crc32, "bytes"), false}));
}

TEST_F(Objects, AreCheckedAgainstTrailers) {
  ReceiveOptions options;
  options.stored_checksums = {HashAlgorithm::crc32c};
  std::string trailer = digest(HashAlgorithm::crc32c, "bytes");
  options.trailing_expected = [&]() -> Result<ExpectedDigests> {
    return ExpectedDigests{{HashAlgorithm::crc32c, trailer}};
  };
  EXPECT_TRUE(stores_.receive("bytes", options));
  EXPECT_EQ(error_of(stores_.receive("bytez", options)), "bad_digest");
  options.stored_checksums = {};
  EXPECT_EQ(error_of(stores_.receive("bytes", options)), "invalid_argument");
  options.trailing_expected = [] { return fail(ErrorCode::malformed, "no trailer"); };
  EXPECT_EQ(error_of(stores_.receive("bytes", options)), "malformed");
}

TEST_F(Objects, OfAnotherSizeThanAnnouncedAreRefused) {
  for (const std::uint64_t announced : {std::uint64_t{4}, std::uint64_t{6}, 2 * MiB}) {
    ReceiveOptions options;
    options.size_bytes = announced;
    PieceSource source("bytes", 2);
    EXPECT_EQ(error_of(block_on(stores_.store.receive(options, source))), "incomplete_body") << announced;
  }
  ReceiveOptions options;
  options.size_bytes = 1 * MiB;
  PieceSource longer(pattern(1 * MiB + 1, 1), 300'000);
  EXPECT_EQ(error_of(block_on(stores_.store.receive(options, longer))), "incomplete_body");
  options.size_bytes = kPutSizeMax + 1;
  PieceSource huge("", 1);
  EXPECT_EQ(error_of(block_on(stores_.store.receive(options, huge))), "entity_too_large");
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
}

TEST_F(Objects, WhoseSourceFailsPassItsErrorOn) {
  for (const std::size_t size : {10U, 3'000'000U}) {
    PieceSource source(pattern(size, 1), 1'000'000, ErrorCode::signature_mismatch);
    EXPECT_EQ(error_of(block_on(stores_.store.receive({}, source))), "signature_mismatch");
  }
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
}

TEST_F(Objects, WithTooMuchMetadataAreRefused) {
  ReceiveOptions options;
  options.user_metadata = {{"n", std::string(2048, 'v')}};
  EXPECT_EQ(error_of(stores_.receive("", options)), "invalid_argument");
}

TEST_F(Objects, ReceivedButNeverPublishedAreDiscarded) {
  {
    const auto pending = stores_.receive("bytes");
    ASSERT_TRUE(pending);
    EXPECT_EQ(stores_.blobs.unpublished_count(), 1U);
  }
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
  EXPECT_EQ(error_of(stores_.put("none", "k", "bytes")), "no_such_bucket");
  EXPECT_EQ(error_of(stores_.put("b-1", "", "bytes")), "invalid_argument");
  EXPECT_EQ(error_of(stores_.put("b-1", std::string(1025, 'k'), "bytes")), "key_too_long");
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
}

TEST_F(Objects, WhenReplacedGiveTheirBytesBack) {
  ASSERT_TRUE(stores_.put("b-1", "k", "first"));
  ASSERT_TRUE(stores_.put("b-1", "k", "second"));
  EXPECT_EQ(stores_.blobs.published_bytes(), 6U);
  EXPECT_EQ(stores_.store.usage("b-1")->objects, 1);
  EXPECT_EQ(stores_.store.usage("b-1")->bytes, 6);
}

TEST_F(Objects, AreRemovedOnceAndUsageIsExact) {
  ASSERT_TRUE(stores_.put("b-1", "k", "v"));
  EXPECT_TRUE(stores_.remove("b-1", "k").value());
  EXPECT_FALSE(stores_.remove("b-1", "k").value());
  EXPECT_EQ(error_of(stores_.store.head("b-1", "k")), "no_such_key");
  EXPECT_EQ(stores_.store.usage("b-1")->objects, 0);
  EXPECT_EQ(stores_.store.usage("b-1")->bytes, 0);
  EXPECT_EQ(stores_.blobs.published_count(), 0U);
}

TEST_F(Objects, AreRemovedManyAtATime) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(stores_.put("b-1", key, "v"));
  const auto removed = block_on(stores_.store.remove_all("b-1", {{"c"}, {"a"}, {"a"}, {"missing"}}));
  ASSERT_TRUE(removed);
  std::vector<bool> found;
  for (const auto& outcome : *removed) found.push_back(outcome.value());
  EXPECT_THAT(found, testing::ElementsAre(true, true, false, false));
  EXPECT_EQ(stores_.store.usage("b-1")->objects, 1);
  EXPECT_TRUE(block_on(stores_.store.remove_all("b-1", {})).value().empty());
  EXPECT_EQ(error_of(block_on(stores_.store.remove_all("b-1", std::vector<Removal>(1001, {"k"})))),
            "invalid_argument");
}

TEST_F(Objects, AreRemovedManyAtATimeUnderConditions) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(stores_.put("b-1", key, key));
  const auto removed =
      block_on(stores_.store.remove_all("b-1", {{"a", {.if_match = "another"}},
                                                {"b", {.if_match = stores_.store.head("b-1", "b")->etag}},
                                                {"c"},
                                                {"missing", {.if_match = "*"}}}));
  ASSERT_TRUE(removed);
  EXPECT_EQ(error_of(removed->at(0)), "precondition_failed");
  EXPECT_TRUE(removed->at(1).value());
  EXPECT_TRUE(removed->at(2).value());
  EXPECT_FALSE(removed->at(3).value());
  EXPECT_TRUE(stores_.store.head("b-1", "a"));
  EXPECT_EQ(stores_.store.usage("b-1")->objects, 1);
}

TEST_F(Objects, AreWrittenUnderConditions) {
  EXPECT_EQ(error_of(stores_.put("b-1", "k", "v", {"*", {}})), "no_such_key");
  EXPECT_TRUE(stores_.put("b-1", "k", "1", {{}, "*"}));
  EXPECT_EQ(error_of(stores_.put("b-1", "k", "2", {{}, "*"})), "precondition_failed");
  const std::string etag = stores_.store.head("b-1", "k")->etag;
  EXPECT_EQ(error_of(stores_.put("b-1", "k", "2", {{}, etag})), "precondition_failed");
  EXPECT_EQ(error_of(stores_.put("b-1", "k", "2", {"0123", {}})), "precondition_failed");
  EXPECT_TRUE(stores_.put("b-1", "k", "2", {etag, {}}));
  EXPECT_TRUE(stores_.put("b-1", "k", "3", {{}, etag}));
  EXPECT_TRUE(stores_.put("b-1", "k", "4", {"*", {}}));
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "4");
}

TEST_F(Objects, AreRemovedUnderConditions) {
  ASSERT_TRUE(stores_.put("b-1", "k", "v"));
  EXPECT_EQ(error_of(stores_.remove("b-1", "k", {"0123", {}})), "precondition_failed");
  EXPECT_FALSE(stores_.remove("b-1", "missing", {"*", {}}).value()) << "what is not there is deleted";
  EXPECT_EQ(error_of(stores_.remove("b-1", "k", {.if_match_size_bytes = 2})), "precondition_failed");
  EXPECT_EQ(error_of(stores_.remove("b-1", "k", {.if_match_last_modified_ms = 1000})), "precondition_failed");
  const auto info = stores_.store.head("b-1", "k");
  EXPECT_TRUE(stores_
                  .remove("b-1", "k",
                          {.if_match = info->etag,
                           .if_match_size_bytes = 1,
                           .if_match_last_modified_ms = info->last_modified_ms / 1000 * 1000})
                  .value());
}

TEST_F(Objects, PreparedAgainstAStateThatIsGoneDoNotCommit) {
  const auto pending = stores_.receive("mine");
  const auto batch = stores_.store.publish_batch(*pending, "b-1", "k", {});
  ASSERT_TRUE(stores_.put("b-1", "k", "theirs"));
  EXPECT_EQ(error_of(kv::commit_blocking(stores_.kv, *batch)), "precondition_failed");
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "theirs");
}

TEST_F(Objects, JoinWhatTheirCallersCommitWithThem) {
  const auto pending = stores_.receive("bytes");
  auto batch = stores_.store.publish_batch(*pending, "b-1", "k", {});
  batch->put("versioning", "entry");
  ASSERT_TRUE(kv::commit_blocking(stores_.kv, *std::move(batch)));
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "bytes");
  EXPECT_EQ(stores_.kv.get("versioning").value(), "entry");
}

TEST_F(Objects, WhoseOwnConditionsFailAreAConflict) {
  auto pending = stores_.receive("bytes");
  pending->batch.require_equals("elsewhere", "not there");
  EXPECT_EQ(error_of(block_on(stores_.store.publish(*std::move(pending), "b-1", "k", {}))), "conflict");
}

TEST_F(Objects, CopiedShareTheirBytes) {
  ReceiveOptions options;
  options.content_type = "text/a";
  options.user_metadata = {{"n", "v"}};
  ASSERT_TRUE(stores_.put("b-1", "from", "bytes", {}, options));
  stores_.clock.advance(7);
  const auto copied = stores_.copy("b-1", "from", "to");
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->content_type, "text/a");
  EXPECT_EQ(copied->user_metadata, options.user_metadata);
  EXPECT_EQ(copied->last_modified_ms, 1'700'000'000'007);
  EXPECT_EQ(stores_.blobs.published_count(), 1U);
  ASSERT_TRUE(stores_.remove("b-1", "from"));
  EXPECT_EQ(bytes_of(stores_, "b-1", "to"), "bytes");
  ASSERT_TRUE(stores_.remove("b-1", "to"));
  EXPECT_EQ(stores_.blobs.published_count(), 0U);
}

TEST_F(Objects, CopiedOntoThemselvesTakeNewMetadata) {
  ASSERT_TRUE(stores_.put("b-1", "k", "bytes"));
  CopyOptions options;
  options.replace_metadata = true;
  options.content_type = "text/b";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(stores_.copy("b-1", "k", "k", options));
  EXPECT_EQ(stores_.store.head("b-1", "k")->content_type, "text/b");
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "bytes");
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  EXPECT_EQ(stores_.blobs.published_count(), 0U);
}

TEST_F(Objects, CopiedFromWhatIsGoneAreNotFound) {
  ASSERT_TRUE(stores_.put("b-1", "k", "bytes"));
  auto reader = stores_.store.open("b-1", "k");
  auto pending = stores_.store.prepare_copy(**reader, {});
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  EXPECT_EQ(error_of(block_on(stores_.store.publish(*std::move(pending), "b-1", "to", {}))), "not_found");
}

}  // namespace
}  // namespace anabranch::objects
