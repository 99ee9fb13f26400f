#include "runner/file_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace anabranch::runner {
namespace {

constexpr std::size_t kPieceSize = 256 * KiB;

constexpr std::pair<std::string_view, std::string_view> kContentTypes[] = {
    {".csv", "text/csv"},          {".gif", "image/gif"},   {".html", "text/html"},
    {".jpeg", "image/jpeg"},       {".jpg", "image/jpeg"},  {".json", "application/json"},
    {".md", "text/markdown"},      {".png", "image/png"},   {".svg", "image/svg+xml"},
    {".tar", "application/x-tar"}, {".txt", "text/plain"},  {".yaml", "application/yaml"},
    {".yml", "application/yaml"},  {".diff", "text/x-diff"}};

/// 0: the end. Errors: io.
Result<std::size_t> read_once(int file, std::byte* into, std::size_t want, const std::string& name) {
  ssize_t count = 0;
  do {
    count = read(file, into, want);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return fail(ErrorCode::io, "cannot read " + name + ": " + std::strerror(errno));
  return static_cast<std::size_t>(count);
}

}  // namespace

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                "cannot read " + path + ": " + std::strerror(errno));
  }
  struct stat about {};
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    close(file);
    return fail(ErrorCode::io, "cannot read " + path + ": it is no file");
  }
  return std::unique_ptr<FileSource>(new FileSource(file, static_cast<std::uint64_t>(about.st_size), path));
}

FileSource::FileSource(int file, std::uint64_t size_bytes, std::string path)
    : file_(file),
      size_bytes_(size_bytes),
      path_(std::move(path)),
      buffer_(static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, kPieceSize))) {}

FileSource::~FileSource() { close(file_); }

Task<Result<ByteView>> FileSource::next() { co_return read_some(); }

Result<ByteView> FileSource::read_some() {
  const auto want =
      static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), size_bytes_ - offset_bytes_));
  if (want == 0) return ByteView();
  ANABRANCH_TRY(const std::size_t count, read_once(file_, buffer_.data(), want, path_));
  if (count == 0) return fail(ErrorCode::incomplete_body, path_ + " became shorter while it was read");
  offset_bytes_ += count;
  return ByteView(buffer_.data(), count);
}

StreamSource::StreamSource(int file, std::string name)
    : file_(file), name_(std::move(name)), buffer_(kPieceSize) {}

Task<Result<ByteView>> StreamSource::next() { co_return read_some(); }

Result<ByteView> StreamSource::read_some() {
  ANABRANCH_TRY(const std::size_t count, read_once(file_, buffer_.data(), buffer_.size(), name_));
  return ByteView(buffer_.data(), count);
}

std::string content_type_of(std::string_view path) {
  for (const auto& [ending, type] : kContentTypes) {
    if (path.ends_with(ending)) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace anabranch::runner
