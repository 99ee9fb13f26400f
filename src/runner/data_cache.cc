#include "runner/data_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "base/hash.h"
#include "runner/files.h"

namespace anabranch::runner {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kDownloadsAtOnce = 8;
constexpr unsigned kReadOnly = 0444;
/// Every cached file has this time (2000-01-01): one that was written to since has another, and is not used.
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

bool is_intact(const std::string& path, std::uint64_t size_bytes) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
         static_cast<std::uint64_t>(about.st_size) == size_bytes && about.st_mtime == kCachedTime;
}

Result<void> seal(const std::string& path) {
  const timespec times[2] = {{kCachedTime, 0}, {kCachedTime, 0}};
  if (chmod(path.c_str(), kReadOnly) != 0 || utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) {
    return fail(ErrorCode::io, "cannot seal " + path + ": " + std::strerror(errno));
  }
  return {};
}

/// A hard link costs nothing, but root can write through its read-only mode into the cache: root gets copies.
Result<void> link_or_copy(const std::string& source, const std::string& target) {
  ANABRANCH_CHECK(make_folders(fs::path(target).parent_path().string()));
  if (geteuid() != 0 && link(source.c_str(), target.c_str()) == 0) return {};
  return copy_file(source, target, kReadOnly);
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

std::string DataCache::default_folder(const Environment& environment) {
  const auto set = [&](const char* name) { return environment(name).value_or(""); };
  if (const std::string named = set("ANABRANCH_CACHE"); !named.empty()) {
    return fs::absolute(named).lexically_normal().string();
  }
  if (const std::string cache = set("XDG_CACHE_HOME"); cache.starts_with('/')) return cache + "/anabranch";
  if (const std::string home = set("HOME"); home.starts_with('/')) return home + "/.cache/anabranch";
  return "/tmp/anabranch-" + std::to_string(geteuid());
}

Result<std::vector<DataFile>> DataCache::list(const ApiClient& api, const std::string& repository,
                                              const std::string& commit, const std::vector<DataSpec>& specs) {
  std::vector<DataFile> files;
  std::set<std::string> names;
  for (const auto& spec : specs) {
    const std::size_t before = files.size();
    Result<void> taken;
    ANABRANCH_CHECK(api.list_objects(repository, commit, spec.prefix, "", [&](ObjectInfo object) {
      const std::string_view rest = std::string_view(object.path).substr(spec.prefix.size());
      if (!rest.empty() && rest.front() != '/') return true;  // raw-2/... is not below raw
      if (object.path.ends_with('/')) return true;            // some clients mark folders so
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

Result<void> DataCache::download(const ApiClient& api, const std::string& repository,
                                 const std::string& commit, const ObjectInfo& object) const {
  ANABRANCH_TRY(const auto folder, TemporaryFolder::make(folder_ + "/incoming", "object"));
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
  if (size_bytes != object.size_bytes ||
      (is_md5(object.checksum) && to_hex(hasher->finish()) != object.checksum)) {
    return fail(ErrorCode::bad_digest, "the bytes of '" + object.path + "' disagree with its checksum");
  }
  ANABRANCH_CHECK(seal(incoming));
  const std::string target = path_of(api, object);
  ANABRANCH_CHECK(make_folders(fs::path(target).parent_path().string()));
  if (rename(incoming.c_str(), target.c_str()) != 0) {
    return fail(ErrorCode::io, "cannot write " + target + ": " + std::strerror(errno));
  }
  return {};
}

Result<void> DataCache::fetch(const ApiClient& api, const std::string& repository, const std::string& commit,
                              const std::vector<DataFile>& files, const Progress& progress) const {
  ANABRANCH_CHECK(make_folders(folder_));
  chmod(folder_.c_str(), S_IRWXU);  // it holds somebody's data
  std::vector<const ObjectInfo*> missing;
  std::set<std::string> seen;
  for (const auto& file : files) {
    std::string path = path_of(api, file.object);
    if (!is_intact(path, file.object.size_bytes) && seen.insert(std::move(path)).second) {
      missing.push_back(&file.object);
    }
  }
  std::atomic<std::size_t> done = files.size() - missing.size();
  progress(done);
  return for_each_parallel(missing.size(), kDownloadsAtOnce, [&](std::size_t i) -> Result<void> {
    ANABRANCH_CHECK(download(api, repository, commit, *missing[i]));
    progress(++done);
    return {};
  });
}

Result<void> DataCache::materialise(const ApiClient& api, const std::vector<DataFile>& files,
                                    const std::string& folder) const {
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
    ANABRANCH_CHECK(link_or_copy(path_of(api, file.object), target));
  }
  return {};
}

}  // namespace anabranch::runner
