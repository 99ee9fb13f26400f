#include "runner/promote.h"

#include "runner/record.h"

namespace anabranch::runner {
namespace {

std::string default_message(const RunRecord& record) {
  std::string message = "promote " + record.run;
  if (!record.metrics.empty()) message += ":";
  for (const auto& [name, value] : record.metrics) message += " " + name + "=" + format_number(value);
  return message;
}

/// What a reader of the target's log wants to know. Not anabranch.run: the merge is no run, it leads to one.
Metadata merge_metadata(const RunRecord& record, const std::string& commit_id) {
  Metadata metadata{{"anabranch.promoted_run", record.run}, {"anabranch.promoted_commit", commit_id}};
  for (const auto& [name, value] : record.metrics) metadata.emplace("metric." + name, format_number(value));
  for (const auto& [name, value] : record.parameters) metadata.emplace("param." + name, value);
  return metadata;
}

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

Result<std::string> promote(const ApiClient& api, const PromoteOrder& order) {
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
  MergeOrder merge;
  merge.message = order.message.empty() ? default_message(*parsed) : order.message;
  merge.metadata = merge_metadata(*parsed, commit.id);
  merge.strategy = order.strategy;
  merge.expected_destination_commit = order.expected_target_commit;
  // The commit that was judged, not the branch, which may move.
  return api.merge(order.repository, commit.id, order.target, merge);
}

}  // namespace anabranch::runner
