#include "versioning/figures.h"

#include <chrono>

namespace anabranch::versioning {
namespace {

constexpr std::size_t kRangesKnownMax = 50'000;
constexpr std::size_t kNamespacesKnownMax = 10'000;
/// However quiet the bucket seems, a namespace is counted anew after so long: two changes may have cancelled
/// out.
constexpr TimeMs kCountAgeMaxMs = 60'000;
/// Counting takes at most one part in so many of a thread's time.
constexpr TimeMs kCountShare = 20;

Result<std::uint64_t> count_keys(const kv::Reader& reader, const std::string& all) {
  std::uint64_t count = 0;
  ANABRANCH_CHECK(reader.scan(all, kv::prefix_end(all), [&](std::string_view, std::string_view) {
    ++count;
    return kv::ScanStep::next();
  }));
  return count;
}

/// The bytes of a range's entries.
Result<std::uint64_t> read_bytes(const Trees& trees, const MetarangeId& metarange, const RangeInfo& range) {
  ANABRANCH_TRY(const auto entries, trees.entries(metarange, range.key_min));
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < range.count; ++i) {
    ANABRANCH_TRY(const bool more, entries->next());
    if (!more) break;
    bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(0, entries->entry().size_bytes));
  }
  return bytes;
}

}  // namespace

std::optional<std::uint64_t> Figures::known_bytes(const RangeId& range) const {
  const std::lock_guard lock(mutex_);
  const auto found = range_bytes_.find(range);
  return found == range_bytes_.end() ? std::nullopt : std::optional(found->second);
}

Result<HeadFigures> Figures::head(const OpenRepository& repository) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(const auto branch, refs_.branch(*snapshot, repository, repository.info.default_branch));
  ANABRANCH_TRY(const auto commit, refs_.commit(*snapshot, repository, branch.record.commit_id));
  ANABRANCH_TRY(const auto ranges, repository.trees.ranges(commit->metarange_id));
  HeadFigures figures;
  std::uint64_t read = 0, objects_known = 0;
  for (const RangeInfo& range : ranges) {
    figures.objects += range.count;
    std::optional<std::uint64_t> bytes = known_bytes(range.id);
    if (!bytes && read < kFigureEntriesMax) {
      ANABRANCH_TRY(bytes, read_bytes(repository.trees, commit->metarange_id, range));
      read += range.count;
      const std::lock_guard lock(mutex_);
      if (range_bytes_.size() >= kRangesKnownMax) range_bytes_.clear();
      range_bytes_[range.id] = *bytes;
    }
    if (!bytes) continue;
    figures.bytes += *bytes;
    objects_known += range.count;
  }
  figures.exact = objects_known == figures.objects;
  if (!figures.exact && objects_known > 0) {  // the rest is taken to be like what was read
    const double share = static_cast<double>(figures.objects) / static_cast<double>(objects_known);
    figures.bytes = static_cast<std::uint64_t>(static_cast<double>(figures.bytes) * share);
  }
  return figures;
}

Result<NamespaceFigures> Figures::count(const OpenRepository& repository) const {
  NamespaceFigures figures;
  const std::string data = repository.key_of("data/"), metadata = repository.key_of("_lakefs/");
  ANABRANCH_CHECK(
      services_.objects.walk(repository.bucket, repository.prefix, "", [&](const objects::ObjectInfo& info) {
        if (figures.objects == kFigureObjectsMax) {
          figures.exact = false;
          return false;
        }
        ++figures.objects;
        figures.bytes += info.size_bytes;
        if (info.key.starts_with(data)) {
          ++figures.data_objects;
          figures.data_bytes += info.size_bytes;
        } else if (info.key.starts_with(metadata)) {
          ++figures.metadata_objects;
          figures.metadata_bytes += info.size_bytes;
        }
        return true;
      }));
  return figures;
}

/// What was counted holds while the bucket's own counters, which are exact, stay as they were.
Result<NamespaceFigures> Figures::name_space(const OpenRepository& repository) const {
  const auto usable = [&](const objects::BucketUsage& usage,
                          bool any_age) -> std::optional<NamespaceFigures> {
    const TimeMs now = services_.clock.now_ms();
    const std::lock_guard lock(mutex_);
    const auto found = counted_.find(repository.uid);
    if (found == counted_.end()) return std::nullopt;
    const Counted& counted = found->second;
    const TimeMs age = now - counted.counted_ms;
    const bool quiet = counted.bucket.objects == usage.objects && counted.bucket.bytes == usage.bytes;
    const bool fresh = (quiet && age < kCountAgeMaxMs) || age < kCountShare * counted.cost_ms;
    return fresh || any_age ? std::optional(counted.figures) : std::nullopt;
  };
  ANABRANCH_TRY(const auto usage, services_.objects.usage(repository.bucket));
  if (auto known = usable(usage, false)) return *known;
  std::unique_lock counting(counting_, std::try_to_lock);
  if (!counting.owns_lock()) {
    if (auto known = usable(usage, true)) return *known;
    counting.lock();
    if (auto known = usable(usage, false)) return *known;
  }
  const auto began = std::chrono::steady_clock::now();
  ANABRANCH_TRY(const NamespaceFigures figures, count(repository));
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  const std::lock_guard lock(mutex_);
  if (counted_.size() >= kNamespacesKnownMax) counted_.clear();
  counted_[repository.uid] = {figures, usage, services_.clock.now_ms(), took.count()};
  return figures;
}

Result<RepositoryFigures> Figures::all(const OpenRepository& repository) const {
  RepositoryFigures figures;
  ANABRANCH_TRY(figures.branches, count_keys(services_.kv, keys::branches(repository.uid)));
  ANABRANCH_TRY(figures.tags, count_keys(services_.kv, keys::tags(repository.uid)));
  ANABRANCH_TRY(figures.head, head(repository));
  ANABRANCH_TRY(figures.name_space, name_space(repository));
  return figures;
}

}  // namespace anabranch::versioning
