// Commits that come from trees that are there: merges, reverts, cherry-picks.
#include <algorithm>

#include "versioning/commits.h"
#include "versioning/merge_base.h"

namespace anabranch::versioning {
namespace {

constexpr std::string_view kStrategyKey = ".lakefs.merge.strategy";
constexpr std::size_t kConflictsNamedMax = 10;

std::string_view name_of(MergeStrategy strategy) {
  switch (strategy) {
    case MergeStrategy::source_wins:
      return "source-wins";
    case MergeStrategy::dest_wins:
      return "dest-wins";
    case MergeStrategy::none:
      break;
  }
  return "default";
}

tl::unexpected<Error> conflict_at(const std::vector<std::string>& paths) {
  std::string text = "conflict: both sides changed " + std::to_string(paths.size()) + " paths:";
  for (std::size_t i = 0; i < std::min(paths.size(), kConflictsNamedMax); ++i) text += " " + paths[i];
  if (paths.size() > kConflictsNamedMax) text += " ...";
  return fail(ErrorCode::merge_conflict, std::move(text));
}

tl::unexpected<Error> nothing_new(const std::string& source, const std::string& destination) {
  return fail(ErrorCode::no_changes,
              "no changes: '" + destination + "' has all that '" + source + "' changed");
}

void apply_overrides(Commit& commit, const std::optional<CommitRequest>& overrides) {
  if (!overrides) return;
  if (!overrides->message.empty()) commit.message = overrides->message;
  if (!overrides->metadata.empty()) commit.metadata = overrides->metadata;
  if (overrides->date_seconds) commit.created_seconds = *overrides->date_seconds;
}

/// The number that one would have to give for each parent.
std::string tell_parents(const Commit& commit) {
  std::string text;
  for (std::size_t i = 0; i < commit.parents.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(i + 1) + " for " + commit.parents[i];
    if (i == 0) text += " (what it was merged into)";
  }
  return text;
}

/// The parent that a commit is compared with: 1-based; 0: the only one. Errors: invalid_argument.
Result<std::optional<std::string>> chosen_parent(const Commit& commit, unsigned number) {
  if (number == 0 && commit.parents.size() > 1) {
    return fail(ErrorCode::invalid_argument, "parent_number: commit " + commit.id +
                                                 " is a merge; say which parent: " + tell_parents(commit));
  }
  if (number > commit.parents.size()) {
    std::string text = "parent_number: commit " + commit.id + " has no parent " + std::to_string(number);
    if (!commit.parents.empty()) text += "; there is " + tell_parents(commit);
    return fail(ErrorCode::invalid_argument, std::move(text));
  }
  if (commit.parents.empty()) return std::optional<std::string>{};
  return std::optional<std::string>(commit.parents[number == 0 ? 0 : number - 1]);
}

MergeBases one_base(const MetarangeId& tree) { return {{tree}, {}, {}}; }

}  // namespace

Result<MetarangeId> BranchHeads::merged_tree(const OpenRepository& repository, const MergeBases& bases,
                                             const MetarangeId& source, const MetarangeId& destination,
                                             MergeStrategy strategy) const {
  if (bases.are_all(destination)) return source;  // only the source changed: nothing is written
  if (bases.are_all(source) || source == destination) return destination;
  ANABRANCH_TRY(MergeResult merged, repository.trees.merge(bases, source, destination, strategy));
  if (!merged.conflicts.empty()) return conflict_at(merged.conflicts);
  return std::move(merged.metarange);
}

/// Whether a ref is the branch itself by another name: the branch, or its head as a commit or a tag. Another
/// branch that happens to stand there is another one.
Result<bool> BranchHeads::is_itself(const OpenRepository& repository, const std::string& ref,
                                    const std::string& branch, const CommitHandle& head) const {
  ANABRANCH_TRY(const RefExpression expression, parse_ref(ref));
  ANABRANCH_TRY(const NamedCommit named, refs_.resolve(services_.kv, repository, ref));
  if (named.commit_id != head->id) return expression.modifiers.empty() && expression.base == branch;
  return !named.is_branch || expression.base == branch;
}

Result<Commit> BranchHeads::merge(const OpenRepository& repository, const std::string& source,
                                  const std::string& destination, const MergeRequest& request) const {
  return advance(repository, destination, [&](const CommitHandle& head) -> Result<Commit> {
    if (request.expected_destination_commit && *request.expected_destination_commit != head->id) {
      return fail(ErrorCode::precondition_failed, "branch '" + destination + "' is at " + head->id +
                                                      ", not at " + *request.expected_destination_commit);
    }
    ANABRANCH_TRY(const auto from, refs_.resolve_commit(services_.kv, repository, source));
    ANABRANCH_TRY(const bool itself, is_itself(repository, source, destination, head));
    if (itself) {
      return fail(ErrorCode::invalid_argument, "'" + source + "' is branch '" + destination +
                                                   "' itself: a branch cannot be merged into itself");
    }
    ANABRANCH_TRY(const auto bases, merge_bases_of(refs_, services_.kv, repository, {from}, head));
    if (bases.trees.empty()) {
      return fail(ErrorCode::not_found, "'" + source + "' and '" + destination + "' have no common ancestor");
    }
    if (bases.are_all(from->metarange_id) && !request.allow_empty) return nothing_new(source, destination);

    Commit commit;
    ANABRANCH_TRY(commit.metarange_id,
                  merged_tree(repository, bases, from->metarange_id, head->metarange_id, request.strategy));
    commit.committer = request.committer;
    commit.message =
        request.message.empty() ? "Merge '" + source + "' into '" + destination + "'" : request.message;
    commit.created_seconds = now_seconds();
    commit.metadata = request.metadata;
    commit.metadata[std::string(kStrategyKey)] = name_of(request.strategy);
    commit.parents = {head->id};
    if (!request.squash) commit.parents.push_back(from->id);
    commit.generation = std::max(head->generation, from->generation) + 1;
    return commit;
  });
}

/// Applies to the head what leads from the commit back to its parent.
Result<Commit> BranchHeads::revert(const OpenRepository& repository, const std::string& branch,
                                   const RevertRequest& request) const {
  ANABRANCH_TRY(const auto reverted, refs_.resolve_commit(services_.kv, repository, request.ref));
  ANABRANCH_TRY(const auto parent_id, chosen_parent(*reverted, request.parent_number));
  MetarangeId parent_tree;
  if (parent_id) {
    ANABRANCH_TRY(const auto parent, refs_.commit(services_.kv, repository, *parent_id));
    parent_tree = parent->metarange_id;
  }
  return advance(repository, branch, [&](const CommitHandle& head) -> Result<Commit> {
    Commit commit;
    ANABRANCH_TRY(commit.metarange_id, merged_tree(repository, one_base(reverted->metarange_id), parent_tree,
                                                   head->metarange_id, MergeStrategy::none));
    const bool allow_empty =
        request.allow_empty || (request.commit_overrides && request.commit_overrides->allow_empty);
    if (commit.metarange_id == head->metarange_id && !allow_empty) return nothing_new(request.ref, branch);
    commit.committer = request.committer;
    commit.message = "Revert " + request.ref;
    commit.created_seconds = now_seconds();
    commit.parents = {head->id};
    commit.generation = head->generation + 1;
    apply_overrides(commit, request.commit_overrides);
    return commit;
  });
}

Result<Commit> BranchHeads::cherry_pick(const OpenRepository& repository, const std::string& branch,
                                        const CherryPickRequest& request) const {
  ANABRANCH_TRY(const auto picked, refs_.resolve_commit(services_.kv, repository, request.ref));
  ANABRANCH_TRY(const auto parent_id, chosen_parent(*picked, request.parent_number));
  if (!parent_id) {
    return fail(ErrorCode::invalid_argument,
                "ref: commit " + picked->id + " has no parent to compare it with");
  }
  ANABRANCH_TRY(const auto parent, refs_.commit(services_.kv, repository, *parent_id));
  if (picked->metarange_id == parent->metarange_id) return nothing_new(request.ref, branch);
  return advance(repository, branch, [&](const CommitHandle& head) -> Result<Commit> {
    Commit commit;
    ANABRANCH_TRY(commit.metarange_id,
                  merged_tree(repository, one_base(parent->metarange_id), picked->metarange_id,
                              head->metarange_id, MergeStrategy::none));
    commit.committer = request.committer;
    commit.message = picked->message;
    commit.created_seconds = now_seconds();
    commit.metadata = picked->metadata;
    commit.parents = {head->id};
    commit.generation = head->generation + 1;
    // Overrides come before our own names, which they must not take away.
    apply_overrides(commit, request.commit_overrides);
    commit.metadata["cherry-pick-origin"] = picked->id;
    commit.metadata["cherry-pick-committer"] = picked->committer;
    return commit;
  });
}

}  // namespace anabranch::versioning
