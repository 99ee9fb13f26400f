#include "app/run_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "app/cli.h"
#include "runner/text.h"

namespace anabranch::app {
namespace {

constexpr auto kRefresh = std::chrono::milliseconds(500);
constexpr int kWidthDefault = 100;
constexpr std::streamoff kTailSize = 512;

std::string print(const runner::Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

constexpr std::uint64_t kCodeSizeWarned = 100'000'000;
constexpr std::size_t kNamesShownMax = 8;

std::string join(const std::vector<std::string>& names, std::size_t shown_max) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown_max); ++i)
    text += (i == 0 ? "" : ", ") + runner::printable(names[i]);
  if (names.size() > shown_max) text += fmt::format(" and {} more", names.size() - shown_max);
  return text;
}

std::string largest_of(std::vector<runner::SourceFile> files) {
  constexpr std::size_t kShownMax = 3;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(files.size(), kShownMax));
  std::partial_sort(files.begin(), files.begin() + shown, files.end(),
                    [](const auto& a, const auto& b) { return a.size_bytes > b.size_bytes; });
  std::vector<std::string> names;
  for (auto file = files.begin(); file != files.begin() + shown; ++file)
    names.push_back(file->path + " " + format_size(file->size_bytes));
  return join(names, kShownMax);
}

std::size_t terminal_width() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return static_cast<std::size_t>(known ? size.ws_col : kWidthDefault);
}

/// The last line of a growing file, without what would move the cursor.
std::string last_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  if (!file || size <= 0) return {};
  file.seekg(std::max<std::streamoff>(0, size - kTailSize));
  std::string tail((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == '\r')) tail.pop_back();
  tail = tail.substr(tail.find_last_of("\n\r") + 1);  // npos + 1 is 0
  std::erase_if(tail, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return runner::printable(tail);
}

}  // namespace

RunProgress::RunProgress(const std::vector<runner::Parameters>& parameters, std::size_t done,
                         std::string repository, Page page, std::string log_file)
    : is_terminal_(isatty(STDERR_FILENO) == 1),
      repository_(std::move(repository)),
      page_(std::move(page)),
      log_file_(std::move(log_file)),
      ended_(done) {
  for (const auto& each : parameters) rows_.push_back({{}, print(each), runner::RunPhase::waiting, {}, {}});
  if (is_terminal_) refresher_ = std::thread([this] { refresh_for_ever(); });
}

RunProgress::~RunProgress() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (refresher_.joinable()) refresher_.join();
  if (has_terminal()) std::cerr << "\r\033[K" << std::flush;
}

bool RunProgress::has_terminal() const { return is_terminal_ && isatty(STDERR_FILENO) == 1; }

void RunProgress::on_input(const std::string& commit_id) {
  const std::lock_guard lock(mutex_);
  say("input commit " + commit_id);
}

void RunProgress::on_name(const std::string& sweep) {
  const std::lock_guard lock(mutex_);
  say("watch " + page_(sweep));
  if (is_terminal_) say("should this terminal close, it goes on and writes to " + log_file_);
}

void RunProgress::on_warning(const std::string& warning) {
  const std::lock_guard lock(mutex_);
  say("warning: " + warning);
}

void RunProgress::on_code(const runner::CodeSnapshot& code) {
  const std::lock_guard lock(mutex_);
  std::uint64_t size_bytes = 0;
  for (const auto& file : code.files) size_bytes += file.size_bytes;
  std::string line = "code " + short_id(code.id) + ", " + count_of(code.files.size(), "file") + ", " +
                     format_size(size_bytes);
  if (!code.git.sha.empty()) {
    line += ", git " + short_id(code.git.sha) + (code.git.is_dirty ? " with local changes" : "");
  }
  say(line);
  if (!code.files.empty()) say("largest of the code: " + largest_of(code.files));
  if (!code.left_out.empty()) {
    say("not in the code, for tools make them anew: " + join(code.left_out, kNamesShownMax) +
        " (a file that git tracks is always in it)");
  }
  if (size_bytes > kCodeSizeWarned) {
    say("warning: the code is " + format_size(size_bytes) +
        ", and each sweep's commits keep it: name in .gitignore what is no code, or give data with --data");
  }
  if (code.git.is_diff_too_large) say("warning: git's diff is too large to be kept; the code is whole");
  for (const auto& file : code.hidden)
    say("note: " + runner::printable(file) + " looks secret: runs see it, no commit keeps it");
}

void RunProgress::on_data(std::size_t done, std::size_t total) {
  const std::lock_guard lock(mutex_);
  if (total == 0) return;
  data_line_ = done == total ? "" : fmt::format("data {}/{} files", done, total);
  if (done == total) say("data " + count_of(total, "file"));
}

void RunProgress::on_data_mode(const runner::ChosenMode& mode, std::uint64_t size_bytes,
                               std::size_t views_at_once) {
  const std::lock_guard lock(mutex_);
  const std::string size = format_size(size_bytes);
  std::string line = "data mode " + std::string(to_string(mode.mode)) + ": ";
  switch (mode.mode) {
    case runner::DataMode::reflink:
      line += size + " once, each run's files share its blocks until they are written to";
      break;
    case runner::DataMode::overlay:
      line += size + " once, each run writes into a layer of its own";
      break;
    case runner::DataMode::automatic:
    case runner::DataMode::copy:
      line +=
          "a copy of " + size + " for each run, " + format_size(size_bytes * views_at_once) + " at a time";
      break;
  }
  if (!mode.why.empty()) line += " (" + mode.why + ")";
  say(line);
}

void RunProgress::on_phase(std::size_t index, const std::string& run, runner::RunPhase phase,
                           const std::string& stdout_file) {
  const std::lock_guard lock(mutex_);
  Row& row = rows_[index];
  row.run = run;
  row.phase = phase;
  row.stdout_file = stdout_file;
  if (phase == runner::RunPhase::running) {
    row.began = std::chrono::steady_clock::now();
    say(run + " started" + (row.parameters.empty() ? "" : ": " + row.parameters));
  }
  draw();
}

void RunProgress::on_outcome(std::size_t index, const runner::RunOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  Row& row = rows_[index];
  row.phase = outcome.phase;
  ++ended_;
  const auto& record = outcome.record;
  std::string line = fmt::format("{} {}", record.run, runner::to_string(outcome.phase));
  if (record.duration_seconds > 0) line += fmt::format(" after {:.1f} s", record.duration_seconds);
  if (outcome.phase == runner::RunPhase::failed) line += fmt::format(", exit code {}", record.exit_code);
  if (!outcome.commit_id.empty()) line += ", commit " + short_id(outcome.commit_id);
  for (const auto& [name, value] : record.metrics) line += " " + name + "=" + runner::short_number(value);
  if (!outcome.problem.empty()) line += ": " + outcome.problem;
  say(line);
  if (!outcome.stderr_tail.empty()) {
    say("  the end of its standard error:");
    for (std::string_view rest = outcome.stderr_tail; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size());
      say("  | " + std::string(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!outcome.commit_id.empty())
      say("  all of it: anabranch cat anabranch://" + repository_ + "/" + record.run + "/" +
          runner::kStderrPath);
  }
  for (const auto& warning : outcome.warnings) say(record.run + ": warning: " + warning);
  for (const auto& warning : record.warnings) say(record.run + ": warning: " + warning);
  if (!outcome.kept_folder.empty()) say(record.run + ": its folder is kept: " + outcome.kept_folder);
}

void RunProgress::refresh_for_ever() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    draw();
    changed_.wait_for(lock, kRefresh, [this] { return stopping_; });
  }
}

void RunProgress::say(const std::string& line) {
  std::cerr.clear();  // a terminal that is gone failed once; what is written since goes to a file
  std::cerr << (has_terminal() ? "\r\033[K" : "") << shown_lines(line) << std::endl;
  draw();
}

void RunProgress::draw() {
  if (!has_terminal()) return;
  std::string line = status_line();
  const std::size_t width = terminal_width();
  if (line.size() >= width) line.resize(width - 1);
  std::cerr << "\r\033[K" << line << std::flush;
}

std::string RunProgress::status_line() const {
  if (!data_line_.empty()) return data_line_;
  std::string line = fmt::format("{}/{} done", ended_, rows_.size());
  for (const Row& row : rows_) {
    if (row.phase == runner::RunPhase::preparing || row.phase == runner::RunPhase::collecting) {
      line += fmt::format(" | {} {}", row.run, runner::to_string(row.phase));
    } else if (row.phase == runner::RunPhase::running) {
      const auto took = std::chrono::steady_clock::now() - row.began;
      line += fmt::format(" | {} {} s {}", row.run,
                          std::chrono::duration_cast<std::chrono::seconds>(took).count(),
                          last_line(row.stdout_file).substr(0, 40));
    }
  }
  return line;
}

}  // namespace anabranch::app
