#include "blob/memory_store.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "base/clock.h"

namespace anabranch::blob {

class MemoryStore::MemoryWriter final : public Writer {
 public:
  MemoryWriter(std::shared_ptr<State> state, BlobId id) : state_(std::move(state)), id_(id) {}
  ~MemoryWriter() override {
    const std::lock_guard lock(state_->mutex);
    const auto blob = state_->blobs.find(id_);
    if (blob != state_->blobs.end() && blob->second.references == 0) state_->blobs.erase(blob);
  }
  MemoryWriter(const MemoryWriter&) = delete;
  MemoryWriter& operator=(const MemoryWriter&) = delete;

  BlobId id() const override { return id_; }

  Task<Result<void>> append(ByteView bytes) override {
    if (bytes_.size() + bytes.size() > kBlobSizeMax) {
      co_return fail(ErrorCode::entity_too_large, "a blob may not be larger than 50 TiB");
    }
    bytes_.append(as_text(bytes));
    co_return Result<void>();
  }

  Task<Result<void>> finish() override {
    const std::lock_guard lock(state_->mutex);
    state_->blobs[id_].bytes = std::make_shared<const std::string>(std::move(bytes_));
    co_return Result<void>();
  }

 private:
  std::shared_ptr<State> state_;
  const BlobId id_;
  std::string bytes_;
};

class MemoryStore::MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size_bytes() const override { return bytes_->size(); }

  Task<Result<std::size_t>> read(std::uint64_t offset_bytes, ByteSpan out) override {
    if (offset_bytes >= bytes_->size()) co_return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), bytes_->size() - offset_bytes);
    if (count > 0) std::memcpy(out.data(), bytes_->data() + offset_bytes, count);
    co_return count;
  }

 private:
  std::shared_ptr<const std::string> bytes_;
};

std::unique_ptr<Writer> MemoryStore::create(std::optional<std::uint64_t> /*size_hint_bytes*/) {
  const BlobId id = random_blob_id();
  const std::lock_guard lock(state_->mutex);
  state_->blobs.try_emplace(id);
  return std::make_unique<MemoryWriter>(state_, id);
}

Result<std::unique_ptr<Reader>> MemoryStore::open(BlobId id) {
  const std::lock_guard lock(state_->mutex);
  const auto blob = state_->blobs.find(id);
  if (blob == state_->blobs.end() || blob->second.references == 0) {
    return fail(ErrorCode::not_found, "no blob " + id.to_string());
  }
  return std::unique_ptr<Reader>(std::make_unique<MemoryReader>(blob->second.bytes));
}

Result<void> MemoryStore::change_references(const std::vector<BlobId>& published,
                                            const std::vector<BlobId>& shared,
                                            const std::vector<BlobId>& released) {
  const std::lock_guard lock(state_->mutex);
  std::map<BlobId, std::int64_t> references;  // after the batch
  for (const auto& id : published) {
    const auto blob = state_->blobs.find(id);
    const bool fresh =
        blob != state_->blobs.end() && blob->second.bytes != nullptr && blob->second.references == 0;
    if (!fresh || !references.emplace(id, 1).second) {
      return fail(ErrorCode::invalid_argument,
                  "blob " + id.to_string() + " was not finished, or is published already");
    }
  }
  const auto change = [&](const BlobId& id, std::int64_t delta) -> Result<void> {
    const auto blob = state_->blobs.find(id);
    const std::int64_t before = blob == state_->blobs.end() ? 0 : blob->second.references;
    const auto [after, first] = references.emplace(id, before);
    if (first && before == 0) return fail(ErrorCode::not_found, "no blob " + id.to_string());
    after->second += delta;
    return {};
  };
  for (const auto& id : shared) ANABRANCH_CHECK(change(id, +1));
  for (const auto& id : released) ANABRANCH_CHECK(change(id, -1));
  for (const auto& [id, count] : references) {
    if (count < 0)
      return fail(ErrorCode::not_found, "blob " + id.to_string() + " is released more often than held");
  }
  for (const auto& [id, count] : references) {
    if (count == 0) {
      state_->blobs.erase(id);
    } else {
      state_->blobs[id].references = count;
    }
  }
  return {};
}

std::size_t MemoryStore::published_count() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<std::size_t>(std::count_if(state_->blobs.begin(), state_->blobs.end(),
                                                [](const auto& blob) { return blob.second.references > 0; }));
}

std::uint64_t MemoryStore::published_bytes() const {
  const std::lock_guard lock(state_->mutex);
  std::uint64_t total = 0;
  for (const auto& [id, blob] : state_->blobs) {
    if (blob.references > 0) total += blob.bytes->size();
  }
  return total;
}

std::size_t MemoryStore::unpublished_count() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<std::size_t>(
      std::count_if(state_->blobs.begin(), state_->blobs.end(),
                    [](const auto& blob) { return blob.second.references == 0; }));
}

}  // namespace anabranch::blob
