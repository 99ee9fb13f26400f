#include "runner/run.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "base/hash.h"
#include "runner/archive.h"
#include "runner/child_environment.h"
#include "runner/collect.h"
#include "runner/live_files.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

/// As shells have it: there is no such command; it could not be run.
constexpr int kExitNotFound = 127;
constexpr int kExitNotRun = 126;
constexpr std::size_t kPackagesSizeMax = 4 * MiB;
constexpr std::size_t kLostToldMax = 20;  // in a run's problem
/// How long a finished run waits for a server that does not answer before its results are given up.
constexpr auto kCommitPatience = std::chrono::minutes(2);

// One line per package, whatever installed it: pip's own `freeze` is slower and not always there.
constexpr const char* kListPackages =
    "import importlib.metadata as m, platform\n"
    "print('python==' + platform.python_version())\n"
    "print(*sorted({f\"{d.metadata['Name']}=={d.version}\" for d in m.distributions()}), sep='\\n')\n";

/// Each by name, so far as anybody reads; the commit's warnings have more.
std::string told(const std::vector<std::string>& lost) {
  std::string text = std::to_string(lost.size()) + " of what it left could not be kept";
  const std::size_t count = std::min(lost.size(), kLostToldMax);
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? ": " : "; ") + lost[i];
  return count == lost.size() ? text : text + "; and " + std::to_string(lost.size() - count) + " more";
}

bool is_python(const std::string& command) {
  const std::string name = fs::path(command).filename().string();
  constexpr std::string_view kPython = "python";
  return name.starts_with(kPython) &&
         name.find_first_not_of("0123456789.", kPython.size()) == std::string::npos;
}

/// A relative command that only the original folder has (a virtual environment that .gitignore names) is
/// taken from there. Not made canonical: an environment's python is a link that must be called by its own
/// name.
std::string command_path(const std::string& command, const std::string& folder, const std::string& workdir) {
  if (command.find('/') == std::string::npos || command.starts_with('/') || workdir.empty()) return command;
  std::error_code error;
  if (fs::exists(folder + "/" + command, error) || !fs::exists(workdir + "/" + command, error))
    return command;
  return workdir + "/" + command;
}

Result<CodeSnapshot> new_snapshot(const DataCache& cache) {
  ANABRANCH_TRY(auto home, TemporaryFolder::make(cache.work_folder(), "code"));
  const std::string path = home.path();
  return CodeSnapshot{std::move(home), path + "/files", {}, path + "/code.tar", {}, {}, {}, {}, {}};
}

std::vector<SourceFile> publishable(const std::vector<SourceFile>& files) {
  std::vector<SourceFile> out;
  for (const auto& file : files) {
    if (!looks_secret(file.path)) out.push_back(file);
  }
  return out;
}

/// One run on its way.
class Run {
 public:
  Run(const RunContext& context, const RunOrder& order, const OnPhase& on_phase)
      : context_(context),
        order_(order),
        on_phase_(on_phase),
        record_(order.record),
        interruption_(context.interruption) {}

  RunOutcome go() {
    if (order_.watcher != nullptr) order_.watcher->on_begin(interruption_);
    auto done = prepare();
    if (done) done = execute();
    if (!done) {
      outcome_.problem = done.error().message;
      if (record_.exit_code == 0) record_.exit_code = kExitNotRun;
      if (record_.status.empty()) {
        record_.status = done.error().code == ErrorCode::cancelled ? "interrupted" : "failed";
      }
    }
    if (home_ && record_.status == "failed") outcome_.stderr_tail = last_lines(file("stderr.txt"), secrets_);
    // A run that did not even begin has a log too: the reason.
    if (home_) {
      if (!view_) drop_half_a_view();
      if (auto committed = commit(); !committed) {
        outcome_.problem += (outcome_.problem.empty() ? "" : "; ") + committed.error().message +
                            " (what it made is kept in " + home_->path() + ")";
        record_.status = record_.status == "ok" ? "failed" : record_.status;
        home_->keep();
      }
      if (view_) view_->close();
      if (context_.workspace.is_kept) {
        outcome_.kept_folder = file("work");
        home_->keep();
      }
    }
    outcome_.phase = record_.status == "ok"            ? RunPhase::ok
                     : record_.status == "interrupted" ? RunPhase::cancelled
                                                       : RunPhase::failed;
    outcome_.record = std::move(record_);
    if (order_.watcher != nullptr) order_.watcher->on_outcome(outcome_);
    return std::move(outcome_);
  }

 private:
  void enter(RunPhase phase, const std::string& stdout_file = {}) {
    on_phase_(phase, stdout_file);
    if (order_.watcher != nullptr) order_.watcher->on_phase(phase);
  }

  std::string file(const char* name) const { return home_->path() + "/" + name; }

  Result<void> prepare() {
    enter(RunPhase::preparing);
    record_.exit_code = 0;
    if (record_.run_id.empty()) record_.run_id = make_xid(context_.clock.now_ms());
    record_.started_seconds = context_.clock.now_ms() / 1000;
    ANABRANCH_TRY(auto home, TemporaryFolder::make(context_.cache.work_folder(), record_.run));
    home_ = std::move(home);
    // There from the start, so that a run that never ran still has its logs.
    ANABRANCH_CHECK(write_file(file("stdout.txt"), ""));
    ANABRANCH_CHECK(write_file(file("stderr.txt"), ""));
    ANABRANCH_TRY(view_, context_.data.open(home_->path(), context_.code.folder, context_.code.files));
    before_ = FolderState::of(file("work"));
    return {};
  }

  /// The results of other runs that the input commit has: what is there at the end is to be this run's own.
  Result<void> clear_branch(const ApiClient& api) {
    if (is_clear_) return {};
    ANABRANCH_CHECK(api.delete_objects(order_.repository, record_.run, context_.workspace.inherited));
    is_clear_ = true;
    return {};
  }

  Result<void> execute() {
    ANABRANCH_TRY(const AccessKey key,
                  context_.api.create_run_key(order_.repository, record_.run, record_.run,
                                              context_.key_lifetime_seconds, order_.attempt));
    secrets_.push_back(key.secret.reveal());  // for hiding it in the logs
    secrets_.push_back(context_.api.connection().secret_access_key.reveal());
    ANABRANCH_CHECK(clear_branch(context_.api.with_patience(kCommitPatience).with_key(key)));
    const RunIdentity identity{context_.api.connection().endpoint,
                               order_.repository,
                               record_.run,
                               record_.run,
                               record_.input_commit,
                               key};
    ProcessOptions options{record_.argv,
                           child_environment(context_.environment, identity, record_.parameters),
                           file("work"), file("stdout.txt"), file("stderr.txt")};
    options.argv.front() = command_path(options.argv.front(), options.directory, context_.workdir);
    if (order_.watcher != nullptr) {
      options.on_start = [this](pid_t pid) { order_.watcher->on_start(pid, home_->path(), secrets_); };
    }
    enter(RunPhase::running, options.stdout_file);
    const auto began = std::chrono::steady_clock::now();
    ResourceUse use;
    const auto exit_code = Process::run(options, interruption_, &use);
    record_.duration_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (order_.watcher != nullptr && exit_code) order_.watcher->on_end(*exit_code, use);
    // At once: what the command may have left running somewhere must not write to the branch any more.
    remove_key(context_.api.with_patience(kCommitPatience), key);
    if (!exit_code) {
      if (exit_code.error().code == ErrorCode::not_found) record_.exit_code = kExitNotFound;
      return fail(exit_code.error());
    }
    record_.exit_code = *exit_code;
    // Whoever changed them: nobody can say what this run has read.
    ANABRANCH_CHECK(view_->check());
    record_.status = interruption_.requested() ? "interrupted" : *exit_code == 0 ? "ok" : "failed";
    return {};
  }

  Result<void> commit() {
    enter(RunPhase::collecting);
    if (!outcome_.problem.empty()) append_problem();
    const ApiClient patient = context_.api.with_patience(kCommitPatience);
    secrets_.push_back(context_.api.connection().secret_access_key.reveal());
    // A key of its own for the commit: the command's is gone, and the user's may do more than this.
    // And none for whoever wakes up after the run was begun again elsewhere: it has one commit.
    ANABRANCH_TRY(const AccessKey key, patient.create_run_key(order_.repository, record_.run, record_.run,
                                                              context_.key_lifetime_seconds, order_.attempt));
    const Collection collection{patient.with_key(key),
                                order_.repository,
                                home_->path(),
                                context_.code,
                                secrets_,
                                context_.workspace,
                                before_};
    std::vector<std::string> lost;
    Result<std::string> commit_id;
    if (auto cleared = clear_branch(collection.api); cleared) {
      commit_id = collect_and_commit(collection, record_, lost);
    } else {
      commit_id = fail(std::move(cleared).error());
    }
    if (!lost.empty()) {
      outcome_.is_incomplete = true;
      outcome_.problem += (outcome_.problem.empty() ? "" : "; ") + told(lost);
    }
    remove_key(patient, key);
    if (!commit_id) return fail(std::move(commit_id).error());
    outcome_.commit_id = *std::move(commit_id);
    return {};
  }

  /// What a view that could not be made left of the code is no result.
  void drop_half_a_view() {
    std::error_code error;
    fs::remove_all(file("work"), error);
    static_cast<void>(make_folders(file("work")));
  }

  /// One that is gone already ended with its attempt.
  void remove_key(const ApiClient& api, const AccessKey& key) {
    const auto removed = api.delete_key(key.id);
    if (removed || removed.error().code == ErrorCode::not_found) return;
    outcome_.warnings.push_back("the run's key " + key.id + " was not removed: " + removed.error().message);
  }

  void append_problem() {
    const std::string log = file("stderr.txt");
    auto text = read_file(log, 64 * MiB);
    const auto written = write_file(log, text.value_or("") + "anabranch: " + outcome_.problem + "\n");
    if (!written) outcome_.warnings.push_back(written.error().message);
  }

  const RunContext& context_;
  const RunOrder& order_;
  const OnPhase& on_phase_;
  RunRecord record_;
  RunOutcome outcome_;
  Interruption interruption_;  // this run's own part
  std::optional<TemporaryFolder> home_;
  std::unique_ptr<DataView> view_;
  FolderState before_;  // its work/, when the command began
  bool is_clear_ = false;
  std::vector<std::string> secrets_;
};

}  // namespace

std::string_view to_string(RunPhase phase) {
  switch (phase) {
    case RunPhase::waiting:
      return "waiting";
    case RunPhase::preparing:
      return "preparing";
    case RunPhase::running:
      return "running";
    case RunPhase::collecting:
      return "collecting";
    case RunPhase::ok:
      return "ok";
    case RunPhase::failed:
      return "failed";
    case RunPhase::cancelled:
      return "interrupted";
  }
  return "unknown";
}

std::string list_packages(const std::vector<std::string>& command, const std::string& folder) {
  if (command.empty() || !is_python(command.front())) return {};
  return capture({command.front(), "-c", kListPackages}, folder, own_environment(), kPackagesSizeMax)
      .value_or("");
}

Result<CodeSnapshot> take_snapshot(const DataCache& cache, const std::string& workdir,
                                   const std::vector<std::string>& command) {
  ANABRANCH_TRY(CodeSnapshot snapshot, new_snapshot(cache));
  ANABRANCH_TRY(snapshot.files,
                list_source(workdir, {cache.folder(), cache.work_folder()}, &snapshot.left_out));
  ANABRANCH_CHECK(copy_source(workdir, snapshot.files, snapshot.folder));
  const auto kept = publishable(snapshot.files);
  for (const auto& file : snapshot.files) {
    if (looks_secret(file.path)) snapshot.hidden.push_back(file.path);
  }
  ANABRANCH_TRY(snapshot.id, content_id(snapshot.folder, kept));
  ANABRANCH_CHECK(pack(snapshot.folder, kept, snapshot.archive));
  snapshot.git = read_git_state(workdir);
  std::vector<std::string> resolved = command;
  if (!resolved.empty()) resolved.front() = command_path(resolved.front(), snapshot.folder, workdir);
  snapshot.packages = list_packages(resolved, snapshot.folder);
  return snapshot;
}

Result<CodeSnapshot> restore_snapshot(const DataCache& cache, const std::string& archive,
                                      const std::string& id) {
  ANABRANCH_TRY(CodeSnapshot snapshot, new_snapshot(cache));
  ANABRANCH_CHECK(unpack(archive, snapshot.folder));
  ANABRANCH_CHECK(copy_file(archive, snapshot.archive, 0600));
  // Not list_source(): ignore rules among the files say nothing about files that are in the archive.
  ANABRANCH_TRY(snapshot.files, list_unpacked(snapshot.folder));
  ANABRANCH_TRY(snapshot.id, content_id(snapshot.folder, snapshot.files));
  if (!id.empty() && snapshot.id != id) {
    return fail(ErrorCode::malformed,
                "the code that was kept is " + snapshot.id + ", and the run was of " + id);
  }
  return snapshot;
}

RunOutcome run_once(const RunContext& context, const RunOrder& order, const OnPhase& on_phase) {
  return Run(context, order, on_phase).go();
}

}  // namespace anabranch::runner
