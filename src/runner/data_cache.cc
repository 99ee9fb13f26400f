#include "runner/data_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/hash.h"
#include "runner/files.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kDownloadsAtOnce = 8;
constexpr unsigned kReadOnly = 0444;
/// Every cached file has this time (2000-01-01), and so has it in every run.
constexpr time_t kCachedTime = 946'684'800;

std::string_view without_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

bool is_md5(std::string_view checksum) {
  constexpr std::size_t kMd5HexSize = 32;
  return checksum.size() == kMd5HexSize &&
         checksum.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::int64_t nanoseconds(const timespec& time) {
  constexpr std::int64_t kInASecond = 1'000'000'000;
  return time.tv_sec * kInASecond + time.tv_nsec;
}

/// Errors: not_found, io.
Result<CachedFile::Version> version_of(const std::string& path) {
  struct stat about {};
  if (lstat(path.c_str(), &about) != 0) {
    return fail(errno == ENOENT || errno == ENOTDIR ? ErrorCode::not_found : ErrorCode::io,
                "cannot read " + path + ": " + std::strerror(errno));
  }
  if (!S_ISREG(about.st_mode)) return fail(ErrorCode::not_found, path + " is no file");
  return CachedFile::Version{about.st_ino, static_cast<std::uint64_t>(about.st_size),
                             nanoseconds(about.st_mtim), nanoseconds(about.st_ctim)};
}

Result<void> make_read_only(const std::string& path) {
  const timespec times[2] = {{kCachedTime, 0}, {kCachedTime, 0}};
  if (chmod(path.c_str(), kReadOnly) != 0 || utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) {
    return fail(ErrorCode::io, "cannot make " + path + " read-only: " + std::strerror(errno));
  }
  return {};
}

// Beside each file stands a link that leads nowhere: its text says how the file was when it was verified, and
// the MD5 of its content where its name does not. A text of this size needs no block of the disk.
std::string seal_path(const std::string& path) { return path + ".seal"; }

std::string seal_text(const CachedFile& file) {
  return fmt::format("{:x}:{:x}:{}", file.version.changed_ns, file.version.inode, file.md5);
}

/// What the file was when it was sealed, if it has not changed since.
std::optional<CachedFile> sealed(const std::string& path, const ObjectInfo& object) {
  std::error_code error;
  const std::string text = fs::read_symlink(seal_path(path), error).string();
  const auto version = version_of(path);
  if (error || !version || version->size_bytes != object.size_bytes) return std::nullopt;
  CachedFile file{path, text.substr(text.rfind(':') + 1), *version};
  if (!is_md5(file.md5) || seal_text(file) != text) return std::nullopt;
  return file;
}

/// The file, if it is there and right. Where only the seal is gone or old, the content tells; an object whose
/// checksum is none of its content cannot be told without a seal.
std::optional<CachedFile> verified(const std::string& path, const ObjectInfo& object) {
  if (auto file = sealed(path, object)) return file;
  std::error_code error;
  const std::string text = fs::read_symlink(seal_path(path), error).string();
  std::string md5 = is_md5(object.checksum) ? object.checksum : text.substr(text.rfind(':') + 1);
  if (!is_md5(md5)) return std::nullopt;
  CachedFile file{path, std::move(md5), {}};
  const auto intact = file.is_intact();
  if (!intact || !*intact || file.version.size_bytes != object.size_bytes) return std::nullopt;
  DataCache::seal(file);
  return file;
}

std::string from_environment(const Environment& environment, const char* name) {
  return environment(name).value_or("");
}

std::string incoming_of(const std::string& folder) { return folder + "/incoming"; }

/// The device of the folder, or of the nearest one above it that is there.
std::optional<dev_t> device_of(fs::path path) {
  struct stat about {};
  while (stat(path.c_str(), &about) != 0) {
    if (path == path.parent_path()) return std::nullopt;
    path = path.parent_path();
  }
  return about.st_dev;
}

}  // namespace

std::string DataSpec::to_string() const { return prefix == folder ? prefix : prefix + "=" + folder; }

Result<DataSpec> parse_data(std::string_view text) {
  const auto equals = text.rfind('=');
  DataSpec spec;
  spec.prefix = std::string(without_slashes(text.substr(0, equals)));
  std::string_view folder =
      equals == std::string_view::npos ? std::string_view(spec.prefix) : text.substr(equals + 1);
  while (folder.starts_with("./")) folder.remove_prefix(2);
  while (folder.ends_with('/')) folder.remove_suffix(1);
  spec.folder = std::string(folder);
  if (spec.prefix.empty()) {
    return fail(ErrorCode::invalid_argument, "--data '" + std::string(text) + "' names no prefix");
  }
  if (!is_safe_relative_path(spec.folder)) {
    return fail(ErrorCode::invalid_argument,
                "--data '" + std::string(text) + "': the folder must lie below the run's own");
  }
  return spec;
}

DataCache DataCache::of(const Environment& environment) {
  return {default_folder(environment), default_work_folder(environment)};
}

std::string DataCache::default_folder(const Environment& environment) {
  const auto set = [&](const char* name) { return from_environment(environment, name); };
  if (const std::string named = set("ANABRANCH_CACHE"); !named.empty()) {
    std::string folder = fs::absolute(named).lexically_normal().string();
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    return folder;
  }
  if (const std::string cache = set("XDG_CACHE_HOME"); cache.starts_with('/')) return cache + "/anabranch";
  if (const std::string home = set("HOME"); home.starts_with('/')) return home + "/.cache/anabranch";
  return "/tmp/anabranch-" + std::to_string(geteuid());
}

std::string DataCache::default_work_folder(const Environment& environment) {
  const auto set = [&](const char* name) { return from_environment(environment, name); };
  if (const std::string named = set("ANABRANCH_WORK"); !named.empty())
    return fs::absolute(named).lexically_normal().string();
  const std::string cache = default_folder(environment);
  const std::string beside = cache + ".work";
  std::string state;
  if (const std::string folder = set("XDG_STATE_HOME"); folder.starts_with('/')) {
    state = folder + "/anabranch/work";
  } else if (const std::string home = set("HOME"); home.starts_with('/')) {
    state = home + "/.local/state/anabranch/work";
  }
  if (state.empty()) return beside;
  std::error_code error;
  const bool may_be_beside = access(beside.c_str(), W_OK | X_OK) == 0 ||
                             access(fs::path(beside).parent_path().c_str(), W_OK | X_OK) == 0 ||
                             !fs::exists(fs::path(beside).parent_path(), error);
  if (!set("ANABRANCH_CACHE").empty()) return may_be_beside ? beside : state;
  // Files that are shared with the cache, or are large, belong on its disk.
  return device_of(state) == device_of(cache) || !may_be_beside ? state : beside;
}

std::size_t DataCache::remove_abandoned() const {
  return TemporaryFolder::remove_abandoned(work_folder_) + TemporaryFolder::remove_abandoned(folder_) +
         TemporaryFolder::remove_abandoned(incoming_of(folder_));
}

Result<bool> CachedFile::is_intact() {
  ANABRANCH_TRY(const Version before, version_of(path));
  if (before == version) return true;
  ANABRANCH_TRY(const std::string found, md5_of_file(path));
  ANABRANCH_TRY(const Version after, version_of(path));
  if (found != md5 || before != after) return false;
  version = after;
  return true;
}

Result<void> CachedFile::look() {
  ANABRANCH_TRY(version, version_of(path));
  return {};
}

void DataCache::seal(const CachedFile& file) {
  // What cannot be sealed is read again the next time.
  const std::string fresh = seal_path(file.path) + "." + make_xid(system_clock().now_ms());
  if (symlink(seal_text(file).c_str(), fresh.c_str()) != 0) return;
  if (rename(fresh.c_str(), seal_path(file.path).c_str()) != 0) unlink(fresh.c_str());
}

Result<std::vector<DataFile>> DataCache::list(const ApiClient& api, const std::string& repository,
                                              const std::string& commit, const std::vector<DataSpec>& specs) {
  std::vector<DataFile> files;
  std::set<std::string> names;
  for (const auto& spec : specs) {
    const std::size_t before = files.size();
    Result<void> taken;
    ANABRANCH_CHECK(api.list_named(repository, commit, spec.prefix, "", [&](ObjectInfo object) {
      if (object.path.ends_with('/')) return true;  // some clients mark folders so
      const std::string_view rest = std::string_view(object.path).substr(spec.prefix.size());
      std::string file = spec.folder + std::string(rest);
      if (!is_safe_relative_path(file)) {
        taken = fail(ErrorCode::invalid_argument, "object '" + object.path + "' cannot be a file's path");
      } else if (!names.insert(file).second) {
        taken = fail(ErrorCode::invalid_argument, "--data: more than one object would be the file " + file);
      } else {
        files.push_back({std::move(object), std::move(file)});
      }
      return taken.has_value();
    }));
    if (!taken) return fail(std::move(taken).error());
    if (files.size() == before) {
      return fail(ErrorCode::not_found,
                  "--data: there is no object below '" + spec.prefix + "' at " + commit);
    }
  }
  return files;
}

std::string DataCache::path_of(const ApiClient& api, const ObjectInfo& object) const {
  const std::string size = std::to_string(object.size_bytes);
  // An MD5 is checked against the bytes, so it names them wherever they come from; other checksums name them
  // only together with their place.
  const std::string name = is_md5(object.checksum)
                               ? object.checksum + "-" + size
                               : to_hex(sha256(api.connection().endpoint + "\n" + object.physical_address +
                                               "\n" + object.checksum + "\n" + size));
  return folder_ + "/objects/" + name.substr(0, 2) + "/" + name;
}

Result<CachedFile> DataCache::download(const ApiClient& api, const std::string& repository,
                                       const std::string& commit, const ObjectInfo& object) const {
  ANABRANCH_TRY(const auto folder, TemporaryFolder::make(incoming_of(folder_), "object"));
  const std::string incoming = folder.path() + "/bytes";
  const auto hasher = make_hasher(HashAlgorithm::md5);
  std::uint64_t size_bytes = 0;
  {
    std::ofstream out(incoming, std::ios::binary);
    ANABRANCH_CHECK(api.download(repository, commit, object.path, [&](ByteView piece) -> Result<void> {
      hasher->update(piece);
      size_bytes += piece.size();
      const auto text = as_text(piece);
      if (out.write(text.data(), static_cast<std::streamsize>(text.size()))) return {};
      return fail(ErrorCode::io, "cannot write " + incoming + ": " + std::strerror(errno));
    }));
    out.close();
    if (!out) return fail(ErrorCode::io, "cannot write " + incoming + ": " + std::strerror(errno));
  }
  CachedFile file{path_of(api, object), to_hex(hasher->finish()), {}};
  if (size_bytes != object.size_bytes || (is_md5(object.checksum) && file.md5 != object.checksum)) {
    return fail(ErrorCode::bad_digest, "the bytes of '" + object.path + "' disagree with its checksum");
  }
  ANABRANCH_CHECK(make_read_only(incoming));
  ANABRANCH_CHECK(make_folders(fs::path(file.path).parent_path().string()));
  if (rename(incoming.c_str(), file.path.c_str()) != 0) {
    return fail(ErrorCode::io, "cannot write " + file.path + ": " + std::strerror(errno));
  }
  ANABRANCH_TRY(file.version, version_of(file.path));
  seal(file);
  return file;
}

Result<std::vector<CachedFile>> DataCache::fetch(const ApiClient& api, const std::string& repository,
                                                 const std::string& commit,
                                                 const std::vector<DataFile>& files,
                                                 const Progress& progress) const {
  ANABRANCH_CHECK(make_folders(folder_));
  chmod(folder_.c_str(), S_IRWXU);  // it holds somebody's data
  std::vector<CachedFile> cached(files.size());
  std::map<std::string, std::vector<std::size_t>> places;  // the same content may stand at several
  for (std::size_t i = 0; i < files.size(); ++i) places[path_of(api, files[i].object)].push_back(i);
  std::vector<const std::vector<std::size_t>*> each;
  for (const auto& [path, indices] : places) each.push_back(&indices);
  std::atomic<std::size_t> done = 0;
  ANABRANCH_CHECK(for_each_parallel(each.size(), kDownloadsAtOnce, [&](std::size_t i) -> Result<void> {
    const ObjectInfo& object = files[each[i]->front()].object;
    std::optional<CachedFile> file = verified(path_of(api, object), object);
    if (!file) {
      ANABRANCH_TRY(file, download(api, repository, commit, object));
    }
    for (const std::size_t index : *each[i]) cached[index] = *file;
    progress(done += each[i]->size());
    return {};
  }));
  return cached;
}

}  // namespace anabranch::runner
