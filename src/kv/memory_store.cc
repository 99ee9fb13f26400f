#include "kv/memory_store.h"

#include <algorithm>
#include <utility>

#include "kv/limits.h"

namespace anabranch::kv {
namespace {
/// Entries taken under one lock during a scan; visitors run without it.
constexpr std::size_t kScanPageEntries = 128;
}  // namespace

/// One pinned sequence number.
class MemoryStore::Snapshot final : public Reader {
 public:
  explicit Snapshot(const MemoryStore& store) : store_(store), sequence_(store.pin()) {}
  ~Snapshot() override { store_.unpin(sequence_); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  Result<std::optional<std::string>> get(std::string_view key) const override {
    return store_.get_at(sequence_, key);
  }
  Result<void> scan(std::string_view begin, std::string_view end, const ScanVisitor& visitor) const override {
    store_.scan_at(sequence_, begin, end, visitor);
    return {};
  }

 private:
  const MemoryStore& store_;
  const std::uint64_t sequence_;
};

Result<std::optional<std::string>> MemoryStore::get(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return std::nullopt;
  return entry->second.back().value;
}

Result<void> MemoryStore::scan(std::string_view begin, std::string_view end,
                               const ScanVisitor& visitor) const {
  return Snapshot(*this).scan(begin, end, visitor);
}

std::unique_ptr<Reader> MemoryStore::snapshot() const { return std::make_unique<Snapshot>(*this); }

void MemoryStore::commit(Batch batch, CommitCallback done) { done(apply(batch)); }

std::uint64_t MemoryStore::pin() const {
  const std::lock_guard lock(mutex_);
  pins_.insert(sequence_);
  return sequence_;
}

void MemoryStore::unpin(std::uint64_t sequence) const {
  const std::lock_guard lock(mutex_);
  pins_.erase(pins_.find(sequence));
  if (!pins_.empty()) return;
  for (const auto& key : crowded_) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) continue;
    drop_unseen(entry->second);
    if (entry->second.empty()) entries_.erase(entry);
  }
  crowded_.clear();
}

const std::string* MemoryStore::visible(const Versions& versions, std::uint64_t sequence) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->sequence <= sequence) return version->value ? &*version->value : nullptr;
  }
  return nullptr;
}

std::optional<std::string> MemoryStore::get_at(std::uint64_t sequence, std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return std::nullopt;
  const std::string* value = visible(entry->second, sequence);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::vector<MemoryStore::Entry> MemoryStore::page_at(std::uint64_t sequence, const std::string& from,
                                                     std::string_view end) const {
  std::vector<Entry> page;
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.lower_bound(from); entry != entries_.end() && page.size() < kScanPageEntries;
       ++entry) {
    if (!end.empty() && std::string_view(entry->first) >= end) break;
    const std::string* value = visible(entry->second, sequence);
    if (value != nullptr) page.emplace_back(entry->first, *value);
  }
  return page;
}

void MemoryStore::scan_at(std::uint64_t sequence, std::string_view begin, std::string_view end,
                          const ScanVisitor& visitor) const {
  std::string from(begin);
  while (true) {
    const auto page = page_at(sequence, from, end);
    if (page.empty()) return;
    from = page.back().first + '\0';
    std::string skip_to;
    for (const auto& [key, value] : page) {
      if (key < skip_to) continue;
      ScanStep step = visitor(key, value);
      if (step.kind == ScanStep::Kind::stop) return;
      if (step.kind == ScanStep::Kind::seek) skip_to = std::move(step.key);
    }
    if (skip_to > from) from = std::move(skip_to);
  }
}

Result<void> MemoryStore::apply(const Batch& batch) {
  ANABRANCH_CHECK(check_limits(batch));
  const std::lock_guard lock(mutex_);
  for (const auto& condition : batch.conditions()) {
    const auto entry = entries_.find(condition.key);
    const bool holds =
        entry == entries_.end() ? !condition.expected : entry->second.back().value == condition.expected;
    if (!holds) {
      return fail(ErrorCode::precondition_failed,
                  "the key '" + condition.key + "' is not as the batch requires");
    }
  }
  if (!batch.blob_changes().empty()) {
    if (ledger_ == nullptr) return fail(ErrorCode::invalid_argument, "this key store has no blobs");
    ANABRANCH_CHECK(ledger_->apply(batch.blob_changes()));
  }
  ++sequence_;
  for (const auto& change : batch.changes()) {
    switch (change.kind) {
      case Batch::Change::Kind::put:
        write(change.key, change.value);
        break;
      case Batch::Change::Kind::erase:
        write(change.key, std::nullopt);
        break;
      case Batch::Change::Kind::add: {
        const auto entry = entries_.find(change.key);
        const auto* before = entry != entries_.end() ? visible(entry->second, sequence_) : nullptr;
        write(change.key, encode_counter((before != nullptr ? decode_counter(*before) : 0) + change.delta));
        break;
      }
    }
  }
  return {};
}

void MemoryStore::write(const std::string& key, std::optional<std::string> value) {
  const auto [entry, added] = entries_.try_emplace(key);
  Versions& versions = entry->second;
  if (!versions.empty() && versions.back().sequence == sequence_) {
    versions.back().value = std::move(value);
  } else {
    versions.push_back({sequence_, std::move(value)});
  }
  drop_unseen(versions);
  if (versions.empty()) {
    entries_.erase(entry);
  } else if (versions.size() > 1 || !versions.back().value) {
    crowded_.insert(key);
  }
}

void MemoryStore::drop_unseen(Versions& versions) const {
  const std::uint64_t oldest = pins_.empty() ? sequence_ : *pins_.begin();
  // Of the versions that the oldest snapshot could see, only the newest is seen.
  std::size_t first = 0;
  while (first + 1 < versions.size() && versions[first + 1].sequence <= oldest) ++first;
  if (!versions[first].value && versions[first].sequence <= oldest) ++first;
  versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace anabranch::kv
