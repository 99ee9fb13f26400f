#include "runner/leavings.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "runner/files.h"
#include "runner/source_tree.h"
#include "runner/text.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

/// Nothing that lies deeper could be kept: see kKeySizeMax. Looking ends before the kernel's own limit.
constexpr std::size_t kPathLookedAtMax = 2 * kKeySizeMax;
constexpr std::size_t kElsewhereShownMax = 5;

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

bool is_same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

/// Sorts what is new into what is kept, lost, and lying elsewhere.
class Sorter {
 public:
  Sorter(const std::string& folder, const FolderState& before, const OutputPlaces& places)
      : folder_(folder), before_(before), places_(places), now_(FolderState::of(folder)) {
    std::error_code error;
    root_ = fs::canonical(folder, error).string();
  }

  Leavings sort() {
    for (const auto& [path, version] : now_.versions()) {
      if (path == "metrics.json" || path == "metrics.jsonl") {
        take_metrics(path, version);
      } else if (places_.contain(path)) {
        take(path, version);
      } else if (now_.is_new(path, before_)) {
        take_elsewhere(path, version);
      }
    }
    for (const auto& [path, why] : now_.unread()) {
      if (path.empty() || places_.contain(path)) lose(path.empty() ? "the run's folder" : path, why);
    }
    tell_elsewhere();
    return std::move(found_);
  }

 private:
  void lose(const std::string& path, const std::string& why) {
    found_.lost.push_back(printable(path) + " was not kept: " + why);
  }

  void take_metrics(const std::string& path, const FolderState::Version& version) {
    if (!S_ISREG(version.mode) || !now_.is_new(path, before_)) return;
    (path == "metrics.json" ? found_.has_metrics : found_.has_metric_lines) = true;
  }

  void take(const std::string& path, const FolderState::Version& version) {
    if (S_ISLNK(version.mode)) return take_link(path);
    if (!now_.is_new(path, before_)) return;
    if (!S_ISREG(version.mode)) {
      found_.notes.push_back(printable(path) + " was not kept: it is no file");
    } else {
      keep(path, folder_ + "/" + path);
    }
  }

  /// A link stands for what it leads to, where that is the run's too.
  void take_link(const std::string& path) {
    std::error_code error;
    const std::string real = fs::canonical(folder_ + "/" + path, error).string();
    const bool is_link_new = now_.is_new(path, before_);
    if (error || !real.starts_with(root_ + "/")) {
      if (is_link_new) {
        found_.notes.push_back(printable(path) + " was not kept: it is a link that leads " +
                               (error ? "nowhere" : "out of the run's folder"));
      }
      return;
    }
    const std::string target = real.substr(root_.size() + 1);
    if (!fs::is_directory(real, error)) {
      if (fs::is_regular_file(real, error) && (is_link_new || now_.is_new(target, before_))) {
        keep(path, real);
        linked_.insert(target);
      }
      return;
    }
    if (is_in(path, target)) {
      if (is_link_new)
        found_.notes.push_back(printable(path) + " was not kept: it is a link to a folder around it");
      return;
    }
    for (auto file = now_.versions().upper_bound(target + "/");
         file != now_.versions().end() && file->first.starts_with(target + "/"); ++file) {
      if (!is_link_new && !now_.is_new(file->first, before_)) continue;
      if (S_ISREG(file->second.mode)) {
        keep(path + file->first.substr(target.size()), root_ + "/" + file->first);
      } else {
        found_.notes.push_back(printable(path + file->first.substr(target.size())) +
                               " was not kept: it is no file");
      }
    }
    linked_.insert(target);
  }

  void keep(const std::string& path, const std::string& file) {
    if (looks_secret(path)) {
      found_.notes.push_back(printable(path) + " was not kept: it looks secret");
    } else if (!is_utf8(path)) {
      lose(path, "its name is not UTF-8");
    } else if (path.size() > kKeySizeMax) {
      lose(path, fmt::format("its path has {} bytes, and {} are the most", path.size(), kKeySizeMax));
    } else if (is_runners_own(path)) {
      lose(path, "the run's own record has this place");
    } else {
      found_.outputs.push_back({path, file});
    }
  }

  void take_elsewhere(const std::string& path, const FolderState::Version& version) {
    if (!S_ISREG(version.mode) || is_in_tool_folder(path)) return;
    elsewhere_.emplace_back(path, static_cast<std::uint64_t>(version.size_bytes));
  }

  void tell_elsewhere() {
    std::erase_if(elsewhere_, [&](const auto& file) {
      return std::any_of(linked_.begin(), linked_.end(),
                         [&](const auto& kept) { return file.first == kept || is_in(file.first, kept); });
    });
    if (elsewhere_.empty()) return;
    std::uint64_t size_bytes = 0;
    std::string names;
    for (std::size_t i = 0; i < elsewhere_.size(); ++i) {
      size_bytes += elsewhere_[i].second;
      if (i < kElsewhereShownMax) names += (i == 0 ? "" : ", ") + printable(elsewhere_[i].first);
    }
    if (elsewhere_.size() > kElsewhereShownMax) names += ", ...";
    found_.notes.push_back(
        fmt::format("{} {}, {} bytes, lie where nothing is kept: {} (--out PATH keeps a file or "
                    "folder, --keep-workspace all of it)",
                    elsewhere_.size(), elsewhere_.size() == 1 ? "file" : "files", size_bytes, names));
  }

  static bool is_in(const std::string& path, const std::string& folder) {
    return path.starts_with(folder + "/");
  }

  const std::string folder_;
  std::string root_;
  const FolderState& before_;
  const OutputPlaces& places_;
  const FolderState now_;
  Leavings found_;
  std::set<std::string> linked_;  // files and folders that were kept through a link to them
  std::vector<std::pair<std::string, std::uint64_t>> elsewhere_;
};

}  // namespace

FolderState FolderState::of(const std::string& folder) {
  FolderState state;
  state.look(folder, "");
  return state;
}

void FolderState::look(const std::string& folder, const std::string& below) {
  const std::string here = below.empty() ? folder : folder + "/" + below;
  std::unique_ptr<DIR, CloseFolder> listing(below.size() > kPathLookedAtMax ? nullptr
                                                                            : opendir(here.c_str()));
  if (!listing) {
    unread_.push_back(
        {below, below.size() > kPathLookedAtMax ? "its path is too long" : std::strerror(errno)});
    return;
  }
  std::vector<std::string> names;
  while (const dirent* const entry = readdir(listing.get())) {
    names.emplace_back(entry->d_name);
  }
  listing.reset();  // before what is below: trees are deeper than files can be open
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    const std::string path = below.empty() ? name : below + "/" + name;
    struct stat about {};
    if (lstat((folder + "/" + path).c_str(), &about) != 0) {
      if (errno != ENOENT) unread_.push_back({path, std::strerror(errno)});
    } else if (S_ISDIR(about.st_mode)) {
      look(folder, path);
    } else {
      versions_[path] = {about.st_ino, about.st_size, about.st_mode, about.st_mtim, about.st_ctim};
    }
  }
}

bool FolderState::is_new(const std::string& path, const FolderState& before) const {
  const auto now = versions_.find(path);
  if (now == versions_.end()) return false;
  const auto then = before.versions_.find(path);
  if (then == before.versions_.end()) return true;
  const Version& a = now->second;
  const Version& b = then->second;
  return a.inode != b.inode || a.size_bytes != b.size_bytes || a.mode != b.mode ||
         !is_same(a.modified, b.modified) || !is_same(a.changed, b.changed);
}

Leavings find_leavings(const std::string& folder, const FolderState& before, const OutputPlaces& places) {
  return Sorter(folder, before, places).sort();
}

}  // namespace anabranch::runner
