// Objects of a ref as facts: stat, list, copy, delete, user metadata.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

http::Response missing_path() { return message_response(400, "query parameter 'path' is missing"); }

/// `stat` with a URL that reads the object in the place of its address.
Task<Result<json::object>> presigned_json(const Services& services, const Call& call,
                                          service::ObjectStat stat, bool user_metadata) {
  json::object object = to_json(stat, user_metadata);
  if (stat.is_prefix) co_return object;
  service::PresignRequest request{call.endpoint(), services.options.region};
  auto task = services.repositories.presign_read(call.caller, call.part("repository"), call.part("ref"),
                                                 stat.path, std::move(request));
  auto url = co_await std::move(task);
  if (!url) co_return fail(std::move(url).error());
  object["physical_address"] = url->url;
  object["physical_address_expiry"] = url->expires_seconds;
  co_return object;
}

/// How objects are told.
struct Form {
  bool user_metadata = true;
  bool presign = false;
};
Result<Form> parse_form(const Call& call) {
  Form form;
  ANABRANCH_TRY(form.user_metadata, call.flag("user_metadata", true));
  ANABRANCH_TRY(form.presign, call.flag("presign"));
  return form;
}

Task<http::Response> stat(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return missing_path();
  const auto form = parse_form(call);
  if (!form) co_return error_response(form.error());
  auto task = services.repositories.stat_object(call.caller, call.part("repository"), call.part("ref"), path);
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  if (!form->presign) co_return json_response(200, to_json(*found, form->user_metadata));
  auto print = presigned_json(services, call, *std::move(found), form->user_metadata);
  auto object = co_await std::move(print);
  if (!object) co_return error_response(object.error());
  co_return json_response(200, *object);
}

Task<http::Response> list(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const auto form = parse_form(call);
  if (!form) co_return error_response(form.error());
  const unsigned amount = page->amount;
  service::ListObjectsRequest request;
  request.page = *std::move(page);
  request.delimiter = std::string(call.parameter("delimiter"));
  auto task = services.repositories.list_objects(call.caller, call.part("repository"), call.part("ref"),
                                                 std::move(request));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  if (!form->presign) {
    co_return json_response(
        200, page_json(*found, amount, [&](const auto& item) { return to_json(item, form->user_metadata); }));
  }
  service::Page<json::object> signed_page;
  signed_page.has_more = found->has_more;
  signed_page.next_offset = found->next_offset;
  for (auto& item : found->items) {
    auto print = presigned_json(services, call, std::move(item), form->user_metadata);
    auto object = co_await std::move(print);
    if (!object) co_return error_response(object.error());
    signed_page.items.push_back(*std::move(object));
  }
  co_return json_response(200, page_json(signed_page, amount, [](const auto& item) { return item; }));
}

Task<http::Response> underlying_properties(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return missing_path();
  auto task = services.repositories.stat_object(call.caller, call.part("repository"), call.part("ref"), path);
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, json::object{{"storage_class", "STANDARD"}});
}

Task<http::Response> remove(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return missing_path();
  auto task =
      services.repositories.delete_object(call.caller, call.part("repository"), call.part("branch"), path);
  auto removed = co_await std::move(task);
  if (!removed) co_return error_response(removed.error());
  co_return empty_response(204);
}

Task<http::Response> remove_many(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto paths = strings_field(*body, "paths");
  if (!paths) co_return error_response(paths.error());
  if (paths->size() > versioning::kPageMax) {
    co_return message_response(
        400, "field 'paths' holds " + std::to_string(paths->size()) + " paths, more than 1000");
  }
  auto task = services.repositories.delete_objects(call.caller, call.part("repository"), call.part("branch"),
                                                   *std::move(paths));
  auto removed = co_await std::move(task);
  if (!removed) co_return error_response(removed.error());
  co_return json_response(200, json::object{{"errors", json::array()}});
}

Task<http::Response> copy(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  const std::string target(call.parameter("dest_path"));
  if (target.empty()) co_return message_response(400, "query parameter 'dest_path' is missing");
  auto source_path = required_string(*body, "src_path");
  if (!source_path) co_return error_response(source_path.error());
  auto source_ref = string_field(*body, "src_ref");
  if (!source_ref) co_return error_response(source_ref.error());
  std::string ref = source_ref->value_or("");
  if (ref.empty()) ref = call.part("branch");
  auto task = services.repositories.copy_object(call.caller, call.part("repository"), call.part("branch"),
                                                target, std::move(ref), *std::move(source_path));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> set_user_metadata(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return missing_path();
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto metadata = metadata_field(*body, "set");
  if (!metadata) co_return error_response(metadata.error());
  auto task = services.repositories.set_user_metadata(call.caller, call.part("repository"),
                                                      call.part("branch"), path, *std::move(metadata));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

}  // namespace

Routes object_routes() {
  return {
      {"GET", "/repositories/{repository}/refs/{ref}/objects/stat", stat},
      {"GET", "/repositories/{repository}/refs/{ref}/objects/ls", list},
      {"GET", "/repositories/{repository}/refs/{ref}/objects/underlyingProperties", underlying_properties},
      {"DELETE", "/repositories/{repository}/branches/{branch}/objects", remove},
      {"POST", "/repositories/{repository}/branches/{branch}/objects/delete", remove_many},
      {"POST", "/repositories/{repository}/branches/{branch}/objects/copy", copy},
      {"PUT", "/repositories/{repository}/branches/{branch}/objects/stat/user_metadata", set_user_metadata},
  };
}

}  // namespace anabranch::rest
