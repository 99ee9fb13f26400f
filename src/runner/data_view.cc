#include "runner/data_view.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "runner/text.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kReadOnly = 0444;
constexpr std::size_t kNamesShownMax = 3;
constexpr std::string_view kModes[] = {"auto", "reflink", "overlay", "copy"};

Result<void> try_reflink(const DataCache& cache) {
  ANABRANCH_TRY(const auto from, TemporaryFolder::make(cache.folder(), "try-reflink"));
  ANABRANCH_TRY(const auto to, TemporaryFolder::make(cache.work_folder(), "try-reflink"));
  ANABRANCH_CHECK(write_file(from.path() + "/a", "one block"));
  return clone_file(from.path() + "/a", to.path() + "/b", kReadOnly);
}

/// That the data may lie in `folder` beside the code that is there.
Result<void> check_places(const std::vector<DataFile>& files, const std::string& folder) {
  std::error_code missing;
  const std::string inside = fs::canonical(folder, missing).string() + "/";
  if (missing) return fail(ErrorCode::not_found, folder + " is no folder");
  for (const auto& file : files) {
    const std::string target = folder + "/" + file.file;
    std::error_code error;
    if (fs::exists(fs::symlink_status(target, error))) {
      return fail(ErrorCode::already_exists, "--data: the code has a file " + file.file + " already");
    }
    const auto parent = fs::weakly_canonical(fs::path(target).parent_path(), error).string();
    if (error || !(parent + "/").starts_with(inside)) {
      return fail(ErrorCode::already_exists,
                  "--data: " + file.file + " would be written through a link of the code");
    }
  }
  return {};
}

}  // namespace

std::string_view to_string(DataMode mode) { return kModes[static_cast<std::size_t>(mode)]; }

Result<DataMode> parse_data_mode(std::string_view text) {
  const auto found = std::find(std::begin(kModes), std::end(kModes), text);
  if (found != std::end(kModes)) return static_cast<DataMode>(found - std::begin(kModes));
  return fail(ErrorCode::invalid_argument,
              "--data-mode '" + printable(text) + "': there are auto, reflink, overlay and copy");
}

Result<ChosenMode> choose_data_mode(DataMode wanted, const DataCache& cache) {
  if (wanted == DataMode::copy) return ChosenMode{DataMode::copy, {}};
  const auto refuse = [&](const Error& error) {
    return fail(ErrorCode::unavailable,
                "--data-mode " + std::string(to_string(wanted)) + " is not possible here: " + error.message);
  };
  std::string why;
  if (wanted != DataMode::overlay) {
    const auto cloned = try_reflink(cache);
    if (cloned) return ChosenMode{DataMode::reflink, {}};
    if (wanted == DataMode::reflink) return refuse(cloned.error());
    why = "no reflink: " + cloned.error().message;
  }
  auto overlaid = try_overlay(cache.work_folder());
  if (overlaid) overlaid = enter_own_mounts();
  if (overlaid) return ChosenMode{DataMode::overlay, why};
  if (wanted == DataMode::overlay) return refuse(overlaid.error());
  return ChosenMode{DataMode::copy, why + "; no overlay: " + overlaid.error().message};
}

// ── Originals
// ────────────────────────────────────────────────────────────────────────────────────────────────

/// What views are made from, and what it was when they were. Thread safety: every method from any thread.
class DataView::Originals {
 public:
  Originals(const std::vector<DataFile>& files, std::vector<CachedFile> cached)
      : files_(files), cached_(std::move(cached)) {}
  ~Originals() { remove_tree(); }
  Originals(const Originals&) = delete;
  Originals& operator=(const Originals&) = delete;

  /// Lays the files out in a folder of their own, below `work_folder`: links to the cache, so that they cost
  /// nothing, and stay if the cache is deleted.
  Result<void> make_tree(const std::string& work_folder) {
    ANABRANCH_TRY(tree_, TemporaryFolder::make(work_folder, "data"));
    for (std::size_t i = 0; i < cached_.size(); ++i) places_[cached_[i].path].push_back(i);
    for (const auto& [path, indices] : places_) ANABRANCH_CHECK(add_to_tree(path, indices));
    return {};
  }
  std::string tree() const { return tree_->path(); }

  /// Errors: bad_digest, naming the first that are not what they were.
  Result<void> check() {
    const std::lock_guard lock(mutex_);
    std::string names;
    std::size_t count = 0;
    for (std::size_t i = 0; i < cached_.size(); ++i) {
      const auto intact = cached_[i].is_intact();
      // A cache may be deleted: what was handed out was right.
      if (intact ? *intact : intact.error().code == ErrorCode::not_found && !tree_) continue;
      if (++count <= kNamesShownMax) names += (count == 1 ? "" : ", ") + printable(files_[i].file);
    }
    if (count == 0) return {};
    return fail(ErrorCode::bad_digest,
                "the cached " + std::string(count == 1 ? "original of " : "originals of ") + names +
                    (count > kNamesShownMax ? ", ..." : "") + " changed meanwhile: something wrote to " +
                    (tree_ ? tree_->path() : "the cache"));
  }
  /// True if all of it is there and right.
  bool is_whole() {
    const std::lock_guard lock(mutex_);
    return std::all_of(cached_.begin(), cached_.end(),
                       [](CachedFile& file) { return file.is_intact().value_or(false); });
  }

  Result<void> put(const std::string& folder, DataMode mode) {
    for (std::size_t i = 0; i < cached_.size(); ++i) {
      const std::string target = folder + "/" + files_[i].file;
      ANABRANCH_CHECK(mode == DataMode::reflink ? clone_file(cached_[i].path, target, kReadOnly)
                                                : copy_file(cached_[i].path, target, kReadOnly));
      ANABRANCH_CHECK(copy_times(cached_[i].path, target));
    }
    return {};
  }

 private:
  Result<void> add_to_tree(const std::string& cached_path, const std::vector<std::size_t>& indices) {
    CachedFile file = cached_[indices.front()];
    ANABRANCH_TRY(const bool intact, file.is_intact());
    if (!intact) {
      return fail(ErrorCode::bad_digest,
                  "the cached original of " + files_[indices.front()].file + " changed meanwhile");
    }
    for (const std::size_t i : indices) {
      const std::string place = tree_->path() + "/" + files_[i].file;
      ANABRANCH_CHECK(make_folders(fs::path(place).parent_path().string()));
      if (link(cached_path.c_str(), place.c_str()) != 0) {  // another disk, or no links: one copy for all
        ANABRANCH_CHECK(copy_file(cached_path, place, kReadOnly));
        ANABRANCH_CHECK(copy_times(cached_path, place));
      }
      cached_[i].path = place;
    }
    for (const std::size_t i : indices) ANABRANCH_CHECK(cached_[i].look());
    if (file.look()) DataCache::seal(file);
    return {};
  }

  /// Each link less changes a version too: what is right before it is sealed after it.
  void remove_tree() {
    for (const auto& [cached_path, indices] : places_) {
      bool is_right = true;
      for (const std::size_t i : indices) {
        CachedFile now = cached_[i];
        is_right = is_right && now.look() && now.version == cached_[i].version;
      }
      CachedFile file = cached_[indices.front()];
      const auto inode = file.version.inode;
      for (const std::size_t i : indices) unlink(cached_[i].path.c_str());
      file.path = cached_path;
      if (is_right && file.look() && file.version.inode == inode) DataCache::seal(file);
    }
  }

  const std::vector<DataFile>& files_;
  std::mutex mutex_;
  std::vector<CachedFile> cached_;  // guarded by mutex_ once views are made
  std::optional<TemporaryFolder> tree_;
  std::map<std::string, std::vector<std::size_t>> places_;  // in the cache → in the tree
};

// ── DataView
// ─────────────────────────────────────────────────────────────────────────────────────────────────

DataView::DataView(std::string home, std::shared_ptr<Originals> originals)
    : home_(std::move(home)), originals_(std::move(originals)) {}

Result<void> DataView::check() const { return originals_ ? originals_->check() : Result<void>(); }

void DataView::close() {
  if (!overlay_) return;
  overlay_.reset();
  std::error_code error;
  fs::remove(home_ + "/work", error);  // the place of the mount, empty
  fs::rename(home_ + "/upper", home_ + "/work", error);
  fs::remove_all(home_ + "/scratch", error);
}

// ── DataViews
// ────────────────────────────────────────────────────────────────────────────────────────────────

DataViews::DataViews(const ApiClient& api, const DataCache& cache, std::string repository, std::string commit,
                     std::vector<DataFile> files, DataMode mode)
    : api_(api),
      cache_(cache),
      repository_(std::move(repository)),
      commit_(std::move(commit)),
      files_(std::move(files)),
      mode_(mode) {}

std::uint64_t DataViews::size_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& file : files_) sum += file.object.size_bytes;
  return sum;
}

Result<void> DataViews::fetch(const DataCache::Progress& progress) {
  if (files_.empty()) return {};
  ANABRANCH_TRY(auto cached, cache_.fetch(api_, repository_, commit_, files_, progress));
  auto originals = std::make_shared<DataView::Originals>(files_, std::move(cached));
  if (mode_ == DataMode::overlay) ANABRANCH_CHECK(originals->make_tree(cache_.work_folder()));
  originals_ = std::move(originals);
  return {};
}

Result<std::shared_ptr<DataView::Originals>> DataViews::hand_out() {
  const std::lock_guard lock(mutex_);
  if (originals_ && !originals_->is_whole()) {
    // Those who have them keep them, and will be told; whoever comes now gets what is right.
    ANABRANCH_CHECK(fetch([](std::size_t) {}));
  }
  return originals_;
}

Result<std::unique_ptr<DataView>> DataViews::open(const std::string& home, const std::string& code_folder,
                                                  const std::vector<SourceFile>& code) {
  ANABRANCH_TRY(auto originals, hand_out());
  auto view = std::make_unique<DataView>(home, std::move(originals));
  const bool is_overlay = mode_ == DataMode::overlay && !files_.empty();
  const std::string written = home + (is_overlay ? "/upper" : "/work");
  ANABRANCH_CHECK(copy_source(code_folder, code, written));
  ANABRANCH_CHECK(check_places(files_, written));
  if (is_overlay) {
    ANABRANCH_CHECK(make_folders(home + "/scratch"));
    ANABRANCH_CHECK(make_folders(home + "/work"));
    ANABRANCH_TRY(view->overlay_,
                  OverlayMount::make(view->originals_->tree(), written, home + "/scratch", home + "/work"));
  } else if (view->originals_) {
    ANABRANCH_CHECK(view->originals_->put(written, mode_));
  }
  return view;
}

}  // namespace anabranch::runner
