// objects/object_store.h — buckets, keys, uploads: S3's nouns over a kv store (records) and a blob store
// (bytes).
//
// In:   a bucket, a key, a stream of bytes. Out: ObjectInfo, checked bytes, pages of listings.
// A write has two halves, so that versioning can add its own changes to the same batch: receive() (or
// prepare_copy, prepare_complete) takes the bytes and gives a PendingObject; publish_batch() makes the
// kv::Batch that shows it. Records: docs/formats/keys.md. Every object is a list of slices of blobs; copies
// share blobs, no byte is copied.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/task.h"
#include "base/workers.h"
#include "blob/store.h"
#include "kv/store.h"

namespace anabranch::objects {

/// Source: AWS S3 User Guide, "Object key names", "Multipart upload limits".
inline constexpr std::size_t kKeySizeMax = 1024;
inline constexpr std::size_t kUserMetadataSizeMax = 2 * KiB;
inline constexpr std::uint64_t kPartSizeMin = 5 * MiB;
inline constexpr std::uint64_t kPartSizeMax = 5 * GiB;
inline constexpr std::uint64_t kPutSizeMax =
    5 * TiB;  // S3 says 5 GiB for one PUT; we take more, as MinIO does
inline constexpr unsigned kPartNumberMax = 10'000;
inline constexpr unsigned kListPageMax = 1'000;

struct BucketInfo {
  std::string name = {};
  TimeMs created_ms = 0;
  std::string region = {};
};

/// Exact: kept in the batches that change them. Parts of open uploads are not counted.
struct BucketUsage {
  std::int64_t objects = 0;  // visible ones
  std::int64_t bytes = 0;    // of visible ones
  std::int64_t retained_objects = 0;
};

/// A checksum that S3 stores beside the ETag. `value` is the raw digest; composite: over the parts' digests.
struct Checksum {
  HashAlgorithm algorithm = HashAlgorithm::crc64nvme;
  std::string value;
  bool composite = false;
  bool operator==(const Checksum&) const = default;
};

using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// All that S3 says of an object.
struct ObjectInfo {
  std::string key = {};
  std::uint64_t size_bytes = 0;
  std::string etag = {};  // without quotes: hex MD5, or "<hex MD5 of the parts' MD5s>-<parts>"
  TimeMs last_modified_ms = 0;
  std::string content_type = {};  // empty: none was given
  /// Cache-Control, Content-Disposition, Content-Encoding, Content-Language, Expires,
  /// x-amz-website-redirect-location: canonical names, values as sent.
  StringPairs headers = {};
  StringPairs user_metadata = {};  // names without "x-amz-meta-", in the case they were sent
  std::vector<Checksum> checksums = {};
  unsigned parts = 0;  // 0: not a multipart object
};

/// What a client may ask of the object that is there now. ETags without quotes; "*" is any.
struct WriteCondition {
  std::optional<std::string> if_match = {};
  std::optional<std::string> if_none_match = {};
  /// Of deletions only. Times are compared by the second.
  std::optional<std::uint64_t> if_match_size_bytes = {};
  std::optional<TimeMs> if_match_last_modified_ms = {};
  bool empty() const {
    return !if_match && !if_none_match && !if_match_size_bytes && !if_match_last_modified_ms;
  }
};

/// One of many deletions.
struct Removal {
  std::string key;
  WriteCondition condition = {};
};
/// For each deletion, in order: was the key there, or why it stays.
using RemovalOutcomes = std::vector<Result<bool>>;

/// What a condition of a deletion is held against.
struct Removable {
  const std::string& etag;
  std::uint64_t size_bytes = 0;
  TimeMs last_modified_ms = 0;
};
/// Errors: precondition_failed, naming `key` and what does not hold.
Result<void> check_removal(const WriteCondition& condition, const Removable& there, const std::string& key);

/// A raw digest that the bytes must have: bad_digest where they have another, told by `mismatch` (a sentence
/// of the store's own where it is empty).
struct ExpectedDigest {
  HashAlgorithm algorithm = HashAlgorithm::md5;
  std::string value = {};
  std::string mismatch = {};
};
using ExpectedDigests = std::vector<ExpectedDigest>;

/// What comes with the bytes.
struct ReceiveOptions {
  std::string content_type = {};
  StringPairs headers = {};
  StringPairs user_metadata = {};
  std::optional<std::uint64_t> size_bytes =
      {};  // announced: incomplete_body where the stream has another size
  ExpectedDigests expected = {};
  /// Exactly these are computed, stored and answered with the object; md5 never is (it is the ETag).
  /// `expected` digests are only checked: list an algorithm here too where the client sent it as a checksum
  /// to keep.
  std::vector<HashAlgorithm> stored_checksums = {};
  /// Asked once at the end of the stream for checksums that came in trailers; checked like `expected`. Their
  /// algorithms must be md5 or be named in `expected` or `stored_checksums`, for the bytes have gone by (else
  /// invalid_argument).
  std::function<Result<ExpectedDigests>()> trailing_expected = {};
};

/// A part of a blob.
struct Slice {
  BlobId blob;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};

/// Bytes that are stored but not yet visible under any key. Dropping it discards them.
/// Movable; keeps what it needs alive (blob writers, open readers of shared blobs).
struct PendingObject {
  ObjectInfo info;  // key empty until published; last_modified is when it was received
  std::vector<Slice> slices;
  std::vector<std::uint64_t>
      part_sizes_bytes;  // of a multipart object, for GET ?partNumber and GetObjectAttributes
  std::vector<Checksum> part_checksums;
  kv::Batch batch;  // publish/share of its blobs, and what else becomes true with it
  std::vector<std::shared_ptr<void>>
      held;  // blob writers and readers, alive until the batch has been committed
};

/// An open object. Its bytes stay readable whatever happens to the key.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  virtual const ObjectInfo& info() const = 0;
  /// Bytes [offset, offset + size) as a stream of checked pieces of up to 256 KiB; the range must lie inside
  /// what was opened (asserted). The stream may outlive the reader. One stream of a reader at a time.
  virtual std::unique_ptr<ByteSource> read(std::uint64_t offset_bytes, std::uint64_t size_bytes) = 0;
  /// Sizes of the parts of a multipart object, in order; one entry (the whole) for others.
  virtual const std::vector<std::uint64_t>& part_sizes_bytes() const = 0;
  virtual const std::vector<Checksum>& part_checksums() const = 0;
  /// Where the bytes lie, in order; what prepare_copy() shares.
  virtual const std::vector<Slice>& slices() const = 0;
};

/// A run of an object's bytes.
struct Extent {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};
/// Which bytes to open, told the sizes of the object's parts (one, the whole, where it has none). It may be
/// asked again where the object is overwritten meanwhile.
using ChooseExtent = std::function<Extent(const std::vector<std::uint64_t>& part_sizes_bytes)>;
/// For what is told of an object beside its bytes.
inline Extent no_bytes(const std::vector<std::uint64_t>&) { return {}; }

struct ListRequest {
  std::string prefix = {};
  std::string delimiter = {};  // empty: none; any string
  /// Exclusive: a key, or a common prefix (ends in the delimiter) whose keys are then all passed over.
  std::string start_after = {};
  unsigned keys_max = kListPageMax;  // more is taken as kListPageMax; 0 gives an empty page, not truncated
};
/// One line of a listing: an object, or (is_prefix) a common prefix that stands for all keys under it.
struct ListItem {
  bool is_prefix = false;
  /// Of a prefix only `key` is set. Content type, headers and user metadata are left empty: listings do not
  /// show them.
  ObjectInfo info;
};
struct ListPage {
  std::vector<ListItem> items;  // in key order
  bool truncated = false;
  std::string next_start_after;  // where truncated
};

struct UploadInfo {
  std::string key;
  std::string upload_id;
  TimeMs initiated_ms = 0;
  std::optional<HashAlgorithm> checksum_algorithm;
  bool checksum_full_object = false;
};
struct UploadOptions {
  std::string content_type = {};
  StringPairs headers = {};
  StringPairs user_metadata = {};
  std::optional<HashAlgorithm> checksum_algorithm = {};
  bool checksum_full_object = false;  // ChecksumType FULL_OBJECT
};
struct PartInfo {
  unsigned number = 0;
  std::uint64_t size_bytes = 0;
  std::string etag;
  TimeMs last_modified_ms = 0;
  std::vector<Checksum> checksums;
};
struct CompletedPart {
  unsigned number = 0;
  std::string etag = {};
  std::vector<Checksum> checksums = {};  // optional, checked where given
};
/// The ETag of the object that these parts make; empty where an ETag of theirs is no MD5 in hex.
std::string multipart_etag(const std::vector<CompletedPart>& parts);
struct PartPage {
  UploadInfo upload;
  std::vector<PartInfo> parts;
  bool truncated = false;
  unsigned next_marker = 0;
};
/// What a client says of the object that an upload's parts make; all of it is checked.
struct ExpectedObject {
  std::vector<Checksum> checksums = {};  // of the full object or composite
  std::optional<bool> full_object_checksums = {};
  std::optional<std::uint64_t> size_bytes = {};
};
struct UploadPage {
  std::vector<UploadInfo> uploads;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key_marker, next_upload_id_marker;
};
/// How a copy sets what is not bytes: taken from the source, or replaced.
struct CopyOptions {
  bool replace_metadata = false;
  std::string content_type = {};  // of the three: only where replaced
  StringPairs headers = {};
  StringPairs user_metadata = {};
};

/// The rule of AWS S3 (3-63 of a-z 0-9 . -, no IP address, ...). Errors: invalid_name.
Result<void> check_bucket_name(const std::string& name);
/// 1..1024 bytes of UTF-8 without NUL. Errors: invalid_argument, key_too_long.
Result<void> check_key(const std::string& key);

/// Reads (sync) obey read_tier(): call them through inline_or_on(). Writes are tasks.
/// Errors of every call: io, unavailable, would_block; those that name a bucket: no_such_bucket.
/// Thread safety: every method from any thread.
class ObjectStore {
 public:
  /// All must outlive the store. `workers` runs hashing and other CPU work of large bodies.
  ObjectStore(kv::Store& kv, blob::Store& blobs, const Clock& clock, Workers& workers);
  ~ObjectStore();

  // ── buckets
  // ────────────────────────────────────────────────────────────────────────────────────────────────────
  /// `batch` (conditions and changes of the caller) joins the creation. Errors: invalid_name, bucket_exists.
  Task<Result<BucketInfo>> create_bucket(std::string name, std::string region, kv::Batch batch = {});
  Result<BucketInfo> get_bucket(const std::string& name) const;
  Result<std::vector<BucketInfo>> list_buckets() const;
  /// Aborts the uploads that are open in it. Errors: bucket_not_empty (objects or retained versions are in
  /// it).
  Task<Result<void>> delete_bucket(std::string name);
  Result<BucketUsage> usage(const std::string& bucket) const;
  /// Of all buckets together.
  Result<BucketUsage> usage_of_all() const;
  /// The condition "this bucket exists and is not being deleted", for callers' own batches.
  Result<void> require_bucket(kv::Batch& batch, const std::string& name) const;

  // ── writing
  // ────────────────────────────────────────────────────────────────────────────────────────────────────
  /// Takes the body: hashes, checks, stores; nothing is visible yet. Bounded memory whatever the size.
  /// Errors: bad_digest, incomplete_body, entity_too_large, no_space, and the source's own.
  Task<Result<PendingObject>> receive(ReceiveOptions options, ByteSource& body);
  /// A pending object that shares the bytes of `reader` (CopyObject, shallow clones). Errors: not_found where
  /// they went.
  Result<PendingObject> prepare_copy(ObjectReader& reader, CopyOptions options) const;
  /// One attempt: reads what the key holds now and makes the batch that replaces it: record, usage, blobs,
  /// retention, conditions. Commit it together with anything of yours; on precondition_failed make it anew
  /// and try again. Errors: precondition_failed (the WriteCondition), no_such_bucket, invalid_name,
  /// key_too_long,
  ///         no_such_key (if_match on a missing key).
  Result<kv::Batch> publish_batch(const PendingObject& pending, const std::string& bucket,
                                  const std::string& key, const WriteCondition& condition) const;
  /// publish_batch() and commit, tried again while others win the race. `pending` is then visible under the
  /// key. Errors: as publish_batch(); conflict: what `pending` was prepared from has changed (its own
  /// conditions fail, as when
  ///         the upload was completed or aborted meanwhile): prepare it again; not_found: shared bytes are
  ///         gone.
  Task<Result<ObjectInfo>> publish(PendingObject pending, std::string bucket, std::string key,
                                   WriteCondition condition);
  /// Deletes a key; a missing one is no error, whatever the condition (gives false). Errors:
  /// precondition_failed.
  Task<Result<bool>> remove(std::string bucket, std::string key, WriteCondition condition = {});
  /// Deletes many keys (at most kListPageMax, else invalid_argument) in one batch; those whose condition does
  /// not hold stay. A key that comes twice is there once.
  Task<Result<RemovalOutcomes>> remove_all(std::string bucket, std::vector<Removal> removals);
  /// One attempt: the batch that deletes these keys (no duplicates), empty where none is there. Commit it
  /// with anything of yours; on precondition_failed make it anew.
  Result<kv::Batch> removal_batch(const std::string& bucket, const std::vector<std::string>& keys) const;

  // ── reading
  // ────────────────────────────────────────────────────────────────────────────────────────────────────
  /// From the record alone. Errors: no_such_key.
  Result<ObjectInfo> head(const std::string& bucket, const std::string& key) const;
  /// The bytes that `choose` picks (empty: all) stay readable whatever becomes of the key; no other blob is
  /// opened. Errors: no_such_key.
  Result<std::unique_ptr<ObjectReader>> open(const std::string& bucket, const std::string& key,
                                             const ChooseExtent& choose = {}) const;
  /// The object that had this ETag and size when it was imported: the key's present one or a retained one.
  /// Errors: source_changed (there is none such, or no such bucket).
  Result<ObjectInfo> head_imported(const std::string& bucket, const std::string& key, const std::string& etag,
                                   std::uint64_t size_bytes) const;
  Result<std::unique_ptr<ObjectReader>> open_imported(const std::string& bucket, const std::string& key,
                                                      const std::string& etag, std::uint64_t size_bytes,
                                                      const ChooseExtent& choose = {}) const;
  Result<ListPage> list(const std::string& bucket, const ListRequest& request) const;
  /// Visits every object under a prefix in key order (views are valid during the call; stop by returning
  /// false). Reads in pages: the walk sees each key as it is when it is reached. Blocking. For imports of
  /// 100,000s of objects.
  Result<void> walk(const std::string& bucket, const std::string& prefix, const std::string& start_after,
                    const std::function<bool(const ObjectInfo&)>& visit) const;

  // ── retention (zero-copy imports)
  // ──────────────────────────────────────────────────────────────────────────────
  /// From now on, objects under `prefix` that are there now and are overwritten or deleted later are retained
  /// for open_imported(). Durable when done; costs one record (docs/adr/0004). `open_for_ms`: until then
  /// objects that come under the prefix later are retained as well. An import that walks while others write
  /// pins with an hour (again before it is over), walks, and pins with 0: then no entry it saw can be lost.
  Task<Result<void>> pin(std::string bucket, std::string prefix, TimeMs open_for_ms = 0);

  // ── multipart uploads
  // ──────────────────────────────────────────────────────────────────────────────────────────
  Task<Result<UploadInfo>> create_upload(std::string bucket, std::string key, UploadOptions options);
  /// Errors: no_such_upload, invalid_argument (number), entity_too_large, and those of receive().
  Task<Result<PartInfo>> put_part(std::string bucket, std::string key, std::string upload_id, unsigned number,
                                  ReceiveOptions options, ByteSource& body);
  /// Shares bytes [offset, offset + size) of `source`. Errors: as put_part().
  Task<Result<PartInfo>> copy_part(std::string bucket, std::string key, std::string upload_id,
                                   unsigned number, std::shared_ptr<ObjectReader> source,
                                   std::uint64_t offset_bytes, std::uint64_t size_bytes);
  Result<PartPage> list_parts(const std::string& bucket, const std::string& key, const std::string& upload_id,
                              unsigned after_number, unsigned parts_max) const;
  Result<UploadPage> list_uploads(const std::string& bucket, const std::string& prefix,
                                  const std::string& delimiter, const std::string& key_marker,
                                  const std::string& upload_id_marker, unsigned uploads_max) const;
  /// The object that the parts make; its batch ends the upload. Publish it under the upload's key.
  /// Errors: no_such_upload, invalid_part, invalid_part_order, entity_too_small, malformed (no parts),
  /// bad_digest,
  ///         invalid_argument (another size, kind of checksum or algorithm than the upload's).
  Result<PendingObject> prepare_complete(const std::string& bucket, const std::string& key,
                                         const std::string& upload_id,
                                         const std::vector<CompletedPart>& parts,
                                         const ExpectedObject& expected) const;
  /// Errors: no_such_upload.
  Task<Result<void>> abort_upload(std::string bucket, std::string key, std::string upload_id);

 private:
  /// Errors: bucket_not_empty before any is aborted; no_such_bucket.
  Task<Result<void>> abort_uploads(std::string bucket);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::objects
