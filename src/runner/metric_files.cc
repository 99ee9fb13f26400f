#include "runner/metric_files.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "runner/files.h"
#include "runner/text.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceSize = 1 * MiB;
constexpr double kStepMax = 9e15;  // whole numbers are exact below it

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path, error));
}

struct Latest {
  std::int64_t step = 0;
  double value = 0;
  std::uint64_t count = 1;
};

void read_lines(const std::string& path, std::map<std::string, Latest>& latest,
                std::vector<std::string>& notes) {
  std::ifstream file(path, std::ios::binary);
  MetricLineReader reader;
  const auto on_line = [&](const Metrics& metrics, std::int64_t step) {
    for (const auto& [name, value] : metrics) {
      const auto [place, is_new] = latest.try_emplace(name, Latest{step, value, 1});
      if (is_new) continue;
      Latest& last = place->second;
      ++last.count;
      if (step < last.step) continue;
      last.step = step;
      last.value = value;
    }
  };
  std::string piece(kPieceSize, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())), on_line);
  }
  reader.finish(on_line);
  if (file.bad() || !file.eof()) notes.push_back("metrics.jsonl cannot be read to its end");
  if (const std::string complaint = reader.complaint(); !complaint.empty()) notes.push_back(complaint);
}

}  // namespace

Result<MetricLine> parse_metric_line(std::string_view text) {
  MetricLine line;
  ANABRANCH_TRY(line.metrics, parse_metrics(text));
  for (const char* name : {"step", "epoch"}) {
    const auto found = line.metrics.find(name);
    if (found == line.metrics.end()) continue;
    const double step = found->second;
    if (!(std::abs(step) <= kStepMax) || step != std::floor(step)) continue;
    line.step = static_cast<std::int64_t>(step);
    line.metrics.erase(found);
    break;
  }
  return line;
}

void MetricLineReader::feed(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const bool is_whole = end != std::string_view::npos;
    const std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(is_whole ? end + 1 : bytes.size());
    if (!is_passing_ && rest_.size() + piece.size() > kMetricLineSizeMax) {
      ++number_;
      refuse("it is longer than " + std::to_string(kMetricLineSizeMax) + " bytes");
      rest_.clear();
      is_passing_ = true;
    }
    if (is_passing_) {
      is_passing_ = !is_whole;
      continue;
    }
    if (!is_whole) {
      rest_ += piece;
    } else if (rest_.empty()) {
      read(piece, on_line);
    } else {
      rest_ += piece;
      read(rest_, on_line);
      rest_.clear();
    }
  }
}

void MetricLineReader::finish(const OnLine& on_line) {
  if (!rest_.empty()) read(rest_, on_line);
  rest_.clear();
}

void MetricLineReader::read(std::string_view text, const OnLine& on_line) {
  ++number_;
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const auto line = parse_metric_line(text);
  if (!line) return refuse(line.error().message);
  on_line(line->metrics, line->step.value_or(lines_));
  ++lines_;
}

void MetricLineReader::refuse(const std::string& why) {
  if (++refused_ > 1) return;
  first_refused_ = number_;
  first_reason_ = why;
}

std::string MetricLineReader::complaint() const {
  if (refused_ == 0) return {};
  return "metrics.jsonl: " + std::to_string(refused_) + (refused_ == 1 ? " line is" : " lines are") +
         " no metrics, the first is line " + std::to_string(first_refused_) + ": " + first_reason_;
}

Metrics read_metric_files(const std::string& summary_file, const std::string& lines_file,
                          std::vector<std::string>& notes, std::vector<std::string>& lost) {
  Metrics metrics;
  if (is_file(summary_file)) {
    const auto text = read_file(summary_file, kMetricsFileSizeMax);
    auto said = text ? parse_metrics(*text, &notes) : Result<Metrics>(fail(text.error()));
    if (said) {
      metrics = *std::move(said);
    } else {
      notes.push_back("metrics.json cannot be read: " + said.error().message);
    }
  }
  if (is_file(lines_file)) {
    std::map<std::string, Latest> latest;
    read_lines(lines_file, latest, notes);
    for (const auto& [name, last] : latest) {
      metrics.emplace(name, last.value);
      if (last.count > kCurvePointsMax)
        lost.push_back("metrics.jsonl: metric '" + printable(name) + "' has " + std::to_string(last.count) +
                       " points, and its curve shows the first " + std::to_string(kCurvePointsMax));
    }
  }
  keep_within_limits(metrics, lost);
  return metrics;
}

}  // namespace anabranch::runner
