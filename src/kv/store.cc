#include "kv/store.h"

#include <cstring>
#include <iterator>

namespace anabranch::kv {

void Batch::put(std::string key, std::string value) {
  changes_.push_back({Change::Kind::put, std::move(key), std::move(value), 0});
}
void Batch::erase(std::string key) { changes_.push_back({Change::Kind::erase, std::move(key), {}, 0}); }
void Batch::add(std::string key, std::int64_t delta) {
  changes_.push_back({Change::Kind::add, std::move(key), {}, delta});
}

void Batch::require_absent(std::string key) { conditions_.push_back({std::move(key), std::nullopt}); }
void Batch::require_equals(std::string key, std::string expected) {
  conditions_.push_back({std::move(key), std::move(expected)});
}
void Batch::require(std::string key, std::optional<std::string> expected) {
  conditions_.push_back({std::move(key), std::move(expected)});
}

void Batch::publish(BlobId id) { blob_changes_.push_back({BlobChange::Kind::publish, id}); }
void Batch::share(BlobId id) { blob_changes_.push_back({BlobChange::Kind::share, id}); }
void Batch::release(BlobId id) { blob_changes_.push_back({BlobChange::Kind::release, id}); }

void Batch::merge(Batch other) {
  std::move(other.changes_.begin(), other.changes_.end(), std::back_inserter(changes_));
  std::move(other.conditions_.begin(), other.conditions_.end(), std::back_inserter(conditions_));
  std::move(other.blob_changes_.begin(), other.blob_changes_.end(), std::back_inserter(blob_changes_));
}

std::int64_t decode_counter(std::string_view value) {
  std::int64_t counter = 0;
  if (value.size() == sizeof counter) std::memcpy(&counter, value.data(), sizeof counter);
  return counter;
}

std::string encode_counter(std::int64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

Task<Result<void>> commit(Store& store, Batch batch) {
  Callback<Result<void>> done([&store, &batch](Callback<Result<void>>::Resume resume) {
    store.commit(std::move(batch), std::move(resume));
  });
  co_return co_await done;
}

Result<void> commit_blocking(Store& store, Batch batch) { return block_on(commit(store, std::move(batch))); }

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace anabranch::kv
