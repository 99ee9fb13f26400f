#include "runner/reproduce.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "base/hash.h"
#include "runner/child_environment.h"

namespace anabranch::runner {
namespace {

/// What a run made, by its own will: logs and our own records differ from run to run by their nature.
bool is_output(std::string_view path) {
  return !path.starts_with("logs/") && !path.starts_with(".anabranch/") && path != kMetricsPath &&
         path != kMetricLinesPath;
}

constexpr const char* kDeleted = "deleted";

std::string content_of(const ObjectInfo& object) {
  return object.checksum + " (" + std::to_string(object.size_bytes) + " bytes)";
}

/// Path → checksum of all that a run left: what `commit` has and `input` has not, or not so, and all of the
/// folders that are results, also where it equals the input's.
Result<Metadata> outputs_of(const ApiClient& api, const std::string& repository, const RunRecord& recorded,
                            const std::string& commit) {
  std::vector<std::string> changed;
  ANABRANCH_CHECK(
      api.diff(repository, recorded.input_commit, commit, true, "", [&](DifferenceInfo difference) {
        if (is_output(difference.path)) changed.push_back(std::move(difference.path));
        return true;
      }));
  Metadata checksums;
  for (const auto& path : changed) {
    const auto object = api.stat_object(repository, commit, path);
    if (object) {
      checksums.emplace(path, content_of(*object));
    } else if (object.error().code == ErrorCode::not_found) {
      checksums.emplace(path, kDeleted);
    } else {
      return fail(object.error());
    }
  }
  std::vector<std::string> places{"artifacts", "config"};
  places.insert(places.end(), recorded.outputs.begin(), recorded.outputs.end());
  for (const auto& place : places) {  // a file or a folder
    ANABRANCH_CHECK(api.list_objects(repository, commit, place, "", [&](ObjectInfo object) {
      const std::string_view rest = std::string_view(object.path).substr(place.size());
      if (!rest.empty() && !rest.starts_with('/')) return true;  // a neighbour: artifacts-old/
      checksums.emplace(object.path, content_of(object));
      return true;
    }));
  }
  return checksums;
}

/// A run whose branch began with the results of its input, as those of older runners did, has files that a
/// run of today begins without. Takes what is exactly so out of both; gives how many.
Result<std::size_t> leave_out_inherited(const ApiClient& api, const std::string& repository,
                                        const std::string& input_commit, Metadata& before, Metadata& after) {
  std::size_t count = 0;
  for (auto at = before.begin(); at != before.end();) {
    const auto again = after.find(at->first);
    const bool is_gone = again == after.end() || again->second == kDeleted;
    if (!is_gone || at->second == kDeleted) {
      ++at;
      continue;
    }
    const auto input = api.stat_object(repository, input_commit, at->first);
    if (!input && input.error().code != ErrorCode::not_found) return fail(input.error());
    if (!input || content_of(*input) != at->second) {
      ++at;
      continue;
    }
    if (again != after.end()) after.erase(again);
    at = before.erase(at);
    ++count;
  }
  return count;
}

Result<CodeSnapshot> fetch_code(const ApiClient& api, const DataCache& cache, const std::string& repository,
                                const CommitInfo& commit, const RunRecord& record) {
  if (record.code_id.empty()) {
    const auto kept = api.stat_object(repository, commit.id, kCodePath);
    if (!kept && kept.error().code != ErrorCode::not_found) return fail(kept.error());
    if (!kept) {
      ANABRANCH_TRY(const auto nothing, TemporaryFolder::make(cache.work_folder(), "code"));
      return take_snapshot(cache, nothing.path(), record.argv);
    }
  }
  ANABRANCH_TRY(const auto folder, TemporaryFolder::make(cache.work_folder(), "archive"));
  const std::string archive = folder.path() + "/code.tar";
  std::ofstream out(archive, std::ios::binary);
  ANABRANCH_CHECK(api.download(repository, commit.id, kCodePath, [&](ByteView piece) -> Result<void> {
    const auto text = as_text(piece);
    if (out.write(text.data(), static_cast<std::streamsize>(text.size()))) return {};
    return fail(ErrorCode::io, "cannot write " + archive);
  }));
  out.close();
  if (!out) return fail(ErrorCode::io, "cannot write " + archive);
  return restore_snapshot(cache, archive, record.code_id);
}

/// A branch that is deleted at the end.
class ScratchBranch {
 public:
  ScratchBranch(const ApiClient& api, std::string repository, std::string name)
      : api_(api), repository_(std::move(repository)), name_(std::move(name)) {}
  ~ScratchBranch() {
    if (!made_ || kept_) return;
    // What cannot be deleted stays, named as what it is.
    static_cast<void>(api_.with_patience(std::chrono::seconds(10)).delete_branch(repository_, name_));
  }
  ScratchBranch(const ScratchBranch&) = delete;
  ScratchBranch& operator=(const ScratchBranch&) = delete;
  Result<void> make(const std::string& commit) {
    const auto made = api_.create_branch(repository_, name_, commit);
    if (!made) return fail(made.error());
    made_ = true;
    return {};
  }
  void keep() { kept_ = true; }

 private:
  const ApiClient& api_;
  std::string repository_;
  std::string name_;
  bool made_ = false;
  bool kept_ = false;
};

template <class Value, class Show, class Same>
std::vector<Finding> compare_by_name(Finding::Kind kind, const std::map<std::string, Value>& recorded,
                                     const std::map<std::string, Value>& found, Show show, Same same) {
  std::set<std::string> names;
  for (const auto& [name, value] : recorded) names.insert(name);
  for (const auto& [name, value] : found) names.insert(name);
  std::vector<Finding> findings;
  for (const auto& name : names) {
    const auto before = recorded.find(name);
    const auto after = found.find(name);
    Finding finding{kind, name, {}, {}, false};
    if (before != recorded.end()) finding.recorded = show(before->second);
    if (after != found.end()) finding.found = show(after->second);
    finding.same = before != recorded.end() && after != found.end() && same(before->second, after->second);
    findings.push_back(std::move(finding));
  }
  return findings;
}

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Finding> compare_metrics(const Metrics& recorded, const Metrics& found, double tolerance) {
  return compare_by_name(Finding::Kind::metric, recorded, found, format_number,
                         [&](double before, double after) { return equal_within(before, after, tolerance); });
}

std::vector<Finding> compare_outputs(const Metadata& recorded, const Metadata& found) {
  return compare_by_name(
      Finding::Kind::output, recorded, found, [](const std::string& text) { return text; },
      [](const std::string& before, const std::string& after) { return before == after; });
}

Result<FoundRun> find_run(const ApiClient& api, const std::string& repository, const std::string& ref) {
  ANABRANCH_TRY(const RunInfo run, api.run_behind(repository, ref));
  FoundRun found;
  ANABRANCH_TRY(found.commit, api.get_commit(repository, run.commit_id));
  RunRecord known = to_record(run);
  if (!is_run(found.commit.metadata)) {
    found.record = std::move(known);
    return found;
  }
  // A runner's commit says all; one that somebody made says what it says, and the record has the rest.
  ANABRANCH_TRY(found.record, parse_record(found.commit.metadata));
  const auto fill = [](auto& value, auto& more) {
    if (value.empty()) value = std::move(more);
  };
  fill(found.record.argv, known.argv);
  fill(found.record.input_commit, known.input_commit);
  fill(found.record.code_id, known.code_id);
  fill(found.record.data, known.data);
  fill(found.record.outputs, known.outputs);
  fill(found.record.status, known.status);
  return found;
}

Result<Reproduction> reproduce(const ApiClient& api, const Clock& clock, const DataCache& cache,
                               const ReproduceOrder& order, Interruption& interruption,
                               const OnNews& on_news) {
  ANABRANCH_TRY(const FoundRun found, find_run(api, order.repository, order.ref));
  const auto& [commit, recorded] = found;
  if (recorded.argv.empty()) {
    return fail(ErrorCode::not_found,
                "run '" + recorded.run + "' (commit " + commit.id +
                    ") recorded no command, so it cannot be run again: it was not made by "
                    "'anabranch run', and neither its commit's 'anabranch.argv' nor its "
                    "record's 'argv' says what it did");
  }
  if (recorded.input_commit.empty())
    return fail(ErrorCode::not_found, "run '" + recorded.run + "' (commit " + commit.id +
                                          ") recorded no input commit, so it cannot be run again");
  Reproduction result;
  result.run = recorded.run;
  result.commit_id = commit.id;
  on_news("run " + recorded.run + ", commit " + commit.id + ", input " + recorded.input_commit);
  ANABRANCH_TRY(auto files, DataCache::list(api, order.repository, recorded.input_commit, recorded.data));
  DataViews data(api, cache, order.repository, recorded.input_commit, std::move(files), order.data_mode);
  ANABRANCH_TRY(CodeSnapshot code, fetch_code(api, cache, order.repository, commit, recorded));
  on_news("code " + code.id);
  if (code.files.empty())
    result.notes.push_back("the run recorded no code: its command ran in a folder without any");
  ANABRANCH_CHECK(data.fetch([](std::size_t) {}));
  code.packages = list_packages(recorded.argv, code.folder);
  if (!recorded.packages_id.empty() && to_hex(sha256(code.packages)) != recorded.packages_id) {
    result.notes.push_back("the Python packages are not those of the run: see " + std::string(kPackagesPath) +
                           " of the commit");
  }
  WorkspacePlan workspace{OutputPlaces(recorded.outputs)};
  ANABRANCH_TRY(workspace.inherited,
                workspace.outputs.list_inherited(api, order.repository, recorded.input_commit));
  result.branch = "reproduce-" + make_xid(clock.now_ms());
  ScratchBranch branch(api, order.repository, result.branch);
  ANABRANCH_CHECK(branch.make(recorded.input_commit));

  const auto environment = with_recorded(own_environment(), recorded.environment);
  const RunContext context{api,
                           clock,
                           cache,
                           code,
                           data,
                           environment,
                           std::filesystem::current_path().string(),
                           order.key_lifetime_seconds,
                           interruption,
                           workspace};
  RunOrder run{order.repository, recorded};
  run.record.run = result.branch;
  run.record.run_id.clear();
  run.record.sweep.clear();
  run.record.status.clear();
  run.record.metrics.clear();
  run.record.warnings.clear();
  run.record.packages_id = code.packages.empty() ? "" : to_hex(sha256(code.packages));
  result.outcome = run_once(context, run, [&](RunPhase phase, const std::string&) {
    on_news(std::string(to_string(phase)) + " on " + result.branch);
  });
  if (order.keep_branch) branch.keep();
  if (result.outcome.commit_id.empty()) {
    result.notes.push_back(result.outcome.problem);
    return result;
  }
  const RunRecord& again = result.outcome.record;
  result.findings.push_back({Finding::Kind::exit_code, "exit code", std::to_string(recorded.exit_code),
                             std::to_string(again.exit_code),
                             recorded.exit_code == again.exit_code && recorded.status == again.status});
  append(result.findings, compare_metrics(recorded.metrics, again.metrics, order.tolerance));
  if (order.compare_outputs) {
    ANABRANCH_TRY(auto before, outputs_of(api, order.repository, recorded, commit.id));
    ANABRANCH_TRY(auto after, outputs_of(api, order.repository, recorded, result.outcome.commit_id));
    ANABRANCH_TRY(const std::size_t inherited,
                  leave_out_inherited(api, order.repository, recorded.input_commit, before, after));
    if (inherited > 0) {
      result.notes.push_back(std::to_string(inherited) + (inherited == 1 ? " file" : " files") +
                             " of the recorded run came with its input, as results once did, and " +
                             (inherited == 1 ? "is" : "are") + " not compared");
    }
    append(result.findings, compare_outputs(before, after));
  }
  result.same =
      std::all_of(result.findings.begin(), result.findings.end(), [](const auto& f) { return f.same; });
  return result;
}

}  // namespace anabranch::runner
