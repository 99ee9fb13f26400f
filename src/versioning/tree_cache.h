// versioning/tree_cache.h — the inside of TreeCache: decoded files by id. Used by TreeReader only.
//
// Sharded by id, so that readers seldom meet; the bound on bytes is one for all shards, so that one large
// range may fill it. The least recently used entry of all shards goes first.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "versioning/metarange.h"
#include "versioning/sstable.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// Thread safety: every method from any thread.
class TreeCache::Impl {
 public:
  explicit Impl(std::size_t size_bytes_max) : size_bytes_max_(size_bytes_max) {}

  /// Null where it is not held.
  std::shared_ptr<const Sstable> range(const std::string& id) {
    return std::static_pointer_cast<const Sstable>(get(Kind::range, id));
  }
  std::shared_ptr<const Metarange> metarange(const std::string& id) {
    return std::static_pointer_cast<const Metarange>(get(Kind::metarange, id));
  }
  void put(const std::string& id, std::shared_ptr<const Sstable> range) {
    const std::size_t bytes = range->memory_bytes();
    put(Kind::range, id, std::move(range), bytes);
  }
  void put(const std::string& id, std::shared_ptr<const Metarange> metarange) {
    const std::size_t bytes = metarange->memory_bytes();
    put(Kind::metarange, id, std::move(metarange), bytes);
  }
  std::size_t size_bytes() const { return size_bytes_.load(std::memory_order_relaxed); }

 private:
  enum class Kind : std::uint8_t { range, metarange };
  struct Entry {
    std::string id;
    std::shared_ptr<const void> value;
    std::size_t bytes = 0;
    std::uint64_t used = 0;  // tick of the last use
  };
  using Entries = std::list<Entry>;  // most recently used first
  struct Shard {
    std::mutex mutex;
    Entries entries;                                                // guarded by mutex
    std::unordered_map<std::string_view, Entries::iterator> by_id;  // guarded by mutex; views into entries
  };
  static constexpr std::size_t kShards = 16;

  Shard& shard(Kind kind, std::string_view id);
  std::shared_ptr<const void> get(Kind kind, const std::string& id);
  void put(Kind kind, const std::string& id, std::shared_ptr<const void> value, std::size_t bytes);
  void evict_one();

  const std::size_t size_bytes_max_;
  std::atomic<std::size_t> size_bytes_ = 0;
  std::atomic<std::uint64_t> tick_ = 0;
  std::array<std::array<Shard, kShards>, 2> shards_;  // of each kind
};

}  // namespace anabranch::versioning
