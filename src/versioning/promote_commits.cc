// Promotions: see promotion.h.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "versioning/commits.h"
#include "versioning/merge_base.h"
#include "versioning/promotion.h"

namespace anabranch::versioning {
namespace {

constexpr std::size_t kPathsNamedMax = 10;

bool is_in(const std::vector<std::string>& places, std::string_view path) {
  return std::any_of(places.begin(), places.end(),
                     [&](const std::string& place) { return covers(place, path); });
}

std::string name_paths(const std::vector<std::string>& paths) {
  std::string text;
  for (std::size_t i = 0; i < std::min(paths.size(), kPathsNamedMax); ++i) text += " " + paths[i];
  return paths.size() > kPathsNamedMax ? text + " ..." : text;
}

bool is_same_content(const std::optional<Entry>& left, const std::optional<Entry>& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return left->etag == right->etag && left->size_bytes == right->size_bytes;
}

/// `each` of what differs under a place, until it says false. Equal ranges are passed over.
template <class Each>
Result<void> differences(const Trees& trees, const MetarangeId& left, const MetarangeId& right,
                         const std::string& place, Each each) {
  ANABRANCH_TRY(const auto diff, trees.diff(left, right));
  if (!place.empty()) diff->seek(place);
  while (true) {
    ANABRANCH_TRY(const bool found, diff->next());
    if (!found || !diff->difference().path.starts_with(place)) return {};
    if (!covers(place, diff->difference().path)) continue;
    ANABRANCH_TRY(const bool goes_on, each(diff->difference()));
    if (!goes_on) return {};
  }
}

/// One promotion, over one head of the branch.
class Promoter {
 public:
  Promoter(const Services& services, const RefStore& refs, const OpenRepository& repository,
           const PromotionRequest& request, CommitHandle run, CommitHandle head)
      : services_(services),
        refs_(refs),
        repository_(repository),
        request_(request),
        run_(std::move(run)),
        head_(std::move(head)) {}

  /// Fills in `promotion`; gives the tree. Errors: merge_conflict and precondition_failed, unless it is a dry
  /// run; not_found.
  Result<MetarangeId> make(Promotion& promotion) {
    ANABRANCH_CHECK(look_back());
    ANABRANCH_TRY(const MetarangeId replaced, replace_results());
    ANABRANCH_TRY(const auto bases, merge_bases_of(refs_, services_.kv, repository_, {run_}, before_));
    if (bases.trees.empty())
      return fail(ErrorCode::not_found, "the run and the branch have no common ancestor");
    ANABRANCH_TRY(MergeResult merged,
                  repository_.trees.merge(bases, run_->metarange_id, replaced, request_.strategy));
    conflicts_.insert(conflicts_.end(), merged.conflicts.begin(), merged.conflicts.end());
    std::sort(conflicts_.begin(), conflicts_.end());
    if (!conflicts_.empty()) {
      promotion.conflicts = conflicts_;
      if (!request_.is_dry_run)
        return fail(ErrorCode::merge_conflict, "conflict: " + std::to_string(conflicts_.size()) +
                                                   " paths were changed on both sides, or hold what no run "
                                                   "wrote:" +
                                                   name_paths(conflicts_));
      // What it would be if the run had its way.
      ANABRANCH_TRY(merged,
                    repository_.trees.merge(bases, run_->metarange_id, replaced, MergeStrategy::source_wins));
    }
    ANABRANCH_CHECK(compare_data(merged.metarange, promotion));
    ANABRANCH_CHECK(differences(
        repository_.trees, head_->metarange_id, merged.metarange, "",
        [&](const Difference& difference) -> Result<bool> {
          promotion.has_more_changes = promotion.changes.size() == kPromotionPathsMax;
          if (promotion.has_more_changes) return false;
          const auto& shown = difference.right ? difference.right : difference.left;
          promotion.changes.push_back({difference.type, difference.path, false, shown->size_bytes});
          return true;
        }));
    return std::move(merged.metarange);
  }

 private:
  /// Finds earlier promotions, also those that came with merges of other branches, and the head as it was
  /// before this run was first brought: what the run changed is told against that, also after a revert.
  Result<void> look_back() {
    std::map<std::string, CommitHandle> seen;
    std::set<std::pair<int, std::string>> waiting;  // by generation: parents after children
    std::vector<CommitHandle> history;
    const auto add = [&](CommitHandle commit) {
      if (seen.emplace(commit->id, commit).second) waiting.emplace(commit->generation, commit->id);
    };
    add(head_);
    while (!waiting.empty() && history.size() < kPromotionHistoryMax) {
      const auto newest = std::prev(waiting.end());
      const CommitHandle commit = seen.at(newest->second);
      waiting.erase(newest);
      history.push_back(commit);
      const auto promoted = commit->metadata.find(kPromotedCommitKey);
      if (promoted != commit->metadata.end()) {
        auto run = refs_.commit(services_.kv, repository_, promoted->second);
        if (run) earlier_.push_back(*std::move(run));
      }
      for (const auto& parent : commit->parents) {
        ANABRANCH_TRY(auto handle, refs_.commit(services_.kv, repository_, parent));
        add(std::move(handle));
      }
    }
    std::set<std::string> has_run;  // the commits that have the run among their ancestors, or are it
    for (auto commit = history.rbegin(); commit != history.rend(); ++commit) {
      const auto& parents = (*commit)->parents;
      const bool has = (*commit)->id == run_->id ||
                       std::any_of(parents.begin(), parents.end(),
                                   [&](const std::string& parent) { return has_run.contains(parent); });
      if (has) has_run.insert((*commit)->id);
    }
    before_ = head_;
    while (has_run.contains(before_->id) && !before_->parents.empty()) before_ = seen.at(before_->parents[0]);
    return {};
  }

  /// True where an earlier promotion put the entry there.
  Result<bool> is_promoted(const std::string& path, const Entry& entry) const {
    for (const auto& run : earlier_) {
      ANABRANCH_TRY(const auto left, repository_.trees.get(run->metarange_id, path));
      if (left && is_same_content(left, entry)) return true;
    }
    return false;
  }

  /// The branch's tree with the run's results in the place of those of earlier promotions.
  Result<MetarangeId> replace_results() {
    std::map<std::string, std::optional<Entry>> changes;
    for (const auto& place : request_.results) {
      ANABRANCH_CHECK(differences(repository_.trees, head_->metarange_id, run_->metarange_id, place,
                                  [&](const Difference& difference) -> Result<bool> {
                                    ANABRANCH_TRY(const bool is_free, may_replace(difference));
                                    if (is_free) changes.emplace(difference.path, difference.right);
                                    return true;
                                  }));
    }
    std::vector<Change> sorted;
    for (auto& [path, entry] : changes) sorted.push_back({path, std::move(entry)});
    const auto iterator = make_change_iterator(std::move(sorted));
    ANABRANCH_TRY(ApplyResult applied, repository_.trees.apply(head_->metarange_id, *iterator));
    return std::move(applied.metarange);
  }

  /// `left` is the branch's entry and `right` the run's.
  Result<bool> may_replace(const Difference& difference) {
    if (!difference.left) return true;
    ANABRANCH_TRY(const bool promoted, is_promoted(difference.path, *difference.left));
    if (promoted) return true;
    if (request_.strategy == MergeStrategy::source_wins) return difference.right.has_value();
    if (request_.strategy == MergeStrategy::dest_wins) return false;
    // What the run began with and left as it is, is not the run's either: it stays.
    if (conflicts_.size() < kConflictsReportedMax) conflicts_.push_back(difference.path);
    return true;  // so that the merge does not name it again
  }

  Result<void> compare_data(const MetarangeId& result, Promotion& promotion) const {
    std::vector<std::string> places = request_.data;
    MetarangeId expected = run_->metarange_id;
    if (places.empty()) {
      places.emplace_back();
    } else {
      ANABRANCH_TRY(const auto input, refs_.commit(services_.kv, repository_, request_.input_commit));
      expected = input->metarange_id;
    }
    for (const auto& place : places) {
      ANABRANCH_TRY(const bool has_any, has_data(result, place));
      if (!has_any) continue;  // it merely lacks them
      ANABRANCH_CHECK(differences(repository_.trees, expected, result, place,
                                  [&](const Difference& difference) -> Result<bool> {
                                    const bool is_result = is_in(request_.results, difference.path);
                                    if (!is_result && !is_same_content(difference.left, difference.right))
                                      promotion.data_changes.push_back(difference.path);
                                    return promotion.data_changes.size() < kPromotionPathsMax;
                                  }));
    }
    if (promotion.data_changes.empty() || request_.allow_data_change || request_.is_dry_run) return {};
    return fail(ErrorCode::precondition_failed, "the data would not be what the run was given: " +
                                                    std::to_string(promotion.data_changes.size()) +
                                                    " objects differ:" + name_paths(promotion.data_changes) +
                                                    "; run it again on these data, or allow the change");
  }

  Result<bool> has_data(const MetarangeId& tree, const std::string& place) const {
    ANABRANCH_TRY(const auto entries, repository_.trees.entries(tree, place));
    while (true) {
      ANABRANCH_TRY(const bool found, entries->next());
      if (!found || !entries->path().starts_with(place)) return false;
      if (covers(place, entries->path()) && !is_in(request_.results, entries->path())) return true;
    }
  }

  const Services& services_;
  const RefStore& refs_;
  const OpenRepository& repository_;
  const PromotionRequest& request_;
  const CommitHandle run_, head_;
  CommitHandle before_;
  std::vector<CommitHandle> earlier_;   // runs
  std::vector<std::string> conflicts_;  // of results
};

}  // namespace

bool covers(std::string_view place, std::string_view path) {
  if (place.empty() || path == place) return true;
  if (!path.starts_with(place)) return false;
  return place.ends_with('/') || path[place.size()] == '/';
}

Result<Promotion> BranchHeads::promote(const OpenRepository& repository, const std::string& run,
                                       const std::string& destination,
                                       const PromotionRequest& request) const {
  Promotion promotion;
  const Make make = [&](const CommitHandle& head) -> Result<Commit> {
    promotion = {};
    if (request.expected_destination_commit && *request.expected_destination_commit != head->id) {
      return fail(ErrorCode::precondition_failed, "branch '" + destination + "' is at " + head->id +
                                                      ", not at " + *request.expected_destination_commit);
    }
    ANABRANCH_TRY(const auto from, refs_.resolve_commit(services_.kv, repository, run));
    Promoter promoter(services_, refs_, repository, request, from, head);
    Commit commit;
    ANABRANCH_TRY(commit.metarange_id, promoter.make(promotion));
    if (commit.metarange_id == head->metarange_id && !request.is_dry_run)
      return fail(ErrorCode::no_changes,
                  "no changes: '" + destination + "' holds exactly what '" + run + "' left");
    commit.committer = request.committer;
    commit.message = request.message;
    commit.created_seconds = now_seconds();
    commit.metadata = request.metadata;
    commit.metadata[kPromotedCommitKey] = from->id;
    commit.parents = {head->id, from->id};
    commit.generation = std::max(head->generation, from->generation) + 1;
    return commit;
  };
  if (request.is_dry_run) {
    ANABRANCH_TRY(const auto state, refs_.branch(services_.kv, repository, destination));
    ANABRANCH_TRY(const auto head, refs_.commit(services_.kv, repository, state.record.commit_id));
    const auto would_be = make(head);
    if (!would_be) return fail(would_be.error());
    return promotion;
  }
  ANABRANCH_TRY(promotion.commit, advance(repository, destination, make));
  return promotion;
}

}  // namespace anabranch::versioning
