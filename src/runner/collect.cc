#include "runner/collect.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "runner/metric_files.h"
#include "runner/text.h"

namespace anabranch::runner {
namespace {

constexpr unsigned kUploadsAtOnce = 8;

/// A log as it may be kept: without the run's own secrets.
Result<Output> clean_log(const Collection& collection, const char* name, const char* path) {
  const std::string clean = collection.home + "/clean-" + name;
  ANABRANCH_CHECK(copy_without(collection.home + "/" + name, clean, collection.secrets));
  return Output{path, clean};
}

/// The server, or the right to write to it, is gone: no other file will fare better.
bool is_of_all(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::timeout || code == ErrorCode::unauthenticated ||
         code == ErrorCode::access_denied || code == ErrorCode::no_space;
}

/// Uploads one thing after the other, and remembers what could not be. Thread safety: every method from any
/// thread.
class Uploads {
 public:
  Uploads(const Collection& collection, std::string branch)
      : collection_(collection), branch_(std::move(branch)) {}

  /// Errors: those after which no upload will succeed.
  Result<void> put(const Output& output) {
    return took(output.path,
                collection_.api.upload_file(collection_.repository, branch_, output.path, output.file));
  }
  Result<void> put_text(const char* path, const std::string& text) {
    if (text.empty()) return {};
    return took(path,
                collection_.api.upload_bytes(collection_.repository, branch_, path, text, "text/plain"));
  }
  Result<void> put_shared(const Output& output, const SharedObject& shared) {
    return took(output.path,
                shared.put(collection_.api, collection_.repository, branch_, output.path, output.file));
  }
  void lose(const std::string& path, const Error& error) {
    const std::lock_guard lock(mutex_);
    lost_.push_back(printable(path) + " was not kept: " + printable(error.message));
  }
  std::vector<std::string> take_lost() {
    std::sort(lost_.begin(), lost_.end());
    return std::move(lost_);
  }

 private:
  Result<void> took(const std::string& path, const Result<ObjectInfo>& stored) {
    if (stored) return {};
    if (is_of_all(stored.error().code)) return fail(stored.error());
    lose(path, stored.error());
    return {};
  }
  const Collection& collection_;
  const std::string branch_;
  std::mutex mutex_;
  std::vector<std::string> lost_;  // guarded by mutex_
};

/// All files that this run's commit gets, beside the code.
std::vector<Output> find_outputs(const Collection& collection, RunRecord& record, Uploads& uploads,
                                 std::vector<std::string>& lost) {
  std::vector<Output> outputs;
  const auto add_log = [&](const char* name, const char* path) {
    auto log = clean_log(collection, name, path);
    if (log) {
      outputs.push_back(*std::move(log));
    } else {
      uploads.lose(path, log.error());
    }
  };
  add_log("stdout.txt", kStdoutPath);
  add_log("stderr.txt", kStderrPath);
  const std::string work = collection.home + "/work";
  Leavings left = find_leavings(work, collection.before, collection.workspace.outputs);
  if (left.has_metrics) {
    outputs.push_back({kMetricsPath, work + "/metrics.json"});
  }
  if (left.has_metric_lines) {
    outputs.push_back({kMetricLinesPath, work + "/metrics.jsonl"});
  }
  record.metrics =
      read_metric_files(left.has_metrics ? work + "/metrics.json" : "",
                        left.has_metric_lines ? work + "/metrics.jsonl" : "", left.notes, left.lost);
  outputs.insert(outputs.end(), left.outputs.begin(), left.outputs.end());
  record.warnings.insert(record.warnings.end(), left.notes.begin(), left.notes.end());
  record.warnings.insert(record.warnings.end(), left.lost.begin(), left.lost.end());
  lost = std::move(left.lost);
  return outputs;
}

/// A commit whose answer got lost must not be made twice: the branch's head tells.
Result<std::string> commit(const Collection& collection, const RunRecord& record) {
  const CommitOrder order{commit_message(record), to_metadata(record), true};
  const auto made = collection.api.commit(collection.repository, record.run, order);
  if (made) return made->id;
  if (made.error().code != ErrorCode::unavailable && made.error().code != ErrorCode::timeout) {
    return fail(made.error());
  }
  ANABRANCH_TRY(const auto head, collection.api.get_commit(collection.repository, record.run));
  const auto id = head.metadata.find("anabranch.run_id");
  if (id != head.metadata.end() && id->second == record.run_id) return head.id;
  ANABRANCH_TRY(const auto again, collection.api.commit(collection.repository, record.run, order));
  return again.id;
}

}  // namespace

Result<std::string> collect_and_commit(const Collection& collection, RunRecord& record,
                                       std::vector<std::string>& lost) {
  Uploads uploads(collection, record.run);
  const auto outputs = find_outputs(collection, record, uploads, lost);
  ANABRANCH_CHECK(for_each_parallel(outputs.size(), kUploadsAtOnce,
                                    [&](std::size_t i) { return uploads.put(outputs[i]); }));
  ANABRANCH_CHECK(uploads.put_shared({kCodePath, collection.code.archive}, collection.workspace.code));
  ANABRANCH_CHECK(uploads.put_text(kPackagesPath, collection.code.packages));
  ANABRANCH_CHECK(uploads.put_text(kDiffPath, collection.code.git.diff));
  for (auto& line : uploads.take_lost()) {
    record.warnings.push_back(line);
    lost.push_back(std::move(line));
  }
  return commit(collection, record);
}

}  // namespace anabranch::runner
