// http/begun_stream.h — an answer's stream whose first bytes are there before its status is chosen.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace anabranch::http {

/// Pulls the first piece of `stream`. Out: a stream that gives that piece, then the rest. Errors: those of
/// the first piece, which can thus be told by a status of their own instead of a cut connection.
Task<Result<std::unique_ptr<ByteSource>>> begin_stream(std::unique_ptr<ByteSource> stream);

}  // namespace anabranch::http
