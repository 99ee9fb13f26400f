// runner/process_tree.h — what a command started, as the kernel lets one find it: by cgroup, and by a
// variable that its processes inherit. Private to runner.
#pragma once

#include <optional>
#include <string>

namespace anabranch::runner {

/// A new cgroup (version 2) below this process's own; nullopt where there is none that may be written.
std::optional<std::string> make_cgroup();
/// Best effort: an empty cgroup that stays harms nobody.
void remove_cgroup(const std::string& cgroup);

/// Kills every process whose environment holds "NAME=value", until there is none, at most some seconds. For
/// processes that have no ancestor of ours any more.
void kill_marked(const std::string& variable);

}  // namespace anabranch::runner
