// Repositories and their metadata.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

Task<http::Response> list(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  auto task = services.repositories.list_repositories(call.caller, *std::move(page));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

Result<service::Repository> parse_creation(const json::object& body) {
  service::Repository repository;
  ANABRANCH_TRY(repository.id, required_string(body, "name"));
  ANABRANCH_TRY(repository.storage_namespace, required_string(body, "storage_namespace"));
  ANABRANCH_TRY(auto branch, string_field(body, "default_branch"));
  repository.default_branch = branch && !branch->empty() ? *branch : "main";
  ANABRANCH_TRY(repository.read_only, bool_field(body, "read_only"));
  ANABRANCH_TRY(const auto split,
                string_field(body, "split"));  // ours: "lakefs" gives lakeFS's own range ids
  if (split && *split == "lakefs") {
    repository.split = versioning::SplitParameters::lakefs();
  } else if (split && *split != "native") {
    return fail(ErrorCode::invalid_argument, "field 'split' must be \"native\" or \"lakefs\"");
  }
  return repository;
}

Task<http::Response> create(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto repository = parse_creation(*body);
  if (!repository) co_return error_response(repository.error());
  auto task = services.repositories.create_repository(call.caller, *std::move(repository));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> get(const Services& services, Call call) {
  auto task = services.repositories.get_repository(call.caller, call.part("repository"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, to_json(*found));
}

Task<http::Response> remove(const Services& services, Call call) {
  auto task = services.repositories.delete_repository(call.caller, call.part("repository"));
  auto removed = co_await std::move(task);
  if (!removed) co_return error_response(removed.error());
  co_return empty_response(204);
}

Task<http::Response> get_metadata(const Services& services, Call call) {
  auto task = services.repositories.get_repository(call.caller, call.part("repository"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, to_json(found->metadata));
}

/// Reads the repository's metadata, changes it by the body, writes it.
Task<http::Response> change_metadata(const Services& services, Call call, bool removing) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto find = services.repositories.get_repository(call.caller, call.part("repository"));
  auto found = co_await std::move(find);
  if (!found) co_return error_response(found.error());
  service::Metadata metadata = std::move(found->metadata);
  if (removing) {
    auto keys = strings_field(*body, "keys");
    if (!keys) co_return error_response(keys.error());
    for (const auto& key : *keys) metadata.erase(key);
  } else {
    auto changes = metadata_field(*body, "metadata");
    if (!changes) co_return error_response(changes.error());
    for (auto& [key, value] : *changes) metadata[key] = value;
  }
  auto task = services.repositories.set_repository_metadata(call.caller, call.part("repository"), metadata);
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Task<http::Response> set_metadata(const Services& services, Call call) {
  return change_metadata(services, std::move(call), false);
}
Task<http::Response> delete_metadata(const Services& services, Call call) {
  return change_metadata(services, std::move(call), true);
}

}  // namespace

Routes repository_routes() {
  return {
      {"GET", "/repositories", list},
      {"POST", "/repositories", create},
      {"GET", "/repositories/{repository}", get},
      {"DELETE", "/repositories/{repository}", remove},
      {"GET", "/repositories/{repository}/metadata", get_metadata},
      {"POST", "/repositories/{repository}/metadata", set_metadata},
      {"DELETE", "/repositories/{repository}/metadata", delete_metadata},
  };
}

}  // namespace anabranch::rest
