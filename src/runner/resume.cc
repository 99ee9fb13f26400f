#include "runner/resume.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "runner/files.h"
#include "runner/sweep.h"

namespace anabranch::runner {
namespace {

namespace json = boost::json;

constexpr std::int64_t kPlanVersion = 1;
constexpr unsigned kRequestsAtOnce = 8;
/// A run counts as lost 15 s after it was heard of, 30 s after the server's start.
constexpr auto kSilenceMax = std::chrono::seconds(40);
constexpr auto kLookAgain = std::chrono::milliseconds(500);

json::array words(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

tl::unexpected<Error> no_plan(const std::string& sweep) {
  return fail(ErrorCode::invalid_argument,
              "the record of sweep '" + sweep +
                  "' does not say how to go on with it: it was made by something "
                  "else than this version of anabranch run");
}

bool read_words(const json::object& object, const char* name, std::vector<std::string>& out) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return false;
  for (const auto& word : value->get_array()) {
    if (!word.is_string()) return false;
    out.emplace_back(word.get_string());
  }
  return true;
}

Result<void> decode_plan(const std::string& text, SweepPlan& plan) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return no_plan(plan.name);
  const json::object& object = value.get_object();
  const auto* version = object.if_contains("version");
  if (version == nullptr || !version->is_int64() || version->get_int64() != kPlanVersion)
    return no_plan(plan.name);
  std::vector<std::string> data;
  const auto* grid = object.if_contains("grid");
  if (!read_words(object, "command", plan.command) || !read_words(object, "data", data) || grid == nullptr ||
      !grid->is_array()) {
    return no_plan(plan.name);
  }
  for (const auto& item : grid->get_array()) {
    GridAxis axis;
    if (!item.is_object()) return no_plan(plan.name);
    const auto* name = item.get_object().if_contains("name");
    if (name == nullptr || !name->is_string() || !read_words(item.get_object(), "values", axis.values))
      return no_plan(plan.name);
    axis.name = std::string(name->get_string());
    plan.grid.push_back(std::move(axis));
  }
  for (const auto& spec : data) {
    ANABRANCH_TRY(auto parsed, parse_data(spec));
    plan.data.push_back(std::move(parsed));
  }
  plan.outputs.clear();
  if (!read_words(object, "outputs", plan.outputs)) return no_plan(plan.name);
  ANABRANCH_TRY(plan.combinations, expand(plan.grid));
  return {};
}

bool goes_on(const RunInfo& run) {
  return run.state == "waiting" || run.state == "preparing" || run.state == "running" ||
         run.state == "collecting";
}

std::int64_t last_heard(const std::vector<RunInfo>& runs) {
  std::int64_t last = 0;
  for (const auto& run : runs) last = std::max(last, run.heartbeat_ms);
  return last;
}

/// Until no run of the sweep goes on.
Result<std::vector<RunInfo>> wait_for_silence(const ApiClient& api, const SweepPlan& plan,
                                              Interruption& interruption,
                                              const std::function<void()>& on_wait) {
  const auto until = std::chrono::steady_clock::now() + kSilenceMax;
  std::optional<std::int64_t> heard;
  while (true) {
    ANABRANCH_TRY(auto runs, api.list_runs(plan.repository, plan.name));
    const auto living = std::find_if(runs.begin(), runs.end(), goes_on);
    if (living == runs.end()) return runs;
    if (!heard) {
      heard = last_heard(runs);
      on_wait();
    }
    if (last_heard(runs) > *heard || std::chrono::steady_clock::now() > until) {
      return fail(ErrorCode::conflict, "the runner of sweep '" + plan.name + "' is at work: run '" +
                                           living->name + "' is " + living->state + " on host '" +
                                           living->host + "'");
    }
    if (interruption.requested()) return fail(ErrorCode::cancelled, "interrupted");
    std::this_thread::sleep_for(kLookAgain);  // tidy-allow: silence is nothing that one is woken by
  }
}

bool is_to_be_done(const SweepInfo& sweep, const RunInfo& run) {
  if (run.id.empty() || run.state == "lost") return true;
  if (run.state == "failed") return run.commit_id.empty();
  // One that was cancelled by itself was not wanted; those of a sweep that was stopped are.
  return run.state == "interrupted" && (sweep.cancel_requested || !run.cancel_requested);
}

/// Nothing of anyone else's is lost when the branch is reset.
Result<void> check_branch(const ApiClient& api, const SweepPlan& plan, std::size_t index) {
  const std::string name = run_name(plan.name, index);
  const auto head = api.get_commit(plan.repository, name);
  if (!head && head.error().code == ErrorCode::not_found) return {};
  if (!head) return fail(head.error());
  if (head->id == plan.resumption->sweep.input_commit) return {};
  const RunInfo& run = plan.resumption->runs[index];
  const auto id = head->metadata.find("anabranch.run_id");
  if (!run.id.empty() && id != head->metadata.end() && id->second == run.id) return {};
  return fail(ErrorCode::conflict, "branch '" + name + "' has a commit that is not its run's: " + head->id);
}

}  // namespace

std::string encode_plan(const SweepPlan& plan) {
  json::array grid, data;
  for (const auto& axis : plan.grid)
    grid.push_back(json::object{{"name", axis.name}, {"values", words(axis.values)}});
  for (const auto& spec : plan.data) data.push_back(json::value(spec.to_string()));
  return json::serialize(json::object{{"version", kPlanVersion},
                                      {"command", words(plan.command)},
                                      {"grid", std::move(grid)},
                                      {"data", std::move(data)},
                                      {"outputs", words(plan.outputs)}});
}

Result<void> load_resumption(const ApiClient& api, SweepPlan& plan, Interruption& interruption,
                             const std::function<void()>& on_wait) {
  Resumption resumption;
  ANABRANCH_TRY(resumption.sweep, api.get_sweep(plan.repository, plan.name));
  ANABRANCH_CHECK(decode_plan(resumption.sweep.plan, plan));
  plan.from = resumption.sweep.input_commit;
  ANABRANCH_TRY(auto runs, wait_for_silence(api, plan, interruption, on_wait));
  resumption.runs.resize(plan.combinations.size());
  for (auto& run : runs) {
    const auto place = static_cast<std::size_t>(run.index);
    if (run.index < 0 || place >= resumption.runs.size()) return no_plan(plan.name);
    resumption.runs[place] = std::move(run);
  }
  for (const auto& run : resumption.runs)
    resumption.is_to_be_done.push_back(is_to_be_done(resumption.sweep, run));
  plan.resumption = std::move(resumption);
  return {};
}

Result<CodeSnapshot> same_code(const ApiClient& api, const DataCache& cache, const SweepPlan& plan,
                               const std::string& workdir) {
  const auto& runs = plan.resumption->runs;
  const auto known =
      std::find_if(runs.begin(), runs.end(), [](const auto& run) { return !run.code_id.empty(); });
  auto here = take_snapshot(cache, workdir, plan.command);
  if (known == runs.end() || (here && here->id == known->code_id)) return here;
  for (const auto& run : runs) {
    if (run.commit_id.empty()) continue;
    ANABRANCH_TRY(const auto home, TemporaryFolder::make(cache.work_folder(), "code"));
    const std::string archive = home.path() + "/code.tar";
    std::ofstream file(archive, std::ios::binary);
    const auto loaded =
        api.download(plan.repository, run.commit_id, kCodePath, [&](ByteView piece) -> Result<void> {
          file.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
          if (file) return {};
          return fail(ErrorCode::io, "cannot write " + archive);
        });
    file.close();
    if (!loaded || !file) continue;
    auto kept = restore_snapshot(cache, archive, known->code_id);
    if (!kept) continue;
    kept->packages = list_packages(plan.command, kept->folder);
    return kept;
  }
  return fail(ErrorCode::precondition_failed,
              "the code in " + workdir + " is not what sweep '" + plan.name + "' began with (" +
                  known->code_id +
                  "), and no commit of the sweep keeps that: bring it back, or begin another sweep");
}

Result<void> begin_attempts(const ApiClient& api, SweepPlan& plan) {
  Resumption& resumption = *plan.resumption;
  const auto each = [&](const std::function<Result<void>(std::size_t)>& work) {
    return for_each_parallel(plan.combinations.size(), kRequestsAtOnce, [&](std::size_t i) -> Result<void> {
      return resumption.is_to_be_done[i] ? work(i) : Result<void>();
    });
  };
  ANABRANCH_CHECK(each([&](std::size_t i) { return check_branch(api, plan, i); }));
  return each([&](std::size_t i) -> Result<void> {
    RunInfo& run = resumption.runs[i];
    // The attempt first: from then on nobody but us writes to the branch.
    if (!run.id.empty()) {
      ANABRANCH_TRY(run, api.begin_attempt(plan.repository, run.id));
    }
    const std::string name = run_name(plan.name, i);
    const auto removed = api.delete_branch(plan.repository, name);
    if (!removed && removed.error().code != ErrorCode::not_found) return removed;
    const auto made = api.create_branch(plan.repository, name, resumption.sweep.input_commit);
    if (!made) return fail(made.error());
    return {};
  });
}

}  // namespace anabranch::runner
