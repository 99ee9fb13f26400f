// anabranch import: takes the objects of a bucket into a branch without copying them.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "app/cli.h"
#include "app/commands.h"
#include "app/interrupt_watch.h"
#include "app/json_output.h"
#include "auth/signature.h"
#include "base/clock.h"
#include "http/message.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

constexpr std::string_view kScheme = "s3://";
/// Long, so that a clock that is late does no harm: nobody else sees these addresses.
constexpr std::int64_t kPresignedSeconds = 24L * 3600;
constexpr auto kPause = std::chrono::milliseconds(100);

struct ImportOptions {
  std::string source;
  std::string target;
  std::string message;
  bool is_object = false;
  bool as_json = false;
};

/// Starts one import and waits for its end. nullopt: it was cancelled.
Result<std::optional<runner::ImportProgress>> import_all(const runner::ApiClient& api,
                                                         const runner::Uri& target,
                                                         const std::vector<runner::ImportSource>& sources,
                                                         const runner::CommitOrder& order,
                                                         const runner::Interruption& interruption) {
  ANABRANCH_TRY(const auto id, api.start_import(target.repository, target.ref, sources, order));
  const bool is_terminal = isatty(STDERR_FILENO) == 1;
  while (true) {
    ANABRANCH_TRY(auto progress, api.import_progress(target.repository, target.ref, id));
    if (is_terminal) std::cerr << "\r" << progress.ingested_objects << " objects" << std::flush;
    if (progress.error || progress.completed) {
      if (is_terminal) std::cerr << "\r\033[K";
      return std::optional(std::move(progress));
    }
    if (interruption.requested()) {
      ANABRANCH_CHECK(api.cancel_import(target.repository, target.ref, id));
      return std::optional<runner::ImportProgress>();
    }
    std::this_thread::sleep_for(kPause);  // tidy-allow: the API has no way to be told
  }
}

/// What a source address names, as every path does (runner/uri.h): an object, a folder, or both.
struct Source {
  std::string bucket, path;
  bool has_object = false, has_folder = false;
};

/// The answer of the S3 half of the server, which alone knows buckets.
Result<http::Client::Answer> ask_s3(const Session& session, const std::string& method,
                                    const std::string& path, const std::string& query) {
  const runner::Connection& connection = session.api.connection();
  const std::string host = connection.endpoint.substr(connection.endpoint.find("//") + 2);
  http::ClientRequest request;
  request.method = method;
  request.url = connection.endpoint + path + "?" +
                auth::presign_v4(method, host, path, query, connection.access_key_id,
                                 connection.secret_access_key.reveal(), "us-east-1", system_clock().now_ms(),
                                 kPresignedSeconds);
  auto answer = session.http->fetch(std::move(request));
  if (!answer) return fail(answer.error().code, connection.endpoint + ": " + answer.error().message);
  return answer;
}

tl::unexpected<Error> refused(int status, const std::string& what) {
  if (status == 403) return fail(ErrorCode::access_denied, "this key may not read " + what);
  if (status == 404) return fail(ErrorCode::not_found, "there is no bucket " + what);
  return fail(ErrorCode::internal,
              "cannot look at " + what + ": the server answered " + std::to_string(status));
}

Result<Source> find_source(const Session& session, const std::string& address) {
  Source source;
  const auto slash = std::min(address.find('/', kScheme.size()), address.size());
  source.bucket = address.substr(kScheme.size(), slash - kScheme.size());
  source.path = address.substr(std::min(slash + 1, address.size()));
  const runner::NamedPath named = runner::named_by(source.path);
  const std::string bucket = "/" + http::percent_encode(source.bucket, false);
  ANABRANCH_TRY(const auto listed,
                ask_s3(session, "GET", bucket,
                       "list-type=2&max-keys=1&prefix=" + http::percent_encode(named.folder, false)));
  if (listed.status != 200) return refused(listed.status, std::string(kScheme) + source.bucket);
  source.has_folder = listed.body.find("<Key>") != std::string::npos;
  if (named.object.empty()) return source;
  ANABRANCH_TRY(const auto found,
                ask_s3(session, "HEAD", bucket + "/" + http::percent_encode(named.object, true), ""));
  if (found.status != 200 && found.status != 404) return refused(found.status, address);
  source.has_object = found.status == 200;
  return source;
}

std::vector<runner::ImportSource> sources_of(const Source& source, const std::string& destination) {
  const std::string address = std::string(kScheme) + source.bucket + "/" + source.path;
  const std::string name = source.path.substr(source.path.rfind('/') + 1);
  const bool into_folder = destination.empty() || destination.ends_with('/');
  std::vector<runner::ImportSource> sources;
  if (source.has_folder) {
    const std::string folder = runner::named_by(source.path).folder;
    sources.push_back({std::string(kScheme) + source.bucket + "/" + folder, false, destination});
  }
  if (source.has_object) {
    sources.push_back({address, true, into_folder ? destination + name : destination});
  }
  return sources;
}

int import(const ImportOptions& options) {
  const auto target = runner::parse_ref_uri(options.target);
  if (!target) return complain_usage("import", target.error().message);
  if (!options.source.starts_with(kScheme))
    return complain_usage("import", "the source must be s3://bucket/path");
  runner::Interruption interruption;
  const InterruptWatch watch(interruption);
  const auto session = open_session();
  if (!session) return complain("import", session.error());
  const runner::CommitOrder order{
      options.message.empty() ? "import " + options.source : options.message, {}, false};
  auto source = find_source(*session, options.source);
  if (!source) return complain("import", source.error());
  if (options.is_object) source->has_folder = false;
  if (!source->has_object && !source->has_folder) {
    return complain("import", {ErrorCode::not_found,
                               "there is no object " +
                                   std::string(options.is_object ? "" : "and no folder ") + options.source});
  }
  const auto done = import_all(session->api, *target, sources_of(*source, target->path), order, interruption);
  if (!done) return complain("import", done.error());
  const std::optional<runner::ImportProgress>& progress = *done;
  if (!progress) return complain("import", {ErrorCode::cancelled, "cancelled: nothing was imported"});
  if (progress->error) return complain("import", {ErrorCode::internal, *progress->error});
  if (options.as_json) {
    print_json(boost::json::object{{"objects", progress->ingested_objects}, {"commit", progress->commit_id}});
  } else {
    std::cout << progress->ingested_objects << " objects, commit " << progress->commit_id << "\n";
  }
  return kExitOk;
}

}  // namespace

void add_import_command(CLI::App& program, Chosen& run) {
  auto* command =
      program.add_subcommand("import", "Take the objects of a bucket into a branch, without copying them");
  const auto options = std::make_shared<ImportOptions>();
  command->add_option("source", options->source, "s3://bucket/path: an object, or a folder")->required();
  command->add_option("target", options->target, "anabranch://repository/branch/folder")->required();
  command->add_option("-m,--message", options->message, "The commit's message");
  command->add_flag("--object", options->is_object, "The source is an object, not a folder");
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &run] { run = [options] { return import(*options); }; });
}

}  // namespace anabranch::app
