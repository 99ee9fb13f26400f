// anabranch import: takes the objects of a bucket into a branch without copying them.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <thread>

#include "app/cli.h"
#include "app/commands.h"
#include "app/interrupt_watch.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

struct ImportOptions {
  std::string source;
  std::string target;
  std::string message;
  bool is_object = false;
};

int import(const ImportOptions& options) {
  const auto target = runner::parse_ref_uri(options.target);
  if (!target) return complain_usage("import", target.error().message);
  if (!options.source.starts_with("s3://"))
    return complain_usage("import", "the source must be s3://bucket/prefix");
  runner::Interruption interruption;
  const InterruptWatch watch(interruption);
  const auto session = open_session();
  if (!session) return complain("import", session.error());
  const runner::CommitOrder order{
      options.message.empty() ? "import " + options.source : options.message, {}, false};
  const auto id = session->api.start_import(target->repository, target->ref, options.source,
                                            options.is_object, target->path, order);
  if (!id) return complain("import", id.error());
  const bool is_terminal = isatty(STDERR_FILENO) == 1;
  while (true) {
    const auto progress = session->api.import_progress(target->repository, target->ref, *id);
    if (!progress) return complain("import", progress.error());
    if (is_terminal) std::cerr << "\r" << progress->ingested_objects << " objects" << std::flush;
    if (progress->error || progress->completed) {
      if (is_terminal) std::cerr << "\r";
      if (progress->error) return complain("import", Error{ErrorCode::internal, *progress->error});
      std::cout << progress->ingested_objects << " objects, commit " << progress->commit_id << "\n";
      return kExitOk;
    }
    if (interruption.requested()) {
      const auto cancelled = session->api.cancel_import(target->repository, target->ref, *id);
      return complain("import", cancelled ? Error{ErrorCode::cancelled, "cancelled: nothing was imported"}
                                          : cancelled.error());
    }
    std::this_thread::sleep_for(kPause);  // tidy-allow: the API has no way to be told
  }
}

}  // namespace

void add_import_command(CLI::App& program, Chosen& run) {
  auto* command =
      program.add_subcommand("import", "Take the objects of a bucket into a branch, without copying them");
  const auto options = std::make_shared<ImportOptions>();
  command->add_option("source", options->source, "s3://bucket/prefix")->required();
  command->add_option("target", options->target, "anabranch://repository/branch/prefix")->required();
  command->add_option("-m,--message", options->message, "The commit's message");
  command->add_flag("--object", options->is_object, "The source is one object, not all that begins with it");
  command->callback([options, &run] { run = [options] { return import(*options); }; });
}

}  // namespace anabranch::app
