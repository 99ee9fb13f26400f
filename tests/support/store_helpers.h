// tests/support/store_helpers.h — short words for tests over a key store and a blob store that commit
// together.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "blob/store.h"
#include "kv/store.h"

namespace anabranch::testing_support {

/// Two stores that commit together, and whatever they stand on.
class StorePair {
 public:
  virtual ~StorePair() = default;
  virtual kv::Store& keys() = 0;
  virtual blob::Store& blobs() = 0;
};

using Entries = std::vector<std::pair<std::string, std::string>>;

inline Entries entries_of(const kv::Reader& reader, std::string_view begin = {}, std::string_view end = {}) {
  Entries entries;
  const auto done = reader.scan(begin, end, [&](std::string_view key, std::string_view value) {
    entries.emplace_back(key, value);
    return kv::ScanStep::next();
  });
  EXPECT_TRUE(done) << done.error().message;
  return entries;
}

/// `size` bytes that differ between seeds and positions.
inline std::string pattern_bytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const std::uint64_t word = random();
    for (std::size_t b = 0; b < 8; ++b) bytes[i + b] = static_cast<char>(word >> (8 * b));
  }
  for (; i < size; ++i) bytes[i] = static_cast<char>(random());
  return bytes;
}

inline Result<void> append(blob::Writer& writer, std::string_view bytes) {
  return block_on(writer.append(as_bytes(bytes)));
}
inline Result<void> finish(blob::Writer& writer) { return block_on(writer.finish()); }

/// Writes and finishes; the writer must live until its batch is committed.
inline std::unique_ptr<blob::Writer> write_blob(blob::Store& blobs, std::string_view bytes,
                                                std::size_t piece_bytes = 1 * MiB) {
  auto writer = blobs.create(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    const auto appended = append(*writer, bytes.substr(at, piece_bytes));
    EXPECT_TRUE(appended) << appended.error().message;
  }
  const auto finished = finish(*writer);
  EXPECT_TRUE(finished) << finished.error().message;
  return writer;
}

/// Writes a blob and publishes it under `key`, whose value is the id.
inline BlobId put_blob(StorePair& stores, const std::string& key, std::string_view bytes) {
  const auto writer = write_blob(stores.blobs(), bytes);
  kv::Batch batch;
  batch.put(key, writer->id().encode());
  batch.publish(writer->id());
  const auto done = kv::commit_blocking(stores.keys(), std::move(batch));
  EXPECT_TRUE(done) << done.error().message;
  return writer->id();
}

inline Result<std::string> read_range(blob::Reader& reader, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const ByteSpan out(reinterpret_cast<std::byte*>(bytes.data()), bytes.size());
  const auto count = block_on(reader.read(offset, out));
  if (!count) return fail(count.error());
  bytes.resize(*count);
  return bytes;
}

inline Result<std::string> read_blob(blob::Store& blobs, BlobId id) {
  auto reader = blobs.open(id);
  if (!reader) return fail(reader.error());
  return read_range(**reader, 0, (*reader)->size_bytes());
}

}  // namespace anabranch::testing_support
