#include "experiments/series.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "experiments/fields.h"
#include "experiments/records.h"

namespace anabranch::experiments {
namespace {

using Points = std::vector<MetricPoint>;

/// A point's place in its curve. A chunk is named by the first place that belongs to it.
struct Place {
  std::int64_t step = 0;
  TimeMs time_ms = 0;
  auto operator<=>(const Place&) const = default;
};
/// The first chunk begins before every place.
constexpr Place kFirstChunk{std::numeric_limits<std::int64_t>::min(), 0};

/// Version 1 had first steps alone.
constexpr char kListVersion = 2;

Place place_of(const MetricPoint& point) { return {point.step, point.time_ms}; }

std::string encode_points(const Points& points) {
  FieldWriter fields;
  fields.number(points.size());
  for (const auto& point : points)
    fields.signed_number(point.step).signed_number(point.time_ms).real(point.value);
  return fields.take();
}

Result<void> decode_points(std::string_view record, Points& points) {
  FieldReader fields(record);
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left) {
    MetricPoint point;
    point.step = fields.signed_number();
    point.time_ms = fields.signed_number();
    point.value = fields.real();
    points.push_back(point);
  }
  return fields.done("metric points");
}

std::string encode_list(const std::vector<Place>& chunks) {
  FieldWriter fields(kListVersion);
  fields.number(chunks.size());
  for (const auto& first : chunks) fields.signed_number(first.step).signed_number(first.time_ms);
  return fields.take();
}

Result<std::vector<Place>> decode_list(std::string_view record) {
  const bool has_times = record.starts_with(kListVersion);
  FieldReader fields(record, has_times ? kListVersion : kRecordVersion);
  std::vector<Place> chunks;
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left) {
    Place first;
    first.step = fields.signed_number();
    if (has_times) first.time_ms = fields.signed_number();
    chunks.push_back(first);
  }
  ANABRANCH_CHECK(fields.done("a list of metric chunks"));
  return chunks;
}

/// The same number, where one NaN is as good as another.
bool is_same(double left, double right) { return left == right || (std::isnan(left) && std::isnan(right)); }

/// One series while points are added to it.
class Editor {
 public:
  Editor(const kv::Reader& reader, std::string_view uid, std::string_view run, std::string_view metric)
      : reader_(reader), uid_(uid), run_(run), metric_(metric) {}

  Result<void> open() {
    ANABRANCH_TRY(const auto list, reader_.get(keys::series(uid_, run_, metric_)));
    if (!list) {
      starts_ = {kFirstChunk};
      list_changed_ = true;
      return {};
    }
    ANABRANCH_TRY(starts_, decode_list(*list));
    if (starts_.empty()) starts_.push_back(kFirstChunk);
    return {};
  }

  /// A point that is there already changes nothing. Another one at its place comes after all of its step, and
  /// so does one without a time.
  Result<void> add(MetricPoint point, TimeMs now_ms) {
    if (point.time_ms != 0) {
      // Of one report, the second at a place is one millisecond later: said again it is the same.
      point.time_ms += said_[place_of(point)]++;
      ANABRANCH_TRY(const Spot spot, find(place_of(point)));
      const Points& points = spot.chunk->points;
      if (spot.index == points.size() || place_of(points[spot.index]) != place_of(point))
        return insert(spot, point);
      if (is_same(points[spot.index].value, point.value)) return {};
    }
    ANABRANCH_TRY(const Spot end, find({point.step, std::numeric_limits<TimeMs>::max()}));
    const TimeMs time_ms = point.time_ms == 0 ? now_ms : point.time_ms;
    point.time_ms = time_ms;
    if (end.index > 0 && end.chunk->points[end.index - 1].step == point.step) {
      const MetricPoint& last = end.chunk->points[end.index - 1];
      if (is_same(last.value, point.value)) return {};
      point.time_ms = std::max(time_ms, last.time_ms + 1);
    }
    return insert(end, point);
  }

  /// True if a point found no room.
  bool is_full() const { return is_full_; }

  void write(kv::Batch& batch) const {
    for (const auto& [start, chunk] : chunks_) {
      if (chunk.changed)
        batch.put(keys::chunk(uid_, run_, metric_, start.step, start.time_ms), encode_points(chunk.points));
    }
    if (list_changed_) batch.put(keys::series(uid_, run_, metric_), encode_list(starts_));
  }

 private:
  struct Chunk {
    Points points;
    bool changed = false;
  };
  struct Spot {
    Chunk* chunk = nullptr;
    std::size_t after = 0;  // of starts_: what follows the chunk
    std::size_t index = 0;  // of the first point that is not before the place
  };

  Result<Spot> find(const Place& place) {
    Spot spot;
    const auto after = std::upper_bound(starts_.begin() + 1, starts_.end(), place);
    spot.after = static_cast<std::size_t>(after - starts_.begin());
    ANABRANCH_TRY(spot.chunk, load(starts_[spot.after - 1]));
    const Points& points = spot.chunk->points;
    const auto at =
        std::lower_bound(points.begin(), points.end(), place,
                         [](const MetricPoint& point, const Place& p) { return place_of(point) < p; });
    spot.index = static_cast<std::size_t>(at - points.begin());
    return spot;
  }

  Result<void> insert(const Spot& spot, const MetricPoint& point) {
    Points& points = spot.chunk->points;
    if (points.size() < kChunkPointsMax) {
      points.insert(points.begin() + static_cast<std::ptrdiff_t>(spot.index), point);
      spot.chunk->changed = true;
      return {};
    }
    if (starts_.size() >= kChunksPerSeriesMax) {
      is_full_ = true;
      return {};
    }
    // In order, chunks stay full; else halves, so that what comes in between finds room.
    const std::size_t kept = spot.index == points.size() ? points.size() : points.size() / 2;
    const Place next = kept == points.size() ? place_of(point) : place_of(points[kept]);
    Chunk& made = chunks_[next];
    made.points.assign(points.begin() + static_cast<std::ptrdiff_t>(kept), points.end());
    made.changed = true;
    points.resize(kept);
    spot.chunk->changed = true;
    starts_.insert(starts_.begin() + static_cast<std::ptrdiff_t>(spot.after), next);
    list_changed_ = true;
    ANABRANCH_TRY(const Spot again, find(place_of(point)));
    return insert(again, point);
  }

  Result<Chunk*> load(const Place& start) {
    const auto [place, is_new] = chunks_.try_emplace(start);
    if (!is_new) return &place->second;
    ANABRANCH_TRY(const auto record,
                  reader_.get(keys::chunk(uid_, run_, metric_, start.step, start.time_ms)));
    if (record) ANABRANCH_CHECK(decode_points(*record, place->second.points));
    return &place->second;
  }

  const kv::Reader& reader_;
  std::string_view uid_, run_, metric_;
  std::vector<Place> starts_;  // ascending; the first is kFirstChunk
  std::map<Place, Chunk> chunks_;
  std::map<Place, TimeMs> said_;  // how many points of this report are at a place
  bool list_changed_ = false;
  bool is_full_ = false;
};

/// The chunks of one metric follow its list: `prefix` is their common beginning.
Result<Points> read_points(const kv::Reader& reader, const std::string& prefix) {
  Points points;
  Result<void> decoded;
  ANABRANCH_CHECK(
      reader.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view value) {
        if (key.size() == prefix.size()) return kv::ScanStep::next();  // the list itself
        decoded = decode_points(value, points);
        return decoded ? kv::ScanStep::next() : kv::ScanStep::stop();
      }));
  if (!decoded) return fail(decoded.error());
  return points;
}

/// The names of a run's metrics, in order.
Result<std::vector<std::string>> metric_names(const kv::Reader& reader, const std::string& prefix) {
  std::vector<std::string> names;
  ANABRANCH_CHECK(reader.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view) {
    const std::string_view name = key.substr(prefix.size(), key.find('\0', prefix.size()) - prefix.size());
    names.emplace_back(name);
    return kv::ScanStep::seek(prefix + names.back() + '\x01');  // past its chunks
  }));
  return names;
}

}  // namespace

Result<std::set<std::string>> add_points(const kv::Reader& reader, kv::Batch& batch, std::string_view uid,
                                         std::string_view run, const std::vector<NamedPoint>& points,
                                         TimeMs now_ms) {
  std::map<std::string_view, Editor> editors;
  for (const auto& [name, point] : points) {
    const auto [place, is_new] = editors.try_emplace(name, reader, uid, run, name);
    if (is_new) ANABRANCH_CHECK(place->second.open());
    ANABRANCH_CHECK(place->second.add(point, now_ms));
  }
  std::set<std::string> full;
  for (const auto& [name, editor] : editors) {
    editor.write(batch);
    if (editor.is_full()) full.emplace(name);
  }
  return full;
}

Result<std::vector<Series>> read_series(const kv::Reader& reader, std::string_view uid, std::string_view run,
                                        std::string_view metric) {
  std::vector<std::string> names{std::string(metric)};
  if (metric.empty()) {
    ANABRANCH_TRY(names, metric_names(reader, keys::series(uid, run)));
  }
  std::vector<Series> all;
  for (auto& name : names) {
    ANABRANCH_TRY(auto points, read_points(reader, keys::series(uid, run, name)));
    if (points.empty()) continue;
    Extremes extremes = extremes_of(points);
    all.push_back({std::string(run), std::move(name), std::move(points), std::move(extremes)});
  }
  return all;
}

Extremes extremes_of(const std::vector<MetricPoint>& points) {
  Extremes found;
  found.count = points.size();
  for (const auto& point : points) {
    if (!std::isfinite(point.value)) {
      ++found.not_finite;
      continue;
    }
    if (!found.least || point.value < found.least->value) found.least = point;
    if (!found.greatest || point.value > found.greatest->value) found.greatest = point;
  }
  return found;
}

std::vector<MetricPoint> thin(std::vector<MetricPoint> points, std::size_t points_max) {
  constexpr std::size_t kPerBucket = 3;  // the least, the greatest, and one that is no finite number
  if (points.size() <= points_max || points_max < 2) return points;
  const auto is_finite = [](const MetricPoint& point) { return std::isfinite(point.value); };
  const bool all_finite = std::all_of(points.begin(), points.end(), is_finite);
  const std::size_t inner = points.size() - 2;
  const std::size_t buckets = (points_max - 2) / (all_finite ? kPerBucket - 1 : kPerBucket);
  std::vector<std::size_t> kept;
  kept.push_back(0);
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    std::optional<std::size_t> least, greatest, odd;
    for (std::size_t i = 1 + bucket * inner / buckets; i < 1 + (bucket + 1) * inner / buckets; ++i) {
      if (!is_finite(points[i])) {
        if (!odd) odd = i;
        continue;
      }
      if (!least || points[i].value < points[*least].value) least = i;
      if (!greatest || points[i].value > points[*greatest].value) greatest = i;
    }
    std::set<std::size_t> of_bucket;
    for (const auto& each : {least, greatest, odd}) {
      if (each) of_bucket.insert(*each);
    }
    kept.insert(kept.end(), of_bucket.begin(), of_bucket.end());
  }
  kept.push_back(points.size() - 1);
  std::vector<MetricPoint> thinned;
  thinned.reserve(kept.size());
  for (const std::size_t i : kept) thinned.push_back(points[i]);
  return thinned;
}

}  // namespace anabranch::experiments
