// runner/metric_files.h — metrics.json and metrics.jsonl, the files that a command says its numbers in.
//
// In:   bytes of lines as they come, or files that are whole. Out: points, and what a run ended with.
// docs/howto-run-experiments.md tells what counts. Private to runner.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "runner/metrics.h"

namespace anabranch::runner {

inline constexpr std::uint64_t kMetricsFileSizeMax = 64 * MiB;  // of metrics.json; of lines there may be any
inline constexpr std::size_t kMetricLineSizeMax = 4 * MiB;
inline constexpr std::uint64_t kCurvePointsMax = 4'194'304;  // that the server keeps of a metric

/// One line of metrics.jsonl, or all of metrics.json: its numbers, and its "step", or else its "epoch", where
/// that is a whole number. Errors: malformed.
struct MetricLine {
  std::optional<std::int64_t> step;
  Metrics metrics;
};
Result<MetricLine> parse_metric_line(std::string_view line);

/// Lines from pieces of a file. Thread safety: none.
class MetricLineReader {
 public:
  /// `step`: the line's own, or else how many lines were before it.
  using OnLine = std::function<void(const Metrics& metrics, std::int64_t step)>;
  void feed(std::string_view bytes, const OnLine& on_line);
  /// What comes last may lack its line's end.
  void finish(const OnLine& on_line);
  /// What could not be read: how many lines, and why the first. Empty: all could.
  std::string complaint() const;

 private:
  void read(std::string_view line, const OnLine& on_line);
  void refuse(const std::string& why);

  std::string rest_;                                            // a line that is not whole
  bool is_passing_ = false;                                     // over the rest of a line that is too long
  std::int64_t lines_ = 0;                                      // that were metrics
  std::uint64_t number_ = 0, refused_ = 0, first_refused_ = 0;  // of lines of the file
  std::string first_reason_;
};

/// What a run ended with: the values of metrics.json; for other metrics those of the greatest step of
/// metrics.jsonl, of the last where steps repeat. A file that is not there says nothing. `notes` gets a line
/// for what cannot be read (the files themselves are kept as they are), `lost` one for each number that has
/// no room, and for each curve that is not shown whole.
Metrics read_metric_files(const std::string& summary_file, const std::string& lines_file,
                          std::vector<std::string>& notes, std::vector<std::string>& lost);

}  // namespace anabranch::runner
