// experiments/series.h — the points of a run's metrics in kv: sorted chunks per metric, and a list of them.
//
// A point is named by metric, step and time, so writing it again changes nothing; appending one rewrites one
// chunk of at most 256 points (about 5 KiB), however long the series is. Private to experiments.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "experiments/types.h"
#include "kv/store.h"

namespace anabranch::experiments {

inline constexpr std::size_t kChunkPointsMax = 256;
/// A series of more chunks takes no new points where they would need one more (its latest value goes on):
/// 4,194,304 written in order. The list of so many is some 160 KiB, written once a report.
inline constexpr std::size_t kChunksPerSeriesMax = 16'384;

/// Puts what `points` change into `batch`; those without a time get `now_ms`. Of one step, and of one step
/// and time, they stay in their order: each gets a time of its own. Gives the metrics of which a point found
/// no room. Errors: the reader's, corruption.
Result<std::set<std::string>> add_points(const kv::Reader& reader, kv::Batch& batch, std::string_view uid,
                                         std::string_view run, const std::vector<NamedPoint>& points,
                                         TimeMs now_ms);

/// The series of one metric, or of all where `metric` is empty, each by step and time. Errors: the reader's,
/// corruption.
Result<std::vector<Series>> read_series(const kv::Reader& reader, std::string_view uid, std::string_view run,
                                        std::string_view metric);

/// Of all points, those that are no finite numbers counted apart; of equals the first.
Extremes extremes_of(const std::vector<MetricPoint>& points);

/// At most `points_max` (2 or more) of them: the first, the last, and of as many equal parts of the rest as
/// there is room for the least, the greatest, and one that is no finite number.
std::vector<MetricPoint> thin(std::vector<MetricPoint> points, std::size_t points_max);

}  // namespace anabranch::experiments
