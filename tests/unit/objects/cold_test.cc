// What this proves: reads that would wait for a disk say so on a network thread, writes go round by a worker,
// and a HEAD costs one get.
#include <atomic>

#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

/// A key store whose reads are cold while `cold` is set, and counted.
class ColdKv final : public kv::Store {
 public:
  explicit ColdKv(kv::Store& store) : store_(store) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    ++gets;
    if (must_wait()) return fail(ErrorCode::would_block, "cold");
    return store_.get(key);
  }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    if (must_wait()) return fail(ErrorCode::would_block, "cold");
    return store_.scan(begin, end, visitor);
  }
  std::unique_ptr<kv::Reader> snapshot() const override {
    class View final : public kv::Reader {
     public:
      explicit View(const ColdKv& cold_kv) : cold_(cold_kv) {}
      Result<std::optional<std::string>> get(std::string_view key) const override { return cold_.get(key); }
      Result<void> scan(std::string_view begin, std::string_view end,
                        const kv::ScanVisitor& visitor) const override {
        return cold_.scan(begin, end, visitor);
      }

     private:
      const ColdKv& cold_;
    };
    return std::make_unique<View>(*this);
  }
  void commit(kv::Batch batch, CommitCallback done) override {
    store_.commit(std::move(batch), std::move(done));
  }

  std::atomic<bool> cold{false};
  mutable std::atomic<int> gets{0};

 private:
  bool must_wait() const { return cold && read_tier() == ReadTier::memory; }
  kv::Store& store_;
};

class ColdBlobs final : public blob::Store {
 public:
  explicit ColdBlobs(blob::Store& store) : store_(store) {}
  std::unique_ptr<blob::Writer> create(std::optional<std::uint64_t> size_hint_bytes) override {
    return store_.create(size_hint_bytes);
  }
  Result<std::unique_ptr<blob::Reader>> open(BlobId id) override {
    if (cold && read_tier() == ReadTier::memory) return fail(ErrorCode::would_block, "cold");
    if (lost) return fail(ErrorCode::not_found, "lost");
    ++opens;
    return store_.open(id);
  }
  std::atomic<bool> cold{false};
  std::atomic<bool> lost{false};
  std::atomic<int> opens{0};

 private:
  blob::Store& store_;
};

class Cold : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(block_on(store_.create_bucket("b-1", ""))); }
  Result<ObjectInfo> put(const std::string& key, const std::string& bytes) {
    auto pending = stores_.receive(bytes);
    return block_on(store_.publish(*std::move(pending), "b-1", key, {}));
  }
  Stores stores_;
  ColdKv kv_{stores_.kv};
  ColdBlobs blobs_{stores_.blobs};
  ObjectStore store_{kv_, blobs_, stores_.clock, stores_.workers};
};

TEST_F(Cold, ReadsSayWouldBlockOnNetworkThreadsOnly) {
  ASSERT_TRUE(put("k", "v"));
  const auto upload = block_on(store_.create_upload("b-1", "k", {})).value();
  kv_.cold = true;
  {
    const ReadTierScope network_thread(ReadTier::memory);
    EXPECT_EQ(error_of(store_.get_bucket("b-1")), "would_block");
    EXPECT_EQ(error_of(store_.list_buckets()), "would_block");
    EXPECT_EQ(error_of(store_.usage("b-1")), "would_block");
    EXPECT_EQ(error_of(store_.head("b-1", "k")), "would_block");
    EXPECT_EQ(error_of(store_.open("b-1", "k")), "would_block");
    EXPECT_EQ(error_of(store_.open_imported("b-1", "k", "e", 1)), "would_block");
    EXPECT_EQ(error_of(store_.list("b-1", {})), "would_block");
    EXPECT_EQ(error_of(store_.list_parts("b-1", "k", upload.upload_id, 0, 1)), "would_block");
    EXPECT_EQ(error_of(store_.list_uploads("b-1", "", "", "", "", 1)), "would_block");
    EXPECT_EQ(error_of(store_.prepare_complete("b-1", "k", upload.upload_id, {{1, ""}}, {})), "would_block");
    EXPECT_EQ(error_of(store_.publish_batch({}, "b-1", "k", {})), "would_block");
  }
  EXPECT_TRUE(store_.head("b-1", "k"));
  EXPECT_TRUE(store_.list("b-1", {}));
}

TEST_F(Cold, BlobsSayWouldBlockToo) {
  ASSERT_TRUE(put("k", "v"));
  blobs_.cold = true;
  const ReadTierScope network_thread(ReadTier::memory);
  EXPECT_EQ(error_of(store_.open("b-1", "k")), "would_block");
  EXPECT_EQ(error_of(store_.open_imported("b-1", "k", to_hex(md5("v")), 1)), "would_block");
}

TEST_F(Cold, WritesGoRoundByAWorker) {
  kv_.cold = true;
  const ReadTierScope network_thread(ReadTier::memory);
  ASSERT_TRUE(block_on(store_.create_bucket("b-2", "")));
  ASSERT_TRUE(put("k", "v"));
  ASSERT_TRUE(block_on(store_.pin("b-1", "")));
  ASSERT_TRUE(block_on(store_.remove("b-1", "k")));
  const auto upload = block_on(store_.create_upload("b-1", "k", {}));
  ASSERT_TRUE(upload);
  const auto source = make_source("part");
  ASSERT_TRUE(block_on(store_.put_part("b-1", "k", upload->upload_id, 1, {}, *source)));
  ASSERT_TRUE(block_on(store_.abort_upload("b-1", "k", upload->upload_id)));
  ASSERT_TRUE(block_on(store_.delete_bucket("b-2")));
}

TEST_F(Cold, AHeadIsOneGet) {
  ASSERT_TRUE(put("k", "v"));
  kv_.gets = 0;
  ASSERT_TRUE(store_.head("b-1", "k"));
  EXPECT_EQ(kv_.gets, 1);
  kv_.gets = 0;
  EXPECT_EQ(error_of(store_.head("b-1", "missing")), "no_such_key");
  EXPECT_EQ(kv_.gets, 2);
  kv_.gets = 0;
  ASSERT_TRUE(put("k", "w"));
  EXPECT_EQ(kv_.gets, 2);
}

TEST_F(Cold, AReaderOpensNoMoreThanItIsFor) {
  const std::vector<std::string> bodies{std::string(kPartSizeMin, 'a'), std::string(kPartSizeMin, 'b'), "c"};
  const auto upload = block_on(store_.create_upload("b-1", "parts", {})).value();
  std::vector<CompletedPart> parts;
  for (unsigned i = 0; i < bodies.size(); ++i) {
    const auto source = make_source(bodies[i]);
    const auto part = block_on(store_.put_part("b-1", "parts", upload.upload_id, i + 1, {}, *source));
    parts.push_back({i + 1, part.value().etag, {}});
  }
  auto pending = store_.prepare_complete("b-1", "parts", upload.upload_id, parts, {});
  ASSERT_TRUE(pending);
  const std::string etag = pending->info.etag;
  ASSERT_TRUE(block_on(store_.publish(*std::move(pending), "b-1", "parts", {})));
  const auto opens_of = [&](const auto& call) {
    blobs_.opens = 0;
    EXPECT_TRUE(call());
    return blobs_.opens.load();
  };
  const std::uint64_t size = 2 * kPartSizeMin + 1;

  EXPECT_EQ(opens_of([&] { return store_.head("b-1", "parts"); }), 0);
  EXPECT_EQ(opens_of([&] { return store_.head_imported("b-1", "parts", etag, size); }), 0);
  EXPECT_EQ(opens_of([&] { return store_.open("b-1", "parts", no_bytes); }), 0);
  EXPECT_EQ(opens_of([&] { return store_.open("b-1", "parts"); }), 3);
  std::unique_ptr<ObjectReader> kept;
  const auto open_at = [&](std::uint64_t offset, std::uint64_t bytes) {
    return opens_of([&] {
      const auto choose = [&](const std::vector<std::uint64_t>& sizes) -> Extent {
        EXPECT_THAT(sizes, testing::ElementsAre(kPartSizeMin, kPartSizeMin, 1));
        return {offset, bytes};
      };
      auto opened = store_.open("b-1", "parts", choose);
      if (opened) kept = *std::move(opened);
      return opened.has_value();
    });
  };
  EXPECT_EQ(open_at(0, kPartSizeMin), 1);
  EXPECT_EQ(open_at(kPartSizeMin, kPartSizeMin), 1);
  EXPECT_EQ(open_at(size - 1, 1), 1);
  EXPECT_EQ(open_at(kPartSizeMin - 1, 2), 2);

  ASSERT_TRUE(put("parts", "another"));
  const auto source = kept->read(kPartSizeMin - 1, 2);
  EXPECT_EQ(block_on(read_all(*source, MiB)).value(), "ab") << "what was opened stays readable";
}

TEST_F(Cold, BytesThatAreLostAreCorruptionNotMissingKeys) {
  ASSERT_TRUE(put("k", "v"));
  blobs_.lost = true;
  EXPECT_EQ(error_of(store_.open("b-1", "k")), "corruption");
  EXPECT_EQ(error_of(store_.open_imported("b-1", "k", to_hex(md5("v")), 1)), "corruption");
}

}  // namespace
}  // namespace anabranch::objects
