// runner/archive.h — the code of a run as one tar file, the same bytes for the same files.
#pragma once

#include <string>
#include <vector>

#include "runner/source_tree.h"

namespace anabranch::runner {

/// Writes the files of `folder` to `archive`: no times, no owners, in the order given. Errors: io, no_space.
Result<void> pack(const std::string& folder, const std::vector<SourceFile>& files,
                  const std::string& archive);

/// Unpacks into `folder`, which is made. Nothing leaves it: absolute paths, "..", and paths through links are
/// refused. Errors: malformed, io, no_space.
Result<void> unpack(const std::string& archive, const std::string& folder);

}  // namespace anabranch::runner
