// rest/errors.h — Errors as lakeFS tells them: a status and {"message": "..."}. Private to rest.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace anabranch::rest {

int status_of(ErrorCode code);
http::Response error_response(const Error& error);
http::Response message_response(int status, std::string_view message);
http::Response empty_response(int status);

}  // namespace anabranch::rest
