// auth/principal.h — who asks, what for, and whether they may. The decision is pure: no store, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace anabranch::auth {

/// What can be done. Named after the S3 and lakeFS actions of the same sense ("s3:GetObject",
/// "fs:ReadObject").
enum class Action : std::uint8_t {
  list_buckets,
  create_bucket,
  read_bucket,
  delete_bucket,
  list_objects,
  read_object,
  write_object,
  delete_object,
  list_repositories,
  create_repository,
  read_repository,
  update_repository,
  delete_repository,
  list_branches,
  read_branch,
  create_branch,
  delete_branch,
  revert_branch,
  commit,
  import,
  list_tags,
  read_tag,
  create_tag,
  delete_tag,
  read_commit,
  list_commits,
  merge,
  read_config,
  read_server,
  manage_credentials,
};
std::string_view to_string(Action action);

/// On what. Printed as "server", "bucket/<name>/<key>" or "repository/<name>/<ref>/<path>"; empty fields end
/// the string. "/" and "%" inside a name or ref are printed as %2F and %25, so that the path of one branch is
/// never read as a branch of another name; keys and paths are printed as they are.
struct Resource {
  enum class Kind : std::uint8_t { server, bucket, repository } kind = Kind::server;
  std::string name;  // bucket or repository
  std::string ref;   // of a repository: branch, tag or commit; empty where it does not matter
  std::string path;  // key or path

  static Resource server() { return {}; }
  static Resource bucket(std::string name, std::string key = {}) {
    return {Kind::bucket, std::move(name), {}, std::move(key)};
  }
  static Resource repository(std::string name, std::string ref = {}, std::string path = {}) {
    return {Kind::repository, std::move(name), std::move(ref), std::move(path)};
  }
  std::string to_string() const;
};

/// "actions on resources": `*` in either matches anything, "/" too; a backslash takes the next character
/// literally (escape_pattern). A deny beats every allow, whatever the order; no match is a deny.
struct Statement {
  bool allow = true;
  std::vector<std::string> actions;    // "read_object", "list_*", "*"
  std::vector<std::string> resources;  // "repository/dogs/experiment-1/*", "*"
};
struct Policy {
  std::vector<Statement> statements;
  static Policy everything();
  /// What a run may do: read all of one repository, write and commit on one branch of it, nothing else.
  static Policy run(const std::string& repository, const std::string& branch);
};

/// `text` as a pattern that matches only itself. For resources that contain names from users, print them with
/// Resource::to_string() first.
std::string escape_pattern(std::string_view text);
/// True if `pattern` (see Statement) matches all of `text`. Never exponential: at most their sizes
/// multiplied.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// The user of the root key pair.
inline constexpr std::string_view kRootUserId = "admin";

/// Who asks.
struct Principal {
  std::string user_id;  // "admin", "run/<sweep>-<n>"
  std::string access_key_id;
  Policy policy;
};

/// Errors: access_denied, naming the action and the resource.
Result<void> authorize(const Principal& principal, Action action, const Resource& resource);

}  // namespace anabranch::auth
