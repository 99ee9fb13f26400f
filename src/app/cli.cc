#include "app/cli.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "app/commands.h"
#include "runner/connection.h"
#include "runner/metrics.h"
#include "runner/text.h"

namespace anabranch::app {
namespace {

constexpr unsigned kClientThreads = 2;
constexpr std::size_t kShortIdSize = 12;

std::size_t width_of(const std::string& text) {  // UTF-8: bytes that continue a character take no place
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Result<Session> open_session() {
  ANABRANCH_TRY(runner::Connection connection, runner::load_connection(runner::process_environment()));
  if (connection.access_key_id.empty() || connection.secret_access_key.empty()) {
    return fail(ErrorCode::unauthenticated,
                "no keys: set ANABRANCH_ACCESS_KEY_ID and ANABRANCH_SECRET_ACCESS_KEY, or write them to "
                "~/.config/anabranch/config.toml (mode 0600)");
  }
  std::string repository = connection.repository;
  http::ClientOptions options;
  options.threads = kClientThreads;
  auto http = std::make_unique<http::Client>(options);
  runner::ApiClient api(*http, std::move(connection));
  return Session{std::move(http), std::move(api), std::move(repository)};
}

int complain(std::string_view command, const Error& error) {
  std::cerr << "anabranch " << command << ": " << shown_lines(error.message) << std::endl;
  return kExitFailed;
}

int complain_usage(std::string_view command, std::string_view what) {
  std::cerr << "anabranch " << command << ": " << shown_lines(what) << "\nSee anabranch " << command
            << " --help." << std::endl;
  return kExitUsage;
}

std::string format_size(std::uint64_t size_bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(size_bytes);
  std::size_t unit = 0;
  while (size >= static_cast<double>(KiB) && unit + 1 < std::size(kUnits)) {
    size /= static_cast<double>(KiB);
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", size_bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string format_time(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string shown(std::string_view text) { return runner::printable(text); }

std::string shown_lines(std::string_view text) {
  std::string out;
  while (true) {
    const auto end = text.find('\n');
    out += shown(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string short_id(const std::string& id) { return id.substr(0, kShortIdSize); }

std::string count_of(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

Table::Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void Table::add(std::vector<std::string> row) {
  row.resize(rows_.front().size());
  for (auto& cell : row) cell = shown(cell);
  rows_.push_back(std::move(row));
}

std::string Table::render() const {
  std::vector<std::size_t> widths(rows_.front().size());
  std::vector<bool> numeric(rows_.front().size(), true);
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string& cell = rows_[row][i];
      widths[i] = std::max(widths[i], width_of(cell));
      if (row != 0 && !cell.empty() && !runner::parse_number(cell)) numeric[i] = false;
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - width_of(row[i]), ' ');
      line += (i == 0 ? "" : "  ");
      line += numeric[i] ? blanks + row[i] : row[i] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace anabranch::app
