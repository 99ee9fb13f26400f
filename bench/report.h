// bench/report.h — results as text for people and as JSON for scripts/bench_report.py.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/startup.h"
#include "bench/suite.h"

namespace anabranch::bench {

/// One line of a table; `table_head()` is its first two.
std::string table_head();
std::string table_line(const CaseResult& result);

std::string to_json(const std::vector<CaseResult>& results, const Settings& settings);
std::string to_json(const std::vector<StartupRun>& runs);

/// Errors: io.
Result<void> write_file(const std::string& path, const std::string& text);

}  // namespace anabranch::bench
