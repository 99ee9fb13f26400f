// What this proves: pages hold exactly the keys asked for, folded at any delimiter, and say truly whether
// more follow.
#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

class Listing : public testing::Test {
 protected:
  void SetUp() override { stores_.make_bucket("b-1"); }
  void put(const std::vector<std::string>& keys) {
    for (const auto& key : keys) ASSERT_TRUE(stores_.put("b-1", key, "v")) << key;
  }
  /// Keys of a page; common prefixes in brackets; "..." where truncated.
  std::vector<std::string> lines(const ListRequest& request) {
    const auto page = stores_.store.list("b-1", request);
    EXPECT_TRUE(page);
    std::vector<std::string> result;
    for (const auto& item : page->items)
      result.push_back(item.is_prefix ? "[" + item.info.key + "]" : item.info.key);
    if (page->truncated) result.push_back("...");
    return result;
  }
  using Lines = std::vector<std::string>;
  Stores stores_;
};

TEST_F(Listing, OfAnEmptyBucketIsEmpty) { EXPECT_EQ(lines({}), Lines()); }

TEST_F(Listing, IsInByteOrderWithAllThatIsKnown) {
  put({"b", "a", "\xC3\xA4", "a/1", "B"});
  EXPECT_EQ(lines({}), (Lines{"B", "a", "a/1", "b", "\xC3\xA4"}));
  const auto item = stores_.store.list("b-1", {}).value().items[0].info;
  const auto head = stores_.store.head("b-1", "B").value();
  EXPECT_EQ(item.etag, head.etag);
  EXPECT_EQ(item.size_bytes, 1U);
  EXPECT_EQ(item.last_modified_ms, head.last_modified_ms);
}

TEST_F(Listing, KeepsToThePrefix) {
  put({"a", "ab", "abc", "ac", "b"});
  EXPECT_EQ(lines({.prefix = "ab"}), (Lines{"ab", "abc"}));
  EXPECT_EQ(lines({.prefix = "x"}), Lines());
  EXPECT_EQ(lines({.prefix = "\xFF"}), Lines());
}

TEST_F(Listing, FoldsAtTheDelimiterAfterThePrefix) {
  put({"a", "a/1", "a/2/x", "b/1", "c"});
  EXPECT_EQ(lines({.delimiter = "/"}), (Lines{"a", "[a/]", "[b/]", "c"}));
  EXPECT_EQ(lines({.prefix = "a/", .delimiter = "/"}), (Lines{"a/1", "[a/2/]"}));
  EXPECT_EQ(lines({.prefix = "a", .delimiter = "/"}), (Lines{"a", "[a/]"}));
}

TEST_F(Listing, FoldsAtDelimitersOfAnyLengthAndKind) {
  put({"a--1", "a--2", "a-3", "b c", "b d", "//", "//x"});
  EXPECT_EQ(lines({.delimiter = "--"}), (Lines{"//", "//x", "[a--]", "a-3", "b c", "b d"}));
  EXPECT_EQ(lines({.delimiter = " "}), (Lines{"//", "//x", "a--1", "a--2", "a-3", "[b ]"}));
  EXPECT_EQ(lines({.delimiter = "/"}), (Lines{"[/]", "a--1", "a--2", "a-3", "b c", "b d"}));
  EXPECT_EQ(lines({.prefix = "/", .delimiter = "/"}), (Lines{"[//]"}));
  EXPECT_EQ(lines({.prefix = "//", .delimiter = "/"}), (Lines{"//", "//x"}));
}

TEST_F(Listing, ThatFillsThePageExactlyIsNotTruncated) {
  put({"a", "b/1", "b/2"});
  EXPECT_EQ(lines({.delimiter = "/", .keys_max = 2}), (Lines{"a", "[b/]"}));
  EXPECT_EQ(lines({.delimiter = "/", .keys_max = 1}), (Lines{"a", "..."}));
  EXPECT_EQ(lines({.keys_max = 3}), (Lines{"a", "b/1", "b/2"}));
  EXPECT_EQ(lines({.prefix = "b", .keys_max = 2}), (Lines{"b/1", "b/2"}));
  EXPECT_EQ(lines({.keys_max = 0}), Lines());
}

TEST_F(Listing, GoesOnAfterAKeyOrACommonPrefix) {
  put({"a", "b/1", "b/2", "b0", "c"});
  EXPECT_EQ(lines({.start_after = "a"}), (Lines{"b/1", "b/2", "b0", "c"}));
  EXPECT_EQ(lines({.delimiter = "/", .start_after = "b/"}), (Lines{"b0", "c"}));
  EXPECT_EQ(lines({.start_after = "b/"}), (Lines{"b/1", "b/2", "b0", "c"}));
  EXPECT_EQ(lines({.delimiter = "/", .start_after = "b/1"}), (Lines{"[b/]", "b0", "c"}));
  EXPECT_EQ(lines({.delimiter = "/", .start_after = "b/2"}), (Lines{"b0", "c"}));
  EXPECT_EQ(lines({.prefix = "b", .start_after = "a"}), (Lines{"b/1", "b/2", "b0"}));
  EXPECT_EQ(lines({.prefix = "b", .start_after = "c"}), Lines());
  EXPECT_EQ(lines({.start_after = "zz"}), Lines());
  EXPECT_EQ(lines({.delimiter = "\xFF", .start_after = "\xFF"}), Lines());
}

TEST_F(Listing, DoesNotSeeOtherBuckets) {
  put({"a"});
  stores_.make_bucket("b-2");
  EXPECT_TRUE(stores_.store.list("b-2", {})->items.empty());
}

TEST_F(Listing, WalksOverManyPagesUntilToldToStop) {
  for (int i = 0; i < 5'000; ++i) ASSERT_TRUE(stores_.put("b-1", "k" + std::to_string(100'000 + i), ""));
  put({"j", "l"});
  std::vector<std::string> seen;
  ASSERT_TRUE(stores_.store.walk("b-1", "k", "", [&](const ObjectInfo& info) {
    seen.push_back(info.key);
    return true;
  }));
  ASSERT_EQ(seen.size(), 5'000U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  int visits = 0;
  ASSERT_TRUE(stores_.store.walk("b-1", "k", "k102499", [&](const ObjectInfo& info) {
    EXPECT_EQ(info.key, "k" + std::to_string(102'500 + visits));
    return ++visits < 2'050;
  }));
  EXPECT_EQ(visits, 2'050);
}

TEST_F(Listing, SaysCorruptionWhereARecordDoesNotDecode) {
  put({"a"});
  std::string key;
  ASSERT_TRUE(stores_.kv.scan("oo", "op", [&](std::string_view found, std::string_view) {
    key = found;
    return kv::ScanStep::stop();
  }));
  for (const std::string& bytes :
       {std::string(), std::string("\x01"), std::string("\x02zzz"), std::string(40, '\xFF')}) {
    kv::Batch batch;
    batch.put(key, bytes);
    ASSERT_TRUE(kv::commit_blocking(stores_.kv, batch));
    EXPECT_EQ(error_of(stores_.store.list("b-1", {})), "corruption");
    EXPECT_EQ(error_of(stores_.store.head("b-1", "a")), "corruption");
    EXPECT_EQ(error_of(stores_.store.open("b-1", "a")), "corruption");
    EXPECT_EQ(error_of(stores_.put("b-1", "a", "v")), "corruption");
  }
}

}  // namespace
}  // namespace anabranch::objects
