// Multipart uploads: the object that the parts make. No byte moves: the parts' slices become the object's.
#include <algorithm>
#include <utility>

#include "objects/uploads.h"

namespace anabranch::objects {
namespace {

bool is_crc(HashAlgorithm algorithm) {
  return algorithm == HashAlgorithm::crc32 || algorithm == HashAlgorithm::crc32c ||
         algorithm == HashAlgorithm::crc64nvme;
}

const Checksum* find_checksum(const std::vector<Checksum>& checksums, HashAlgorithm algorithm) {
  const auto found = std::find_if(checksums.begin(), checksums.end(),
                                  [&](const Checksum& checksum) { return checksum.algorithm == algorithm; });
  return found == checksums.end() ? nullptr : &*found;
}

Result<void> check_order(const std::vector<CompletedPart>& parts) {
  if (parts.empty()) return fail(ErrorCode::malformed, "a completed upload names at least one part");
  const auto out_of_order = std::adjacent_find(
      parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.number >= b.number; });
  if (out_of_order == parts.end()) return {};
  return fail(ErrorCode::invalid_part_order, "part numbers must rise");
}

/// Is the part that was uploaded the one that the client names? `uploaded`: null where there is none.
Result<void> check_part(const CompletedPart& named, const PartRecord* uploaded, bool last) {
  const auto refuse = [&](ErrorCode code, const char* why) {
    return fail(code, "part " + std::to_string(named.number) + " " + why);
  };
  if (uploaded == nullptr) return refuse(ErrorCode::invalid_part, "was not uploaded");
  if (uploaded->info.etag != named.etag) return refuse(ErrorCode::invalid_part, "has another ETag");
  for (const Checksum& checksum : named.checksums) {
    const Checksum* const stored = find_checksum(uploaded->info.checksums, checksum.algorithm);
    if (stored == nullptr || stored->value != checksum.value) {
      return refuse(ErrorCode::invalid_part, "has another checksum");
    }
  }
  if (!last && uploaded->info.size_bytes < kPartSizeMin) {
    return refuse(ErrorCode::entity_too_small, "is under 5 MiB and not the last");
  }
  return {};
}

std::string encode_crc(HashAlgorithm algorithm, std::uint64_t crc) {
  return algorithm == HashAlgorithm::crc64nvme ? big_endian_64(crc)
                                               : big_endian_32(static_cast<std::uint32_t>(crc));
}

/// The object's checksum from its parts': of the bytes where CRCs allow it and it was asked for, else of the
/// digests.
Checksum combine(HashAlgorithm algorithm, bool full_object, const std::vector<Checksum>& parts,
                 const std::vector<std::uint64_t>& sizes_bytes) {
  if (full_object && is_crc(algorithm)) {
    std::uint64_t crc = decode_big_endian(parts.front().value);
    for (std::size_t i = 1; i < parts.size(); ++i) {
      crc = combine_crc(algorithm, crc, decode_big_endian(parts[i].value), sizes_bytes[i]);
    }
    return {algorithm, encode_crc(algorithm, crc), false};
  }
  std::string digests;
  for (const Checksum& part : parts) digests += part.value;
  return {algorithm, digest(algorithm, digests), true};
}

Result<void> check_expected(const ExpectedObject& expected, const UploadRecord& upload,
                            const ObjectInfo& made) {
  if (expected.size_bytes && *expected.size_bytes != made.size_bytes) {
    return fail(ErrorCode::invalid_argument, "the parts make an object of " +
                                                 std::to_string(made.size_bytes) + " bytes, announced were " +
                                                 std::to_string(*expected.size_bytes));
  }
  if (upload.checksum_algorithm &&
      expected.full_object_checksums.value_or(upload.checksum_full_object) != upload.checksum_full_object) {
    return fail(ErrorCode::invalid_argument, "the upload keeps another type of checksum");
  }
  for (const Checksum& checksum : expected.checksums) {
    const Checksum* const found = find_checksum(made.checksums, checksum.algorithm);
    if (found == nullptr)
      return fail(ErrorCode::invalid_argument, "the upload keeps no checksum of that algorithm");
    if (found->value != checksum.value) return fail(ErrorCode::bad_digest, "the object has another checksum");
  }
  return {};
}

/// Takes the named parts into `pending`, in order; releases the others.
class Assembly {
 public:
  Assembly(PendingObject& pending, const std::vector<CompletedPart>& named, const UploadRecord& upload)
      : pending_(pending), named_(named), upload_(upload) {}

  /// Parts come in the order of their numbers.
  Result<void> take(PartRecord&& part) {
    numbers_.push_back(part.info.number);
    if (at_ < named_.size() && named_[at_].number < part.info.number)
      return check_part(named_[at_], nullptr, false);
    if (at_ == named_.size() || named_[at_].number != part.info.number) {
      release_slices(pending_.batch, part.slices);
      return {};
    }
    ANABRANCH_CHECK(check_part(named_[at_], &part, at_ + 1 == named_.size()));
    ++at_;
    pending_.info.size_bytes += part.info.size_bytes;
    pending_.part_sizes_bytes.push_back(part.info.size_bytes);
    pending_.slices.insert(pending_.slices.end(), part.slices.begin(), part.slices.end());
    if (upload_.checksum_algorithm) {
      const Checksum* const checksum = find_checksum(part.info.checksums, *upload_.checksum_algorithm);
      if (checksum == nullptr) return fail(ErrorCode::corruption, "a part lacks the checksum of its upload");
      pending_.part_checksums.push_back(*checksum);
    }
    return {};
  }

  Result<void> finish() {
    if (at_ < named_.size()) return check_part(named_[at_], nullptr, false);
    pending_.info.parts = static_cast<unsigned>(named_.size());
    pending_.info.etag = multipart_etag(named_);
    if (pending_.info.etag.empty()) return fail(ErrorCode::corruption, "a part's ETag is no MD5");
    if (upload_.checksum_algorithm) {
      pending_.info.checksums = {combine(*upload_.checksum_algorithm, upload_.checksum_full_object,
                                         pending_.part_checksums, pending_.part_sizes_bytes)};
    }
    return {};
  }

  /// All parts of the upload, named or not.
  const std::vector<unsigned>& numbers() const { return numbers_; }

 private:
  PendingObject& pending_;
  const std::vector<CompletedPart>& named_;
  const UploadRecord& upload_;
  std::size_t at_ = 0;  // the next named part
  std::vector<unsigned> numbers_;
};

}  // namespace

std::string multipart_etag(const std::vector<CompletedPart>& parts) {
  std::string digests;
  for (const CompletedPart& part : parts) {
    const auto digest = from_hex(part.etag);
    if (!digest) return {};
    digests += *digest;
  }
  return to_hex(md5(digests)) + "-" + std::to_string(parts.size());
}

Result<PendingObject> ObjectStore::prepare_complete(const std::string& bucket, const std::string& key,
                                                    const std::string& upload_id,
                                                    const std::vector<CompletedPart>& parts,
                                                    const ExpectedObject& expected) const {
  const auto snapshot = impl_->kv.snapshot();
  ANABRANCH_TRY(auto upload, find_upload(*impl_, *snapshot, bucket, key, upload_id));
  ANABRANCH_CHECK(check_order(parts));
  if (parts.size() > kInlineSlicesMax && read_tier() == ReadTier::memory) {
    return fail(ErrorCode::would_block, "an upload of many parts is completed on a worker");
  }
  PendingObject pending;
  Assembly assembly(pending, parts, upload.record);
  Result<void> taken;
  ANABRANCH_CHECK(scan_parts(*snapshot, upload.bucket_id, upload_id, 0, [&](PartRecord&& part) {
    taken = assembly.take(std::move(part));
    return taken.has_value();
  }));
  ANABRANCH_CHECK(std::move(taken));
  ANABRANCH_CHECK(assembly.finish());
  if (pending.info.size_bytes > blob::kBlobSizeMax) {
    return fail(ErrorCode::entity_too_large, "the object is over 50 TiB");
  }
  ANABRANCH_CHECK(check_expected(expected, upload.record, pending.info));
  ANABRANCH_CHECK(end_upload(pending.batch, *snapshot, upload, upload_id, assembly.numbers()));

  pending.info.last_modified_ms = impl_->clock.now_ms();
  pending.info.content_type = std::move(upload.record.content_type);
  pending.info.headers = std::move(upload.record.headers);
  pending.info.user_metadata = std::move(upload.record.user_metadata);
  return pending;
}

}  // namespace anabranch::objects
