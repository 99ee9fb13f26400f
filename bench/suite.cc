#include "bench/suite.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "bench/server_process.h"

namespace anabranch::bench {
namespace {

/// Before and after a case. Does nothing where no process was named.
class Meter {
 public:
  static Result<Meter> attach(const std::vector<pid_t>& pids) {
    Meter meter;
    if (pids.empty()) return meter;
    ANABRANCH_TRY(auto server, ServerProcess::attach(pids));
    meter.server_ = std::move(server);
    return meter;
  }

  Result<void> begin() {
    if (!server_) return {};
    ANABRANCH_CHECK(server_->wait_until_idle());  // what went before is not this case's work
    is_peak_since_start_ = !server_->reset_peak();
    ANABRANCH_TRY(cpu_began_, server_->cpu_seconds());
    return {};
  }

  Result<std::optional<ServerCost>> end() {
    if (!server_) return std::optional<ServerCost>();
    ServerCost cost;
    cost.is_peak_since_start = is_peak_since_start_;
    ANABRANCH_TRY(const auto idle, server_->wait_until_idle());
    if (idle) cost.idle_after_s = idle->count();
    ANABRANCH_TRY(const double cpu, server_->cpu_seconds());
    cost.cpu_seconds = cpu - cpu_began_;
    ANABRANCH_TRY(cost.peak_resident_bytes, server_->peak_resident_bytes());
    return std::optional<ServerCost>(cost);
  }

 private:
  std::optional<ServerProcess> server_;
  bool is_peak_since_start_ = false;
  double cpu_began_ = 0;
};

Result<CaseResult> run_case(Bench& bench, const CaseName& name, Meter& meter) {
  const Settings& settings = bench.settings();
  bench.set_serial(name.is_serial);
  CaseResult result{name.chosen.name + (name.is_serial ? kSerialSuffix : ""), name.chosen.about};
  const auto in_context = [&](const Error& error) {
    return fail(error.code, "case " + result.name + ": " + error.message);
  };
  auto plan = name.chosen.prepare(bench);
  if (!plan) return in_context(plan.error());
  if (auto begun = meter.begin(); !begun) return in_context(begun.error());
  result.connections = name.is_serial ? 1 : plan->connections.value_or(settings.connections);
  result.load =
      run_load(bench.http(), {result.connections, plan->operations, settings.case_time_max}, plan->operation);
  if (plan->finish) plan->finish(result.load);
  auto cost = meter.end();
  if (!cost) return in_context(cost.error());
  result.server = *cost;
  if (result.load.errors > 0) {
    return fail(ErrorCode::internal, "case " + result.name + ": " + std::to_string(result.load.errors) +
                                         " operations failed; the first: " + result.load.first_error);
  }
  if (result.load.operations == 0)
    return fail(ErrorCode::internal, "case " + result.name + " did no operation");
  return result;
}

}  // namespace

Result<std::vector<CaseName>> choose_cases(const std::vector<std::string>& names, const Settings& settings) {
  std::vector<Case> known = s3_cases();
  for (auto& one : versioning_cases()) known.push_back(std::move(one));
  const auto fits = [&](const Case& one) {
    return settings.objects >= one.objects_min && (!one.is_versioned || !settings.api_url.empty());
  };
  std::vector<CaseName> chosen;
  for (const std::string& name : names) {
    const bool is_group = name == "all" || name == "s3" || name == "versioning";
    if (is_group) {
      for (const Case& one : known) {
        const bool is_in_group = name == "all" || (name == "versioning") == one.is_versioned;
        if (is_in_group && fits(one)) chosen.push_back({one, false});
      }
      continue;
    }
    const bool is_serial = name.ends_with(kSerialSuffix);
    const std::string base =
        is_serial ? name.substr(0, name.size() - std::string_view(kSerialSuffix).size()) : name;
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const Case& one) { return one.name == base; });
    if (found == known.end()) return fail(ErrorCode::invalid_argument, "no such case: " + name);
    if (!fits(*found)) {
      return fail(ErrorCode::invalid_argument, "case " + name + " needs at least " +
                                                   std::to_string(found->objects_min) +
                                                   " objects, and a REST API if it is one of versioning");
    }
    chosen.push_back({*found, is_serial});
  }
  return chosen;
}

Result<std::vector<CaseResult>> run_suite(Bench& bench, const std::vector<CaseName>& cases,
                                          const std::function<void(const std::string&)>& told,
                                          const std::function<void(const CaseResult&)>& measured) {
  ANABRANCH_TRY(auto meter, Meter::attach(bench.settings().server_pids));
  ANABRANCH_CHECK(bench.s3().create_bucket(bench.settings().bucket));
  std::vector<CaseResult> results;
  for (const CaseName& name : cases) {
    told(name.chosen.name + ": " + name.chosen.about);
    ANABRANCH_TRY(auto result, run_case(bench, name, meter));
    measured(result);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace anabranch::bench
