// base/result.h — how a function says that it failed. Used by every module.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace anabranch {

/// What went wrong, as far as a caller can act on it. Protocols map these; they never invent more.
enum class ErrorCode : std::uint8_t {
  // the caller's input
  invalid_argument,  // a malformed or contradictory request; the message names the field
  invalid_name,      // a bucket, repository, branch, tag or key name against its rules
  key_too_long,
  entity_too_large,
  entity_too_small,  // a part under 5 MiB that is not the last one
  invalid_range,     // a byte range outside the object
  invalid_part,      // a part named by complete that was not uploaded, or has another ETag
  invalid_part_order,
  incomplete_body,  // the body ended before its declared length
  bad_digest,       // Content-MD5 or a checksum disagrees with the bytes received
  malformed,        // XML, JSON or framing that does not parse
  // who may
  unauthenticated,  // no credentials, or unusable ones
  invalid_access_key,
  signature_mismatch,
  clock_skew,
  expired,  // a presigned request or a token past its time
  access_denied,
  // what is (not) there
  no_such_bucket,
  no_such_key,
  no_such_upload,
  no_such_repository,
  no_such_branch,
  no_such_tag,
  no_such_commit,
  no_such_ref,
  not_found,       // anything else that is missing
  source_changed,  // 410: the source of an imported entry is not what was imported
  // the state of things
  bucket_exists,
  bucket_not_empty,
  already_exists,
  namespace_in_use,
  conflict,  // someone else changed it first: read again, then retry
  merge_conflict,
  no_changes,           // nothing to commit or to merge
  dirty_branch,         // uncommitted changes where none are allowed
  precondition_failed,  // If-Match and its kin, or a batch's own condition
  not_modified,
  not_allowed,  // refused by rule: writing to a tag, deleting the default branch
  not_implemented,
  // the machine
  no_space,
  io,
  corruption,   // stored bytes disagree with their checksum
  would_block,  // ReadTier::memory only: the answer is not in memory; ask again on a pool thread
  unavailable,  // shutting down, overloaded or fenced
  cancelled,
  timeout,
  internal,
};

/// The enumerator's own name, for logs and tests.
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  // for people: what was tried, on which thing, and why it failed
  std::source_location where = std::source_location::current();
};

/// A T, or the Error that explains its absence. Ignoring one is a compile error (-Werror).
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}  // lets and_then() and map() results convert back
};

inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                  std::source_location where = std::source_location::current()) {
  return tl::unexpected<Error>(Error{code, std::move(message), where});
}

/// Passes an Error on as it is: `return fail(std::move(result).error());`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace anabranch

/// Unwraps a Result or returns its Error to the caller:  ANABRANCH_TRY(auto commit, refs.head(branch));
/// Not for coroutines (g++ 12): there `if (!x) co_return fail(std::move(x).error());`.
#define ANABRANCH_TRY(declaration, ...) \
  ANABRANCH_TRY_(ANABRANCH_CAT_(result_, __LINE__), declaration, __VA_ARGS__)
#define ANABRANCH_TRY_(tmp, declaration, ...)                                  \
  auto&& tmp = (__VA_ARGS__);                                                  \
  if (!tmp) return tl::unexpected<::anabranch::Error>(std::move(tmp).error()); \
  declaration = *std::move(tmp)
/// The same for Result<void>:  ANABRANCH_CHECK(disk.sync(path));
#define ANABRANCH_CHECK(...)                                                              \
  if (auto anabranch_check_result = (__VA_ARGS__); !anabranch_check_result) {             \
    return tl::unexpected<::anabranch::Error>(std::move(anabranch_check_result).error()); \
  }
#define ANABRANCH_CAT_(a, b) ANABRANCH_CAT2_(a, b)
#define ANABRANCH_CAT2_(a, b) a##b
