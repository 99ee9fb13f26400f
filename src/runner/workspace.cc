#include "runner/workspace.h"

namespace anabranch::runner {

Result<ObjectInfo> SharedObject::put(const ApiClient& api, const std::string& repository,
                                     const std::string& branch, const std::string& path,
                                     const std::string& file) const {
  // The others wait for the first: they would store it once more each.
  const std::lock_guard lock(mutex_);
  if (!branch_.empty()) {
    const auto copied = api.copy_object(repository, branch, path, branch_, path);
    if (copied && copied->checksum == uploaded_.checksum && copied->size_bytes == uploaded_.size_bytes)
      return *copied;
  }
  // The first, or that branch is gone.
  ANABRANCH_TRY(uploaded_, api.upload_file(repository, branch, path, file));
  branch_ = branch;
  return uploaded_;
}

}  // namespace anabranch::runner
