#include "runner/source_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
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
  return capture(arguments, folder, own_environment(), size_max);
}

/// Relative paths of files and links below `folder`, through `add`.
using AddPath = std::function<Result<void>(std::string)>;

Result<void> walk(const std::string& folder, const std::string& relative, Gitignore& rules,
                  const AddPath& add) {
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
      ANABRANCH_CHECK(walk(folder, path, rules, add));
    } else if (fs::is_regular_file(status) || fs::is_symlink(status)) {
      ANABRANCH_CHECK(add(std::move(path)));
    }
  }
  if (error) return fail(ErrorCode::io, "cannot read the folder " + here + ": " + error.message());
  return {};
}

Result<void> list_paths(const std::string& folder, const AddPath& add);

/// Git's own answer. Submodules and other repositories inside are folders to it: they are asked in turn.
Result<void> list_from_git(const std::string& folder, const std::string& output, const AddPath& add) {
  std::string_view rest = output;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\0'), rest.size());
    std::string path(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (path.ends_with('/')) path.pop_back();
    std::error_code error;
    const auto status = fs::symlink_status(folder + "/" + path, error);
    if (fs::is_directory(status)) {
      ANABRANCH_CHECK(list_paths(folder + "/" + path,
                                 [&](std::string inner) { return add(path + "/" + std::move(inner)); }));
    } else if (fs::is_regular_file(status) ||
               fs::is_symlink(status)) {  // else deleted, and git still knows it
      ANABRANCH_CHECK(add(std::move(path)));
    }
  }
  return {};
}

Result<void> list_paths(const std::string& folder, const AddPath& add) {
  const auto listed =
      git(folder, {"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"},
          kGitOutputMax);
  if (listed) return list_from_git(folder, *listed, add);
  Gitignore rules;
  return walk(folder, "", rules, add);
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
  SourceFile file{std::move(path), S_ISLNK(about.st_mode), false, {}};
  if (file.is_link) {
    std::error_code unreadable;
    file.link_target = fs::read_symlink(full, unreadable).string();
  } else {
    file.is_executable = (about.st_mode & S_IXUSR) != 0;
    size_bytes += static_cast<std::uint64_t>(about.st_size);
  }
  return file;
}

void sort_by_path(std::vector<SourceFile>& files) {
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
}

}  // namespace

Result<std::vector<SourceFile>> list_source(const std::string& folder,
                                            const std::vector<std::string>& excluded) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(ErrorCode::not_found, folder + " is no folder");
  std::vector<SourceFile> files;
  std::uint64_t size_bytes = 0;
  ForeignFolders foreign(folder, excluded);
  ANABRANCH_CHECK(list_paths(folder, [&](std::string path) -> Result<void> {
    if (is_run_output(path) || foreign.contain(path)) return {};
    auto file = describe(folder, std::move(path), size_bytes);
    if (!file) return {};  // gone meanwhile
    files.push_back(*std::move(file));
    if (files.size() <= kSourceFilesMax && size_bytes <= kSourceSizeMax) return {};
    return fail(ErrorCode::entity_too_large,
                folder + " holds more than " + std::to_string(kSourceFilesMax) + " files or " +
                    std::to_string(kSourceSizeMax / GiB) +
                    " GiB: name what is not code in .gitignore, or choose another folder with --workdir");
  }));
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
  const auto names =
      git(folder, {"diff", "--relative", "--name-only", "-z", "HEAD", "--", "."}, kGitOutputMax);
  if (!names) return state;
  std::vector<std::string> arguments{"diff", "--no-color", "--no-ext-diff", "--relative", "HEAD", "--"};
  const std::size_t without_paths = arguments.size();
  std::string_view rest = *names;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\0'), rest.size());
    const std::string_view name = rest.substr(0, end);
    if (!looks_secret(name)) arguments.push_back(":(literal)" + std::string(name));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (arguments.size() == without_paths) return state;
  if (auto diff = git(folder, std::move(arguments), kDiffSizeMax)) state.diff = *std::move(diff);
  return state;
}

}  // namespace anabranch::runner
