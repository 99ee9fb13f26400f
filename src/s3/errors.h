// s3/errors.h — Errors as S3 tells them: a status, a code, an XML body. Private to s3.
//
// Source: AWS S3 API Reference, "Error responses".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace anabranch::s3 {

struct S3Error {
  int status = 500;
  std::string code;
  std::string message;
  std::int64_t retry_after_seconds = 0;  // over 0: Retry-After
  /// What some codes tell beside it: element names and texts.
  std::vector<std::pair<std::string, std::string>> details = {};
};

/// The table: ErrorCode → S3's code and status.
S3Error to_s3_error(const Error& error);

/// `resource`: "/bucket" or "/bucket/key"; the names in it are told by themselves where the error is about
/// what they name.
http::Response error_response(const S3Error& error, std::string_view resource, std::string_view request_id);
http::Response error_response(const Error& error, std::string_view resource, std::string_view request_id);

/// An Error that stands for one of S3's codes that ErrorCode has no word for. The message carries the code in
/// front, between two marks, and to_s3_error() takes it out again.
tl::unexpected<Error> s3_fail(ErrorCode nearest, std::string_view s3_code, std::string_view message);

}  // namespace anabranch::s3
