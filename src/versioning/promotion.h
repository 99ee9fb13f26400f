// versioning/promotion.h — a run's branch brought to another branch as one commit: what it left takes the
// place of what an earlier promotion left, all else is merged.
//
// In:   a run's commit and what is known of it: where its results lie, which data it was given. Out: a
// commit, or what it would change, or why not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "versioning/types.h"

namespace anabranch::versioning {

/// What a promotion's commit says in its metadata: the run's commit. Earlier promotions are known by it.
inline constexpr const char* kPromotedCommitKey = "anabranch.promoted_commit";
/// Earlier promotions are looked for in so many commits of a branch's history, the newest first.
inline constexpr std::size_t kPromotionHistoryMax = 4'000;
/// Paths that are told of one kind.
inline constexpr std::size_t kPromotionPathsMax = 1'000;

/// A place is an object or a folder: "raw" is raw and raw/..., not raw-2; "raw/" is the folder alone, and
/// empty is everything.
bool covers(std::string_view place, std::string_view path);

struct PromotionRequest {
  std::string committer;
  std::string message;
  Metadata metadata;  // kPromotedCommitKey is added
  /// Of paths that both sides changed, and of results that no promotion put there: source_wins takes the
  /// run's where it has one, dest_wins keeps the branch's. Nothing that the run does not have is removed
  /// unless an earlier promotion put it there.
  MergeStrategy strategy = MergeStrategy::none;
  /// Refused (precondition_failed) where the destination's head is another commit.
  std::optional<std::string> expected_destination_commit;
  std::string input_commit;          // what the run was made from
  std::vector<std::string> results;  // places of what it left
  /// Places of the data it was given; none: all but its results, compared with the run's own commit.
  std::vector<std::string> data;
  bool allow_data_change = false;
  bool is_dry_run = false;
};

struct Promotion {
  std::optional<Commit> commit;   // nullopt: a dry run
  std::vector<DiffItem> changes;  // to the branch, the first kPromotionPathsMax
  bool has_more_changes = false;
  std::vector<std::string> conflicts;     // of a dry run
  std::vector<std::string> data_changes;  // where the result's data are not the run's
};

}  // namespace anabranch::versioning
