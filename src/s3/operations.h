// s3/operations.h — the one table of S3's operations: what a request asks for, by its method, level,
// sub-resource and deciding header → which operation that is, offered or not. Private to s3.
//
// Dispatch, the right that is asked for, how the body is read, the metrics label and docs/reference/s3.md all
// come from it. What it does not know is not run as something else.
// Source: AWS S3 API Reference, "Actions" (botocore's model of 2026).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "s3/call.h"

namespace anabranch::s3 {

/// What the path names: nothing, a bucket, or a key in it.
enum class Level : std::uint8_t { service, bucket, object };

/// On what the caller must have the row's right.
enum class AskedOn : std::uint8_t {
  server,
  bucket,
  prefix,    // the bucket's keys under ?prefix
  key,       // the key, on its branch where the bucket is a repository
  each_key,  // every key of the body: the use case asks
};

/// What the body is to the operation. The gateway has read and checked all but `bytes` before it runs.
enum class BodyKind : std::uint8_t {
  none,            // checked against its digests, and let go
  xml,             // Call::text
  xml_for_object,  // Call::text; x-amz-checksum-* headers tell of the object, not of this body
  bytes,           // Call::payload, which checks while it streams
};

struct OperationRow {
  std::string_view name;  // as the S3 API Reference has it
  std::string_view method;
  Level level = Level::object;
  /// Query parameters that must all be there, parted by blanks; "name=value" where the value decides.
  std::string_view sub_resource = {};
  std::string_view header = {};  // must be there
  Operation run = nullptr;       // nullptr: not offered, refused by 501
  Action action = Action::read_object;
  AskedOn asked_on = AskedOn::key;
  BodyKind body = BodyKind::none;
  /// Further query parameters it understands, and the conditional and x-amz-* headers that not every
  /// operation does (lower case); parted by blanks.
  std::string_view parameters = {};
  std::string_view headers = {};
  std::string_view note = {};  // for the documentation: its limits, or why it is not offered

  bool offered() const { return run != nullptr; }
  bool reads() const { return method == "GET" || method == "HEAD"; }
};

/// Rows of one method and level: the more particular come first.
std::span<const OperationRow> operations();

/// The row that `call` asks for, offered or not. nullptr: no row does, or the request carries parameters or
/// headers that its row does not know (`unknown` then names the first).
const OperationRow* find_operation(const Call& call, std::string& unknown);

/// True if `name` is one of `words`, which blanks part.
bool has_word(std::string_view words, std::string_view name);

/// Query parameters that ask for nothing: the signature's, a tracer's, and the name that SDKs add (x-id).
bool describes_request(std::string_view parameter);

}  // namespace anabranch::s3
