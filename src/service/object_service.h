// service/object_service.h — S3's use cases over one namespace of buckets: a plain bucket, or a repository
// whose keys are "<ref>/<path>". Every call: may the caller do it; which of the two is it; do it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/workers.h"
#include "service/types.h"
#include "versioning/repositories.h"

namespace anabranch::service {

/// One key of a multi-object delete.
struct DeleteTarget {
  std::string key;
  WriteCondition condition = {};
};
struct DeleteOutcome {
  std::string key;
  std::optional<Error> error;
};

/// Asked with the source's info before a copy takes its bytes (x-amz-copy-source-if-*). Errors:
/// precondition_failed.
using SourceCheck = std::function<Result<void>(const ObjectInfo&)>;

struct CopySource {
  std::string bucket, key;
  SourceCheck check;  // may be empty
};

/// Errors of every call: access_denied, no_such_bucket, no_space, io, unavailable; with a key those of
/// ObjectStore and Repositories: a missing ref is no_such_key on reads, no_such_bucket never; writes to a tag
/// or a commit: not_allowed. Thread safety: every method from any thread. Tasks may be awaited on network
/// threads; nothing blocks there.
class ObjectService {
 public:
  ObjectService(objects::ObjectStore& objects, versioning::Repositories& repositories, Workers& workers);

  /// Asks for the right to `action` on a key, on a bucket (no key), or on the server (neither), and says
  /// whether the bucket is a repository. What it may not be there is the use case's to find out.
  Task<Result<bool>> authorize(Caller caller, Action action, std::string bucket, std::string key);
  /// What a bucket was made for; empty where it was made without, or is a repository, or is not there.
  Task<Result<std::string>> bucket_region(std::string bucket);

  Task<Result<std::vector<BucketInfo>>> list_buckets(Caller caller);
  Task<Result<BucketInfo>> create_bucket(Caller caller, std::string bucket, std::string region);
  Task<Result<BucketInfo>> head_bucket(Caller caller, std::string bucket);
  /// Errors: not_allowed for a repository, and for a bucket that holds a repository's namespace.
  Task<Result<void>> delete_bucket(Caller caller, std::string bucket);
  Task<Result<BucketUsage>> bucket_usage(Caller caller, std::string bucket);

  Task<Result<ListPage>> list_objects(Caller caller, std::string bucket, ListRequest request);
  /// From records alone: nothing is opened.
  Task<Result<ObjectInfo>> head_object(Caller caller, std::string bucket, std::string key);
  /// Only what `choose` picks (empty: all) may be read.
  Task<Result<std::unique_ptr<ObjectReader>>> open_object(Caller caller, std::string bucket, std::string key,
                                                          objects::ChooseExtent choose = {});

  /// What put_object would refuse without reading a byte (rights, names, namespace): ask it before the body
  /// is taken.
  Task<Result<void>> check_put(Caller caller, std::string bucket, std::string key);
  /// `body` must outlive the task. Keys "<repo>/<branch>/" are a no-op that answers an empty object.
  Task<Result<ObjectInfo>> put_object(Caller caller, std::string bucket, std::string key,
                                      ReceiveOptions options, ByteSource& body, WriteCondition condition);
  Task<Result<ObjectInfo>> copy_object(Caller caller, CopySource source, std::string bucket, std::string key,
                                       CopyOptions options, WriteCondition condition);
  Task<Result<bool>> delete_object(Caller caller, std::string bucket, std::string key,
                                   WriteCondition condition);
  /// One outcome per target, in order. What may be deleted goes in one batch for each branch (one for a plain
  /// bucket), visible at once.
  Task<Result<std::vector<DeleteOutcome>>> delete_objects(Caller caller, std::string bucket,
                                                          std::vector<DeleteTarget> targets);

  Task<Result<UploadInfo>> create_upload(Caller caller, std::string bucket, std::string key,
                                         UploadOptions options);
  Task<Result<PartInfo>> put_part(Caller caller, std::string bucket, std::string key, std::string upload_id,
                                  unsigned number, ReceiveOptions options, ByteSource& body);
  struct PartRange {
    std::uint64_t first = 0, last = 0;  // inclusive, as in x-amz-copy-source-range
  };
  Task<Result<PartInfo>> copy_part(Caller caller, CopySource source, std::optional<PartRange> range,
                                   std::string bucket, std::string key, std::string upload_id,
                                   unsigned number);
  Task<Result<PartPage>> list_parts(Caller caller, std::string bucket, std::string key, std::string upload_id,
                                    unsigned after_number, unsigned parts_max);
  Task<Result<UploadPage>> list_uploads(Caller caller, std::string bucket, std::string prefix,
                                        std::string delimiter, std::string key_marker,
                                        std::string upload_id_marker, unsigned uploads_max);
  /// Asked again for what it has completed, it answers as the first time while the object is there.
  Task<Result<ObjectInfo>> complete_upload(Caller caller, std::string bucket, std::string key,
                                           std::string upload_id, std::vector<CompletedPart> parts,
                                           ExpectedObject expected, WriteCondition condition);
  Task<Result<void>> abort_upload(Caller caller, std::string bucket, std::string key, std::string upload_id);

 private:
  struct Target;
  struct Opened;
  Result<bool> is_repository(const std::string& name) const;
  Result<Target> target(const Caller& caller, Action action, const std::string& bucket,
                        const std::string& key) const;
  /// Of a key in a repository, whose writability is not looked at. Errors: invalid_argument (no branch in
  /// it).
  Result<Target> branch_target(const Caller& caller, Action action, const std::string& bucket,
                               const std::string& key) const;
  Result<Target> write_target(const Caller& caller, Action action, const std::string& bucket,
                              const std::string& key) const;
  Result<Target> issued_target(const Caller& caller, Action action, const std::string& bucket,
                               const std::string& key) const;
  Result<ListPage> list_repository(const std::string& repository, const ListRequest& request) const;
  Result<Opened> open(const Caller& caller, const std::string& bucket, const std::string& key,
                      const objects::ChooseExtent& choose = {}) const;
  Task<Result<ObjectInfo>> publish(Target target, objects::PendingObject pending, WriteCondition condition);
  Task<Result<ObjectInfo>> complete_open_upload(Caller caller, std::string bucket, std::string key,
                                                std::string upload_id, std::vector<CompletedPart> parts,
                                                ExpectedObject expected, WriteCondition condition);
  Result<StagingLocation> upload_target(const Caller& caller, const std::string& bucket,
                                        const std::string& key, const std::string& upload_id) const;
  Task<Result<StagingLocation>> find_upload(Caller caller, std::string bucket, std::string key,
                                            std::string upload_id);

  objects::ObjectStore& objects_;
  versioning::Repositories& repositories_;
  Workers& workers_;
};

}  // namespace anabranch::service
