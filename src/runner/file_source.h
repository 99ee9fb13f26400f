// runner/file_source.h — a file of this machine, or what a pipe gives, as the body of a request.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace anabranch::runner {

/// Reads `size_bytes()` bytes, as the file had when it was opened: a file that grows is cut there, one that
/// shrinks is an error. Blocks on the disk, so only for clients. Thread safety: none.
class FileSource final : public ByteSource {
 public:
  /// Errors: not_found, io.
  static Result<std::unique_ptr<FileSource>> open(const std::string& path);
  ~FileSource() override;

  Task<Result<ByteView>> next() override;
  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  FileSource(int file, std::uint64_t size_bytes, std::string path);
  Result<ByteView> read_some();

  int file_;
  std::uint64_t size_bytes_;
  std::uint64_t offset_bytes_ = 0;
  std::string path_;
  std::vector<std::byte> buffer_;
};

/// What a descriptor gives until its end, such as standard input. It stays open. Thread safety: none.
class StreamSource final : public ByteSource {
 public:
  StreamSource(int file, std::string name);
  /// Errors: io.
  Task<Result<ByteView>> next() override;

 private:
  Result<ByteView> read_some();

  int file_;
  std::string name_;  // for messages
  std::vector<std::byte> buffer_;
};

/// By the name's ending: "image/png", ...; else application/octet-stream.
std::string content_type_of(std::string_view path);

}  // namespace anabranch::runner
