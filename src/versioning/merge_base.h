// versioning/merge_base.h — the common ancestors that a merge starts from. Internal.
#pragma once

#include <string>
#include <vector>

#include "versioning/refs_store.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// The common ancestor of highest generation: none is an ancestor of another common one that is better. Where
/// several are equally good (criss-cross merges) the newest one, then the one with the lowest id: always the
/// same, and the one that lakeFS tells. Errors: not_found (histories without a common commit), and those of
/// RefStore::commit().
Result<CommitHandle> find_merge_base(const RefStore& refs, const kv::Reader& reader,
                                     const OpenRepository& repository, const CommitHandle& left,
                                     const CommitHandle& right);

/// Every common ancestor of `right` and any of `left` that is no ancestor of another one, in the order in
/// which they are merged: oldest first, as Git does. Empty: none in common. Costs the commits since then.
Result<std::vector<CommitHandle>> find_merge_bases(const RefStore& refs, const kv::Reader& reader,
                                                   const OpenRepository& repository,
                                                   const std::vector<CommitHandle>& left,
                                                   const CommitHandle& right);

/// The same as trees, and what these were made from in turn. All three must outlive the result.
Result<MergeBases> merge_bases_of(const RefStore& refs, const kv::Reader& reader,
                                  const OpenRepository& repository, const std::vector<CommitHandle>& left,
                                  const CommitHandle& right);

}  // namespace anabranch::versioning
