// s3/conditions.h — conditional reads and copy sources. Source: RFC 9110 section 13.2.2 (order), S3's
// GetObject, CopyObject.
#pragma once

#include <string_view>

#include "http/message.h"
#include "service/types.h"

namespace anabranch::s3 {

/// If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, each with `prefix` before its name
/// ("x-amz-copy-source-" or nothing). Errors: precondition_failed, not_modified (never for copies:
/// precondition_failed).
Result<void> check_read_conditions(const http::Headers& headers, std::string_view prefix,
                                   const service::ObjectInfo& info);

}  // namespace anabranch::s3
