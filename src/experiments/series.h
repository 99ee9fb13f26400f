// experiments/series.h — the points of a run's metrics in kv: sorted chunks per metric, and a list of them.
//
// A point is named by metric and step, so writing it again changes nothing; appending one rewrites one chunk
// of at most 256 points (about 3 KiB), however long the series is. Private to experiments.
#pragma once

#include <string>
#include <vector>

#include "experiments/types.h"
#include "kv/store.h"

namespace anabranch::experiments {

inline constexpr std::size_t kChunkPointsMax = 256;
/// A series of more chunks takes no new steps (its latest value goes on): 262,144 points written in order.
inline constexpr std::size_t kChunksPerSeriesMax = 1'024;

/// Puts what `points` change into `batch`; those without a time get `now_ms`. Errors: the reader's,
/// corruption.
Result<void> add_points(const kv::Reader& reader, kv::Batch& batch, std::string_view uid,
                        std::string_view run, const std::vector<NamedPoint>& points, TimeMs now_ms);

/// The series of one metric, or of all where `metric` is empty. Errors: the reader's, corruption.
Result<std::vector<Series>> read_series(const kv::Reader& reader, std::string_view uid, std::string_view run,
                                        std::string_view metric);

/// At most `points_max` (2 or more) of them, evenly by place, the first and the last among them.
std::vector<MetricPoint> thin(std::vector<MetricPoint> points, std::size_t points_max);

}  // namespace anabranch::experiments
