// runner/api_client.h — typed calls on the server's REST API, signed in by one key; every call blocks its
// thread.
//
// Errors carry the server's own message.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "runner/api_types.h"
#include "runner/connection.h"

namespace anabranch::runner {

class ApiTransport;

/// Thread safety: every method from any thread. Copies share the HTTP client, which must outlive them.
///
/// Errors of every call: unauthenticated, access_denied, not_found, conflict, invalid_argument,
/// precondition_failed, unavailable, timeout, malformed (an answer that is not what the API says), internal.
class ApiClient {
 public:
  ApiClient(http::Client& http, Connection connection);
  /// The same server with another key.
  ApiClient with_key(const AccessKey& key) const;
  /// The same, but a request that may be repeated is, for so long, while the server does not answer.
  ApiClient with_patience(std::chrono::milliseconds patience) const;
  const Connection& connection() const;

  Result<std::vector<RepositoryInfo>> list_repositories() const;
  Result<RepositoryInfo> create_repository(const std::string& name, const std::string& storage_namespace,
                                           const std::string& default_branch) const;
  Result<RepositoryInfo> get_repository(const std::string& name) const;
  Result<void> delete_repository(const std::string& name) const;

  Result<std::vector<RefInfo>> list_branches(const std::string& repository,
                                             const std::string& prefix = {}) const;
  /// Gives the commit that it points to. Errors: conflict (the name is taken).
  Result<std::string> create_branch(const std::string& repository, const std::string& name,
                                    const std::string& source) const;
  Result<RefInfo> get_branch(const std::string& repository, const std::string& name) const;
  Result<void> delete_branch(const std::string& repository, const std::string& name) const;
  Result<std::vector<RefInfo>> list_tags(const std::string& repository) const;
  Result<RefInfo> create_tag(const std::string& repository, const std::string& name,
                             const std::string& ref) const;
  Result<void> delete_tag(const std::string& repository, const std::string& name) const;

  /// Of any ref: a branch's head, a tag, a commit id, `main~1`.
  Result<CommitInfo> get_commit(const std::string& repository, const std::string& ref) const;
  /// At most `amount_max`, newest first; only commits that touched what `path` names (named_by()), if it is
  /// not empty.
  Result<std::vector<CommitInfo>> log(const std::string& repository, const std::string& ref,
                                      std::size_t amount_max, const std::string& path = {}) const;
  Result<CommitInfo> commit(const std::string& repository, const std::string& branch,
                            const CommitOrder& order) const;
  /// Gives the merge's commit id. Errors: conflict (the message names the paths), precondition_failed (the
  /// destination has moved), invalid_argument (nothing to merge).
  Result<std::string> merge(const std::string& repository, const std::string& source,
                            const std::string& destination, const MergeOrder& order) const;

  /// Undoes a commit by a new one. Errors: as merge(); invalid_argument (a merge, and no parent was chosen).
  Result<void> revert(const std::string& repository, const std::string& branch, const PickOrder& order) const;
  /// Brings what a commit changed. Errors: as revert().
  Result<CommitInfo> cherry_pick(const std::string& repository, const std::string& branch,
                                 const PickOrder& order) const;
  /// Throws uncommitted changes away: those of what `path` names (named_by()), or all.
  Result<void> reset(const std::string& repository, const std::string& branch, const std::string& path) const;
  /// Puts a branch on another commit. Errors: invalid_argument (uncommitted changes, without `force`).
  Result<void> hard_reset(const std::string& repository, const std::string& branch, const std::string& ref,
                          bool force) const;

  /// Brings a run's results to a branch. Errors: conflict (the message names the paths), precondition_failed
  /// (the branch has moved; its data would not be the run's), not_allowed, not_found, invalid_argument.
  Result<PromotionInfo> promote(const std::string& repository, const std::string& run,
                                const std::string& destination, const PromotionOrder& order) const;

  /// Gives each item in order, page after page, until it says false.
  using EachObject = std::function<bool(ObjectInfo)>;
  using EachDifference = std::function<bool(DifferenceInfo)>;
  Result<void> list_objects(const std::string& repository, const std::string& ref, const std::string& prefix,
                            const std::string& delimiter, const EachObject& each) const;
  /// As list_objects(), of what `path` names (named_by()), in order.
  Result<void> list_named(const std::string& repository, const std::string& ref, const std::string& path,
                          const std::string& delimiter, const EachObject& each) const;
  /// What `right` has that `left` has not; `two_dot` compares the two as they are. Of what `path` names
  /// (named_by()), or all.
  Result<void> diff(const std::string& repository, const std::string& left, const std::string& right,
                    bool two_dot, const std::string& path, const EachDifference& each) const;
  /// What is not committed on a branch.
  Result<void> diff_branch(const std::string& repository, const std::string& branch, const std::string& path,
                           const EachDifference& each) const;

  Result<ObjectInfo> stat_object(const std::string& repository, const std::string& ref,
                                 const std::string& path) const;
  /// Gives the bytes piece by piece. A failure of `take` ends the download with its error.
  using TakeBytes = std::function<Result<void>(ByteView)>;
  Result<void> download(const std::string& repository, const std::string& ref, const std::string& path,
                        const TakeBytes& take) const;
  Result<ObjectInfo> upload_file(const std::string& repository, const std::string& branch,
                                 const std::string& path, const std::string& file) const;
  /// Bytes of a size that nobody knows yet, such as standard input: sent once, as they come.
  Result<ObjectInfo> upload_stream(const std::string& repository, const std::string& branch,
                                   const std::string& path, std::unique_ptr<ByteSource> source) const;
  Result<ObjectInfo> upload_bytes(const std::string& repository, const std::string& branch,
                                  const std::string& path, std::string bytes,
                                  const std::string& content_type) const;
  Result<ObjectInfo> copy_object(const std::string& repository, const std::string& branch,
                                 const std::string& path, const std::string& source_ref,
                                 const std::string& source_path) const;
  Result<void> delete_objects(const std::string& repository, const std::string& branch,
                              const std::vector<std::string>& paths) const;

  /// Gives the import's id.
  Result<std::string> start_import(const std::string& repository, const std::string& branch,
                                   const std::vector<ImportSource>& sources, const CommitOrder& commit) const;
  Result<ImportProgress> import_progress(const std::string& repository, const std::string& branch,
                                         const std::string& id) const;
  Result<void> cancel_import(const std::string& repository, const std::string& branch,
                             const std::string& id) const;

  // Live records. not_found: also a server that knows no such routes.
  /// Errors: conflict (there is one of that id, or there was).
  Result<void> create_sweep(const std::string& repository, const SweepInfo& sweep) const;
  Result<void> delete_sweep(const std::string& repository, const std::string& sweep) const;
  Result<SweepInfo> get_sweep(const std::string& repository, const std::string& sweep) const;
  Result<void> create_run(const std::string& repository, const RunInfo& run) const;
  Result<RunInfo> get_run(const std::string& repository, const std::string& run) const;
  /// The run that a ref leads to: itself, what it promoted or merged, or what a commit before it did; with
  /// the run's commit. Errors: not_found.
  Result<RunInfo> run_behind(const std::string& repository, const std::string& ref) const;
  Result<std::vector<RunInfo>> list_runs(const std::string& repository, const std::string& sweep) const;
  /// The run is begun again: it waits, with a new attempt's number. Errors: conflict (it goes on, or has a
  /// result).
  Result<RunInfo> begin_attempt(const std::string& repository, const std::string& run) const;
  /// Gives whether the run should end. Errors: conflict (also: another attempt was begun).
  Result<bool> report_run(const std::string& repository, const std::string& run,
                          const RunReport& report) const;
  /// Makes the records that are missing from commits.
  Result<void> rebuild_runs(const std::string& repository) const;

  /// A key that reads `repository` and writes to `branch` alone; of an `attempt`, it ends with that. Errors:
  /// conflict (another attempt was begun).
  Result<AccessKey> create_run_key(const std::string& repository, const std::string& branch,
                                   const std::string& run, std::int64_t lifetime_seconds,
                                   const std::optional<RunAttempt>& attempt = std::nullopt) const;
  Result<void> delete_key(const std::string& access_key_id) const;

 private:
  explicit ApiClient(std::shared_ptr<const ApiTransport> transport) : transport_(std::move(transport)) {}
  enum class Sent : unsigned char { again_where_needed, once };
  Result<ObjectInfo> upload(const std::string& repository, const std::string& branch, const std::string& path,
                            Sent sent, const std::function<Result<void>(http::ClientRequest&)>& fill) const;

  std::shared_ptr<const ApiTransport> transport_;
};

}  // namespace anabranch::runner
