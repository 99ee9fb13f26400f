// What this proves: the memory pair keeps both storage contracts.
#include "kv/memory_store.h"

#include "support/memory_stores.h"
#include "support/store_contract.h"

namespace anabranch::testing_support {
namespace {

class MemoryPair final : public StorePair {
 public:
  kv::Store& keys() override { return stores_.keys; }
  blob::Store& blobs() override { return stores_.blobs; }

 private:
  MemoryStores stores_;
};

std::unique_ptr<StorePair> make_memory_pair() { return std::make_unique<MemoryPair>(); }

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(&make_memory_pair));

TEST(KvMemoryStore, RefusesBlobsWhereItHasNone) {
  kv::MemoryStore keys;
  kv::Batch batch;
  batch.put("a", "1");
  batch.share(BlobId{1, 2});
  const auto done = kv::commit_blocking(keys, std::move(batch));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(keys.get("a").value(), std::nullopt);
}

}  // namespace
}  // namespace anabranch::testing_support
