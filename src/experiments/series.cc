#include "experiments/series.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "experiments/fields.h"
#include "experiments/records.h"

namespace anabranch::experiments {
namespace {

/// What the first chunk is named by: every step comes after it.
constexpr std::int64_t kFirstChunk = std::numeric_limits<std::int64_t>::min();

using Points = std::vector<MetricPoint>;

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

std::string encode_list(const std::vector<std::int64_t>& chunks) {
  FieldWriter fields;
  fields.number(chunks.size());
  for (const auto first : chunks) fields.signed_number(first);
  return fields.take();
}

Result<std::vector<std::int64_t>> decode_list(std::string_view record) {
  FieldReader fields(record);
  std::vector<std::int64_t> chunks;
  for (std::uint64_t left = fields.number(); fields.good() && left > 0; --left)
    chunks.push_back(fields.signed_number());
  ANABRANCH_CHECK(fields.done("a list of metric chunks"));
  return chunks;
}

bool is_before(const MetricPoint& point, std::int64_t step) { return point.step < step; }

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

  Result<void> add(MetricPoint point, TimeMs now_ms) {
    const auto after = std::upper_bound(starts_.begin() + 1, starts_.end(), point.step);
    const std::int64_t start = *std::prev(after);
    ANABRANCH_TRY(Chunk * chunk, load(start));
    Points& points = chunk->points;
    const auto at = std::lower_bound(points.begin(), points.end(), point.step, is_before);
    if (at != points.end() && at->step == point.step) {
      if (at->value == point.value && (point.time_ms == 0 || at->time_ms == point.time_ms)) return {};
      if (point.time_ms == 0) point.time_ms = now_ms;
      *at = point;
      chunk->changed = true;
      return {};
    }
    if (point.time_ms == 0) point.time_ms = now_ms;
    if (points.size() < kChunkPointsMax) {
      points.insert(at, point);
      chunk->changed = true;
      return {};
    }
    if (starts_.size() >= kChunksPerSeriesMax) return {};
    // In order, chunks stay full; else halves, so that what comes in between finds room.
    const std::size_t kept = at == points.end() ? points.size() : points.size() / 2;
    const std::int64_t next = kept == points.size() ? point.step : points[kept].step;
    Chunk& made = chunks_[next];
    made.points.assign(points.begin() + static_cast<std::ptrdiff_t>(kept), points.end());
    made.changed = true;
    points.resize(kept);
    chunk->changed = true;
    starts_.insert(after, next);
    list_changed_ = true;
    return add(point, now_ms);
  }

  void write(kv::Batch& batch) const {
    for (const auto& [start, chunk] : chunks_) {
      if (chunk.changed) batch.put(keys::chunk(uid_, run_, metric_, start), encode_points(chunk.points));
    }
    if (list_changed_) batch.put(keys::series(uid_, run_, metric_), encode_list(starts_));
  }

 private:
  struct Chunk {
    Points points;
    bool changed = false;
  };

  Result<Chunk*> load(std::int64_t start) {
    const auto [place, is_new] = chunks_.try_emplace(start);
    if (!is_new) return &place->second;
    ANABRANCH_TRY(const auto record, reader_.get(keys::chunk(uid_, run_, metric_, start)));
    if (record) ANABRANCH_CHECK(decode_points(*record, place->second.points));
    return &place->second;
  }

  const kv::Reader& reader_;
  std::string_view uid_, run_, metric_;
  std::vector<std::int64_t> starts_;  // ascending; the first is kFirstChunk
  std::map<std::int64_t, Chunk> chunks_;
  bool list_changed_ = false;
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

Result<void> add_points(const kv::Reader& reader, kv::Batch& batch, std::string_view uid,
                        std::string_view run, const std::vector<NamedPoint>& points, TimeMs now_ms) {
  std::map<std::string_view, Editor> editors;
  for (const auto& [name, point] : points) {
    const auto [place, is_new] = editors.try_emplace(name, reader, uid, run, name);
    if (is_new) ANABRANCH_CHECK(place->second.open());
    ANABRANCH_CHECK(place->second.add(point, now_ms));
  }
  for (const auto& [name, editor] : editors) editor.write(batch);
  return {};
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
    if (!points.empty()) all.push_back({std::string(run), std::move(name), std::move(points)});
  }
  return all;
}

std::vector<MetricPoint> thin(std::vector<MetricPoint> points, std::size_t points_max) {
  if (points.size() <= points_max || points_max < 2) return points;
  std::vector<MetricPoint> kept;
  kept.reserve(points_max);
  for (std::size_t i = 0; i < points_max; ++i)
    kept.push_back(points[i * (points.size() - 1) / (points_max - 1)]);
  return kept;
}

}  // namespace anabranch::experiments
