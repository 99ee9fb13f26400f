// What the tests of committed trees share: files in memory that count, entries from a map, trees as a model
// sees them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "versioning/tree.h"

namespace anabranch::versioning::tree_testing {

/// Counts what is read, so that a test can say what was not.
class MemoryMetadataFiles final : public MetadataFiles {
 public:
  Result<std::string> read(const std::string& id) override {
    const std::lock_guard lock(mutex);
    reads.insert(id);
    const auto found = files.find(id);
    if (found == files.end()) return fail(ErrorCode::not_found, "no file " + id);
    return found->second;
  }
  Result<void> write(const std::string& id, const std::string& bytes) override {
    const std::lock_guard lock(mutex);
    if (fails_writes) return fail(ErrorCode::no_space, "injected");
    files[id] = bytes;
    ++writes;
    return {};
  }

  std::mutex mutex;
  std::map<std::string, std::string> files;
  std::multiset<std::string> reads;
  std::size_t writes = 0;
  bool fails_writes = false;
};

/// A tree as the tests model it.
using Model = std::map<std::string, Entry>;

inline Entry make_entry(const std::string& content) {
  Entry entry;
  entry.address = "data/partition/" + content;
  entry.last_modified_ms = 1'700'000'000'123;
  entry.size_bytes = static_cast<std::int64_t>(content.size());
  entry.etag = "etag-of-" + content;
  entry.content_type = "text/plain";
  return entry;
}

class ModelEntries final : public EntryIterator {
 public:
  explicit ModelEntries(const Model& model) : model_(model), next_(model.begin()) {}
  Result<bool> next() override {
    if (next_ == model_.end()) return false;
    path_ = next_->first;
    entry_ = next_->second;
    ++next_;
    return true;
  }
  void seek(std::string_view path) override { next_ = model_.lower_bound(std::string(path)); }
  const std::string& path() const override { return path_; }
  const Entry& entry() const override { return entry_; }

 private:
  const Model& model_;
  Model::const_iterator next_;
  std::string path_;
  Entry entry_;
};

/// Trees over files in memory, and the model's view of them.
class TreeFixture {
 public:
  explicit TreeFixture(SplitParameters split = {}, std::size_t cache_bytes_max = 64 << 20)
      : cache(cache_bytes_max), trees(files, cache, split) {}

  MetarangeId build(const Model& model) {
    ModelEntries entries(model);
    auto built = trees.build(entries, {});
    EXPECT_TRUE(built) << built.error().message;
    return built ? built->metarange : "failed";
  }
  ApplyResult apply(const MetarangeId& base, std::vector<Change> changes) {
    auto applied = trees.apply(base, *make_change_iterator(std::move(changes)));
    EXPECT_TRUE(applied) << applied.error().message;
    return applied ? *applied : ApplyResult{"failed", {}, 0};
  }
  Model read(const MetarangeId& metarange, const std::string& from = "") const {
    Model model;
    auto entries = trees.entries(metarange, from);
    EXPECT_TRUE(entries) << entries.error().message;
    while (entries) {
      auto found = (*entries)->next();
      EXPECT_TRUE(found) << found.error().message;
      if (!found || !*found) break;
      model.emplace((*entries)->path(), (*entries)->entry());
    }
    return model;
  }
  static std::vector<Difference> collect(Result<std::unique_ptr<DiffIterator>> diff) {
    EXPECT_TRUE(diff) << diff.error().message;
    std::vector<Difference> all;
    while (diff) {
      auto found = (*diff)->next();
      EXPECT_TRUE(found) << found.error().message;
      if (!found || !*found) break;
      all.push_back((*diff)->difference());
    }
    return all;
  }
  std::vector<RangeInfo> ranges(const MetarangeId& metarange) const {
    return trees.ranges(metarange).value();
  }

  MemoryMetadataFiles files;
  TreeCache cache;
  Trees trees;
};

/// `count` entries with keys in order.
inline Model make_model(std::size_t count, const std::string& prefix = "data/") {
  Model model;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(1'000'000 + i);
    model.emplace_hint(model.end(), prefix + "part-" + number, make_entry(number));
  }
  return model;
}

/// Cuts often, by hash: some ten entries a range.
inline constexpr SplitParameters kSmallSplit{4, 5, 1 << 20};

}  // namespace anabranch::versioning::tree_testing
