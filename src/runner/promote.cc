#include "runner/promote.h"

#include "runner/record.h"

namespace anabranch::runner {
namespace {

/// What the server's record of that very commit knows beyond the commit itself: metrics said while it ran.
void add_recorded(const ApiClient& api, const std::string& repository, const std::string& commit_id,
                  RunRecord& record) {
  auto known = api.get_run(repository, record.run_id);
  if (!known && known.error().code == ErrorCode::not_found) {
    if (!api.rebuild_runs(repository)) return;  // an older server, or one that this key may not ask
    known = api.get_run(repository, record.run_id);
  }
  if (!known || known->commit_id != commit_id) return;
  record.metrics.insert(known->metrics.begin(), known->metrics.end());
}

}  // namespace

Result<PromotionInfo> promote(const ApiClient& api, const PromoteOrder& order) {
  ANABRANCH_TRY(const CommitInfo commit, api.get_commit(order.repository, order.run));
  auto parsed = parse_record(commit.metadata);
  if (!parsed)
    return fail(parsed.error().code, "'" + order.run + "' is no finished run: " + parsed.error().message);
  if (parsed->status != "ok") {
    return fail(ErrorCode::not_allowed, "run '" + order.run + "' " + parsed->status + " with exit code " +
                                            std::to_string(parsed->exit_code) + ": not promoted");
  }
  add_recorded(api, order.repository, commit.id, *parsed);
  for (const auto& requirement : order.requirements)
    ANABRANCH_CHECK(check_requirement(requirement, parsed->metrics));
  PromotionOrder wanted;
  wanted.message = order.message;
  for (const auto& [name, value] : parsed->metrics)
    wanted.metadata.emplace("metric." + name, format_number(value));
  wanted.strategy = order.strategy;
  wanted.expected_destination_commit = order.expected_target_commit;
  wanted.allow_data_change = order.allow_data_change;
  wanted.is_dry_run = order.is_dry_run;
  // The commit that was judged, not the branch, which may move.
  return api.promote(order.repository, commit.id, order.target, wanted);
}

}  // namespace anabranch::runner
