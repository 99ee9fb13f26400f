#include "runner/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include "runner/file_source.h"
#include "runner/files.h"
#include "runner/text.h"

namespace anabranch::runner {
namespace {

constexpr std::size_t kReadBlockSize = 64 * KiB;

struct FreeWriter {
  void operator()(struct archive* a) const { archive_write_free(a); }
};
struct FreeReader {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
struct FreeEntry {
  void operator()(struct archive_entry* entry) const { archive_entry_free(entry); }
};
using Writer = std::unique_ptr<struct archive, FreeWriter>;
using Reader = std::unique_ptr<struct archive, FreeReader>;
using Entry = std::unique_ptr<struct archive_entry, FreeEntry>;

tl::unexpected<Error> archive_error(ErrorCode code, const std::string& what, struct archive* a) {
  const char* why = archive_error_string(a);
  return fail(code, what + ": " + (why == nullptr ? "unknown error" : why));
}

Result<void> pack_file(struct archive* out, const std::string& folder, const SourceFile& file) {
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), file.path.c_str());
  archive_entry_set_mtime(entry.get(), 0, 0);
  if (file.is_link) {
    archive_entry_set_filetype(entry.get(), AE_IFLNK);
    archive_entry_set_perm(entry.get(), 0777);
    archive_entry_set_symlink(entry.get(), file.link_target.c_str());
    if (archive_write_header(out, entry.get()) != ARCHIVE_OK) {
      return archive_error(ErrorCode::io, "cannot pack " + printable(file.path), out);
    }
    return {};
  }
  ANABRANCH_TRY(const auto source, FileSource::open(folder + "/" + file.path));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), file.is_executable ? 0755 : 0644);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(source->size_bytes()));
  if (archive_write_header(out, entry.get()) != ARCHIVE_OK) {
    return archive_error(ErrorCode::io, "cannot pack " + printable(file.path), out);
  }
  while (true) {
    ANABRANCH_TRY(const ByteView piece, block_on(source->next()));
    if (piece.empty()) return {};
    if (archive_write_data(out, piece.data(), piece.size()) != static_cast<la_ssize_t>(piece.size())) {
      return archive_error(ErrorCode::io, "cannot pack " + printable(file.path), out);
    }
  }
}

/// The bytes of an entry's name; archives of other tools say it in UTF-8, which the locale may not know.
std::string name_of(struct archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  return name == nullptr ? "" : name;
}

Result<void> copy_data(struct archive* in, struct archive* out) {
  while (true) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int got = archive_read_data_block(in, &bytes, &size, &offset);
    if (got == ARCHIVE_EOF) return {};
    if (got != ARCHIVE_OK) return archive_error(ErrorCode::malformed, "the archive is broken", in);
    if (archive_write_data_block(out, bytes, size, offset) != ARCHIVE_OK) {
      return archive_error(ErrorCode::io, "cannot unpack", out);
    }
  }
}

}  // namespace

Result<void> pack(const std::string& folder, const std::vector<SourceFile>& files,
                  const std::string& archive) {
  const Writer out(archive_write_new());
  archive_write_set_format_pax_restricted(out.get());
  archive_write_add_filter_none(out.get());
  // Names are bytes, whatever the locale: without this each would be translated to UTF-8, which fails in the
  // C locale for all that is not ASCII, and everywhere for names that are no text.
  if (archive_write_set_options(out.get(), "hdrcharset=BINARY") != ARCHIVE_OK) {
    return archive_error(ErrorCode::io, "cannot write " + archive, out.get());
  }
  if (archive_write_open_filename(out.get(), archive.c_str()) != ARCHIVE_OK) {
    return archive_error(ErrorCode::io, "cannot write " + archive, out.get());
  }
  for (const auto& file : files) ANABRANCH_CHECK(pack_file(out.get(), folder, file));
  if (archive_write_close(out.get()) != ARCHIVE_OK) {
    return archive_error(ErrorCode::io, "cannot write " + archive, out.get());
  }
  return {};
}

Result<void> unpack(const std::string& archive, const std::string& folder) {
  ANABRANCH_CHECK(make_folders(folder));
  // The library refuses links anywhere in a path: those above `folder` are the user's own.
  std::error_code error;
  const std::string root = std::filesystem::canonical(folder, error).string();
  if (error) return fail(ErrorCode::io, "cannot unpack to " + folder + ": " + error.message());
  const Reader in(archive_read_new());
  archive_read_support_format_tar(in.get());
  if (archive_read_open_filename(in.get(), archive.c_str(), kReadBlockSize) != ARCHIVE_OK) {
    return archive_error(ErrorCode::malformed, "cannot read " + archive, in.get());
  }
  const Writer out(archive_write_disk_new());
  archive_write_disk_set_options(out.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
  while (true) {
    struct archive_entry* entry = nullptr;
    const int got = archive_read_next_header(in.get(), &entry);
    if (got == ARCHIVE_EOF) break;
    // A warning: a name that the locale has no letters for, which is of no matter here.
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
      return archive_error(ErrorCode::malformed, "the archive is broken", in.get());
    const std::string path = name_of(entry);
    const auto type = archive_entry_filetype(entry);
    if (!is_safe_relative_path(path) || (type != AE_IFREG && type != AE_IFLNK) ||
        archive_entry_hardlink(entry) != nullptr) {
      return fail(ErrorCode::malformed,
                  "the archive holds '" + printable(path) + "', which is not the path of a file or link");
    }
    const std::string target = root + "/" + path;
    archive_entry_set_pathname(entry, target.c_str());
    if (archive_write_header(out.get(), entry) != ARCHIVE_OK) {
      return archive_error(ErrorCode::io, "cannot unpack " + printable(path), out.get());
    }
    ANABRANCH_CHECK(copy_data(in.get(), out.get()));
  }
  if (archive_write_close(out.get()) != ARCHIVE_OK)
    return archive_error(ErrorCode::io, "cannot unpack", out.get());
  return {};
}

}  // namespace anabranch::runner
