#include "runner/source_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/hash.h"
#include "runner/files.h"
#include "runner/gitignore.h"
#include "runner/process.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGitOutputMax = 64 * MiB;
constexpr std::size_t kDiffSizeMax = 16 * MiB;
constexpr std::uint64_t kIgnoreFileSizeMax = 1 * MiB;

bool is_run_output(std::string_view path) {
  return path == "metrics.json" || path == "metrics.jsonl" || path.starts_with("artifacts/");
}

std::string file_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

Result<std::string> git(const std::string& folder, std::vector<std::string> arguments, std::size_t size_max) {
  arguments.insert(arguments.begin(), "git");
  std::vector<std::string> environment = own_environment();
  // It changes the context of patches, and no option has the last word over it.
  std::erase_if(environment, [](const auto& variable) { return variable.starts_with("GIT_DIFF_OPTS="); });
  return capture(arguments, folder, environment, size_max);
}

/// Relative paths of files and links below `folder`.
class PathTaker {
 public:
  virtual ~PathTaker() = default;
  virtual Result<void> add(std::string path, bool is_tracked) = 0;
  /// False: what is below that folder, and not tracked, is not wanted.
  virtual bool enters(const std::string& folder) = 0;
};

/// What is in a folder inside, told to the taker of the outer one.
class Inside final : public PathTaker {
 public:
  Inside(PathTaker& outer, std::string folder) : outer_(outer), folder_(std::move(folder)) {}
  Result<void> add(std::string path, bool is_tracked) override {
    return outer_.add(folder_ + "/" + path, is_tracked);
  }
  bool enters(const std::string& folder) override { return outer_.enters(folder_ + "/" + folder); }

 private:
  PathTaker& outer_;
  const std::string folder_;
};

Result<void> walk(const std::string& folder, const std::string& relative, Gitignore& rules,
                  PathTaker& taker) {
  const std::string here = relative.empty() ? folder : folder + "/" + relative;
  if (const auto ignore = read_file(here + "/.gitignore", kIgnoreFileSizeMax)) rules.add(relative, *ignore);
  std::error_code error;
  for (auto entry = fs::directory_iterator(here, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::string path = relative.empty() ? name : relative + "/" + name;
    const auto status = entry->symlink_status(error);
    if (error) break;
    const bool is_folder = fs::is_directory(status);
    if (name == ".git" || rules.ignores(path, is_folder)) continue;
    if (is_folder) {
      if (!taker.enters(path)) continue;
      ANABRANCH_CHECK(walk(folder, path, rules, taker));
    } else if (fs::is_regular_file(status) || fs::is_symlink(status)) {
      ANABRANCH_CHECK(taker.add(std::move(path), false));
    }
  }
  if (error) return fail(ErrorCode::io, "cannot read the folder " + here + ": " + error.message());
  return {};
}

Result<void> list_paths(const std::string& folder, PathTaker& taker);

/// Git's own answer. Submodules and other repositories inside are folders to it: they are asked in turn.
Result<void> list_from_git(const std::string& folder, std::string_view output, bool is_tracked,
                           PathTaker& taker) {
  while (!output.empty()) {
    const auto end = std::min(output.find('\0'), output.size());
    std::string path(output.substr(0, end));
    output.remove_prefix(std::min(end + 1, output.size()));
    while (path.ends_with('/')) path.pop_back();
    std::error_code error;
    const auto status = fs::symlink_status(folder + "/" + path, error);
    if (fs::is_directory(status)) {
      if (!is_tracked && !taker.enters(path)) continue;
      Inside inside(taker, path);
      ANABRANCH_CHECK(list_paths(folder + "/" + path, inside));
    } else if (fs::is_regular_file(status) ||
               fs::is_symlink(status)) {  // else deleted, and git still knows it
      ANABRANCH_CHECK(taker.add(std::move(path), is_tracked));
    }
  }
  return {};
}

Result<void> list_paths(const std::string& folder, PathTaker& taker) {
  const auto tracked = git(folder, {"ls-files", "-z", "--cached", "--deduplicate"}, kGitOutputMax);
  const auto untracked =
      tracked ? git(folder, {"ls-files", "-z", "--others", "--exclude-standard"}, kGitOutputMax) : tracked;
  if (untracked) {
    ANABRANCH_CHECK(list_from_git(folder, *tracked, true, taker));
    return list_from_git(folder, *untracked, false, taker);
  }
  Gitignore rules;
  return walk(folder, "", rules, taker);
}

/// Knows the folders that are no code although git may list them: a server's data (with its root key), the
/// cache.
class ForeignFolders {
 public:
  ForeignFolders(const std::string& root, const std::vector<std::string>& excluded) : root_(root) {
    for (const auto& folder : excluded) {
      std::error_code error;
      excluded_.push_back(fs::weakly_canonical(folder, error).string());
    }
  }
  bool contain(const std::string& path) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const auto [known, is_new] = known_.try_emplace(path.substr(0, slash), false);
      if (is_new) known->second = is_foreign(root_ + "/" + known->first);
      if (known->second) return true;
    }
    return false;
  }

 private:
  bool is_foreign(const std::string& folder) const {
    std::error_code error;
    if (fs::exists(folder + "/lock", error) && fs::is_directory(folder + "/segments", error) &&
        fs::is_directory(folder + "/index", error)) {
      return true;
    }
    const std::string real = fs::weakly_canonical(folder, error).string();
    return std::find(excluded_.begin(), excluded_.end(), real) != excluded_.end();
  }
  std::string root_;
  std::vector<std::string> excluded_;
  std::map<std::string, bool> known_;
};

std::optional<SourceFile> describe(const std::string& folder, std::string path, std::uint64_t& size_bytes) {
  const std::string full = folder + "/" + path;
  struct stat about {};
  if (lstat(full.c_str(), &about) != 0) return std::nullopt;
  SourceFile file{std::move(path), S_ISLNK(about.st_mode), false, {}, 0};
  if (file.is_link) {
    std::error_code unreadable;
    file.link_target = fs::read_symlink(full, unreadable).string();
  } else {
    file.is_executable = (about.st_mode & S_IXUSR) != 0;
    file.size_bytes = static_cast<std::uint64_t>(about.st_size);
    size_bytes += file.size_bytes;
  }
  return file;
}

constexpr std::string_view kToolFolders[] = {
    ".venv",         "venv",        "node_modules", "__pycache__", ".ipynb_checkpoints",
    ".pytest_cache", ".mypy_cache", ".ruff_cache",  ".hypothesis", ".tox",
    ".nox",          ".eggs",       ".pixi",        ".conda",      ".hg",
    ".svn"};

bool is_tool_folder_name(std::string_view name) {
  return std::find(std::begin(kToolFolders), std::end(kToolFolders), name) != std::end(kToolFolders);
}

/// Knows the folders that tools make anew, by their names and by the marks that they bear.
class ToolFolders {
 public:
  explicit ToolFolders(std::string root) : root_(std::move(root)) {}
  /// The outermost one that `path`, a file or a folder, lies in; empty: none.
  std::string around(const std::string& path) {
    for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {
      const std::string folder = path.substr(0, slash);
      if (slash == std::string::npos) return {};
      const auto [known, is_new] = known_.try_emplace(folder, false);
      if (is_new) known->second = is_one(folder);
      if (known->second) return folder;
    }
  }

 private:
  bool is_one(const std::string& folder) const {
    std::error_code error;
    return is_tool_folder_name(file_name(folder)) ||
           fs::exists(root_ + "/" + folder + "/pyvenv.cfg", error) ||
           fs::exists(root_ + "/" + folder + "/conda-meta", error) ||
           fs::exists(root_ + "/" + folder + "/CACHEDIR.TAG", error);
  }
  const std::string root_;
  std::map<std::string, bool> known_;
};

/// Chooses of all paths those that are code.
class SourceTaker final : public PathTaker {
 public:
  SourceTaker(const std::string& folder, const std::vector<std::string>& excluded)
      : folder_(folder), foreign_(folder, excluded), tools_(folder) {}

  Result<void> add(std::string path, bool is_tracked) override {
    if (is_run_output(path) || foreign_.contain(path)) return {};
    if (!is_tracked && leaves_out(path)) return {};
    auto file = describe(folder_, std::move(path), size_bytes_);
    if (!file) return {};  // gone meanwhile
    files_.push_back(*std::move(file));
    if (files_.size() <= kSourceFilesMax && size_bytes_ <= kSourceSizeMax) return {};
    return fail(ErrorCode::entity_too_large,
                folder_ + " holds more than " + std::to_string(kSourceFilesMax) + " files or " +
                    std::to_string(kSourceSizeMax / GiB) +
                    " GiB: name what is not code in .gitignore, or choose another folder with --workdir");
  }
  bool enters(const std::string& folder) override {
    return !foreign_.contain(folder + "/") && !leaves_out(folder + "/");
  }
  std::vector<SourceFile> take_files() { return std::move(files_); }
  const std::set<std::string>& left_out() const { return left_out_; }

 private:
  bool leaves_out(const std::string& path) {
    std::string folder = tools_.around(path);
    if (folder.empty()) return false;
    left_out_.insert(std::move(folder));
    return true;
  }
  const std::string folder_;
  ForeignFolders foreign_;
  ToolFolders tools_;
  std::vector<SourceFile> files_;
  std::uint64_t size_bytes_ = 0;
  std::set<std::string> left_out_;
};

void sort_by_path(std::vector<SourceFile>& files) {
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
}

}  // namespace

std::vector<std::string> tool_folders() { return {std::begin(kToolFolders), std::end(kToolFolders)}; }

bool is_in_tool_folder(std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    if (is_tool_folder_name(path.substr(0, slash))) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

Result<std::vector<SourceFile>> list_source(const std::string& folder,
                                            const std::vector<std::string>& excluded,
                                            std::vector<std::string>* left_out) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(ErrorCode::not_found, folder + " is no folder");
  SourceTaker taker(folder, excluded);
  ANABRANCH_CHECK(list_paths(folder, taker));
  if (left_out != nullptr) left_out->assign(taker.left_out().begin(), taker.left_out().end());
  auto files = taker.take_files();
  sort_by_path(files);
  return files;
}

Result<std::vector<SourceFile>> list_unpacked(const std::string& folder) {
  std::vector<SourceFile> files;
  std::uint64_t size_bytes = 0;
  std::error_code error;
  auto entry = fs::recursive_directory_iterator(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    if (fs::is_directory(entry->symlink_status(gone))) continue;
    auto file = describe(folder, entry->path().lexically_relative(folder).string(), size_bytes);
    if (file) files.push_back(*std::move(file));
  }
  if (error) return fail(ErrorCode::io, "cannot read the folder " + folder + ": " + error.message());
  sort_by_path(files);
  return files;
}

bool looks_secret(std::string_view path) {
  constexpr std::string_view kNames[] = {".env",    ".git-credentials", ".netrc",   ".pgpass",
                                         ".pypirc", "credentials.json", "id_ecdsa", "id_ed25519",
                                         "id_rsa",  "root-key.json"};
  constexpr std::string_view kEndings[] = {".pem", ".p12", ".pfx", ".key"};
  constexpr std::string_view kFolders[] = {".aws", ".ssh", ".gnupg", ".kube"};
  const std::string name = file_name(path);
  for (const auto& secret : kNames) {
    if (name == secret) return true;
  }
  for (const auto& ending : kEndings) {
    if (name.ends_with(ending)) return true;
  }
  const std::string slashed = "/" + std::string(path);
  for (const auto& folder : kFolders) {
    if (slashed.find("/" + std::string(folder) + "/") != std::string::npos) return true;
  }
  return name.starts_with(".env.") && name != ".env.example";
}

Result<std::string> content_id(const std::string& folder, const std::vector<SourceFile>& files) {
  const auto hasher = make_hasher(HashAlgorithm::sha256);
  for (const auto& file : files) {
    std::string content = file.link_target;
    if (!file.is_link) {
      ANABRANCH_TRY(content, sha256_of_file(folder + "/" + file.path));
    }
    // Every part ends in a NUL, which no part holds: no two trees give the same text.
    std::string line = file.path;
    line.push_back('\0');
    line += file.is_link ? "link" : file.is_executable ? "executable" : "file";
    line.push_back('\0');
    line += content;
    line.push_back('\0');
    hasher->update(as_bytes(line));
  }
  return to_hex(hasher->finish());
}

Result<void> copy_source(const std::string& folder, const std::vector<SourceFile>& files,
                         const std::string& target) {
  ANABRANCH_CHECK(make_folders(target));
  for (const auto& file : files) {
    const std::string copy = target + "/" + file.path;
    if (!file.is_link) {
      ANABRANCH_CHECK(copy_file(folder + "/" + file.path, copy, file.is_executable ? 0755 : 0644));
      ANABRANCH_CHECK(copy_times(folder + "/" + file.path, copy));
      continue;
    }
    ANABRANCH_CHECK(make_folders(fs::path(copy).parent_path().string()));
    std::error_code error;
    fs::create_symlink(file.link_target, copy, error);
    if (error) return fail(ErrorCode::io, "cannot make the link " + copy + ": " + error.message());
  }
  return {};
}

GitState read_git_state(const std::string& folder) {
  GitState state;
  const auto sha = git(folder, {"rev-parse", "--verify", "HEAD"}, kGitOutputMax);
  if (!sha) return state;
  state.sha = sha->substr(0, sha->find('\n'));
  const auto status = git(folder, {"status", "--porcelain", "--", "."}, kGitOutputMax);
  state.is_dirty = !status || !status->empty();
  if (!state.is_dirty) return state;
  // Each option answers a setting that would make it another patch, or none.
  std::vector<std::string> arguments{"diff",
                                     "--no-color",
                                     "--no-ext-diff",
                                     "--no-textconv",
                                     "--binary",
                                     "--full-index",
                                     "--no-renames",
                                     "--src-prefix=a/",
                                     "-U3",
                                     "--dst-prefix=b/",
                                     "-O/dev/null",
                                     "--inter-hunk-context=0",
                                     "--relative",
                                     "--submodule=short",
                                     "--ignore-submodules=dirty"};
  std::vector<std::string> name_arguments = arguments;
  name_arguments.insert(name_arguments.end(), {"--name-only", "-z", "HEAD", "--", "."});
  const auto names = git(folder, std::move(name_arguments), kGitOutputMax);
  if (!names) return state;
  arguments.insert(arguments.end(), {"HEAD", "--", "."});
  std::string_view rest = *names;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\0'), rest.size());
    const std::string_view name = rest.substr(0, end);
    if (looks_secret(name)) arguments.push_back(":(exclude,literal)" + std::string(name));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  auto diff = git(folder, std::move(arguments), kDiffSizeMax);
  if (diff) {
    state.diff = *std::move(diff);
  } else {
    state.is_diff_too_large = diff.error().code == ErrorCode::entity_too_large;
  }
  return state;
}

}  // namespace anabranch::runner
