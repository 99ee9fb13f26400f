// app/copy_plan.h — what `anabranch cp` has to move, and what of it is there already.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "runner/api_client.h"
#include "runner/uri.h"

namespace anabranch::app {

enum class CopyDirection : unsigned char { up, down, within };

struct CopyOrder {
  CopyDirection direction = CopyDirection::up;
  std::string from_file, to_file;  // of `up`, of `down`
  runner::Uri from, to;            // of `down` and `within`, of `up` and `within`
  bool is_recursive = false;
  unsigned parallel = 8;
};

/// One file or object on its way: a path here, or on a branch.
struct CopyStep {
  std::string source;
  std::string target;
  std::uint64_t size_bytes = 0;
  std::string checksum;   // of the object that is read; empty: a file is
  bool is_there = false;  // within a repository: the target has the same content already
  /// Going up: the object that the target is now, to be compared with the file. size_bytes and ETag.
  std::string there_checksum;
  std::uint64_t there_size_bytes = 0;
};

/// What cannot be copied, and why: it stops nothing else.
struct CopyProblem {
  std::string path;
  std::string why;
  bool is_failure = true;  // false: nothing that was asked for, such as a named pipe
};

struct CopyPlan {
  std::vector<CopyStep> steps;
  std::vector<CopyProblem> problems;
};

/// Errors: not_found (nothing is named so), not_implemented (two repositories), those of the API.
Result<CopyPlan> plan_copy(const runner::ApiClient& api, const CopyOrder& order);

/// True where the target has the same content: same size, and the file's MD5 is the object's ETag. An object
/// that was uploaded in parts has an ETag that no file can be compared with: it is copied again.
Result<bool> is_unchanged(const CopyOrder& order, const CopyStep& step);

}  // namespace anabranch::app
