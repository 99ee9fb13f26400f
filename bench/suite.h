// bench/suite.h — runs cases one after the other and measures what each costs the server.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/load.h"

namespace anabranch::bench {

/// Of one case, seen from outside; absent where no process was named.
struct ServerCost {
  double cpu_seconds = 0;  // from its first request until the server was idle again
  std::uint64_t peak_resident_bytes = 0;
  bool is_peak_since_start = false;    // the kernel refused to reset it: it may be older than the case
  std::optional<double> idle_after_s;  // after the last answer; nullopt: still busy when we gave up waiting
};

struct CaseResult {
  std::string name;
  std::string about;
  unsigned connections = 0;
  LoadResult load = {};
  std::optional<ServerCost> server = std::nullopt;
};

/// Suffix of a case's name: the same on one connection ("commit-100k-serial").
inline constexpr const char* kSerialSuffix = "-serial";

struct CaseName {
  Case chosen;
  bool is_serial = false;
};
/// The cases that "s3", "versioning", "all" or a name stand for; groups leave out those with too few objects.
/// Errors: invalid_argument (no such case, or one that `settings` do not allow).
Result<std::vector<CaseName>> choose_cases(const std::vector<std::string>& names, const Settings& settings);

/// Runs them in that order; `told` gets a line of progress now and then, `measured` each result as it comes.
/// Errors: internal (an operation failed, or a case did none: there is nothing to report), not_found (the
/// server process is gone).
Result<std::vector<CaseResult>> run_suite(Bench& bench, const std::vector<CaseName>& cases,
                                          const std::function<void(const std::string&)>& told,
                                          const std::function<void(const CaseResult&)>& measured);

}  // namespace anabranch::bench
