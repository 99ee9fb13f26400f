// s3/presigned_headers.h — headers that a presigned URL carries in its query, as SDKs move them there when
// they sign (x-amz-meta-*, the content's type, checksums, a copy's source ...). Private to s3.
#pragma once

#include "s3/call.h"

namespace anabranch::s3 {

/// Makes headers of those that the signature covers, and takes them out of the query: they mean the same in
/// both places. A checksum of no bytes, which SDKs compute when they sign an upload whose bytes they do not
/// have, only says which algorithm to keep. Errors: invalid_argument (a value that no header can carry, or
/// another one in the header), access_denied (version 2 does not sign it), not_implemented (an x-amz-
/// parameter of a request that is signed in its headers).
Result<void> take_presigned_headers(Call& call, const auth::SignatureFacts& facts);

}  // namespace anabranch::s3
