// Refs: log, diff, merge, merge base, and the files that hold a commit's metadata.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"
#include "rest/time.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

Result<service::LogRequest> parse_log(const Call& call) {
  service::LogRequest request;
  request.ref = call.part("ref");
  ANABRANCH_TRY(const auto page, call.page());
  request.after = page.after;
  request.amount = page.amount;
  request.objects = call.parameters("objects");
  request.prefixes = call.parameters("prefixes");
  ANABRANCH_TRY(request.first_parent, call.flag("first_parent"));
  ANABRANCH_TRY(request.limit, call.flag("limit"));
  request.stop_at = std::string(call.parameter("stop_at"));
  if (call.has_parameter("since")) {
    ANABRANCH_TRY(request.since_seconds, parse_time(call.parameter("since")));
  }
  return request;
}

Task<http::Response> log(const Services& services, Call call) {
  auto request = parse_log(call);
  if (!request) co_return error_response(request.error());
  const unsigned amount = request->amount;
  auto task = services.repositories.log(call.caller, call.part("repository"), *std::move(request));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

Result<service::DiffKind> diff_kind(const Call& call) {
  const std::string_view type = call.parameter("type", "three_dot");
  if (type == "three_dot") return service::DiffKind::three_dot;
  if (type == "two_dot") return service::DiffKind::two_dot;
  return fail(ErrorCode::invalid_argument, "query parameter 'type' must be two_dot or three_dot");
}

Task<http::Response> diff(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  const auto kind = diff_kind(call);
  if (!kind) co_return error_response(kind.error());
  service::ListObjectsRequest request;
  request.page = *std::move(page);
  request.delimiter = std::string(call.parameter("delimiter"));
  auto task = services.repositories.diff_refs(call.caller, call.part("repository"), call.part("left"),
                                              call.part("right"), *kind, std::move(request));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

service::DiffSummaryRequest summary_request(const Call& call) {
  return {std::string(call.parameter("prefix")), std::string(call.parameter("delimiter", "/"))};
}

Task<http::Response> diff_summary(const Services& services, Call call) {
  const auto kind = diff_kind(call);
  if (!kind) co_return error_response(kind.error());
  auto task =
      services.repositories.summarize_refs_diff(call.caller, call.part("repository"), call.part("left"),
                                                call.part("right"), *kind, summary_request(call));
  auto summary = co_await std::move(task);
  if (!summary) co_return error_response(summary.error());
  co_return json_response(200, to_json(*summary));
}

Task<http::Response> branch_diff_summary(const Services& services, Call call) {
  auto task = services.repositories.summarize_branch_diff(call.caller, call.part("repository"),
                                                          call.part("branch"), summary_request(call));
  auto summary = co_await std::move(task);
  if (!summary) co_return error_response(summary.error());
  co_return json_response(200, to_json(*summary));
}

Task<http::Response> graph(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  auto task = services.repositories.graph(call.caller, call.part("repository"), page->after, amount);
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  json::object body = page_json(found->commits, amount, [](const auto& item) { return to_json(item); });
  json::array refs;
  refs.reserve(found->refs.size());
  for (const auto& ref : found->refs) {
    const bool is_tag = ref.type == service::GraphRefType::tag;
    refs.push_back(
        json::object{{"id", ref.id}, {"type", is_tag ? "tag" : "branch"}, {"commit_id", ref.commit_id}});
  }
  body.emplace("refs", std::move(refs));
  co_return json_response(200, body);
}

Result<service::MergeRequest> parse_merge(const json::object& body) {
  service::MergeRequest request;
  ANABRANCH_TRY(auto message, string_field(body, "message"));
  request.message = message.value_or("");
  ANABRANCH_TRY(request.metadata, metadata_field(body, "metadata"));
  ANABRANCH_TRY(const auto strategy, string_field(body, "strategy"));
  if (!strategy || strategy->empty() || *strategy == "none") {
    request.strategy = service::MergeStrategy::none;
  } else if (*strategy == "source-wins") {
    request.strategy = service::MergeStrategy::source_wins;
  } else if (*strategy == "dest-wins") {
    request.strategy = service::MergeStrategy::dest_wins;
  } else {
    return fail(ErrorCode::invalid_argument,
                "field 'strategy' must be source-wins or dest-wins, not '" + *strategy + "'");
  }
  ANABRANCH_TRY(request.allow_empty, bool_field(body, "allow_empty"));
  ANABRANCH_TRY(request.squash, bool_field(body, "squash_merge"));
  ANABRANCH_TRY(request.expected_destination_commit,
                string_field(body, "expected_destination_commit"));  // ours
  return request;
}

Task<http::Response> merge(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto request = parse_merge(*body);
  if (!request) co_return error_response(request.error());
  auto task = services.repositories.merge(call.caller, call.part("repository"), call.part("source"),
                                          call.part("destination"), *std::move(request));
  auto made = co_await std::move(task);
  if (made) co_return json_response(200, json::object{{"reference", made->id}});
  if (made.error().code != ErrorCode::merge_conflict) co_return error_response(made.error());
  co_return json_response(409, json::object{{"reference", ""}, {"message", made.error().message}});
}

json::object promotion_json(const versioning::Promotion& promotion) {
  json::array changes;
  for (const auto& change : promotion.changes) changes.push_back(to_json(change));
  return {{"reference", promotion.commit ? promotion.commit->id : std::string()},
          {"changes", std::move(changes)},
          {"has_more_changes", promotion.has_more_changes},
          {"conflicts", json::array(promotion.conflicts.begin(), promotion.conflicts.end())},
          {"data_changes", json::array(promotion.data_changes.begin(), promotion.data_changes.end())}};
}

Task<http::Response> promote(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto asked = parse_merge(*body);
  if (!asked) co_return error_response(asked.error());
  const auto allow_data_change = bool_field(*body, "allow_data_change");
  if (!allow_data_change) co_return error_response(allow_data_change.error());
  const auto is_dry_run = bool_field(*body, "dry_run");
  if (!is_dry_run) co_return error_response(is_dry_run.error());
  auto requirements = strings_field(*body, "requirements");
  if (!requirements) co_return error_response(requirements.error());
  service::ExperimentService::PromotionOrder order{
      asked->message,     asked->metadata, asked->strategy,         asked->expected_destination_commit,
      *allow_data_change, *is_dry_run,     *std::move(requirements)};
  auto task = services.experiments.promote(call.caller, call.part("repository"), call.part("run"),
                                           call.part("destination"), std::move(order));
  auto made = co_await std::move(task);
  if (made) co_return json_response(200, promotion_json(*made));
  if (made.error().code != ErrorCode::merge_conflict) co_return error_response(made.error());
  co_return json_response(409, json::object{{"reference", ""}, {"message", made.error().message}});
}

Task<http::Response> merge_base(const Services& services, Call call) {
  auto task = services.repositories.merge_base(call.caller, call.part("repository"), call.part("source"),
                                               call.part("destination"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, json::object{{"source_commit_id", found->source_commit_id},
                                            {"destination_commit_id", found->destination_commit_id},
                                            {"base_commit_id", found->base_commit_id}});
}

Task<http::Response> metadata_location(const Services& services, Call call) {
  auto task = services.repositories.metadata_address(call.caller, call.part("repository"), call.part("id"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, json::object{{"location", *found}});
}

}  // namespace

Routes ref_routes() {
  return {
      {"GET", "/repositories/{repository}/refs/{ref}/commits", log},
      {"GET", "/repositories/{repository}/refs/{left}/diff/{right}", diff},
      {"GET", "/repositories/{repository}/refs/{left}/diff/{right}/summary", diff_summary},
      {"GET", "/repositories/{repository}/branches/{branch}/diff/summary", branch_diff_summary},
      {"GET", "/repositories/{repository}/graph", graph},
      {"POST", "/repositories/{repository}/refs/{source}/merge/{destination}", merge},
      {"GET", "/repositories/{repository}/refs/{source}/merge/{destination}", merge_base},
      {"POST", "/repositories/{repository}/refs/{run}/promote/{destination}", promote},
      {"GET", "/repositories/{repository}/metadata/meta_range/{id}", metadata_location},
      {"GET", "/repositories/{repository}/metadata/range/{id}", metadata_location},
  };
}

}  // namespace anabranch::rest
