// tests/unit/objects/fixture.h — an ObjectStore over memory, and the calls that tests make again and again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "base/workers.h"
#include "blob/memory_store.h"
#include "kv/memory_store.h"
#include "objects/object_store.h"

namespace anabranch::objects {

/// Gives a string in pieces of a size of the test's choice, then ends, or fails.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string bytes, std::size_t piece_bytes, std::optional<ErrorCode> failure = std::nullopt)
      : bytes_(std::move(bytes)), piece_bytes_(piece_bytes), failure_(failure) {}

  Task<Result<ByteView>> next() override {
    if (at_ == bytes_.size() && failure_) co_return fail(*failure_, "the test's failure");
    piece_ = bytes_.substr(at_, piece_bytes_);  // a copy: the piece before becomes invalid, as promised
    at_ += piece_.size();
    co_return as_bytes(piece_);
  }

 private:
  std::string bytes_;
  std::size_t piece_bytes_;
  std::optional<ErrorCode> failure_;
  std::size_t at_ = 0;
  std::string piece_;
};

/// All stores of one test.
struct Stores {
  blob::MemoryStore blobs;
  kv::LedgerOver<blob::MemoryStore> ledger{blobs};
  kv::MemoryStore kv{&ledger};
  ManualClock clock{1'700'000'000'000};
  Workers workers{"test", 2};
  ObjectStore store{kv, blobs, clock, workers};

  Result<PendingObject> receive(std::string bytes, ReceiveOptions options = {}) {
    options.size_bytes = bytes.size();
    const auto source = make_source(std::move(bytes));
    return block_on(store.receive(std::move(options), *source));
  }
  Result<ObjectInfo> put(const std::string& bucket, const std::string& key, std::string bytes,
                         WriteCondition condition = {}, ReceiveOptions options = {}) {
    auto pending = receive(std::move(bytes), std::move(options));
    if (!pending) return fail(std::move(pending).error());
    return block_on(store.publish(*std::move(pending), bucket, key, std::move(condition)));
  }
  Result<PartInfo> put_part(const UploadInfo& upload, const std::string& bucket, unsigned number,
                            std::string bytes, ReceiveOptions options = {}) {
    options.size_bytes = bytes.size();
    const auto source = make_source(std::move(bytes));
    return block_on(
        store.put_part(bucket, upload.key, upload.upload_id, number, std::move(options), *source));
  }
  Result<ObjectInfo> complete(const UploadInfo& upload, const std::string& bucket,
                              const std::vector<CompletedPart>& parts, const ExpectedObject& expected = {}) {
    auto pending = store.prepare_complete(bucket, upload.key, upload.upload_id, parts, expected);
    if (!pending) return fail(std::move(pending).error());
    return block_on(store.publish(*std::move(pending), bucket, upload.key, {}));
  }
  Result<ObjectInfo> copy(const std::string& bucket, const std::string& from, const std::string& to,
                          CopyOptions options = {}) {
    auto reader = store.open(bucket, from);
    if (!reader) return fail(std::move(reader).error());
    auto pending = store.prepare_copy(**reader, std::move(options));
    if (!pending) return fail(std::move(pending).error());
    return block_on(store.publish(*std::move(pending), bucket, to, {}));
  }
  void make_bucket(const std::string& name) { ASSERT_TRUE(block_on(store.create_bucket(name, "us-east-1"))); }
  Result<bool> remove(const std::string& bucket, const std::string& key, WriteCondition condition = {}) {
    return block_on(store.remove(bucket, key, std::move(condition)));
  }
};

inline std::string read_range(ObjectReader& reader, std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  const auto source = reader.read(offset_bytes, size_bytes);
  return block_on(read_all(*source, size_bytes + 1)).value();
}
inline std::string read_whole(ObjectReader& reader) {
  return read_range(reader, 0, reader.info().size_bytes);
}

/// The bytes of a key, or the name of the error.
inline std::string bytes_of(const Stores& stores, const std::string& bucket, const std::string& key) {
  auto reader = stores.store.open(bucket, key);
  return reader ? read_whole(**reader) : std::string(to_string(reader.error().code));
}

/// What went wrong, as gtest prints it.
template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "none" : std::string(to_string(result.error().code));
}

/// `size` bytes that differ from place to place and from seed to seed.
inline std::string pattern(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

/// How many keys begin with `prefix`: for tests that look for leaks.
inline std::size_t count_keys(const Stores& stores, const std::string& prefix) {
  std::size_t count = 0;
  EXPECT_TRUE(stores.kv.scan(prefix, kv::prefix_end(prefix), [&](std::string_view, std::string_view) {
    ++count;
    return kv::ScanStep::next();
  }));
  return count;
}

}  // namespace anabranch::objects
