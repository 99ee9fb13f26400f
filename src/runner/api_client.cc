// Repositories, refs, commits, imports and keys: see api_client.h. Objects are in api_objects.cc.
#include "runner/api_client.h"

#include <utility>

#include "runner/api_paths.h"
#include "runner/api_transport.h"
#include "runner/uri.h"

namespace anabranch::runner {
namespace {

namespace json = boost::json;
using Repeat = ApiTransport::Repeat;

RepositoryInfo to_repository(const json::object& object) {
  return {text_of(object, "id"), text_of(object, "storage_namespace"), text_of(object, "default_branch"),
          number_of(object, "creation_date")};
}

RefInfo to_ref(const json::object& object) { return {text_of(object, "id"), text_of(object, "commit_id")}; }

CommitInfo to_commit(const json::object& object) {
  CommitInfo commit{text_of(object, "id"),
                    {},
                    text_of(object, "committer"),
                    text_of(object, "message"),
                    number_of(object, "creation_date"),
                    {}};
  if (const auto* parents = object.if_contains("parents"); parents != nullptr && parents->is_array()) {
    for (const auto& parent : parents->get_array()) {
      if (parent.is_string()) commit.parents.emplace_back(parent.get_string());
    }
  }
  if (const auto* metadata = object.if_contains("metadata"); metadata != nullptr && metadata->is_object()) {
    for (const auto& [name, value] : metadata->get_object()) {
      if (value.is_string()) commit.metadata.emplace(std::string(name), std::string(value.get_string()));
    }
  }
  return commit;
}

json::object to_json(const Metadata& metadata) {
  json::object object;
  for (const auto& [name, value] : metadata) object.emplace(name, value);
  return object;
}

json::object to_json(const CommitOrder& order) {
  return {
      {"message", order.message}, {"metadata", to_json(order.metadata)}, {"allow_empty", order.allow_empty}};
}

json::object to_json(const PickOrder& order) {
  json::object body{{"ref", order.ref}, {"parent_number", order.parent_number}};
  if (!order.message.empty()) body.emplace("commit_overrides", json::object{{"message", order.message}});
  if (order.allow_empty) body.emplace("allow_empty", true);
  return body;
}

template <class T, class Convert>
Result<std::vector<T>> all_pages(const ApiTransport& transport, const std::string& path, Convert convert) {
  std::vector<T> items;
  ANABRANCH_CHECK(transport.pages(path, [&](const json::object& item) -> Result<bool> {
    items.push_back(convert(item));
    return true;
  }));
  return items;
}

}  // namespace

ApiClient::ApiClient(http::Client& http, Connection connection)
    : transport_(std::make_shared<ApiTransport>(http, std::move(connection), std::chrono::milliseconds(0))) {}

ApiClient ApiClient::with_key(const AccessKey& key) const {
  Connection connection = transport_->connection();
  connection.access_key_id = key.id;
  connection.secret_access_key = key.secret;
  return ApiClient(
      std::make_shared<ApiTransport>(transport_->http(), std::move(connection), transport_->patience()));
}

ApiClient ApiClient::with_patience(std::chrono::milliseconds patience) const {
  return ApiClient(std::make_shared<ApiTransport>(transport_->http(), transport_->connection(), patience));
}

const Connection& ApiClient::connection() const { return transport_->connection(); }

// ── Repositories
// ─────────────────────────────────────────────────────────────────────────────────────────────

Result<std::vector<RepositoryInfo>> ApiClient::list_repositories() const {
  return all_pages<RepositoryInfo>(*transport_, "/repositories", to_repository);
}

Result<RepositoryInfo> ApiClient::create_repository(const std::string& name,
                                                    const std::string& storage_namespace,
                                                    const std::string& default_branch) const {
  const json::object body{
      {"name", name}, {"storage_namespace", storage_namespace}, {"default_branch", default_branch}};
  ANABRANCH_TRY(const auto made, transport_->post("/repositories", body));
  return to_repository(made);
}

Result<RepositoryInfo> ApiClient::get_repository(const std::string& name) const {
  ANABRANCH_TRY(const auto found, transport_->get(repository_path(name)));
  return to_repository(found);
}

Result<void> ApiClient::delete_repository(const std::string& name) const {
  return transport_->remove(repository_path(name));
}

// ── Refs
// ─────────────────────────────────────────────────────────────────────────────────────────────────────

Result<std::vector<RefInfo>> ApiClient::list_branches(const std::string& repository,
                                                      const std::string& prefix) const {
  return all_pages<RefInfo>(*transport_, repository_path(repository) + "/branches?prefix=" + encoded(prefix),
                            to_ref);
}

Result<std::string> ApiClient::create_branch(const std::string& repository, const std::string& name,
                                             const std::string& source) const {
  return transport_->post_for_text(repository_path(repository) + "/branches",
                                   {{"name", name}, {"source", source}});
}

Result<RefInfo> ApiClient::get_branch(const std::string& repository, const std::string& name) const {
  ANABRANCH_TRY(const auto found, transport_->get(branch_path(repository, name)));
  return to_ref(found);
}

Result<void> ApiClient::delete_branch(const std::string& repository, const std::string& name) const {
  return transport_->remove(branch_path(repository, name));
}

Result<std::vector<RefInfo>> ApiClient::list_tags(const std::string& repository) const {
  return all_pages<RefInfo>(*transport_, repository_path(repository) + "/tags", to_ref);
}

Result<RefInfo> ApiClient::create_tag(const std::string& repository, const std::string& name,
                                      const std::string& ref) const {
  ANABRANCH_TRY(const auto made,
                transport_->post(repository_path(repository) + "/tags", {{"id", name}, {"ref", ref}}));
  return to_ref(made);
}

Result<void> ApiClient::delete_tag(const std::string& repository, const std::string& name) const {
  return transport_->remove(repository_path(repository) + "/tags/" + encoded(name));
}

// ── Commits
// ──────────────────────────────────────────────────────────────────────────────────────────────────

Result<CommitInfo> ApiClient::get_commit(const std::string& repository, const std::string& ref) const {
  ANABRANCH_TRY(const auto found, transport_->get(repository_path(repository) + "/commits/" + encoded(ref)));
  return to_commit(found);
}

Result<std::vector<CommitInfo>> ApiClient::log(const std::string& repository, const std::string& ref,
                                               std::size_t amount_max, const std::string& path_named) const {
  std::string path = ref_path(repository, ref) + "/commits";
  const NamedPath named = named_by(path_named);
  if (!named.folder.empty()) path += "?prefixes=" + encoded(named.folder);
  if (!named.object.empty()) path += "&objects=" + encoded(named.object);
  std::vector<CommitInfo> commits;
  ANABRANCH_CHECK(transport_->pages(path, [&](const json::object& item) -> Result<bool> {
    if (commits.size() < amount_max) commits.push_back(to_commit(item));
    return commits.size() < amount_max;
  }));
  return commits;
}

Result<CommitInfo> ApiClient::commit(const std::string& repository, const std::string& branch,
                                     const CommitOrder& order) const {
  ANABRANCH_TRY(const auto made,
                transport_->post(branch_path(repository, branch) + "/commits", to_json(order)));
  return to_commit(made);
}

Result<PromotionInfo> ApiClient::promote(const std::string& repository, const std::string& run,
                                         const std::string& destination, const PromotionOrder& order) const {
  json::object body{{"message", order.message},
                    {"metadata", to_json(order.metadata)},
                    {"strategy", order.strategy},
                    {"allow_data_change", order.allow_data_change},
                    {"dry_run", order.is_dry_run}};
  if (order.expected_destination_commit)
    body.emplace("expected_destination_commit", *order.expected_destination_commit);
  if (!order.requirements.empty())
    body.emplace("requirements", json::array(order.requirements.begin(), order.requirements.end()));
  ANABRANCH_TRY(const auto made,
                transport_->post(ref_path(repository, run) + "/promote/" + encoded(destination), body));
  PromotionInfo info;
  info.commit_id = text_of(made, "reference");
  info.has_more_changes = truth_of(made, "has_more_changes");
  const auto each = [&](const char* name, auto take) {
    const auto* items = made.if_contains(name);
    if (items == nullptr || !items->is_array()) return;
    for (const auto& item : items->get_array()) take(item);
  };
  each("changes", [&](const json::value& item) {
    if (!item.is_object()) return;
    info.changes.push_back({text_of(item.get_object(), "type"), text_of(item.get_object(), "path"), false});
  });
  each("conflicts", [&](const json::value& item) {
    if (item.is_string()) info.conflicts.emplace_back(item.get_string());
  });
  each("data_changes", [&](const json::value& item) {
    if (item.is_string()) info.data_changes.emplace_back(item.get_string());
  });
  return info;
}

Result<std::string> ApiClient::merge(const std::string& repository, const std::string& source,
                                     const std::string& destination, const MergeOrder& order) const {
  json::object body{
      {"message", order.message}, {"metadata", to_json(order.metadata)}, {"strategy", order.strategy}};
  if (order.expected_destination_commit) {
    body.emplace("expected_destination_commit", *order.expected_destination_commit);
  }
  ANABRANCH_TRY(const auto made,
                transport_->post(ref_path(repository, source) + "/merge/" + encoded(destination), body));
  return text_of(made, "reference");
}

Result<void> ApiClient::revert(const std::string& repository, const std::string& branch,
                               const PickOrder& order) const {
  const auto done = transport_->post(branch_path(repository, branch) + "/revert", to_json(order));
  if (!done) return fail(done.error());
  return {};
}

Result<CommitInfo> ApiClient::cherry_pick(const std::string& repository, const std::string& branch,
                                          const PickOrder& order) const {
  ANABRANCH_TRY(const auto made,
                transport_->post(branch_path(repository, branch) + "/cherry-pick", to_json(order)));
  return to_commit(made);
}

Result<void> ApiClient::reset(const std::string& repository, const std::string& branch,
                              const std::string& path) const {
  const std::string target = branch_path(repository, branch);
  if (path.empty()) return transport_->put(target, {{"type", "reset"}});
  const NamedPath named = named_by(path);
  ANABRANCH_CHECK(transport_->put(target, {{"type", "common_prefix"}, {"path", named.folder}}));
  if (named.object.empty()) return {};
  return transport_->put(target, {{"type", "object"}, {"path", named.object}});
}

Result<void> ApiClient::hard_reset(const std::string& repository, const std::string& branch,
                                   const std::string& ref, bool force) const {
  return transport_->put(
      branch_path(repository, branch) + "/hard_reset?ref=" + encoded(ref) + (force ? "&force=true" : ""), {});
}

// ── Imports
// ──────────────────────────────────────────────────────────────────────────────────────────────────

Result<std::string> ApiClient::start_import(const std::string& repository, const std::string& branch,
                                            const std::vector<ImportSource>& sources,
                                            const CommitOrder& commit) const {
  json::array paths;
  for (const auto& source : sources) {
    paths.push_back(json::object{{"type", source.is_object ? "object" : "common_prefix"},
                                 {"path", source.uri},
                                 {"destination", source.destination}});
  }
  const json::object body{{"paths", std::move(paths)}, {"commit", to_json(commit)}};
  ANABRANCH_TRY(const auto made, transport_->post(branch_path(repository, branch) + "/import", body));
  return text_of(made, "id");
}

Result<ImportProgress> ApiClient::import_progress(const std::string& repository, const std::string& branch,
                                                  const std::string& id) const {
  ANABRANCH_TRY(const auto found,
                transport_->get(branch_path(repository, branch) + "/import?id=" + encoded(id)));
  ImportProgress progress{truth_of(found, "completed"), number_of(found, "ingested_objects"), {}, {}};
  if (const auto* commit = found.if_contains("commit"); commit != nullptr && commit->is_object()) {
    progress.commit_id = text_of(commit->get_object(), "id");
  }
  if (const auto* error = found.if_contains("error"); error != nullptr && error->is_object()) {
    progress.error = text_of(error->get_object(), "message");
  }
  return progress;
}

Result<void> ApiClient::cancel_import(const std::string& repository, const std::string& branch,
                                      const std::string& id) const {
  return transport_->remove(branch_path(repository, branch) + "/import?id=" + encoded(id));
}

// ── Keys
// ─────────────────────────────────────────────────────────────────────────────────────────────────────

Result<AccessKey> ApiClient::create_run_key(const std::string& repository, const std::string& branch,
                                            const std::string& run, std::int64_t lifetime_seconds,
                                            const std::optional<RunAttempt>& attempt) const {
  boost::json::object body{{"run", run}, {"ttl_seconds", lifetime_seconds}};
  if (attempt) {
    body.emplace("run_id", attempt->run_id);
    body.emplace("attempt", attempt->attempt);
  }
  // Repeated where need be: a key too many dies by itself.
  ANABRANCH_TRY(const auto made, transport_->post(branch_path(repository, branch) + "/run_keys", body,
                                                  Repeat::while_unavailable));
  AccessKey key{text_of(made, "access_key_id"), Secret(text_of(made, "secret_access_key"))};
  if (key.id.empty() || key.secret.empty()) {
    return fail(ErrorCode::malformed, "the server made a run's key and did not tell it");
  }
  return key;
}

Result<void> ApiClient::delete_key(const std::string& access_key_id) const {
  return transport_->remove("/access_keys/" + encoded(access_key_id));
}

}  // namespace anabranch::runner
