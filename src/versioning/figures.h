// versioning/figures.h — how much a repository holds, without looking at all of it each time. Internal.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "versioning/refs_store.h"

namespace anabranch::versioning {

/// Entries of ranges not seen before that one call reads, and objects of a namespace that one call counts.
inline constexpr std::uint64_t kFigureEntriesMax = 100'000;
inline constexpr std::uint64_t kFigureObjectsMax = 1'000'000;

/// Thread safety: every method from any thread. Blocks: not for network threads.
class Figures {
 public:
  Figures(const Services& services, const RefStore& refs) : services_(services), refs_(refs) {}

  Result<HeadFigures> head(const OpenRepository& repository) const;
  Result<RepositoryFigures> all(const OpenRepository& repository) const;

 private:
  struct Counted {
    NamespaceFigures figures;
    objects::BucketUsage bucket;  // as it was then
    TimeMs counted_ms = 0;
    TimeMs cost_ms = 0;
  };
  Result<NamespaceFigures> name_space(const OpenRepository& repository) const;
  Result<NamespaceFigures> count(const OpenRepository& repository) const;
  std::optional<std::uint64_t> known_bytes(const RangeId& range) const;

  const Services& services_;
  const RefStore& refs_;
  mutable std::mutex counting_;  // one namespace is counted at a time
  mutable std::mutex mutex_;
  mutable std::unordered_map<RangeId, std::uint64_t> range_bytes_;  // ranges never change; guarded by mutex_
  mutable std::unordered_map<std::string, Counted> counted_;        // by uid; guarded by mutex_
};

}  // namespace anabranch::versioning
