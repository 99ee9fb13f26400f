// runner/data_view.h — the input data as each run of a sweep sees it: its own to write to, and nobody else's.
//
// In:  verified files of the cache, a run's new folder. Out: that folder with the code and the data in it;
// and, at the run's end, whether the originals still are what was handed out.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/data_cache.h"
#include "runner/files.h"
#include "runner/overlay.h"
#include "runner/source_tree.h"

namespace anabranch::runner {

/// How a run's view comes to be.
enum class DataMode : unsigned char {
  automatic,  // the first of these that is possible
  reflink,    // files that share blocks with the cache until one side is written to
  overlay,    // one cached copy for all, and a layer of its own for each run
  copy,       // a copy for each run
};
std::string_view to_string(DataMode mode);
/// "auto", "reflink", "overlay", "copy". Errors: invalid_argument.
Result<DataMode> parse_data_mode(std::string_view text);

struct ChosenMode {
  DataMode mode = DataMode::copy;
  std::string why;  // the better ones are not possible; empty: there is none
};
/// Finds by trying, in the folders of `cache`, what is possible, and prepares this process for it: to be
/// called while there is but one thread. Errors: unavailable (`wanted` is not possible, and why), io.
Result<ChosenMode> choose_data_mode(DataMode wanted, const DataCache& cache);

/// One run's view, as long as it lives. Thread safety: none.
class DataView {
 public:
  /// Errors: bad_digest, naming the files whose originals are not what they were when this view was made.
  Result<void> check() const;
  /// Ends it. What the run wrote stays in its folder; of the data, what it did not write may be gone.
  void close();
  ~DataView() { close(); }

  class Originals;  // private to data_view.cc, as is what follows
  DataView(std::string home, std::shared_ptr<Originals> originals);

 private:
  friend class DataViews;
  const std::string home_;
  std::shared_ptr<Originals> originals_;
  std::optional<OverlayMount> overlay_;
};

/// The data of a sweep. Thread safety: open() from any thread.
class DataViews {
 public:
  /// `files` at `commit`. What it is given by reference outlives it.
  DataViews(const ApiClient& api, const DataCache& cache, std::string repository, std::string commit,
            std::vector<DataFile> files, DataMode mode);
  /// Fetches and verifies all of it. Errors: as DataCache::fetch(), and of the file system.
  Result<void> fetch(const DataCache::Progress& progress);

  /// Makes work/ in a run's folder `home`, with the code's files and the data, which is verified, and fetched
  /// anew where it was changed meanwhile. Errors: already_exists (the code has such a file), as fetch().
  Result<std::unique_ptr<DataView>> open(const std::string& home, const std::string& code_folder,
                                         const std::vector<SourceFile>& code);

  const std::vector<DataFile>& files() const { return files_; }
  std::uint64_t size_bytes() const;
  DataMode mode() const { return mode_; }

 private:
  Result<std::shared_ptr<DataView::Originals>> hand_out();

  const ApiClient& api_;
  const DataCache& cache_;
  const std::string repository_, commit_;
  const std::vector<DataFile> files_;
  const DataMode mode_;
  std::mutex mutex_;
  std::shared_ptr<DataView::Originals> originals_;  // guarded by mutex_
};

}  // namespace anabranch::runner
