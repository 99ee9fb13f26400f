#include "app/load_history.h"

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;

constexpr const char* kKey = "l/points";
constexpr std::int64_t kVersion = 1;
/// Figures of a point, in the order in which they are written; times are given apart.
constexpr std::uint64_t LoadPoint::*kCounts[] = {&LoadPoint::s3_requests,    &LoadPoint::rest_requests,
                                                 &LoadPoint::client_errors,  &LoadPoint::server_errors,
                                                 &LoadPoint::received_bytes, &LoadPoint::sent_bytes};
constexpr double LoadPoint::*kLatencies[] = {&LoadPoint::p50_ms, &LoadPoint::p95_ms, &LoadPoint::p99_ms};
constexpr std::size_t kFigures = 1 + std::size(kCounts) + std::size(kLatencies);

std::string encode(const std::vector<LoadPoint>& points) {
  json::array rows;
  rows.reserve(points.size());
  for (const LoadPoint& point : points) {
    json::array row{point.time_ms};
    for (const auto count : kCounts) row.push_back(point.*count);
    for (const auto latency : kLatencies) row.push_back(point.*latency);
    rows.push_back(std::move(row));
  }
  return json::serialize(
      json::object{{"version", kVersion}, {"interval_ms", kLoadIntervalMs}, {"points", std::move(rows)}});
}

bool decode_point(const json::value& value, LoadPoint& point) {
  const json::array* const row = value.if_array();
  if (row == nullptr || row->size() != kFigures || !row->at(0).is_int64()) return false;
  point.time_ms = row->at(0).get_int64();
  std::size_t at = 1;
  boost::system::error_code error;
  for (const auto count : kCounts) {
    point.*count = row->at(at++).to_number<std::uint64_t>(error);
    if (error) return false;
  }
  for (const auto latency : kLatencies) {
    point.*latency = row->at(at++).to_number<double>(error);
    if (error) return false;
  }
  return true;
}

/// Empty where it is another version's, or no points at all.
std::vector<LoadPoint> decode(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* const object = error ? nullptr : value.if_object();
  if (object == nullptr) return {};
  const auto is = [object](const char* name, std::int64_t wanted) {
    const json::value* const found = object->if_contains(name);
    return found != nullptr && found->is_int64() && found->get_int64() == wanted;
  };
  const json::value* const rows = object->if_contains("points");
  if (!is("version", kVersion) || !is("interval_ms", kLoadIntervalMs) || rows == nullptr || !rows->is_array())
    return {};
  std::vector<LoadPoint> points;
  for (const json::value& row : rows->get_array()) {
    LoadPoint point;
    if (!decode_point(row, point)) return {};
    points.push_back(point);
  }
  return points;
}

}  // namespace

void keep_load(kv::Store& store, const LoadSeries& load, TimeMs now) {
  kv::Batch batch;
  batch.put(kKey, encode(load.history(now)));
  if (const auto kept = kv::commit_blocking(store, std::move(batch)); !kept) {
    log::debug("the history of the load was not kept", {{"error", kept.error().message}});
  }
}

void restore_load(const kv::Store& store, LoadSeries& load) {
  const auto found = store.get(kKey);
  if (!found) {
    log::warning("the history of the load could not be read", {{"error", found.error().message}});
    return;
  }
  if (*found) load.restore(decode(**found));
}

}  // namespace anabranch::app
