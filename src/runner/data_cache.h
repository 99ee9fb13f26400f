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

/// A file of the cache whose content was seen to be right, and how it was then. Every later write changes
/// `version`, whatever is done to its times afterwards: nobody can choose a file's time of change (ctime). So
/// do harmless things, as a link more or less: then its content is asked.
struct CachedFile {
  std::string path;
  std::string md5;  // of the content
  struct Version {
    std::uint64_t inode = 0, size_bytes = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const Version&) const = default;
  };
  Version version;

  /// True if the content is still right; then `version` is that of now. Errors: not_found (it is gone), io.
  Result<bool> is_intact();
  /// Takes what is there as the right version: for whoever has just seen to that. Errors: not_found, io.
  Result<void> look();
};

/// Files by their checksum below one folder. Several processes may use one cache at a time. It may be deleted
/// at any time: what runs make is in another folder.
/// Thread safety: every method from any thread.
class DataCache {
 public:
  DataCache(std::string folder, std::string work_folder)
      : folder_(std::move(folder)), work_folder_(std::move(work_folder)) {}
  /// Both folders, where the environment says: see default_folder(), default_work_folder().
  static DataCache of(const Environment& environment);
  /// $ANABRANCH_CACHE, else $XDG_CACHE_HOME/anabranch, else ~/.cache/anabranch, else a folder in /tmp of this
  /// user's own.
  static std::string default_folder(const Environment& environment);
  /// $ANABRANCH_WORK; else, beside a cache that $ANABRANCH_CACHE names, its name with ".work"; else
  /// $XDG_STATE_HOME/anabranch/work, else ~/.local/state/anabranch/work, where that is on the disk of the
  /// cache.
  static std::string default_work_folder(const Environment& environment);

  /// The objects of `specs` at `commit`. Errors: the API's; not_found (nothing is there), invalid_argument (a
  /// key that is no path, or two objects that would be the same file).
  static Result<std::vector<DataFile>> list(const ApiClient& api, const std::string& repository,
                                            const std::string& commit, const std::vector<DataSpec>& specs);

  /// Downloads what is missing or not intact, several at a time, and gives all of them, verified. `progress`
  /// gets the number of files that are there, on any thread. Errors: the API's, bad_digest, io, no_space.
  using Progress = std::function<void(std::size_t done)>;
  Result<std::vector<CachedFile>> fetch(const ApiClient& api, const std::string& repository,
                                        const std::string& commit, const std::vector<DataFile>& files,
                                        const Progress& progress) const;

  /// Remembers that the file is intact as it is now, so that the next sweep need not read it. To be called
  /// when something that is no write, as a link, has changed its version since it was verified.
  static void seal(const CachedFile& file);

  /// Removes what runners that were killed left in both folders, and nothing of those that are there; gives
  /// how many folders.
  std::size_t remove_abandoned() const;

  const std::string& folder() const { return folder_; }
  const std::string& work_folder() const { return work_folder_; }

 private:
  std::string path_of(const ApiClient& api, const ObjectInfo& object) const;
  Result<CachedFile> download(const ApiClient& api, const std::string& repository, const std::string& commit,
                              const ObjectInfo& object) const;
  std::string folder_, work_folder_;
};

}  // namespace anabranch::runner
