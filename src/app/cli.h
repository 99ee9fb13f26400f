// app/cli.h — what the client commands share: the connection, errors on stderr, tables and JSON on stdout.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/client.h"
#include "runner/api_client.h"

namespace anabranch::app {

/// A command's way to the server.
struct Session {
  std::unique_ptr<http::Client> http;
  runner::ApiClient api;
  std::string repository;  // the default of --repo; may be empty
};
/// By the environment or the configuration file: see runner/connection.h. Errors: also unauthenticated (no
/// keys).
Result<Session> open_session();

/// Tells the error on stderr; gives the exit code: kExitUsage where the command line was wrong, else
/// kExitFailed.
int complain(std::string_view command, const Error& error);
int complain_usage(std::string_view command, std::string_view what);

/// "12.3 MiB".
std::string format_size(std::uint64_t size_bytes);
/// "2026-11-22 10:11:12 UTC".
std::string format_time(std::int64_t seconds);
/// A name or a message from elsewhere, on its way to a terminal: what would move the cursor, colour or hide
/// is escaped (runner/text.h). Tables and complaints do so by themselves.
std::string shown(std::string_view text);
/// The same of a text that has lines of its own.
std::string shown_lines(std::string_view text);
/// The beginning of a commit id, long enough to name it.
std::string short_id(const std::string& id);
/// How many of what: "1 file", "2 files".
std::string count_of(std::size_t count, const std::string& noun);

/// Columns as wide as their longest cell. A column of numbers stands to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  void add(std::vector<std::string> row);
  std::string render() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the header first
};

}  // namespace anabranch::app
