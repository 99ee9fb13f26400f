// service/server_service.h — the server as those see it who run it: its state, its load, its buckets in
// figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/load_series.h"
#include "base/workers.h"
#include "service/types.h"
#include "versioning/repositories.h"

namespace anabranch::service {

/// What does not change while the server runs.
struct ServerFacts {
  std::string version;
  TimeMs started_ms = 0;
  std::string region;
  std::string listen, s3_listen;  // as bound
  std::string data_folder;
  unsigned network_threads = 0, worker_threads = 0;
  /// As configured, for people to read. Never a secret: each is named one by one where they are gathered.
  std::vector<std::pair<std::string, std::string>> options = {};
};

struct Drive {
  std::string path;
  std::uint64_t capacity_bytes = 0, free_bytes = 0, used_bytes = 0;  // of the whole file system
};
/// Of the embedded engine; the meaning of each is told by engine::Stats.
struct EngineFigures {
  std::uint64_t blob_count = 0, blob_bytes = 0, live_bytes = 0;
  std::uint64_t log_segments = 0, data_segments = 0, free_segments = 0;
  std::uint64_t index_disk_bytes = 0, index_memory_bytes = 0;
};
struct StorageState {
  bool read_only = false;
  std::string reason = {};  // why it is read-only
  std::vector<Drive> drives = {};
  EngineFigures engine = {};
};

/// What only the program itself knows. Thread safety: every method from any thread; they may wait for a disk.
class ServerProbe {
 public:
  virtual ~ServerProbe() = default;
  virtual ServerFacts facts() const = 0;
  virtual StorageState storage() const = 0;
};

struct ServerState {
  ServerFacts facts;
  StorageState storage;
  TimeMs now_ms = 0;
  std::size_t repositories = 0;
  std::size_t buckets = 0;
  std::int64_t objects = 0;  // in buckets, those of namespaces among them
};

struct BucketFigures {
  BucketInfo info;
  bool is_repository = false;
  /// Exact for a bucket; of a repository its default branch's head (versioning::HeadFigures).
  std::uint64_t objects = 0, bytes = 0;
  std::vector<Repository> repositories;  // whose namespace lies in it
};

/// Errors of every call: access_denied, io, unavailable.
/// Thread safety: every method from any thread. Tasks may be awaited on network threads; nothing blocks
/// there.
class ServerService {
 public:
  /// All must outlive the service.
  ServerService(objects::ObjectStore& objects, versioning::Repositories& repositories, const LoadSeries& load,
                const ServerProbe& probe, const Clock& clock, Workers& workers);

  Task<Result<ServerState>> state(Caller caller);
  /// The load of the last whole intervals; `minutes` from 1 to 60. Errors: invalid_argument.
  Task<Result<std::vector<LoadPoint>>> load(Caller caller, std::int64_t minutes);
  /// Buckets and repositories, by name.
  Task<Result<Page<BucketFigures>>> buckets(Caller caller, PageRequest page);
  Task<Result<versioning::RepositoryFigures>> repository_figures(Caller caller, std::string repository);

 private:
  Result<Page<BucketFigures>> read_buckets(const PageRequest& page) const;
  Result<void> add_figures(BucketFigures& bucket) const;

  objects::ObjectStore& objects_;
  versioning::Repositories& repositories_;
  const LoadSeries& load_;
  const ServerProbe& probe_;
  const Clock& clock_;
  Workers& workers_;
};

}  // namespace anabranch::service
