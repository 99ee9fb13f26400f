// runner/resource_use.h — what commands and their children use, from /proc. Private to runner.
#pragma once

#include <sys/types.h>

#include <map>
#include <vector>

#include "runner/api_types.h"

namespace anabranch::runner {

/// Processor time and resident memory of each process with all that descends from it or is in its group;
/// those that ended and were waited for count in the time. One walk over /proc for all. Processes that are
/// gone are left out. Source: proc(5), /proc/PID/stat.
std::map<pid_t, ResourceUse> measure(const std::vector<pid_t>& processes);

}  // namespace anabranch::runner
