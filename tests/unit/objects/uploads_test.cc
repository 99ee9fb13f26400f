// What this proves: parts make the object that S3 says they make, whatever order and races, and none leaks.
#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

constexpr std::size_t kPart = kPartSizeMin;

class Uploads : public testing::Test {
 protected:
  void SetUp() override { stores_.make_bucket("b-1"); }
  UploadInfo begin(const std::string& key, UploadOptions options = {}) {
    return block_on(stores_.store.create_upload("b-1", key, std::move(options))).value();
  }
  CompletedPart put(const UploadInfo& upload, unsigned number, std::string bytes) {
    const auto part = stores_.put_part(upload, "b-1", number, std::move(bytes));
    EXPECT_TRUE(part) << error_of(part);
    return {number, part ? part->etag : ""};
  }
  /// Nothing of any upload is left, and no blob but what objects hold.
  void expect_no_leak(std::size_t blobs) {
    for (const char* prefix : {"ou", "ov", "ox"}) EXPECT_EQ(count_keys(stores_, prefix), 0U) << prefix;
    EXPECT_EQ(stores_.blobs.published_count(), blobs);
    EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
  }
  Stores stores_;
};

TEST_F(Uploads, BecomeOneObjectOfTheirPartsInOrder) {
  UploadOptions options;
  options.content_type = "video/mp4";
  options.headers = {{"Content-Encoding", "gzip"}};
  options.user_metadata = {{"n", "v"}};
  const auto upload = begin("k", options);
  const std::string one = pattern(kPart, 1);
  const std::string two = pattern(kPart + 1, 2);
  const auto part7 = put(upload, 7, "end");
  const auto part2 = put(upload, 2, two);
  const auto part1 = put(upload, 1, one);

  const auto done = stores_.complete(upload, "b-1", {part1, part2, part7});
  ASSERT_TRUE(done) << done.error().message;

  EXPECT_EQ(done->etag, to_hex(md5(md5(one) + md5(two) + md5("end"))) + "-3");
  const auto info = stores_.store.head("b-1", "k").value();
  EXPECT_EQ(info.etag, done->etag);
  EXPECT_EQ(info.parts, 3U);
  EXPECT_EQ(info.size_bytes, 2 * kPart + 4);
  EXPECT_EQ(info.content_type, "video/mp4");
  EXPECT_EQ(info.headers, options.headers);
  EXPECT_EQ(info.user_metadata, options.user_metadata);
  auto reader = stores_.store.open("b-1", "k").value();
  EXPECT_TRUE(read_whole(*reader) == one + two + "end");
  EXPECT_TRUE(read_range(*reader, kPart - 1, kPart + 3) == (one + two + "end").substr(kPart - 1, kPart + 3));
  EXPECT_THAT(reader->part_sizes_bytes(), testing::ElementsAre(kPart, kPart + 1, 3U));
  EXPECT_EQ(stores_.store.usage("b-1")->bytes, static_cast<std::int64_t>(2 * kPart + 4));
  expect_no_leak(3);
  reader.reset();
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  expect_no_leak(0);
  EXPECT_EQ(count_keys(stores_, "om"), 0U);
}

TEST_F(Uploads, CompletedReleaseThePartsThatWereNotNamed) {
  const auto upload = begin("k");
  put(upload, 1, "one");
  const auto part = put(upload, 2, "two");
  put(upload, 3, "three");
  ASSERT_TRUE(stores_.complete(upload, "b-1", {part}));
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "two");
  expect_no_leak(1);
}

TEST_F(Uploads, KeepTheLastBytesSentForAPart) {
  const auto upload = begin("k");
  const auto first = put(upload, 1, "first");
  const auto second = put(upload, 1, "second");
  EXPECT_EQ(stores_.blobs.published_count(), 1U);
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {first})), "invalid_part");
  ASSERT_TRUE(stores_.complete(upload, "b-1", {second}));
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "second");
}

TEST_F(Uploads, AbortedLeaveNothing) {
  const auto upload = begin("k");
  for (unsigned number = 1; number <= 20; ++number) put(upload, number, "bytes");
  ASSERT_TRUE(block_on(stores_.store.abort_upload("b-1", "k", upload.upload_id)));
  expect_no_leak(0);
  EXPECT_EQ(error_of(stores_.put_part(upload, "b-1", 1, "x")), "no_such_upload");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {{1, ""}})), "no_such_upload");
  EXPECT_EQ(error_of(stores_.store.list_parts("b-1", "k", upload.upload_id, 0, 10)), "no_such_upload");
  EXPECT_EQ(error_of(block_on(stores_.store.abort_upload("b-1", "k", upload.upload_id))), "no_such_upload");
  EXPECT_TRUE(block_on(stores_.store.delete_bucket("b-1")));
}

TEST_F(Uploads, AreKnownOnlyUnderTheirKeyAndId) {
  const auto upload = begin("k");
  EXPECT_EQ(error_of(stores_.store.list_parts("b-1", "other", upload.upload_id, 0, 10)), "no_such_upload");
  EXPECT_EQ(error_of(stores_.store.list_parts("b-1", "k", "", 0, 10)), "no_such_upload");
  EXPECT_EQ(error_of(stores_.store.list_parts("b-1", "k", std::string("a\0b", 3), 0, 10)), "no_such_upload");
}

TEST_F(Uploads, AreRefusedAsS3Refuses) {
  const auto upload = begin("k");
  const auto small = put(upload, 1, "small");
  const auto last = put(upload, 2, "last");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {})), "malformed");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {last, small})), "invalid_part_order");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {small, small})), "invalid_part_order");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {small, last})), "entity_too_small");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {{3, small.etag}})), "invalid_part");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {{0, small.etag}, last})), "invalid_part");
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {{1, last.etag}})), "invalid_part");
  EXPECT_EQ(error_of(stores_.put_part(upload, "b-1", 0, "x")), "invalid_argument");
  EXPECT_EQ(error_of(stores_.put_part(upload, "b-1", 10'001, "x")), "invalid_argument");
  ReceiveOptions huge;
  huge.size_bytes = kPartSizeMax + 1;
  PieceSource empty("", 1);
  EXPECT_EQ(error_of(block_on(stores_.store.put_part("b-1", "k", upload.upload_id, 1, huge, empty))),
            "entity_too_large");
  EXPECT_EQ(stores_.store.list_parts("b-1", "k", upload.upload_id, 0, 10)->parts.size(), 2U);
  EXPECT_TRUE(stores_.complete(upload, "b-1", {small}));
}

TEST_F(Uploads, ChangedAfterTheyWerePreparedAreAConflict) {
  const auto upload = begin("k");
  const auto part = put(upload, 1, "one");
  auto pending = stores_.store.prepare_complete("b-1", "k", upload.upload_id, {part}, {});
  auto twice = stores_.store.prepare_complete("b-1", "k", upload.upload_id, {part}, {});
  put(upload, 2, "late");
  EXPECT_EQ(error_of(block_on(stores_.store.publish(*std::move(pending), "b-1", "k", {}))), "conflict");
  ASSERT_TRUE(stores_.complete(upload, "b-1", {part}));
  EXPECT_EQ(error_of(block_on(stores_.store.publish(*std::move(twice), "b-1", "k", {}))), "conflict");
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "one");
  expect_no_leak(1);
}

TEST_F(Uploads, KeepChecksumsOfTheWholeObjectWhereAskedTo) {
  for (const auto algorithm : {HashAlgorithm::crc32, HashAlgorithm::crc32c, HashAlgorithm::crc64nvme}) {
    const auto upload = begin("k", {.checksum_algorithm = algorithm, .checksum_full_object = true});
    const std::string one = pattern(kPart, 1);
    const auto part1 = put(upload, 1, one);
    const auto part2 = put(upload, 2, "the end");
    const std::string whole = digest(algorithm, one + "the end");
    EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {part1, part2},
                                        {.checksums = {{algorithm, "other", false}}})),
              "bad_digest");
    EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {part1, part2},
                                        {.checksums = {{HashAlgorithm::sha1, "x", false}}})),
              "invalid_argument");
    const auto done =
        stores_.complete(upload, "b-1", {part1, part2}, {.checksums = {{algorithm, whole, false}}});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_THAT(done->checksums, testing::ElementsAre(Checksum{algorithm, whole, false}));
  }
}

TEST_F(Uploads, KeepChecksumsOfTheirPartsChecksumsElse) {
  const auto upload = begin("k", {.checksum_algorithm = HashAlgorithm::sha256});
  const std::string one = pattern(kPart, 1);
  auto part1 = put(upload, 1, one);
  auto part2 = put(upload, 2, "end");
  part1.checksums = {{HashAlgorithm::sha256, sha256(one), false}};
  part2.checksums = {{HashAlgorithm::sha256, sha256("other"), false}};
  EXPECT_EQ(error_of(stores_.complete(upload, "b-1", {part1, part2})), "invalid_part");
  part2.checksums = {{HashAlgorithm::sha256, sha256("end"), false}};
  const auto done = stores_.complete(upload, "b-1", {part1, part2});
  ASSERT_TRUE(done);
  EXPECT_THAT(done->checksums, testing::ElementsAre(Checksum{HashAlgorithm::sha256,
                                                             sha256(sha256(one) + sha256("end")), true}));
  EXPECT_THAT(stores_.store.open("b-1", "k").value()->part_checksums(),
              testing::ElementsAre(part1.checksums[0], part2.checksums[0]));
}

TEST_F(Uploads, TakePartsCopiedFromObjects) {
  const std::string source = pattern(kPart + 1'000, 3);
  ASSERT_TRUE(stores_.put("b-1", "source", source));
  std::shared_ptr<ObjectReader> reader = stores_.store.open("b-1", "source").value();
  const auto upload = begin("k", {.checksum_algorithm = HashAlgorithm::crc32c});
  auto& store = stores_.store;
  const auto whole = block_on(store.copy_part("b-1", "k", upload.upload_id, 1, reader, 0, source.size()));
  const auto range = block_on(store.copy_part("b-1", "k", upload.upload_id, 2, reader, 17, 500));
  ASSERT_TRUE(whole && range);
  EXPECT_EQ(range->etag, to_hex(md5(source.substr(17, 500))));
  EXPECT_EQ(range->checksums[0].value, digest(HashAlgorithm::crc32c, source.substr(17, 500)));
  EXPECT_EQ(whole->etag, to_hex(md5(source)));
  EXPECT_EQ(error_of(block_on(store.copy_part("b-1", "k", "none", 1, reader, 0, 1))), "no_such_upload");
  EXPECT_EQ(error_of(block_on(store.copy_part("b-1", "k", upload.upload_id, 0, reader, 0, 1))),
            "invalid_argument");
  ASSERT_TRUE(stores_.complete(upload, "b-1", {{1, whole->etag}, {2, range->etag}}));
  EXPECT_EQ(stores_.blobs.published_count(), 1U);

  ASSERT_TRUE(stores_.remove("b-1", "source"));
  EXPECT_TRUE(bytes_of(stores_, "b-1", "k") == source + source.substr(17, 500));
  // A part over the seam of two slices, and the copy of an object of parts.
  std::shared_ptr<ObjectReader> parts = store.open("b-1", "k").value();
  const auto seam = begin("seam");
  const auto over = block_on(store.copy_part("b-1", "seam", seam.upload_id, 1, parts, source.size() - 5, 10));
  ASSERT_TRUE(over);
  ASSERT_TRUE(stores_.complete(seam, "b-1", {{1, over->etag}}));
  EXPECT_EQ(bytes_of(stores_, "b-1", "seam"), source.substr(source.size() - 5) + source.substr(17, 5));
  const auto copied = stores_.copy("b-1", "k", "copy");
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->etag, store.head("b-1", "k")->etag);
  parts.reset();
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  EXPECT_TRUE(bytes_of(stores_, "b-1", "copy") == source + source.substr(17, 500));
  for (const char* key : {"copy", "seam"}) ASSERT_TRUE(stores_.remove("b-1", key));
  reader.reset();
  expect_no_leak(0);
}

TEST_F(Uploads, CopyPartsOfManySlicesByTheirBytes) {
  // 40 slices of 5 MiB would be much: a copied part of one byte each is not, made of single-part objects'
  // slices.
  auto& store = stores_.store;
  ASSERT_TRUE(stores_.put("b-1", "big", pattern(kPart, 1)));
  std::shared_ptr<ObjectReader> big = store.open("b-1", "big").value();
  const auto upload = begin("many");
  std::vector<CompletedPart> parts;
  for (unsigned number = 1; number <= 20; ++number) {
    const auto part = block_on(store.copy_part("b-1", "many", upload.upload_id, number, big, 0, kPart));
    parts.push_back({number, part->etag});
  }
  ASSERT_TRUE(stores_.complete(upload, "b-1", parts));
  EXPECT_EQ(stores_.blobs.published_count(), 1U);
  std::shared_ptr<ObjectReader> many = store.open("b-1", "many").value();
  const auto second = begin("second");
  const auto part = block_on(store.copy_part("b-1", "second", second.upload_id, 1, many, 1, 18 * kPart));
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(part->size_bytes, 18 * kPart);
  EXPECT_EQ(stores_.blobs.published_count(), 2U);
}

TEST_F(Uploads, OfTenThousandPartsAreOneSmallRecordAndManyReadableBytes) {
  auto& store = stores_.store;
  ASSERT_TRUE(stores_.put("b-1", "big", pattern(kPart, 1)));
  std::shared_ptr<ObjectReader> big = store.open("b-1", "big").value();
  const auto upload = begin("k");
  std::vector<CompletedPart> parts;
  for (unsigned number = 1; number <= kPartNumberMax; ++number) {
    const auto part = block_on(store.copy_part("b-1", "k", upload.upload_id, number, big, 0, kPart));
    ASSERT_TRUE(part);
    parts.push_back({number, part->etag});
  }
  {
    const ReadTierScope network_thread(ReadTier::memory);
    EXPECT_EQ(error_of(store.prepare_complete("b-1", "k", upload.upload_id, parts, {})), "would_block");
  }
  const auto done = stores_.complete(upload, "b-1", parts);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->size_bytes, kPartNumberMax * kPart);
  ASSERT_TRUE(stores_.kv.scan("oo", "op", [](std::string_view, std::string_view value) {
    EXPECT_LT(value.size(), 100U);
    return kv::ScanStep::next();
  }));
  {
    const ReadTierScope network_thread(ReadTier::memory);
    EXPECT_EQ(error_of(store.open("b-1", "k")), "would_block");
  }
  auto reader = store.open("b-1", "k").value();
  EXPECT_EQ(read_range(*reader, 9'999 * kPart - 2, 4), pattern(kPart, 1).substr(kPart - 2) + pattern(2, 1));
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  ASSERT_TRUE(stores_.remove("b-1", "big"));
  reader.reset();
  big.reset();
  expect_no_leak(0);
}

TEST_F(Uploads, ListTheirPartsInPages) {
  const auto upload = begin("k", {.checksum_algorithm = HashAlgorithm::crc32});
  for (const unsigned number : {1U, 2U, 300U, 10'000U}) put(upload, number, "bytes");
  auto page = stores_.store.list_parts("b-1", "k", upload.upload_id, 0, 3).value();
  ASSERT_EQ(page.parts.size(), 3U);
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(page.next_marker, 300U);
  EXPECT_EQ(page.parts[2].etag, to_hex(md5("bytes")));
  EXPECT_EQ(page.parts[2].checksums[0].value, digest(HashAlgorithm::crc32, "bytes"));
  EXPECT_EQ(page.upload.checksum_algorithm, HashAlgorithm::crc32);
  page = stores_.store.list_parts("b-1", "k", upload.upload_id, 300, 1).value();
  ASSERT_EQ(page.parts.size(), 1U);
  EXPECT_EQ(page.parts[0].number, 10'000U);
  EXPECT_FALSE(page.truncated);
  EXPECT_TRUE(stores_.store.list_parts("b-1", "k", upload.upload_id, 10'000, 1)->parts.empty());
  EXPECT_TRUE(stores_.store.list_parts("b-1", "k", upload.upload_id, 4'000'000'000, 1)->parts.empty());
  EXPECT_FALSE(stores_.store.list_parts("b-1", "k", upload.upload_id, 0, 0)->truncated);
}

TEST_F(Uploads, AreListedByKeyThenAge) {
  std::vector<UploadInfo> made;
  for (const char* key : {"a", "a", "a/1", "a/2", "b"}) {
    stores_.clock.advance(1);
    made.push_back(begin(key));
  }
  const auto keys_of = [&](const std::string& prefix, const std::string& delimiter,
                           const std::string& key_marker, const std::string& id_marker,
                           unsigned uploads_max) {
    const auto page =
        stores_.store.list_uploads("b-1", prefix, delimiter, key_marker, id_marker, uploads_max).value();
    std::string line;
    for (const auto& upload : page.uploads) line += upload.key + " ";
    for (const auto& folded : page.common_prefixes) line += "[" + folded + "] ";
    return line + (page.truncated ? "... " + page.next_key_marker : "");
  };
  EXPECT_EQ(keys_of("", "", "", "", 10), "a a a/1 a/2 b ");
  EXPECT_EQ(keys_of("", "/", "", "", 10), "a a b [a/] ");
  EXPECT_EQ(keys_of("", "/", "", "", 3), "a a [a/] ... a/");
  EXPECT_EQ(keys_of("", "/", "a/", "", 3), "b ");
  EXPECT_EQ(keys_of("", "", "a", "", 10), "a/1 a/2 b ");
  EXPECT_EQ(keys_of("", "", "a", made[0].upload_id, 10), "a a/1 a/2 b ");
  EXPECT_EQ(keys_of("", "", "a", made[0].upload_id, 1), "a ... a");
  EXPECT_EQ(keys_of("a/", "", "", "", 2), "a/1 a/2 ");
  EXPECT_EQ(keys_of("a/", "", "b", "", 2), "");
  EXPECT_EQ(keys_of("", "", "", "", 0), "");
  const auto first = stores_.store.list_uploads("b-1", "", "", "", "", 1).value();
  EXPECT_EQ(first.uploads[0].upload_id, made[0].upload_id);
  EXPECT_EQ(first.uploads[0].initiated_ms, 1'700'000'000'001);
}

}  // namespace
}  // namespace anabranch::objects
