// Multipart uploads: begin, list, abort.
#include "objects/uploads.h"

#include <algorithm>
#include <utility>

namespace anabranch::objects {
namespace {

constexpr std::size_t kUploadIdSize = 32;
constexpr std::size_t kUploadIdTimeDigits = 12;
constexpr std::size_t kUploadIdRandomBytes = (kUploadIdSize - kUploadIdTimeDigits) / 2;

/// 32 hex digits: milliseconds, then random ones. Uploads of one key sort by when they began, as S3 lists
/// them.
std::string make_upload_id(TimeMs now_ms) {
  const std::string time = to_hex(big_endian_64(static_cast<std::uint64_t>(now_ms)));
  return time.substr(time.size() - kUploadIdTimeDigits) + to_hex(random_bytes(kUploadIdRandomBytes));
}

Result<kv::Batch> abort_batch(const Core& core, const std::string& bucket, const std::string& key,
                              const std::string& upload_id) {
  const auto snapshot = core.kv.snapshot();
  ANABRANCH_TRY(const auto upload, find_upload(core, *snapshot, bucket, key, upload_id));
  kv::Batch batch;
  std::vector<unsigned> numbers;
  ANABRANCH_CHECK(scan_parts(*snapshot, upload.bucket_id, upload_id, 0, [&](PartRecord&& part) {
    release_slices(batch, part.slices);
    numbers.push_back(part.info.number);
    return true;
  }));
  ANABRANCH_CHECK(end_upload(batch, *snapshot, upload, upload_id, numbers));
  return batch;
}

/// Collects a page of uploads, folded at the delimiter; as PageBuilder does with objects.
class UploadPageBuilder {
 public:
  UploadPageBuilder(std::string base, const std::string& prefix, const std::string& delimiter,
                    std::size_t lines_max)
      : base_(std::move(base)), prefix_(prefix), delimiter_(delimiter), lines_max_(lines_max) {}

  kv::ScanStep take(std::string_view kv_key, std::string_view value) {
    if (lines_ == lines_max_) {
      page_.truncated = true;
      return kv::ScanStep::stop();
    }
    const std::string_view name = kv_key.substr(base_.size());
    const std::size_t end = name.find('\0');
    if (end == std::string_view::npos) {
      decoded_ = fail(ErrorCode::corruption, "an upload's key has no id");
      return kv::ScanStep::stop();
    }
    const std::string_view key = name.substr(0, end);
    ++lines_;
    const std::size_t fold =
        delimiter_.empty() ? std::string_view::npos : key.find(delimiter_, prefix_.size());
    if (fold != std::string_view::npos) {
      page_.next_key_marker = key.substr(0, fold + delimiter_.size());
      page_.next_upload_id_marker.clear();
      page_.common_prefixes.push_back(page_.next_key_marker);
      return kv::ScanStep::seek(kv::prefix_end(base_ + page_.next_key_marker));
    }
    const auto record = decode_upload(value);
    if (!record) {
      decoded_ = fail(record.error());
      return kv::ScanStep::stop();
    }
    page_.next_key_marker = key;
    page_.next_upload_id_marker = name.substr(end + 1);
    page_.uploads.push_back(to_upload_info(page_.next_key_marker, page_.next_upload_id_marker, *record));
    return kv::ScanStep::next();
  }

  Result<UploadPage> finish() {
    if (!decoded_) return fail(std::move(decoded_).error());
    if (!page_.truncated) {
      page_.next_key_marker.clear();
      page_.next_upload_id_marker.clear();
    }
    return std::move(page_);
  }

 private:
  std::string base_;
  const std::string& prefix_;
  const std::string& delimiter_;
  std::size_t lines_max_;
  std::size_t lines_ = 0;
  UploadPage page_;
  Result<void> decoded_;
};

/// Where a page of uploads begins: after one upload, after all of a key, or after a common prefix.
std::string first_upload_after(BucketId id, const std::string& prefix, const std::string& delimiter,
                               const std::string& key_marker, const std::string& upload_id_marker) {
  const std::string base = keys::uploads(id);
  if (key_marker.empty()) return base + prefix;
  if (!upload_id_marker.empty()) {
    return std::max(base + prefix, keys::upload(id, key_marker, upload_id_marker) + '\0');
  }
  // Uploads of the marker's own key follow it with NUL: 0x01 lies behind them and before every longer key.
  return std::max(first_key_after(base, prefix, delimiter, key_marker), base + key_marker + '\x01');
}

}  // namespace

Result<FoundUpload> find_upload(const Core& core, const kv::Reader& reader, const std::string& bucket,
                                const std::string& key, const std::string& upload_id) {
  ANABRANCH_TRY(const auto record, core.read_bucket(reader, bucket));
  FoundUpload upload;
  upload.bucket_id = record.id;
  upload.kv_key = keys::upload(record.id, key, upload_id);
  std::optional<std::string> bytes;
  if (upload_id.size() == kUploadIdSize) {
    ANABRANCH_TRY(bytes, reader.get(upload.kv_key));
  }
  if (!bytes)
    return fail(ErrorCode::no_such_upload, "there is no upload '" + upload_id + "' of '" + key + "'");
  ANABRANCH_TRY(upload.record, decode_upload(*bytes));
  upload.bytes = *std::move(bytes);
  return upload;
}

UploadInfo to_upload_info(std::string key, std::string upload_id, const UploadRecord& record) {
  return {std::move(key), std::move(upload_id), record.initiated_ms, record.checksum_algorithm,
          record.checksum_full_object};
}

Result<void> scan_parts(const kv::Reader& reader, BucketId bucket, const std::string& upload_id,
                        unsigned after_number, const std::function<bool(PartRecord&&)>& visit) {
  const std::string base = keys::parts(bucket, upload_id);
  if (after_number >= kPartNumberMax) return {};
  const std::string begin = keys::part(bucket, upload_id, after_number + 1);
  Result<void> decoded;
  ANABRANCH_CHECK(reader.scan(begin, kv::prefix_end(base), [&](std::string_view key, std::string_view value) {
    auto part = decode_part(value);
    if (!part) {
      decoded = fail(std::move(part).error());
      return kv::ScanStep::stop();
    }
    part->info.number = static_cast<unsigned>(decode_big_endian(key.substr(base.size())));
    return visit(*std::move(part)) ? kv::ScanStep::next() : kv::ScanStep::stop();
  }));
  return decoded;
}

Result<void> end_upload(kv::Batch& batch, const kv::Reader& reader, const FoundUpload& upload,
                        const std::string& upload_id, const std::vector<unsigned>& numbers) {
  const std::string changes = keys::upload_changes(upload.bucket_id, upload_id);
  ANABRANCH_TRY(auto changes_bytes, reader.get(changes));
  batch.require_equals(upload.kv_key, upload.bytes);
  batch.require(changes, std::move(changes_bytes));
  batch.erase(upload.kv_key);
  batch.erase(changes);
  for (const unsigned number : numbers) batch.erase(keys::part(upload.bucket_id, upload_id, number));
  batch.add(keys::count_uploads(upload.bucket_id), -1);
  return {};
}

Task<Result<UploadInfo>> ObjectStore::create_upload(std::string bucket, std::string key,
                                                    UploadOptions options) {
  Result<void> named = check_key(key);
  if (!named) co_return fail(std::move(named).error());
  Result<void> allowed = check_user_metadata(options.user_metadata);
  if (!allowed) co_return fail(std::move(allowed).error());
  const UploadRecord record{impl_->clock.now_ms(),      std::move(options.content_type),
                            std::move(options.headers), std::move(options.user_metadata),
                            options.checksum_algorithm, options.checksum_full_object};
  const std::string upload_id = make_upload_id(record.initiated_ms);
  MakeBatch make = [&]() -> Result<kv::Batch> {
    ANABRANCH_TRY(const auto target, impl_->bucket_for_write(bucket));
    kv::Batch batch;
    batch.require_equals(keys::bucket_state(target.id), target.state_bytes);
    batch.put(keys::upload(target.id, key, upload_id), encode(record));
    batch.add(keys::count_uploads(target.id), 1);
    return batch;
  };
  auto creating = commit_retrying(*impl_, std::move(make), nullptr);
  Result<void> done = co_await std::move(creating);
  if (!done) co_return fail(std::move(done).error());
  co_return to_upload_info(std::move(key), upload_id, record);
}

Result<UploadPage> ObjectStore::list_uploads(const std::string& bucket, const std::string& prefix,
                                             const std::string& delimiter, const std::string& key_marker,
                                             const std::string& upload_id_marker,
                                             unsigned uploads_max) const {
  const auto snapshot = impl_->kv.snapshot();
  ANABRANCH_TRY(const auto record, impl_->read_bucket(*snapshot, bucket));
  const std::size_t lines_max = std::min(uploads_max, kListPageMax);
  const std::string base = keys::uploads(record.id);
  const std::string begin = first_upload_after(record.id, prefix, delimiter, key_marker, upload_id_marker);
  const std::string end = kv::prefix_end(base + prefix);
  if (lines_max == 0 || begin >= end) return UploadPage{};
  UploadPageBuilder builder(base, prefix, delimiter, lines_max);
  ANABRANCH_CHECK(snapshot->scan(
      begin, end, [&](std::string_view key, std::string_view value) { return builder.take(key, value); }));
  return builder.finish();
}

Task<Result<void>> ObjectStore::abort_upload(std::string bucket, std::string key, std::string upload_id) {
  MakeBatch make = [&] { return abort_batch(*impl_, bucket, key, upload_id); };
  auto aborting = commit_retrying(*impl_, std::move(make), nullptr);
  co_return co_await std::move(aborting);
}

}  // namespace anabranch::objects
