// bench/bench.h — what the cases share: the server under load, its clients, and the objects stored so far.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/load.h"
#include "bench/rest_client.h"
#include "bench/s3_client.h"
#include "http/client.h"

namespace anabranch::bench {

/// The number of objects that the figures in PEERS and the goals speak of; fewer shrink most cases.
inline constexpr std::uint64_t kObjectsUsual = 100'000;

struct Settings {
  S3Endpoint s3;
  std::string api_url;  // "http://127.0.0.1:8000/api/v1"; empty: S3 alone
  unsigned connections = 16;
  unsigned client_threads = 1;
  std::uint64_t objects = kObjectsUsual;  // of 4 KiB
  std::chrono::duration<double> case_time_max{120};
  std::string bucket;    // also names the repositories
  bool is_cold = false;  // GET cases begin at once; else everything was read once before
  std::vector<pid_t> server_pids;
};

/// Thread safety: none, but that operations may use `s3` and `rest` from the client's threads.
class Bench {
 public:
  /// A set of objects that cases read, and how many of them are there.
  struct Stored {
    ObjectSet set;
    std::uint64_t stored = 0;
  };

  explicit Bench(const Settings& settings);

  const Settings& settings() const { return settings_; }
  http::Client& http() { return http_; }
  S3Client& s3() { return s3_; }
  RestClient& rest() { return rest_; }

  /// How often a case runs its operation: `usual`, fewer where there are fewer objects than usual, at least
  /// `least`; of that its share().
  std::uint64_t scaled(std::uint64_t usual, std::uint64_t least) const;
  /// `operations`, or an eighth of them on one connection, at least one.
  std::uint64_t share(std::uint64_t operations) const;
  void set_serial(bool is_serial) { is_serial_ = is_serial; }

  /// The set of that name ("4k"): made known at first use, in a folder of its own.
  Stored& stored(const std::string& name, std::uint64_t size_bytes, std::uint64_t count);
  /// Puts what is missing of it. Found whole from an earlier run in the same bucket, it is taken as it is.
  Result<void> fill(Stored& stored);
  /// Operations that are not measured; all must succeed. Errors: internal (the first that failed).
  Result<void> run_unmeasured(std::uint64_t operations, const Operation& operation);

  /// A repository was made, whose imports keep objects of the bucket for good.
  void note_repository() { has_repositories_ = true; }
  bool has_repositories() const { return has_repositories_; }

  /// Deletes all objects of all sets, then the bucket. Not for one with repositories: the server keeps the
  /// bytes that they imported, and refuses to delete their bucket.
  Result<void> clean_up();

 private:
  const Settings settings_;
  http::Client http_;
  S3Client s3_;
  RestClient rest_;
  bool is_serial_ = false;
  bool has_repositories_ = false;
  std::map<std::string, std::unique_ptr<Stored>> sets_;
};

/// A case that is ready to be measured.
struct Plan {
  std::uint64_t operations = 0;
  Operation operation;
  std::function<void(const LoadResult&)> finish = {};  // called after it, where set
  std::optional<unsigned> connections = std::nullopt;  // else those of the settings
};

struct Case {
  std::string name;
  std::string about;
  bool is_versioned = false;      // needs the REST API
  std::uint64_t objects_min = 0;  // fewer make no sense of it
  /// Does everything that is not to be measured.
  std::function<Result<Plan>(Bench&)> prepare;
};

/// PUT, GET, HEAD, LIST, DELETE on a plain bucket, for any S3 server. In the order in which they are run.
std::vector<Case> s3_cases();
/// Import, branch, commit, diff, merge, stat, and objects through a branch, for lakeFS's API.
std::vector<Case> versioning_cases();

}  // namespace anabranch::bench
