// s3/promises.h — headers that ask for something: done, or refused with S3's code; never taken and ignored.
// Private to s3.
//
// In: a request and its row of the table. Out: nothing, or the refusal. What only describes the sender or
// the transfer passes; so does what asks for what is the case anyway (`x-amz-acl: private`).
#pragma once

#include "s3/operations.h"

namespace anabranch::s3 {

/// `on_branch`: the key lies in a repository. Errors, as S3 has them: not_implemented, AccessDenied (another
/// owner is expected), AccessControlListNotSupported, InvalidBucketAclWithObjectOwnership, InvalidArgument,
/// InvalidRequest, InvalidStorageClass.
Result<void> check_promises(const OperationRow& row, const http::Headers& headers, bool on_branch);

}  // namespace anabranch::s3
