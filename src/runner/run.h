// runner/run.h — one run: a private copy of the code, its data, its key, its command, and the one commit at
// its end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runner/api_client.h"
#include "runner/data_cache.h"
#include "runner/data_view.h"
#include "runner/files.h"
#include "runner/process.h"
#include "runner/record.h"
#include "runner/source_tree.h"
#include "runner/watcher.h"
#include "runner/workspace.h"

namespace anabranch::runner {

/// The code as it was at one moment: what is edited afterwards changes no run.
struct CodeSnapshot {
  TemporaryFolder home;               // holds all of it
  std::string folder;                 // the files, also those that look secret
  std::vector<SourceFile> files;      // all of `folder`
  std::string archive;                // a tar of the files that do not look secret
  std::string id;                     // content id of the archive's files
  std::vector<std::string> hidden;    // files that a commit does not keep
  std::vector<std::string> left_out;  // folders that tools make anew: see list_source()
  GitState git;
  std::string packages;  // "name==version" lines of the command's Python; empty where it is none
};
/// Copies `workdir` below `cache`. Errors: as list_source() and pack().
Result<CodeSnapshot> take_snapshot(const DataCache& cache, const std::string& workdir,
                                   const std::vector<std::string>& command);
/// The same from an archive that a run has kept; checks that its content is `id`. Errors: malformed, io.
Result<CodeSnapshot> restore_snapshot(const DataCache& cache, const std::string& archive,
                                      const std::string& id);
/// The packages of the Python that `command` begins with, as seen from `folder`; empty where it is none.
std::string list_packages(const std::vector<std::string>& command, const std::string& folder);

enum class RunPhase : unsigned char { waiting, preparing, running, collecting, ok, failed, cancelled };
std::string_view to_string(RunPhase phase);

/// What all runs of a sweep share. Outlives them.
struct RunContext {
  const ApiClient& api;  // the user's own key: branches and run keys only
  const Clock& clock;
  const DataCache& cache;
  const CodeSnapshot& code;
  DataViews& data;
  std::vector<std::string> environment;  // of this process
  std::string workdir;                   // where a relative command is looked for that no copy has
  std::int64_t key_lifetime_seconds = 0;
  Interruption& interruption;
  const WorkspacePlan& workspace;
};

struct RunOrder {
  std::string repository;
  RunRecord record;  // all but what only the run itself can tell; without a run_id, one is made
  RunWatcher* watcher = nullptr;
  std::optional<RunAttempt> attempt = {};  // of the record that the server has of it
};

struct RunOutcome {
  RunPhase phase = RunPhase::waiting;
  RunRecord record;
  std::string commit_id;              // empty: there is none
  std::string problem;                // why it failed, where the exit code does not say it
  std::string stderr_tail;            // of a command that failed: its last lines, whole UTF-8, no secrets
  std::vector<std::string> warnings;  // of the runner; what was left out of the commit is in the record's
  bool is_incomplete = false;         // something that should have been kept could not be
  std::string kept_folder;            // where its folder stays, if that was asked for
};

/// Runs it on its branch, which must exist. Never an Error: what fails is told in the outcome.
/// `on_phase` gets each phase as it begins, and the file that standard output goes to, from this thread.
using OnPhase = std::function<void(RunPhase phase, const std::string& stdout_file)>;
RunOutcome run_once(const RunContext& context, const RunOrder& order, const OnPhase& on_phase);

}  // namespace anabranch::runner
