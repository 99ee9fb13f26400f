// versioning/listing_reader.h — reading refs: an object, its bytes, listings, differences. Internal.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "versioning/refs_store.h"
#include "versioning/repositories.h"

namespace anabranch::versioning {

/// Reads obey read_tier(). Thread safety: every method from any thread.
class RefReader {
 public:
  RefReader(const Services& services, const RefStore& refs) : services_(services), refs_(refs) {}

  /// Of what was imported with the content type of its source. Errors: no_such_key.
  Result<ObjectStat> stat(const OpenRepository& repository, const std::string& ref,
                          const std::string& path) const;
  Result<Repositories::DescribedObject> head(const OpenRepository& repository, const std::string& ref,
                                             const std::string& path) const;
  Result<Repositories::OpenedObject> open(const OpenRepository& repository, const std::string& ref,
                                          const std::string& path,
                                          const objects::ChooseExtent& choose = {}) const;
  Result<Page<ObjectStat>> list_objects(const OpenRepository& repository, const std::string& ref,
                                        const ListObjectsRequest& request) const;
  Result<Page<DiffItem>> diff_branch(const OpenRepository& repository, const std::string& branch,
                                     const ListObjectsRequest& request) const;
  Result<Page<DiffItem>> diff_refs(const OpenRepository& repository, const std::string& left,
                                   const std::string& right, DiffKind kind,
                                   const ListObjectsRequest& request) const;
  Result<DiffSummary> summarize_branch(const OpenRepository& repository, const std::string& branch,
                                       const DiffSummaryRequest& request) const;
  Result<DiffSummary> summarize_refs(const OpenRepository& repository, const std::string& left,
                                     const std::string& right, DiffKind kind,
                                     const DiffSummaryRequest& request) const;
  /// True where the tokens change something of the branch's head.
  Result<bool> is_dirty(const kv::Reader& reader, const OpenRepository& repository,
                        const BranchState& state) const;

 private:
  /// The entry as it is written. Errors: no_such_key.
  Result<ObjectStat> find(const OpenRepository& repository, const std::string& ref,
                          const std::string& path) const;
  /// The object that an imported entry points to. Errors: source_changed.
  Result<objects::ObjectInfo> head_source(const S3Address& place, const Entry& entry) const;
  using UseDiff = std::function<Result<void>(DiffIterator&)>;
  /// Call `use` once, with what differs from `prefix` on.
  Result<void> with_branch_diff(const OpenRepository& repository, const std::string& branch,
                                const std::string& prefix, const UseDiff& use) const;
  Result<void> with_refs_diff(const OpenRepository& repository, const std::string& left,
                              const std::string& right, DiffKind kind, const std::string& prefix,
                              const UseDiff& use) const;

  const Services& services_;
  const RefStore& refs_;
};

ObjectStat stat_of(const OpenRepository& repository, std::string path, Entry entry);

}  // namespace anabranch::versioning
