// runner/reproduce.h — a recorded run once more, from its recorded inputs, and whether the same came out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/run.h"

namespace anabranch::runner {

struct ReproduceOrder {
  std::string repository;
  std::string ref;              // a run's commit or branch, or a merge that brought one
  double tolerance = 0;         // of metrics: see equal_within()
  bool compare_outputs = true;  // artifacts/, config/ and what the command wrote itself, by checksum
  bool keep_branch = false;
  DataMode data_mode = DataMode::copy;  // as of choose_data_mode()
  std::int64_t key_lifetime_seconds = 24 * 3600;
};

/// One thing that was compared.
struct Finding {
  enum class Kind : unsigned char { exit_code, metric, output };
  Kind kind = Kind::metric;
  std::string name;
  std::string recorded;  // empty: it was not there
  std::string found;
  bool same = false;
};

struct Reproduction {
  std::string run;
  std::string commit_id;
  std::string branch;
  RunOutcome outcome;
  std::vector<Finding> findings;
  std::vector<std::string> notes;  // what is not as it was: packages, files that were not kept
  bool same = false;               // the run ended with a commit, and every finding is the same
};

using OnNews = std::function<void(const std::string& text)>;

/// A run's commit, and what it and the server's record say of the run.
struct FoundRun {
  CommitInfo commit;
  RunRecord record;
};
/// The run that `ref` leads to: as ApiClient::run_behind().
Result<FoundRun> find_run(const ApiClient& api, const std::string& repository, const std::string& ref);

/// Runs it on a scratch branch, which is deleted at the end unless it is to be kept.
/// Errors: what kept it from running. That something differs is no Error.
Result<Reproduction> reproduce(const ApiClient& api, const Clock& clock, const DataCache& cache,
                               const ReproduceOrder& order, Interruption& interruption,
                               const OnNews& on_news);

/// Recorded against found, by name, both sides' names.
std::vector<Finding> compare_metrics(const Metrics& recorded, const Metrics& found, double tolerance);
/// Path → checksum.
std::vector<Finding> compare_outputs(const Metadata& recorded, const Metadata& found);

}  // namespace anabranch::runner
