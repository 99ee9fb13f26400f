// runner/live_files.h — what a command writes while it goes on: the tail of its output, and its metrics.
//
// In:   files that grow. Out: pieces of text that may leave this machine (secrets hidden, whole UTF-8), and
// metric points. Private to runner.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runner/api_types.h"
#include "runner/files.h"
#include "runner/metrics.h"

namespace anabranch::runner {

/// Text that was read and not taken yet waits in memory: so much of it, then reading waits, and at the end
/// what is left of the file is left to the commit.
inline constexpr std::size_t kTextWaitingMax = 4 * MiB;

/// The last lines of a file as text: whole UTF-8, without what moves a cursor, without `hidden`. Of a line
/// that was written over (a progress bar), what one saw last.
std::string last_lines(const std::string& path, const std::vector<std::string>& hidden);

/// A growing file as text. Thread safety: none.
class LogTail {
 public:
  LogTail(std::string path, std::vector<std::string> hidden);

  /// Reads what is new. `is_last`: all of it, and nothing after it.
  void look(bool is_last);
  bool has_text() const { return !ready_.empty(); }
  /// The next piece, of at most `size_max` bytes (4 or more).
  TextPiece take(std::size_t size_max);

 private:
  const std::string path_;
  Concealer concealer_;
  std::uint64_t read_ = 0;   // of the file
  std::uint64_t taken_ = 0;  // of the text
  std::string torn_;         // bytes that begin a character
  std::string ready_;
  bool is_done_ = false;
};

/// One line of metrics.jsonl: its numbers, and its "step", or else its "epoch", which counts then.
/// Errors: malformed.
struct MetricLine {
  std::optional<std::int64_t> step;
  Metrics metrics;
};
Result<MetricLine> parse_metric_line(std::string_view line);
/// The last number of each metric of a file of such lines; lines that are none are left out.
Metrics last_metrics(std::string_view lines);

/// metrics.jsonl and metrics.json of a run's folder. Thread safety: none.
class MetricWatch {
 public:
  explicit MetricWatch(std::string folder) : folder_(std::move(folder)) {}

  void look(TimeMs now, bool is_last);
  bool has_points() const { return !points_.empty(); }
  std::vector<MetricPoint> take(std::size_t at_most);
  /// What the run's commit says in the end, where that is not what was said last.
  void add_final(const Metrics& metrics, TimeMs now);

 private:
  struct Said {
    std::int64_t step = 0;
    double value = 0;
  };
  void read_lines(TimeMs now, bool is_last);
  void read_summary(TimeMs now);
  void add(const std::string& name, std::int64_t step, double value, TimeMs now);
  /// At the given step, or else at the one after the last.
  void add_changed(const Metrics& metrics, std::optional<std::int64_t> step, TimeMs now);

  const std::string folder_;
  std::uint64_t read_ = 0;  // of metrics.jsonl
  std::int64_t lines_ = 0;
  std::string rest_;             // of metrics.jsonl: a line that is not whole
  std::string summary_version_;  // of metrics.json: time and size
  std::map<std::string, Said> said_;
  std::deque<MetricPoint> points_;
};

}  // namespace anabranch::runner
