// runner/data_cache.h — the input data of runs as read-only files: downloaded once, shared by all runs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/api_client.h"

namespace anabranch::runner {

/// `--data PREFIX[=DIR]`: the objects below PREFIX/ (or the one that is PREFIX) become files below DIR, which
/// is PREFIX where it is left out.
struct DataSpec {
  std::string prefix;  // no slash at its ends
  std::string folder;  // relative to the run's folder
  std::string to_string() const;
};
/// Errors: invalid_argument (DIR leads out of the run's folder, or is empty).
Result<DataSpec> parse_data(std::string_view text);

/// One object and the file that it becomes.
struct DataFile {
  ObjectInfo object;
  std::string file;  // relative to the run's folder
};

/// Files by their checksum below one folder. Several processes may use one cache at a time.
/// Thread safety: every method from any thread.
class DataCache {
 public:
  explicit DataCache(std::string folder) : folder_(std::move(folder)) {}
  /// $ANABRANCH_CACHE, else $XDG_CACHE_HOME/anabranch, else ~/.cache/anabranch, else a folder in /tmp of this
  /// user's own.
  static std::string default_folder(const Environment& environment);

  /// The objects of `specs` at `commit`. Errors: the API's; not_found (nothing is there), invalid_argument (a
  /// key that is no path, or two objects that would be the same file).
  static Result<std::vector<DataFile>> list(const ApiClient& api, const std::string& repository,
                                            const std::string& commit, const std::vector<DataSpec>& specs);

  /// Downloads what is missing, several at a time. `progress` gets the number of files that are there, on any
  /// thread. Errors: the API's, bad_digest, io, no_space.
  using Progress = std::function<void(std::size_t done)>;
  Result<void> fetch(const ApiClient& api, const std::string& repository, const std::string& commit,
                     const std::vector<DataFile>& files, const Progress& progress) const;

  /// Puts the files into a run's folder, read-only. They share blocks with the cache where that is safe.
  /// Errors: already_exists (the code has such a file), io, no_space.
  Result<void> materialise(const ApiClient& api, const std::vector<DataFile>& files,
                           const std::string& folder) const;

  const std::string& folder() const { return folder_; }
  std::string work_folder() const { return folder_ + "/work"; }

 private:
  std::string path_of(const ApiClient& api, const ObjectInfo& object) const;
  Result<void> download(const ApiClient& api, const std::string& repository, const std::string& commit,
                        const ObjectInfo& object) const;
  std::string folder_;
};

}  // namespace anabranch::runner
