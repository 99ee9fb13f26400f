#include "base/result.h"

namespace anabranch {

std::string_view to_string(ErrorCode code) {
  // No default: -Wswitch names the enumerator that a change forgot here.
  switch (code) {
#define ANABRANCH_NAME(name) \
  case ErrorCode::name:      \
    return #name
    ANABRANCH_NAME(invalid_argument);
    ANABRANCH_NAME(invalid_name);
    ANABRANCH_NAME(key_too_long);
    ANABRANCH_NAME(entity_too_large);
    ANABRANCH_NAME(entity_too_small);
    ANABRANCH_NAME(invalid_range);
    ANABRANCH_NAME(invalid_part);
    ANABRANCH_NAME(invalid_part_order);
    ANABRANCH_NAME(incomplete_body);
    ANABRANCH_NAME(bad_digest);
    ANABRANCH_NAME(malformed);
    ANABRANCH_NAME(unauthenticated);
    ANABRANCH_NAME(invalid_access_key);
    ANABRANCH_NAME(signature_mismatch);
    ANABRANCH_NAME(clock_skew);
    ANABRANCH_NAME(expired);
    ANABRANCH_NAME(access_denied);
    ANABRANCH_NAME(no_such_bucket);
    ANABRANCH_NAME(no_such_key);
    ANABRANCH_NAME(no_such_upload);
    ANABRANCH_NAME(no_such_repository);
    ANABRANCH_NAME(no_such_branch);
    ANABRANCH_NAME(no_such_tag);
    ANABRANCH_NAME(no_such_commit);
    ANABRANCH_NAME(no_such_ref);
    ANABRANCH_NAME(not_found);
    ANABRANCH_NAME(source_changed);
    ANABRANCH_NAME(bucket_exists);
    ANABRANCH_NAME(bucket_not_empty);
    ANABRANCH_NAME(already_exists);
    ANABRANCH_NAME(namespace_in_use);
    ANABRANCH_NAME(conflict);
    ANABRANCH_NAME(merge_conflict);
    ANABRANCH_NAME(no_changes);
    ANABRANCH_NAME(dirty_branch);
    ANABRANCH_NAME(precondition_failed);
    ANABRANCH_NAME(not_modified);
    ANABRANCH_NAME(not_allowed);
    ANABRANCH_NAME(not_implemented);
    ANABRANCH_NAME(no_space);
    ANABRANCH_NAME(io);
    ANABRANCH_NAME(corruption);
    ANABRANCH_NAME(would_block);
    ANABRANCH_NAME(unavailable);
    ANABRANCH_NAME(cancelled);
    ANABRANCH_NAME(timeout);
    ANABRANCH_NAME(internal);
#undef ANABRANCH_NAME
  }
  return "unknown";
}

}  // namespace anabranch
