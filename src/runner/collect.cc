#include "runner/collect.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/hash.h"
#include "runner/live_files.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kUploadsAtOnce = 8;
constexpr std::uint64_t kMetricsSizeMax = 64 * MiB;
/// Folders of a run's copy that are kept as they are.
constexpr const char* kOutputFolders[] = {"artifacts", "config"};

struct Output {
  std::string path;  // on the branch
  std::string file;  // here
};

/// A log as it may be kept: without the run's own secrets.
Result<Output> clean_log(const Collection& collection, const char* name, const char* path) {
  const std::string clean = collection.home + "/clean-" + name;
  ANABRANCH_CHECK(copy_without(collection.home + "/" + name, clean, collection.secrets));
  return Output{path, clean};
}

/// The last numbers of metrics.jsonl, where metrics.json does not say another.
void read_metric_lines(const std::string& file, RunRecord& record, std::vector<std::string>& warnings) {
  const auto text = read_file(file, kMetricsSizeMax);
  if (!text) {
    warnings.push_back(text.error().message);
    return;
  }
  for (const auto& [name, value] : last_metrics(*text)) {
    if (record.metrics.size() < kMetricsMax) record.metrics.emplace(name, value);
  }
}

void read_metrics(const std::string& file, RunRecord& record, std::vector<std::string>& warnings) {
  const auto text = read_file(file, kMetricsSizeMax);
  if (!text) {
    warnings.push_back(text.error().message);
    return;
  }
  auto metrics = parse_metrics(*text);
  if (metrics) {
    record.metrics = *std::move(metrics);
  } else {
    warnings.push_back(metrics.error().message);
  }
}

Result<std::vector<Output>> find_outputs(const Collection& collection, RunRecord& record,
                                         std::vector<std::string>& warnings) {
  std::vector<Output> outputs;
  ANABRANCH_TRY(auto stdout_log, clean_log(collection, "stdout.txt", kStdoutPath));
  ANABRANCH_TRY(auto stderr_log, clean_log(collection, "stderr.txt", kStderrPath));
  outputs.push_back(std::move(stdout_log));
  outputs.push_back(std::move(stderr_log));
  outputs.push_back({kCodePath, collection.code.archive});
  const std::string work = collection.home + "/work";
  std::error_code error;
  if (fs::is_regular_file(fs::symlink_status(work + "/metrics.json", error))) {
    outputs.push_back({kMetricsPath, work + "/metrics.json"});
    read_metrics(work + "/metrics.json", record, warnings);
  }
  if (fs::is_regular_file(fs::symlink_status(work + "/metrics.jsonl", error))) {
    outputs.push_back({kMetricLinesPath, work + "/metrics.jsonl"});
    read_metric_lines(work + "/metrics.jsonl", record, warnings);
  }
  for (const std::string folder : kOutputFolders) {
    std::vector<std::string> skipped;
    ANABRANCH_TRY(const auto files, files_below(work + "/" + folder, work, &skipped));
    for (const auto& file : files) {
      const std::string path = folder + "/" + file;
      if (!looks_secret(path)) {
        outputs.push_back({path, work + "/" + path});
      } else {
        skipped.push_back(file);
      }
    }
    for (const auto& file : skipped)
      warnings.push_back(folder + "/" + file + " was not kept: no file, or a secret");
  }
  return outputs;
}

/// What the input commit has in the places of the runner's own, and this run did not make, is not this run's.
Result<void> remove_inherited(const Collection& collection, const RunRecord& record,
                              const std::vector<std::string>& made) {
  std::vector<std::string> stale;
  for (const std::string path : {kMetricsPath, kMetricLinesPath, kPackagesPath, kDiffPath}) {
    if (std::find(made.begin(), made.end(), path) != made.end()) continue;
    const auto before = collection.api.stat_object(collection.repository, record.input_commit, path);
    if (!before && before.error().code == ErrorCode::not_found) continue;
    if (!before) return fail(before.error());
    const auto now = collection.api.stat_object(collection.repository, record.run, path);
    if (now && now->physical_address == before->physical_address) stale.push_back(path);
  }
  return collection.api.delete_objects(collection.repository, record.run, stale);
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
                                       std::vector<std::string>& warnings) {
  ANABRANCH_TRY(const auto outputs, find_outputs(collection, record, warnings));
  ANABRANCH_CHECK(for_each_parallel(outputs.size(), kUploadsAtOnce, [&](std::size_t i) -> Result<void> {
    const auto stored =
        collection.api.upload_file(collection.repository, record.run, outputs[i].path, outputs[i].file);
    if (!stored) return fail(stored.error());
    return {};
  }));
  std::vector<std::string> made;
  for (const auto& output : outputs) made.push_back(output.path);
  const auto upload_text = [&](const char* path, const std::string& text) -> Result<void> {
    if (text.empty()) return {};
    made.emplace_back(path);
    const auto stored =
        collection.api.upload_bytes(collection.repository, record.run, path, text, "text/plain");
    if (!stored) return fail(stored.error());
    return {};
  };
  ANABRANCH_CHECK(upload_text(kPackagesPath, collection.code.packages));
  ANABRANCH_CHECK(upload_text(kDiffPath, collection.code.git.diff));
  ANABRANCH_CHECK(remove_inherited(collection, record, made));
  return commit(collection, record);
}

}  // namespace anabranch::runner
