// versioning/staging_writer.h — changes of single paths of a branch: writes, deletions, copies, links,
// metadata, resets. Internal.
//
// A write is one batch: the object under its new physical address, the staged entry, the conditions. Where
// the token was closed meanwhile the batch is made anew; the bytes are not sent again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "versioning/listing_reader.h"
#include "versioning/repositories.h"

namespace anabranch::versioning {

/// Thread safety: every method from any thread.
class StagingWriter {
 public:
  StagingWriter(const Services& services, const RefStore& refs, const RefReader& reader)
      : services_(services), refs_(refs), reader_(reader) {}

  /// A name for a new object of this server.
  std::string new_address() { return paths_.next(services_.clock.now_ms()); }

  Task<Result<ObjectStat>> stage(RepositoryHandle repository, std::string branch, std::string path,
                                 objects::PendingObject pending, objects::WriteCondition condition);
  /// As stage(), with an address and an entry that are chosen already. `with` (may be empty) makes what joins
  /// each batch.
  Task<Result<ObjectStat>> stage_entry(RepositoryHandle repository, std::string branch, std::string path,
                                       objects::PendingObject pending, Entry entry,
                                       objects::WriteCondition condition,
                                       std::function<Result<kv::Batch>()> with);
  Task<Result<bool>> remove(RepositoryHandle repository, std::string branch, std::string path,
                            objects::WriteCondition condition);
  /// In one batch, with the bytes that only the deleted changes name.
  Task<Result<objects::RemovalOutcomes>> remove_all(RepositoryHandle repository, std::string branch,
                                                    std::vector<objects::Removal> removals);
  Task<Result<ObjectStat>> copy(RepositoryHandle repository, std::string branch, std::string path,
                                std::string source_ref, std::string source_path, objects::CopyOptions options,
                                objects::WriteCondition condition);
  Task<Result<ObjectStat>> set_metadata(RepositoryHandle repository, std::string branch, std::string path,
                                        Metadata metadata);
  Task<Result<StagingLocation>> issue_address(RepositoryHandle repository, std::string branch,
                                              std::string path);
  Task<Result<ObjectStat>> link_address(RepositoryHandle repository, std::string branch, std::string path,
                                        Repositories::LinkRequest request);
  /// Undoes the uncommitted change of one path.
  Task<Result<void>> reset_path(RepositoryHandle repository, std::string branch, std::string path);

 private:
  /// Adds to `batch` the end of bytes that only uncommitted changes name, which `batch` replaces.
  Result<void> drop_orphans(kv::Batch& batch, const OpenRepository& repository,
                            const std::vector<std::string>& addresses) const;

  const Services& services_;
  const RefStore& refs_;
  const RefReader& reader_;
  DataPaths paths_;
};

/// The entry that says what `pending` is, at a relative address.
Entry entry_of(const objects::ObjectInfo& info, std::string address);
StagingLocation location_of(const OpenRepository& repository, const std::string& relative);

}  // namespace anabranch::versioning
