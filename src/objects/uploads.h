// objects/uploads.h — what uploads.cc, upload_parts.cc and upload_complete.cc share: an upload as a reader
// shows it.
#pragma once

#include <string>

#include "objects/core.h"

namespace anabranch::objects {

/// `bytes` is the upload's record as stored: parts require it unchanged, so that none outlives the upload.
struct FoundUpload {
  BucketId bucket_id = 0;
  std::string kv_key;
  std::string bytes;
  UploadRecord record;
};

/// Errors: no_such_bucket, no_such_upload.
Result<FoundUpload> find_upload(const Core& core, const kv::Reader& reader, const std::string& bucket,
                                const std::string& key, const std::string& upload_id);

UploadInfo to_upload_info(std::string key, std::string upload_id, const UploadRecord& record);

/// Visits the parts with number > `after_number` in order, until `visit` returns false.
Result<void> scan_parts(const kv::Reader& reader, BucketId bucket, const std::string& upload_id,
                        unsigned after_number, const std::function<bool(PartRecord&&)>& visit);

/// Adds the end of the upload to a batch: requires that it and its parts are as `reader` shows them, erases
/// its records
/// (`numbers`: all its parts) and counts it out.
Result<void> end_upload(kv::Batch& batch, const kv::Reader& reader, const FoundUpload& upload,
                        const std::string& upload_id, const std::vector<unsigned>& numbers);

}  // namespace anabranch::objects
