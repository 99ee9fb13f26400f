// bench/versioning_setup.h — repositories, branches and commits that the versioning cases start from.
//
// In:  the 4 KiB objects of the bench's bucket. Out: repositories whose main holds some of them by zero-copy
// import. Nothing here is measured, but import() and the single requests, which cases also run as their
// operation.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/bench.h"

namespace anabranch::bench {

/// Lives as long as the cases that share it; used from the main thread, but for the requests.
class VersioningSetup {
 public:
  static constexpr const char* kMain = "main";

  /// The source: all objects of 4 KiB, stored. Errors: those of Bench::fill().
  Result<Bench::Stored*> source(Bench& bench);

  /// A new, empty repository in the bench's bucket; its name.
  Result<std::string> make_repository(Bench& bench, const std::string& name);
  /// The repository whose main holds the first `entries` objects of the source, made at first use. Whole
  /// folders.
  Result<std::string> repository_of(Bench& bench, std::uint64_t entries);

  /// `count` branches of `source`, called "<prefix>0" and so on.
  Result<void> make_branches(Bench& bench, const std::string& repository, const std::string& prefix,
                             const std::string& source, std::uint64_t count);
  /// What no branch was called yet: "<purpose>-7-".
  std::string fresh_prefix(const std::string& purpose);

  /// The paths of the source in a branch, with other content than the imported one.
  ObjectSet changed(const std::string& repository, const std::string& branch, std::uint64_t entries);
  /// The paths of the source in a ref, as they were imported.
  static ObjectSet imported(const Bench::Stored& source, const std::string& repository,
                            const std::string& ref, std::uint64_t entries);

 private:
  std::map<std::uint64_t, std::string> repositories_;  // by entries
  std::uint64_t prefixes_ = 0;
  std::uint64_t changes_ = 0;
};

std::string repository_path(const std::string& repository);
std::string branch_path(const std::string& repository, const std::string& branch);

// One request each, checked. Errors: those of RestClient; internal (a wrong answer).
Task<Result<Moved>> create_branch(RestClient& rest, std::string repository, std::string name,
                                  std::string source);
Task<Result<Moved>> commit(RestClient& rest, std::string repository, std::string branch);
Task<Result<Moved>> merge(RestClient& rest, std::string repository, std::string source,
                          std::string destination);
/// Imports the first `entries` objects of the source and waits until that is committed.
Task<Result<Moved>> import(RestClient& rest, const ObjectSet& source, std::string repository,
                           std::string branch, std::uint64_t entries);

}  // namespace anabranch::bench
