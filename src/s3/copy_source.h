// s3/copy_source.h — x-amz-copy-source and its conditions. Private to s3.
#pragma once

#include "s3/call.h"

namespace anabranch::s3 {

/// Errors: invalid_argument (not bucket/key, a bad escape, a version).
Result<service::CopySource> parse_copy_source(const Call& call);

}  // namespace anabranch::s3
