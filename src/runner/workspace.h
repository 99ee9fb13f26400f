// runner/workspace.h — what the runs of a sweep have in common in their folders and on their branches.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "runner/api_client.h"
#include "runner/outputs.h"

namespace anabranch::runner {

/// A file that many branches hold and the server stores once: the first branch gets it uploaded, the others
/// get the same physical object. Thread safety: every method from any thread.
class SharedObject {
 public:
  /// Errors: as upload_file().
  Result<ObjectInfo> put(const ApiClient& api, const std::string& repository, const std::string& branch,
                         const std::string& path, const std::string& file) const;

 private:
  mutable std::mutex mutex_;
  mutable std::string branch_;   // guarded by mutex_; empty: nobody has it yet
  mutable ObjectInfo uploaded_;  // guarded by mutex_
};

struct WorkspacePlan {
  OutputPlaces outputs;
  std::vector<std::string> inherited =
      {};                  // objects that a run's branch begins without: see list_inherited()
  bool is_kept = false;    // the folders of runs stay
  SharedObject code = {};  // the archive of the code
};

}  // namespace anabranch::runner
