// versioning/merge_base.h — the common ancestor that a merge starts from. Internal.
#pragma once

#include <string>

#include "versioning/refs_store.h"

namespace anabranch::versioning {

/// The common ancestor of highest generation: none is an ancestor of another common one that is better. Where
/// several are equally good (criss-cross merges) the newest one, then the one with the lowest id: always the
/// same. Errors: not_found (histories without a common commit), and those of RefStore::commit().
Result<CommitHandle> find_merge_base(const RefStore& refs, const kv::Reader& reader,
                                     const OpenRepository& repository, const CommitHandle& left,
                                     const CommitHandle& right);

}  // namespace anabranch::versioning
