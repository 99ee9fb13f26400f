// objects/core.h — what the files of this module share: the stores, bucket lookup, batches that are tried
// again.
//
// In:   the kv and blob stores. Out: building blocks for buckets.cc, publish.cc, reading.cc, uploads.cc and
// so on. Races are caught by conditions in the batches, never by locks: what was read is required to be so
// still.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/md5_lanes.h"
#include "objects/keys.h"
#include "objects/object_store.h"
#include "objects/record.h"

namespace anabranch::objects {

/// Slices (parts, keys) that are few enough for a network thread; more are answered with would_block there.
inline constexpr std::size_t kInlineSlicesMax = 64;

inline constexpr unsigned kMd5RunnersMax = 2;

/// Which id a bucket name had when last seen. A hint: buckets are deleted and made again, here or by another
/// server. Thread safety: every method from any thread.
class BucketIdCache {
 public:
  std::optional<BucketId> find(const std::string& name) const;
  void put(const std::string& name, BucketId id);
  void erase(const std::string& name);

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, BucketId> ids_;  // guarded by mutex_
};

/// A bucket as writers need it: `state_bytes` is what their batches require unchanged under bucket_state(id).
struct BucketForWrite {
  BucketId id = 0;
  std::string state_bytes;
  BucketState state;
};

/// Thread safety: as ObjectStore.
struct Core {
  kv::Store& kv;
  blob::Store& blobs;
  const Clock& clock;
  Workers& workers;
  mutable BucketIdCache bucket_ids = {};
  /// Large uploads that arrive side by side share SIMD lanes; a runner is enough for several GB/s.
  mutable Md5Lanes md5_lanes{workers, kMd5RunnersMax};

  /// The bucket's record as `reader` shows it. Errors: no_such_bucket.
  Result<BucketRecord> read_bucket(const kv::Reader& reader, const std::string& name) const;
  Result<BucketForWrite> bucket_for_write(const std::string& name) const;
  /// The bytes of the record under a key: one get where the bucket was seen before. Errors: no_such_bucket,
  /// no_such_key.
  Result<std::string> read_object(const std::string& bucket, const std::string& key) const;
};

/// Makes a batch from what it reads now; an empty one means that there is nothing to do.
using MakeBatch = std::function<Result<kv::Batch>()>;

/// Makes and commits a batch, again and again while its conditions fail because others were faster. `make` is
/// called on this thread or a worker's. Conditions of `fixed` (may be null) are part of every batch and not
/// make's to renew: once one of them fails, so does this. Errors: make's and commit's; conflict (a fixed
/// condition, or endless races).
Task<Result<void>> commit_retrying(const Core& core, MakeBatch make, const kv::Batch* fixed);

/// Returns when every batch committed before is visible to get(): a precondition may have failed on one that
/// is not yet.
Task<Result<void>> settle(const Core& core);

/// The manifest, or nullopt where it went (its object was replaced meanwhile).
Result<std::optional<Manifest>> read_manifest(const kv::Reader& reader, const ManifestRef& ref);
/// Puts a manifest under a new id.
ManifestRef put_manifest(kv::Batch& batch, const Manifest& manifest);

void release_slices(kv::Batch& batch, const std::vector<Slice>& slices);

/// Does a pin want the object under `key`, published at `pin_generation`, to outlive its key?
Result<bool> is_pinned(const Core& core, BucketId bucket, std::string_view key, std::uint64_t pin_generation);

/// Takes a body: hashes, checks, stores (receive.cc). Errors: those of ObjectStore::receive().
Task<Result<PendingObject>> receive_body(const Core& core, ReceiveOptions options, ByteSource& body,
                                         std::uint64_t size_max_bytes);

/// What is wrong with metadata, if anything: invalid_argument past kUserMetadataSizeMax.
Result<void> check_user_metadata(const StringPairs& user_metadata);

/// Opens the bytes that `choose` picks of what a record names (reading.cc); null where they went meanwhile:
/// read the record again.
Result<std::unique_ptr<ObjectReader>> open_record(const Core& core, ObjectRecord record,
                                                  const std::string& key, const ChooseExtent& choose);

/// Where a page of names under `base` goes on: the first key past `start_after`, which may be a common
/// prefix.
std::string first_key_after(const std::string& base, const std::string& prefix, const std::string& delimiter,
                            const std::string& start_after);

class ObjectStore::Impl : public Core {};

}  // namespace anabranch::objects
