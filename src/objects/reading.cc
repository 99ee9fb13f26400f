// Opening objects and streaming their bytes.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "objects/core.h"

namespace anabranch::objects {
namespace {

constexpr std::size_t kReadPieceSize = 256 * KiB;
/// How often open() follows a key that is being overwritten before it gives up.
constexpr int kOpenAttemptsMax = 100;

/// What a reader and its streams share.
struct OpenObject {
  ObjectInfo info;
  Manifest manifest;
  Extent extent;                                     // what was opened
  std::vector<std::unique_ptr<blob::Reader>> blobs;  // one per slice; null outside the extent
  std::vector<std::uint64_t> ends_bytes;             // where each slice ends in the object
};

class SliceSource final : public ByteSource {
 public:
  SliceSource(std::shared_ptr<OpenObject> object, std::uint64_t offset_bytes, std::uint64_t size_bytes)
      : object_(std::move(object)), at_bytes_(offset_bytes), end_bytes_(offset_bytes + size_bytes) {}

  Task<Result<ByteView>> next() override {
    if (failed_ || at_bytes_ == end_bytes_) co_return ByteView{};
    const auto& ends = object_->ends_bytes;
    const auto index =
        static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), at_bytes_) - ends.begin());
    const Slice& slice = object_->manifest.slices[index];
    const std::uint64_t offset = at_bytes_ - (ends[index] - slice.size_bytes);
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>(kReadPieceSize, std::min(end_bytes_, ends[index]) - at_bytes_));
    if (!buffer_) {
      const std::uint64_t capacity = std::min<std::uint64_t>(kReadPieceSize, end_bytes_ - at_bytes_);
      buffer_ = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(capacity));
    }
    const ByteSpan out(buffer_.get(), size);
    auto reading = object_->blobs[index]->read(slice.offset_bytes + offset, out);
    Result<std::size_t> read = co_await std::move(reading);
    failed_ = !read || *read != size;
    if (!read) co_return fail(std::move(read).error());
    if (failed_) co_return fail(ErrorCode::corruption, "a blob is shorter than its record says");
    at_bytes_ += size;
    co_return ByteView(out);
  }

 private:
  std::shared_ptr<OpenObject> object_;
  std::uint64_t at_bytes_;
  std::uint64_t end_bytes_;
  bool failed_ = false;
  std::unique_ptr<std::byte[]> buffer_;  // made with the first read; no later one is larger
};

class StoredReader final : public ObjectReader {
 public:
  explicit StoredReader(std::shared_ptr<OpenObject> object) : object_(std::move(object)) {}
  const ObjectInfo& info() const override { return object_->info; }
  std::unique_ptr<ByteSource> read(std::uint64_t offset_bytes, std::uint64_t size_bytes) override {
    const Extent& opened = object_->extent;
    const bool inside = offset_bytes >= opened.offset_bytes && size_bytes <= opened.size_bytes &&
                        offset_bytes - opened.offset_bytes <= opened.size_bytes - size_bytes;
    ANABRANCH_ASSERT(inside, "bytes " + std::to_string(offset_bytes) + "+" + std::to_string(size_bytes) +
                                 " of " + std::to_string(opened.offset_bytes) + "+" +
                                 std::to_string(opened.size_bytes));
    return std::make_unique<SliceSource>(object_, offset_bytes, size_bytes);
  }
  const std::vector<std::uint64_t>& part_sizes_bytes() const override {
    return object_->manifest.part_sizes_bytes;
  }
  const std::vector<Checksum>& part_checksums() const override { return object_->manifest.part_checksums; }
  const std::vector<Slice>& slices() const override { return object_->manifest.slices; }

 private:
  std::shared_ptr<OpenObject> object_;
};

Error lost_bytes(const std::string& key) {
  return Error{ErrorCode::corruption, "the bytes of object '" + key + "' are missing"};
}

}  // namespace

Result<std::unique_ptr<ObjectReader>> open_record(const Core& core, ObjectRecord record,
                                                  const std::string& key, const ChooseExtent& choose) {
  auto object = std::make_shared<OpenObject>();
  object->info = std::move(record.info);
  object->info.key = key;
  if (record.manifest) {
    ANABRANCH_TRY(auto manifest, read_manifest(core.kv, *record.manifest));
    if (!manifest) return nullptr;
    object->manifest = *std::move(manifest);
  } else {
    object->manifest.part_sizes_bytes = {object->info.size_bytes};
    object->manifest.slices = std::move(record.slices);
  }
  const auto& slices = object->manifest.slices;
  if (slices.size() > kInlineSlicesMax && read_tier() == ReadTier::memory) {
    return fail(ErrorCode::would_block, "an object of many parts is opened on a worker");
  }
  object->extent = choose ? choose(object->manifest.part_sizes_bytes) : Extent{0, object->info.size_bytes};
  const std::uint64_t extent_begin = object->extent.offset_bytes;
  const std::uint64_t extent_end = extent_begin + object->extent.size_bytes;
  std::uint64_t end_bytes = 0;
  for (const Slice& slice : slices) {
    const std::uint64_t begin_bytes = std::exchange(end_bytes, end_bytes + slice.size_bytes);
    object->ends_bytes.push_back(end_bytes);
    object->blobs.push_back(nullptr);
    if (std::max(begin_bytes, extent_begin) >= std::min(end_bytes, extent_end)) continue;
    auto opened = core.blobs.open(slice.blob);
    if (!opened && opened.error().code == ErrorCode::not_found) return nullptr;
    if (!opened) return fail(std::move(opened).error());
    object->blobs.back() = *std::move(opened);
  }
  if (end_bytes != object->info.size_bytes)
    return fail(ErrorCode::corruption, "object '" + key + "': sizes differ");
  return std::make_unique<StoredReader>(std::move(object));
}

Result<ObjectInfo> ObjectStore::head(const std::string& bucket, const std::string& key) const {
  ANABRANCH_TRY(const auto bytes, impl_->read_object(bucket, key));
  ObjectInfo info;
  ANABRANCH_CHECK(decode_object_info(bytes, info));
  info.key = key;
  return info;
}

namespace {

/// What an import saw, and finds its record again.
class Imported {
 public:
  Imported(const Core& core, const std::string& bucket, const std::string& key, const std::string& etag,
           std::uint64_t size_bytes)
      : core_(core), bucket_(bucket), key_(key), etag_(etag), size_bytes_(size_bytes) {}

  /// The record's bytes. Errors: source_changed.
  Result<std::string> find() const {
    const auto bucket = core_.read_bucket(core_.kv, bucket_);
    if (!bucket && bucket.error().code == ErrorCode::no_such_bucket) return changed();
    if (!bucket) return fail(bucket.error());
    // The present one first: what it stops being is retained in the same batch, so the second look finds it.
    ANABRANCH_TRY(auto present, core_.kv.get(keys::object(bucket->id, key_)));
    if (present) {
      ObjectInfo info;
      ANABRANCH_CHECK(decode_object_info(*present, info));
      if (info.etag == etag_ && info.size_bytes == size_bytes_) return *std::move(present);
    }
    ANABRANCH_TRY(auto retained, core_.kv.get(keys::retained(bucket->id, key_, etag_, size_bytes_)));
    if (!retained) return changed();
    return *std::move(retained);
  }

 private:
  tl::unexpected<Error> changed() const {
    return fail(ErrorCode::source_changed, "the object '" + key_ + "' of bucket '" + bucket_ +
                                               "' with ETag " + etag_ +
                                               " that was imported is no longer there");
  }

  const Core& core_;
  const std::string& bucket_;
  const std::string& key_;
  const std::string& etag_;
  std::uint64_t size_bytes_;
};

/// Opens the record that `find` gives. Between it and its blobs the key may be overwritten; then the record
/// that is there now is opened.
template <class Find>
Result<std::unique_ptr<ObjectReader>> open_found(const Core& core, const std::string& key,
                                                 const ChooseExtent& choose, const Find& find) {
  std::string before;
  for (int attempt = 0; attempt < kOpenAttemptsMax; ++attempt) {
    ANABRANCH_TRY(auto bytes, find());
    if (bytes == before) return fail(lost_bytes(key));
    ANABRANCH_TRY(auto record, decode_object(bytes));
    ANABRANCH_TRY(auto reader, open_record(core, std::move(record), key, choose));
    if (reader) return reader;
    before = std::move(bytes);
  }
  return fail(ErrorCode::unavailable, "object '" + key + "' is overwritten faster than it can be opened");
}

}  // namespace

Result<std::unique_ptr<ObjectReader>> ObjectStore::open(const std::string& bucket, const std::string& key,
                                                        const ChooseExtent& choose) const {
  return open_found(*impl_, key, choose, [&] { return impl_->read_object(bucket, key); });
}

Result<ObjectInfo> ObjectStore::head_imported(const std::string& bucket, const std::string& key,
                                              const std::string& etag, std::uint64_t size_bytes) const {
  ANABRANCH_TRY(const auto bytes, Imported(*impl_, bucket, key, etag, size_bytes).find());
  ObjectInfo info;
  ANABRANCH_CHECK(decode_object_info(bytes, info));
  info.key = key;
  return info;
}

Result<std::unique_ptr<ObjectReader>> ObjectStore::open_imported(const std::string& bucket,
                                                                 const std::string& key,
                                                                 const std::string& etag,
                                                                 std::uint64_t size_bytes,
                                                                 const ChooseExtent& choose) const {
  const Imported imported(*impl_, bucket, key, etag, size_bytes);
  return open_found(*impl_, key, choose, [&] { return imported.find(); });
}

}  // namespace anabranch::objects
