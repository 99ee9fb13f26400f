// Tags.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

Task<http::Response> list(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  auto task = services.repositories.list_tags(call.caller, call.part("repository"), *std::move(page));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

Task<http::Response> create(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto id = required_string(*body, "id");
  if (!id) co_return error_response(id.error());
  auto ref = required_string(*body, "ref");
  if (!ref) co_return error_response(ref.error());
  auto force = bool_field(*body, "force");
  if (!force) co_return error_response(force.error());
  auto task = services.repositories.create_tag(call.caller, call.part("repository"), *std::move(id),
                                               *std::move(ref), *force);
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> get(const Services& services, Call call) {
  auto task = services.repositories.get_tag(call.caller, call.part("repository"), call.part("tag"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, to_json(*found));
}

Task<http::Response> remove(const Services& services, Call call) {
  auto task = services.repositories.delete_tag(call.caller, call.part("repository"), call.part("tag"));
  auto removed = co_await std::move(task);
  if (!removed) co_return error_response(removed.error());
  co_return empty_response(204);
}

}  // namespace

Routes tag_routes() {
  return {
      {"GET", "/repositories/{repository}/tags", list},
      {"POST", "/repositories/{repository}/tags", create},
      {"GET", "/repositories/{repository}/tags/{tag}", get},
      {"DELETE", "/repositories/{repository}/tags/{tag}", remove},
  };
}

}  // namespace anabranch::rest
