// Our own routes: the server's state and load, buckets and repositories in figures, presigned URLs. What the
// web UI asks.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSeriesMinutes = 60;
constexpr std::int64_t kPresignedSeconds = 3'600;

json::object to_json(const service::EngineFigures& engine) {
  return {{"blob_count", engine.blob_count},
          {"blob_bytes", engine.blob_bytes},
          {"live_bytes", engine.live_bytes},
          {"log_segments", engine.log_segments},
          {"data_segments", engine.data_segments},
          {"free_segments", engine.free_segments},
          {"index_disk_bytes", engine.index_disk_bytes},
          {"index_memory_bytes", engine.index_memory_bytes}};
}

json::object to_json(const service::ServerState& state) {
  const service::ServerFacts& facts = state.facts;
  json::array drives, options;
  for (const auto& drive : state.storage.drives) {
    drives.push_back(json::object{{"path", drive.path},
                                  {"capacity_bytes", drive.capacity_bytes},
                                  {"free_bytes", drive.free_bytes},
                                  {"used_bytes", drive.used_bytes}});
  }
  for (const auto& [name, value] : facts.options) {
    options.push_back(json::object{{"name", name}, {"value", value}});
  }
  const json::object health{{"state", state.storage.read_only ? "read_only" : "ok"},
                            {"reason", state.storage.reason}};
  const json::object threads{{"network", facts.network_threads}, {"worker", facts.worker_threads}};
  const json::object counts{
      {"repositories", state.repositories}, {"buckets", state.buckets}, {"objects", state.objects}};
  return {{"version", facts.version},
          {"started_ms", facts.started_ms},
          {"now_ms", state.now_ms},
          {"region", facts.region},
          {"listen", facts.listen},
          {"s3_listen", facts.s3_listen},
          {"data_folder", facts.data_folder},
          {"threads", threads},
          {"health", health},
          {"drives", std::move(drives)},
          {"engine", to_json(state.storage.engine)},
          {"counts", counts},
          {"options", std::move(options)}};
}

json::object to_json(const LoadPoint& point) {
  return {{"time_ms", point.time_ms},
          {"s3_requests", point.s3_requests},
          {"rest_requests", point.rest_requests},
          {"client_errors", point.client_errors},
          {"server_errors", point.server_errors},
          {"received_bytes", point.received_bytes},
          {"sent_bytes", point.sent_bytes},
          {"p50_ms", point.p50_ms},
          {"p95_ms", point.p95_ms},
          {"p99_ms", point.p99_ms}};
}

json::object to_json(const service::BucketFigures& bucket) {
  json::array repositories;
  for (const auto& repository : bucket.repositories) {
    repositories.push_back(
        json::object{{"id", repository.id}, {"storage_namespace", repository.storage_namespace}});
  }
  return {{"name", bucket.info.name},
          {"creation_ms", bucket.info.created_ms},
          {"kind", bucket.is_repository ? "repository" : "bucket"},
          {"objects", bucket.objects},
          {"bytes", bucket.bytes},
          {"repositories", std::move(repositories)}};
}

Task<http::Response> show_server(const Services& services, Call call) {
  auto task = services.server.state(call.caller);
  auto state = co_await std::move(task);
  if (!state) co_return error_response(state.error());
  co_return json_response(200, to_json(*state));
}

Task<http::Response> show_series(const Services& services, Call call) {
  auto minutes = call.whole("minutes", kSeriesMinutes, 1, kSeriesMinutes);
  if (!minutes) co_return error_response(minutes.error());
  auto task = services.server.load(call.caller, *minutes);
  auto load = co_await std::move(task);
  if (!load) co_return error_response(load.error());
  json::array points;
  points.reserve(load->size());
  for (const LoadPoint& point : *load) points.push_back(to_json(point));
  co_return json_response(200, json::object{{"interval_ms", kLoadIntervalMs}, {"points", std::move(points)}});
}

Task<http::Response> list_buckets(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  auto task = services.server.buckets(call.caller, *std::move(page));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

Task<http::Response> show_figures(const Services& services, Call call) {
  auto task = services.server.repository_figures(call.caller, call.part("repository"));
  auto figures = co_await std::move(task);
  if (!figures) co_return error_response(figures.error());
  const auto& in_namespace = figures->name_space;
  co_return json_response(200, json::object{{"branches", figures->branches},
                                            {"tags", figures->tags},
                                            {"objects", figures->head.objects},
                                            {"bytes", figures->head.bytes},
                                            {"bytes_exact", figures->head.exact},
                                            {"namespace_objects", in_namespace.objects},
                                            {"namespace_bytes", in_namespace.bytes},
                                            {"data_objects", in_namespace.data_objects},
                                            {"data_bytes", in_namespace.data_bytes},
                                            {"metadata_objects", in_namespace.metadata_objects},
                                            {"metadata_bytes", in_namespace.metadata_bytes},
                                            {"namespace_exact", in_namespace.exact}});
}

Task<http::Response> presign(const Services& services, Call call) {
  std::string bucket(call.parameter("bucket")), key(call.parameter("key"));
  if (bucket.empty()) co_return message_response(400, "query parameter 'bucket' is missing");
  if (key.empty()) co_return message_response(400, "query parameter 'key' is missing");
  auto seconds = call.whole("expires_seconds", kPresignedSeconds, 1, auth::kPresignedSecondsMax);
  if (!seconds) co_return error_response(seconds.error());
  auto look = services.objects.head_object(call.caller, bucket, key);
  auto found = co_await std::move(look);
  if (!found) {
    const bool missing = found.error().code == ErrorCode::no_such_bucket;
    co_return message_response(missing ? 404 : status_of(found.error().code), found.error().message);
  }
  service::PresignRequest request{call.endpoint(), services.options.region};
  auto task = services.identity.presign_get(call.caller, std::move(bucket), std::move(key),
                                            std::move(request), *seconds);
  auto url = co_await std::move(task);
  if (!url) co_return error_response(url.error());
  co_return json_response(200, json::object{{"url", url->url}, {"expires_ms", url->expires_seconds * 1000}});
}

}  // namespace

Routes server_routes() {
  return {
      {"GET", "/server", show_server},    {"GET", "/server/series", show_series},
      {"GET", "/buckets", list_buckets},  {"GET", "/repositories/{repository}/figures", show_figures},
      {"GET", "/presigned_url", presign},
  };
}

}  // namespace anabranch::rest
