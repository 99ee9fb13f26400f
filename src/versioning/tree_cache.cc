#include "versioning/tree_cache.h"

#include <limits>

namespace anabranch::versioning {
namespace {

constexpr std::size_t kEntryOverheadBytes = 256;  // list and map nodes, the id

}  // namespace

TreeCache::TreeCache(std::size_t size_bytes_max) : impl_(std::make_unique<Impl>(size_bytes_max)) {}
TreeCache::~TreeCache() = default;
std::size_t TreeCache::size_bytes() const { return impl_->size_bytes(); }

TreeCache::Impl::Shard& TreeCache::Impl::shard(Kind kind, std::string_view id) {
  return shards_[static_cast<std::size_t>(kind)][std::hash<std::string_view>{}(id) % kShards];
}

std::shared_ptr<const void> TreeCache::Impl::get(Kind kind, const std::string& id) {
  Shard& shard = this->shard(kind, id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_id.find(id);
  if (found == shard.by_id.end()) return nullptr;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  found->second->used = tick_.fetch_add(1, std::memory_order_relaxed);
  return found->second->value;
}

void TreeCache::Impl::put(Kind kind, const std::string& id, std::shared_ptr<const void> value,
                          std::size_t bytes) {
  bytes += kEntryOverheadBytes;
  if (bytes > size_bytes_max_) return;
  {
    Shard& shard = this->shard(kind, id);
    const std::lock_guard lock(shard.mutex);
    if (shard.by_id.contains(id)) return;  // another thread was first; the content is the same
    shard.entries.push_front({id, std::move(value), bytes, tick_.fetch_add(1, std::memory_order_relaxed)});
    shard.by_id.emplace(shard.entries.front().id, shard.entries.begin());
    size_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  while (size_bytes() > size_bytes_max_) evict_one();
}

void TreeCache::Impl::evict_one() {
  Shard* oldest = nullptr;
  std::uint64_t oldest_used = std::numeric_limits<std::uint64_t>::max();
  for (auto& shards : shards_) {
    for (auto& shard : shards) {
      const std::lock_guard lock(shard.mutex);
      if (!shard.entries.empty() && shard.entries.back().used < oldest_used) {
        oldest_used = shard.entries.back().used;
        oldest = &shard;
      }
    }
  }
  if (oldest == nullptr) return;
  std::shared_ptr<const void> gone;  // freed after the lock
  const std::lock_guard lock(oldest->mutex);
  if (oldest->entries.empty()) return;  // another thread evicted it meanwhile
  Entry& entry = oldest->entries.back();
  gone = std::move(entry.value);
  size_bytes_.fetch_sub(entry.bytes, std::memory_order_relaxed);
  oldest->by_id.erase(entry.id);
  oldest->entries.pop_back();
}

}  // namespace anabranch::versioning
