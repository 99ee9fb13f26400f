// versioning/uploads.h — multipart uploads to paths of a branch. Internal.
//
// The parts belong to an upload of the object store at a physical address chosen at the start; a record here
// says which path it is for. Completion publishes the object, stages it and removes the records in one batch.
#pragma once

#include <string>
#include <vector>

#include "versioning/staging_writer.h"

namespace anabranch::versioning {

/// Thread safety: every method from any thread.
class BranchUploads {
 public:
  BranchUploads(const Services& services, const RefStore& refs, StagingWriter& writer)
      : services_(services), refs_(refs), writer_(writer) {}

  Task<Result<objects::UploadInfo>> create(RepositoryHandle repository, std::string branch, std::string path,
                                           objects::UploadOptions options);
  /// Errors: no_such_upload.
  Result<StagingLocation> location(const OpenRepository& repository, const std::string& branch,
                                   const std::string& path, const std::string& upload_id) const;
  Task<Result<ObjectStat>> complete(RepositoryHandle repository, std::string branch, std::string path,
                                    std::string upload_id, std::vector<objects::CompletedPart> parts,
                                    objects::ExpectedObject expected, objects::WriteCondition condition);
  Task<Result<void>> abort(RepositoryHandle repository, std::string branch, std::string path,
                           std::string upload_id);
  Result<objects::UploadPage> list(const OpenRepository& repository, const std::string& prefix,
                                   const std::string& delimiter, const std::string& key_marker,
                                   const std::string& upload_id_marker, unsigned uploads_max) const;

 private:
  Result<UploadRecord> find(const OpenRepository& repository, const std::string& branch,
                            const std::string& path, const std::string& upload_id) const;
  /// Takes the records of an upload away; requires that they are there.
  Result<kv::Batch> end_batch(const OpenRepository& repository, const std::string& branch,
                              const std::string& path, const std::string& upload_id) const;

  const Services& services_;
  const RefStore& refs_;
  StagingWriter& writer_;
};

}  // namespace anabranch::versioning
