#include "runner/live_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "runner/text.h"

namespace anabranch::runner {
namespace {

constexpr std::size_t kLookSizeMax = 1 * MiB;  // of one file at a time
constexpr std::size_t kUtf8SizeMax = 4;
constexpr std::size_t kPointsWaitingMax = 100'000;
constexpr std::size_t kTailLinesMax = 20;
constexpr std::size_t kTailSizeMax = 4 * KiB;
constexpr std::size_t kTailReadSize = 64 * KiB;            // more than any hidden text is cut by
constexpr std::size_t kNamesTakenMax = 2 * MiB;            // at a time: a report has its limit
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kCut = "\n[anabranch: what follows is in the run's commit]\n";

/// At most `size_max` bytes from `offset` on; empty where there are none.
std::string read_from(const std::string& path, std::uint64_t offset, std::size_t size_max) {
  std::ifstream file(path, std::ios::binary);
  if (!file.seekg(static_cast<std::streamoff>(offset))) return {};
  std::string text(size_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// Appends `bytes` as UTF-8 to `out`; gives how many at the end begin a character that may go on.
std::size_t append_utf8(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = character_size(bytes);
    if (size > bytes.size()) return bytes.size();
    if (size == 0) {
      out += kReplacement;
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, size);
      bytes.remove_prefix(size);
    }
  }
  return 0;
}

}  // namespace

std::string last_lines(const std::string& path, const std::vector<std::string>& hidden) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::int64_t>(file.tellg());
  if (!file || size <= 0) return {};
  const auto from = std::max<std::int64_t>(0, size - static_cast<std::int64_t>(kTailReadSize));
  Concealer concealer(hidden);
  std::string bytes = concealer.feed(read_from(path, static_cast<std::uint64_t>(from), kTailReadSize));
  bytes += concealer.finish();
  std::string text;
  append_utf8(text, bytes);
  std::deque<std::string> lines;
  std::size_t kept = 0;
  for (std::size_t end = text.size(); end > 0 && lines.size() < kTailLinesMax;) {
    const std::size_t begin =
        text.rfind('\n', end - 1) == std::string::npos ? 0 : text.rfind('\n', end - 1) + 1;
    std::string line = text.substr(begin, end - begin);
    while (!line.empty() && line.back() == '\r') line.pop_back();
    line.erase(0, line.rfind('\r') + 1);  // npos + 1 is 0
    std::erase_if(line,
                  [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
    if (kept + line.size() > kTailSizeMax) {
      if (lines.empty()) {
        std::string cut;
        append_utf8(cut, std::string_view(line).substr(line.size() - kTailSizeMax));
        lines.push_front(std::move(cut));
      }
      break;
    }
    kept += line.size();
    if (!line.empty() || !lines.empty()) lines.push_front(std::move(line));
    end = begin == 0 ? 0 : begin - 1;
  }
  std::string tail;
  for (const auto& line : lines) tail += line + "\n";
  return tail;
}

// ── LogTail
// ──────────────────────────────────────────────────────────────────────────────────────────────────

LogTail::LogTail(std::string path, std::vector<std::string> hidden)
    : path_(std::move(path)), concealer_(std::move(hidden)) {}

void LogTail::look(bool is_last) {
  if (is_done_) return;
  is_done_ = is_last;
  bool is_cut = false;
  while (true) {
    if (ready_.size() >= kTextWaitingMax) {
      is_cut = is_last;
      break;
    }
    const std::string bytes = read_from(path_, read_, kLookSizeMax);
    if (bytes.empty()) break;
    read_ += bytes.size();
    torn_ += concealer_.feed(bytes);
    const std::size_t torn = append_utf8(ready_, torn_);
    torn_.erase(0, torn_.size() - torn);
    if (!is_last) break;
  }
  if (!is_last) return;
  torn_ += concealer_.finish();
  const std::size_t torn = append_utf8(ready_, torn_);
  if (torn != 0) ready_ += kReplacement;
  torn_.clear();
  if (is_cut) ready_ += kCut;
}

TextPiece LogTail::take(std::size_t size_max) {
  std::size_t size = std::min(size_max, ready_.size());
  while (size < ready_.size() && size > 0 && (static_cast<unsigned char>(ready_[size]) & 0xC0) == 0x80)
    --size;
  TextPiece piece{taken_, ready_.substr(0, size)};
  ready_.erase(0, size);
  taken_ += size;
  return piece;
}

// ── metrics
// ──────────────────────────────────────────────────────────────────────────────────────────────────

void MetricWatch::look(TimeMs now, bool is_last) {
  now_ = now;
  is_last_ = is_last;
  read_lines();
  read_summary();
}

void MetricWatch::read_lines() {
  if (!lines_file_.is_open()) {
    lines_file_.open(folder_ + "/metrics.jsonl", std::ios::binary);
    lines_file_.seekg(static_cast<std::streamoff>(read_));
  }
  const auto on_line = [this](const Metrics& metrics, std::int64_t step) {
    for (const auto& [name, value] : metrics) add(name, step, value, true);
  };
  std::string piece(kLookSizeMax, '\0');
  while (lines_file_ && points_.size() < kPointsWaitingMax) {
    lines_file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto size = static_cast<std::size_t>(lines_file_.gcount());
    read_ += size;
    lines_.feed(std::string_view(piece).substr(0, size), on_line);
    if (!is_last_) break;
  }
  if (lines_file_ && is_last_) return;  // goes on in take()
  if (is_last_) lines_.finish(on_line);
  lines_file_ = std::ifstream();
}

void MetricWatch::read_summary() {
  const std::string path = folder_ + "/metrics.json";
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  std::string version = std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec) +
                        ":" + std::to_string(status.st_size);
  if (version == summary_version_) return;
  const auto text = read_file(path, kMetricsFileSizeMax);
  if (!text) return;
  const auto line = parse_metric_line(*text);
  if (!line) return;  // half written: it is looked at again
  summary_version_ = std::move(version);
  for (const auto& [name, value] : line->metrics) {
    const auto said = said_.find(name);
    const bool is_new = said == said_.end();
    if (!is_new && (said->second.is_of_lines || equal_within(said->second.value, value, 0))) continue;
    add(name, line->step.value_or(is_new ? 0 : said->second.step + 1), value, false);
  }
}

void MetricWatch::add(const std::string& name, std::int64_t step, double value, bool is_of_lines) {
  if (name.size() > kMetricNameSizeMax) return;  // the run's record says so
  if (!said_.contains(name) && said_.size() >= kMetricsMax) return;
  const auto [place, is_new] = said_.try_emplace(name, Said{step, now_, value, is_of_lines});
  Said& said = place->second;
  TimeMs time_ms = now_;
  if (!is_new) {
    // Where steps repeat, time keeps the order.
    if (step <= said.step) time_ms = std::max(now_, said.time_ms + 1);
    said = {std::max(step, said.step), std::max(time_ms, said.time_ms), value,
            said.is_of_lines || is_of_lines};
  }
  points_.push_back({name, value, step, time_ms});
}

std::vector<std::string> MetricWatch::gone(const Metrics& final_metrics) const {
  std::vector<std::string> names;
  for (const auto& [name, said] : said_) {
    if (!final_metrics.contains(name)) names.push_back(name);
  }
  return names;
}

std::vector<MetricPoint> MetricWatch::take(std::size_t at_most) {
  std::vector<MetricPoint> taken;
  std::size_t size = 0;  // of their names
  while (taken.size() < at_most && size < kNamesTakenMax) {
    if (points_.empty() && lines_file_.is_open()) read_lines();
    if (points_.empty()) break;
    size += points_.front().name.size();
    taken.push_back(std::move(points_.front()));
    points_.pop_front();
  }
  return taken;
}

}  // namespace anabranch::runner
