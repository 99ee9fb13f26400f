// versioning/log.h — the history of a ref, newest first. Internal.
#pragma once

#include <string>

#include "versioning/refs_store.h"

namespace anabranch::versioning {

/// Ordered by creation time, newest first, no commit before one of its descendants' turn came (as lakeFS).
/// Errors: those of RefStore, and of trees where paths are asked for.
Result<Page<Commit>> read_log(const Services& services, const RefStore& refs,
                              const OpenRepository& repository, const LogRequest& request);

}  // namespace anabranch::versioning
