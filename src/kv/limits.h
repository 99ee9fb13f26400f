// kv/limits.h — the limits of store.h, checked the same way by every backend.
#pragma once

#include "base/result.h"
#include "kv/store.h"

namespace anabranch::kv {

/// Errors: invalid_argument, where a key, a value or the whole batch is over its limit.
Result<void> check_limits(const Batch& batch);

}  // namespace anabranch::kv
