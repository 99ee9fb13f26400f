#include "s3/promises.h"

#include <algorithm>
#include <array>

#include "s3/headers.h"

namespace anabranch::s3 {
namespace {

constexpr std::string_view kAmz = "x-amz-";

struct Refusal {
  ErrorCode nearest = ErrorCode::not_implemented;
  std::string_view code;
  std::string_view message;
};
constexpr Refusal kNotImplemented{ErrorCode::not_implemented, "NotImplemented",
                                  "A header you provided implies functionality that is not implemented"};
constexpr Refusal kNoAcl{ErrorCode::invalid_argument, "AccessControlListNotSupported",
                         "The bucket does not allow ACLs"};
constexpr Refusal kNoBucketAcl{
    ErrorCode::invalid_argument, "InvalidBucketAclWithObjectOwnership",
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"};
constexpr Refusal kNoLock{ErrorCode::invalid_argument, "InvalidRequest",
                          "Bucket is missing Object Lock Configuration"};
constexpr Refusal kNotEncrypted{ErrorCode::invalid_argument, "InvalidRequest",
                                "The encryption parameters are not applicable to this object."};
constexpr Refusal kStorageClass{ErrorCode::invalid_argument, "InvalidStorageClass",
                                "The storage class you specified is not valid: all objects are STANDARD"};
constexpr Refusal kOtherOwner{ErrorCode::access_denied, "AccessDenied",
                              "Access Denied: the bucket has another owner than expected"};
constexpr Refusal kChecksumType{ErrorCode::invalid_argument, "InvalidRequest",
                                "The checksum type must be FULL_OBJECT or COMPOSITE"};
constexpr Refusal kInvalid{ErrorCode::invalid_argument, "InvalidArgument", "Invalid value"};

/// A header that any operation may carry, and the values that ask for what is the case (parted by blanks; an
/// empty value always does). One that ends in "*" stands for all that begin so; the first that fits counts.
struct Promise {
  std::string_view header;
  std::string_view taken;
  Refusal refusal;
};
constexpr auto kPromises = std::to_array<Promise>({
    {"x-amz-acl", "private bucket-owner-full-control", kNoAcl},
    {"x-amz-grant-*", "", kNoAcl},
    {"x-amz-storage-class", "STANDARD", kStorageClass},
    {"x-amz-tagging", "", kNotImplemented},
    {"x-amz-tagging-directive", "COPY REPLACE", kInvalid},
    {"x-amz-object-annotation-directive", "COPY EXCLUDE", kInvalid},
    {"x-amz-server-side-encryption-bucket-key-enabled", "false", kNotImplemented},
    {"x-amz-server-side-encryption*", "", kNotImplemented},
    {"x-amz-copy-source-server-side-encryption*", "", kNotEncrypted},
    {"x-amz-bucket-object-lock-enabled", "false False", kNotImplemented},
    {"x-amz-object-lock-*", "", kNoLock},
    {"x-amz-object-ownership", "BucketOwnerEnforced", kNotImplemented},
    {"x-amz-bucket-namespace", "global", kNotImplemented},
    {"x-amz-expected-bucket-owner", kOwnerId, kOtherOwner},
    {"x-amz-source-expected-bucket-owner", kOwnerId, kOtherOwner},
    {"x-amz-checksum-type", "FULL_OBJECT COMPOSITE", kChecksumType},
    {"x-amz-mfa", "", kNotImplemented},
    // MinIO's: unpack the archive that is sent.
    {"x-minio-extract", "false", kNotImplemented},
});

/// x-amz-* headers that only describe the sender, the transfer or what holds here anyway.
constexpr std::string_view kDescribing =
    "x-amz-algorithm x-amz-api-version x-amz-bucket-region x-amz-content-sha256 x-amz-date "
    "x-amz-decoded-content-length x-amz-id-2 x-amz-region-set x-amz-request-id x-amz-request-payer "
    "x-amz-security-token x-amz-te x-amz-trace-id x-amz-trailer x-amz-user-agent "
    // No object is under a governance rule.
    "x-amz-bypass-governance-retention";
/// x-amz-cf-*: CloudFront; x-amz-meta-*: stored; x-amz-sdk-*: x-amz-sdk-checksum-algorithm among them.
constexpr auto kDescribingPrefixes =
    std::to_array<std::string_view>({"x-amz-cf-", "x-amz-meta-", "x-amz-sdk-"});

/// Headers that ask for a condition, or for a part to be written, which not every operation keeps.
constexpr std::string_view kConditional =
    "content-range if-match if-modified-since if-none-match if-range if-unmodified-since";

constexpr std::string_view kCannedAcls =
    "private public-read public-read-write authenticated-read aws-exec-read bucket-owner-read "
    "bucket-owner-full-control log-delivery-write";

const Promise* promise_of(std::string_view header) {
  const auto found = std::find_if(kPromises.begin(), kPromises.end(), [&](const Promise& promise) {
    if (!promise.header.ends_with('*')) return promise.header == header;
    return header.starts_with(promise.header.substr(0, promise.header.size() - 1));
  });
  return found == kPromises.end() ? nullptr : &*found;
}

bool is_describing(std::string_view header) {
  return has_word(kDescribing, header) ||
         std::any_of(kDescribingPrefixes.begin(), kDescribingPrefixes.end(),
                     [&](std::string_view prefix) { return header.starts_with(prefix); });
}

tl::unexpected<Error> refuse(const Refusal& refusal, std::string_view header) {
  return s3_fail(refusal.nearest, refusal.code, std::string(refusal.message) + ": " + std::string(header));
}

/// Reads carry no promise but these two: who owns the bucket, and how the object was encrypted.
Result<void> check_read(std::string_view header, std::string_view value) {
  const Promise* const promise = promise_of(header);
  if (promise == nullptr || has_word(promise->taken, value)) return {};
  if (header.ends_with("expected-bucket-owner")) return refuse(promise->refusal, header);
  if (header.starts_with("x-amz-server-side-encryption")) return refuse(kNotEncrypted, header);
  return {};
}

Result<void> check_write(const OperationRow& row, std::string_view header, std::string_view value,
                         bool on_branch) {
  if (const Promise* const promise = promise_of(header)) {
    if (value.empty() || has_word(promise->taken, value)) return {};
    if (header == "x-amz-acl" && !has_word(kCannedAcls, value)) return refuse(kInvalid, header);
    const bool of_new_bucket = row.level == Level::bucket && row.sub_resource.empty();
    if (promise->refusal.code == kNoAcl.code && of_new_bucket) return refuse(kNoBucketAcl, header);
    return refuse(promise->refusal, header);
  }
  if (header == "x-amz-website-redirect-location" && on_branch) return refuse(kNotImplemented, header);
  if (has_word(row.headers, header) || is_describing(header)) return {};
  if (header.starts_with(kAmz) || has_word(kConditional, header)) return refuse(kNotImplemented, header);
  return {};
}

}  // namespace

Result<void> check_promises(const OperationRow& row, const http::Headers& headers, bool on_branch) {
  for (const auto& [name, value] : headers.fields()) {
    std::string header = name;
    std::transform(header.begin(), header.end(), header.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    ANABRANCH_CHECK(row.reads() ? check_read(header, value) : check_write(row, header, value, on_branch));
  }
  return {};
}

}  // namespace anabranch::s3
