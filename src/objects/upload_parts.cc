// Multipart uploads: parts, sent or copied from an object.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "objects/uploads.h"

namespace anabranch::objects {
namespace {

/// A copied part of more slices than this is copied by its bytes, so that the slices of an object stay few.
constexpr std::size_t kPartSlicesMax = 16;

Result<void> check_part_number(unsigned number) {
  if (number >= 1 && number <= kPartNumberMax) return {};
  return fail(ErrorCode::invalid_argument,
              "partNumber must lie between 1 and " + std::to_string(kPartNumberMax));
}

/// The batch that makes `pending` part `number`, in place of the one that was.
Result<kv::Batch> part_batch(const Core& core, const std::string& bucket, const std::string& key,
                             const std::string& upload_id, unsigned number, const PendingObject& pending) {
  ANABRANCH_TRY(const auto upload, find_upload(core, core.kv, bucket, key, upload_id));
  const std::string part_key = keys::part(upload.bucket_id, upload_id, number);
  ANABRANCH_TRY(auto found, core.kv.get(part_key));
  kv::Batch batch = pending.batch;
  if (found) {
    ANABRANCH_TRY(const auto before, decode_part(*found));
    release_slices(batch, before.slices);
  }
  PartRecord part;
  part.info.size_bytes = pending.info.size_bytes;
  part.info.etag = pending.info.etag;
  part.info.last_modified_ms = pending.info.last_modified_ms;
  part.info.checksums = pending.info.checksums;
  part.slices = pending.slices;
  batch.require_equals(upload.kv_key, upload.bytes);
  batch.require(part_key, std::move(found));
  batch.put(part_key, encode(part));
  batch.add(keys::upload_changes(upload.bucket_id, upload_id), 1);
  return batch;
}

/// Puts the part and says what it is.
Task<Result<PartInfo>> publish_part(const Core& core, const std::string& bucket, const std::string& key,
                                    const std::string& upload_id, unsigned number,
                                    const PendingObject& pending) {
  MakeBatch make = [&] { return part_batch(core, bucket, key, upload_id, number, pending); };
  auto publishing = commit_retrying(core, std::move(make), nullptr);
  Result<void> done = co_await std::move(publishing);
  if (!done) co_return fail(std::move(done).error());
  co_return PartInfo{number, pending.info.size_bytes, pending.info.etag, pending.info.last_modified_ms,
                     pending.info.checksums};
}

/// The slices of [offset, offset + size), in order.
std::vector<Slice> cut(const std::vector<Slice>& slices, std::uint64_t offset_bytes,
                       std::uint64_t size_bytes) {
  std::vector<Slice> cuts;
  for (const Slice& slice : slices) {
    if (size_bytes == 0) break;
    if (offset_bytes >= slice.size_bytes) {
      offset_bytes -= slice.size_bytes;
      continue;
    }
    const std::uint64_t size = std::min(slice.size_bytes - offset_bytes, size_bytes);
    cuts.push_back({slice.blob, slice.offset_bytes + offset_bytes, size});
    size_bytes -= size;
    offset_bytes = 0;
  }
  return cuts;
}

/// The MD5 of the bytes as an ETag, and the checksum where one is kept: taken from the source, or computed by
/// reading.
Task<Result<PendingObject>> describe_copy(const Core& core, ObjectReader& source, std::uint64_t offset_bytes,
                                          std::uint64_t size_bytes, std::optional<HashAlgorithm> algorithm) {
  PendingObject pending;
  pending.info.size_bytes = size_bytes;
  pending.info.last_modified_ms = core.clock.now_ms();
  const ObjectInfo& whole = source.info();
  if (size_bytes == whole.size_bytes && whole.parts == 0) {
    const auto known =
        std::find_if(whole.checksums.begin(), whole.checksums.end(), [&](const Checksum& checksum) {
          return algorithm && checksum.algorithm == *algorithm && !checksum.composite;
        });
    if (known != whole.checksums.end()) pending.info.checksums = {*known};
    if (!algorithm || known != whole.checksums.end()) {
      pending.info.etag = whole.etag;
      co_return pending;
    }
  }
  const std::unique_ptr<Hasher> md5_hasher = make_hasher(HashAlgorithm::md5);
  const std::unique_ptr<Hasher> other = algorithm ? make_hasher(*algorithm) : nullptr;
  const std::unique_ptr<ByteSource> bytes = source.read(offset_bytes, size_bytes);
  for (;;) {
    auto reading = bytes->next();
    Result<ByteView> piece = co_await std::move(reading);
    if (!piece) co_return fail(std::move(piece).error());
    if (piece->empty()) break;
    auto hashing = on_workers(core.workers, [&] {
      md5_hasher->update(*piece);
      if (other) other->update(*piece);
      return true;
    });
    co_await std::move(hashing);
  }
  pending.info.etag = to_hex(md5_hasher->finish());
  if (other) pending.info.checksums = {{*algorithm, other->finish(), false}};
  co_return pending;
}

}  // namespace

Task<Result<PartInfo>> ObjectStore::put_part(std::string bucket, std::string key, std::string upload_id,
                                             unsigned number, ReceiveOptions options, ByteSource& body) {
  Result<void> numbered = check_part_number(number);
  if (!numbered) co_return fail(std::move(numbered).error());
  auto look = [&] { return find_upload(*impl_, impl_->kv, bucket, key, upload_id); };
  auto looking = inline_or_on(impl_->workers, look);
  Result<FoundUpload> upload = co_await std::move(looking);
  if (!upload) co_return fail(std::move(upload).error());
  if (upload->record.checksum_algorithm)
    options.stored_checksums.push_back(*upload->record.checksum_algorithm);

  auto receiving = receive_body(*impl_, std::move(options), body, kPartSizeMax);
  Result<PendingObject> pending = co_await std::move(receiving);
  if (!pending) co_return fail(std::move(pending).error());
  auto publishing = publish_part(*impl_, bucket, key, upload_id, number, *pending);
  co_return co_await std::move(publishing);
}

Task<Result<PartInfo>> ObjectStore::copy_part(std::string bucket, std::string key, std::string upload_id,
                                              unsigned number, std::shared_ptr<ObjectReader> source,
                                              std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  Result<void> numbered = check_part_number(number);
  if (!numbered) co_return fail(std::move(numbered).error());
  if (size_bytes > kPartSizeMax) co_return fail(ErrorCode::entity_too_large, "a part of more than 5 GiB");
  std::vector<Slice> slices = cut(source->slices(), offset_bytes, size_bytes);
  if (slices.size() > kPartSlicesMax) {
    ReceiveOptions options;
    options.size_bytes = size_bytes;
    const std::unique_ptr<ByteSource> bytes = source->read(offset_bytes, size_bytes);
    auto putting = put_part(bucket, key, upload_id, number, std::move(options), *bytes);
    co_return co_await std::move(putting);
  }
  auto look = [&] { return find_upload(*impl_, impl_->kv, bucket, key, upload_id); };
  auto looking = inline_or_on(impl_->workers, look);
  Result<FoundUpload> upload = co_await std::move(looking);
  if (!upload) co_return fail(std::move(upload).error());

  auto describing =
      describe_copy(*impl_, *source, offset_bytes, size_bytes, upload->record.checksum_algorithm);
  Result<PendingObject> pending = co_await std::move(describing);
  if (!pending) co_return fail(std::move(pending).error());
  for (const Slice& slice : slices) pending->batch.share(slice.blob);
  pending->slices = std::move(slices);
  auto publishing = publish_part(*impl_, bucket, key, upload_id, number, *pending);
  co_return co_await std::move(publishing);
}

Result<PartPage> ObjectStore::list_parts(const std::string& bucket, const std::string& key,
                                         const std::string& upload_id, unsigned after_number,
                                         unsigned parts_max) const {
  const auto snapshot = impl_->kv.snapshot();
  ANABRANCH_TRY(const auto upload, find_upload(*impl_, *snapshot, bucket, key, upload_id));
  PartPage page;
  page.upload = to_upload_info(key, upload_id, upload.record);
  const std::size_t lines_max = std::min(parts_max, kListPageMax);
  if (lines_max == 0) return page;
  ANABRANCH_CHECK(scan_parts(*snapshot, upload.bucket_id, upload_id, after_number, [&](PartRecord&& part) {
    page.truncated = page.parts.size() == lines_max;
    if (!page.truncated) page.parts.push_back(std::move(part.info));
    return !page.truncated;
  }));
  if (page.truncated) page.next_marker = page.parts.back().number;
  return page;
}

}  // namespace anabranch::objects
