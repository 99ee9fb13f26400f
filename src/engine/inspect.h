// engine/inspect.h — looks at an engine's folder: checks everything against everything, prints a segment's
// groups. The crash tests call these; no command does yet.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/options.h"
#include "io/disk.h"

namespace anabranch::engine {

struct FsckReport {
  std::uint64_t keys = 0;  // user keys
  std::uint64_t blobs = 0;
  std::uint64_t blob_bytes = 0;  // read and verified
  std::uint64_t extents = 0;
  std::uint64_t garbage_blobs = 0;  // removed, space not yet given back
  std::uint64_t replayed_groups = 0;
  std::vector<std::string> problems;  // for people, one line each; at most kProblemsMax
  bool clean() const { return problems.empty(); }
};
inline constexpr std::size_t kProblemsMax = 100;

/// Checks an open engine: every blob's bytes, references, extents, and the space and usage counters.
/// Errors: io. What is wrong with the data is in the report.
Result<FsckReport> check(Engine& engine);

/// Opens the folder (which replays its log, as a start does), checks it, closes it. Errors: as
/// Engine::open(), io.
Result<FsckReport> fsck(io::Disk& disk, const Options& options = {});

/// Tells the header and the groups of one segment, a line each. Errors: not_found, io.
Result<void> dump_segment(io::Disk& disk, std::uint32_t number,
                          const std::function<void(const std::string&)>& line);

}  // namespace anabranch::engine
