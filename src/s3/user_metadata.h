// s3/user_metadata.h — user metadata ↔ x-amz-meta-* headers. Private to s3.
//
// Stored are names and UTF-8 values, whatever the door they came through. Source: S3 User Guide,
// "User-defined object metadata": other than US-ASCII travels as RFC 2047 has it, and x-amz-missing-meta
// counts what does not travel.
#pragma once

#include "http/message.h"
#include "service/types.h"

namespace anabranch::s3 {

/// What one answer carries, so that clients with limits of their own (100 header lines in Python's
/// http.client and in hyper, 8 KiB for all in many proxies) can read the object.
inline constexpr std::size_t kMetadataSentMax = 80;
inline constexpr std::size_t kMetadataSentSizeMax = 8 * KiB;

/// Values are decoded; fields of one name are joined by commas. Errors: invalid_argument as MetadataTooLarge.
Result<service::StringPairs> read_user_metadata(const http::Headers& headers);

/// Left out and counted: names that no header can have, a second of one name but for its case, and what
/// exceeds the limits above.
void add_user_metadata(http::Headers& out, const service::StringPairs& metadata);

}  // namespace anabranch::s3
