// runner/live_files.h — what a command writes while it goes on: the tail of its output, and its metrics.
//
// In:   files that grow. Out: pieces of text that may leave this machine (secrets hidden, whole UTF-8), and
// metric points. Private to runner.
#pragma once

#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runner/api_types.h"
#include "runner/files.h"
#include "runner/metric_files.h"

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

/// metrics.jsonl and metrics.json of a run's folder, as points: each line of the one is some, and each change
/// of the other, save of a metric that lines tell. Thread safety: none.
class MetricWatch {
 public:
  explicit MetricWatch(std::string folder) : folder_(std::move(folder)) {}

  /// Reads what is new, while there is room. After the last look the rest of metrics.jsonl is read as points
  /// are taken, wherever the folder is by then.
  void look(TimeMs now, bool is_last);
  bool has_points() const { return !points_.empty() || lines_file_.is_open(); }
  std::vector<MetricPoint> take(std::size_t at_most);
  /// Metrics that were told and that the run has not, given what it ended with.
  std::vector<std::string> gone(const Metrics& final_metrics) const;

 private:
  struct Said {
    std::int64_t step = 0;  // the greatest
    TimeMs time_ms = 0;     // the latest
    double value = 0;
    bool is_of_lines = false;
  };
  void read_lines();
  void read_summary();
  void add(const std::string& name, std::int64_t step, double value, bool is_of_lines);

  const std::string folder_;
  TimeMs now_ = 0;
  bool is_last_ = false;
  std::ifstream lines_file_;  // open after the last look, until its end
  std::uint64_t read_ = 0;    // of metrics.jsonl
  MetricLineReader lines_;
  std::string summary_version_;  // of metrics.json: time and size
  std::map<std::string, Said> said_;
  std::deque<MetricPoint> points_;
};

}  // namespace anabranch::runner
