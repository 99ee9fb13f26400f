// io/disk.h — the only door to storage hardware: everything above it runs on any Disk.
//
// Backends: PosixDisk (a folder), MemoryDisk (tests; forgets and tears what was not synced at a power cut),
// FaultyDisk (wraps any Disk and fails from a seed).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace anabranch::io {

/// O_DIRECT's unit: offset, length and memory of direct writes are multiples of it.
inline constexpr std::size_t kBlockSize = 4096;

/// An open file. Thread safety: reads and writes of different ranges from any thread.
class File {
 public:
  virtual ~File() = default;

  /// Writes all of `bytes` at `offset_bytes`; not durable until sync(). Aligned to kBlockSize where opened
  /// `direct`. Errors: no_space, io.
  virtual Result<void> write(std::uint64_t offset_bytes, ByteView bytes) = 0;
  /// Reads up to out.size() bytes; short only at the end of the file. Obeys read_tier(): would_block where
  /// the bytes are not in memory. Errors: would_block, io.
  virtual Result<std::size_t> read(std::uint64_t offset_bytes, ByteSpan out) = 0;
  /// Makes every write that returned before this call durable, and the size. Errors: io (never retry: fence).
  virtual Result<void> sync() = 0;
  /// Grows the file to `size_bytes` with space reserved, so that later writes into what was added cannot run
  /// out of it. Space below the present size (holes too) stays as it is; a smaller size changes nothing.
  /// Errors: no_space, io.
  virtual Result<void> allocate(std::uint64_t size_bytes) = 0;
  /// Gives the space of a block-aligned range back; it reads as zeros. A backend may do nothing.
  virtual Result<void> punch(std::uint64_t offset_bytes, std::uint64_t length_bytes) = 0;
  virtual Result<void> truncate(std::uint64_t size_bytes) = 0;
  virtual Result<std::uint64_t> size() = 0;
};

enum class OpenMode : std::uint8_t {
  read,          // must exist; cached reads
  write,         // made when absent; read and write through the page cache
  write_direct,  // made when absent; writes bypass the page cache (O_DIRECT), reads do not
};

/// A folder held by one owner; destroying it lets go.
class Lock {
 public:
  virtual ~Lock() = default;
};

/// A folder of files. Paths are relative ("segments/00000001.seg"). Thread safety: every method from any
/// thread.
class Disk {
 public:
  virtual ~Disk() = default;
  /// Errors: not_found, no_space, io. A new file's name is durable after sync_directory().
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  /// Atomic; replaces `target`. Durable after sync_directory() of both folders.
  virtual Result<void> rename(const std::string& source, const std::string& target) = 0;
  virtual Result<void> make_directory(const std::string& path) = 0;
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// Names (not paths) in a folder, sorted. Errors: not_found, io.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  /// Makes `path` where absent and holds it against every other process and every other lock() of this one.
  /// Errors: conflict (someone else holds it), io.
  virtual Result<std::unique_ptr<Lock>> lock(const std::string& path) = 0;
  /// Bytes free to ordinary users.
  virtual Result<std::uint64_t> free_bytes() = 0;
  /// Where the folder lies for libraries that open files by themselves (RocksDB); empty where it has no path.
  virtual std::string native_path() const = 0;
};

}  // namespace anabranch::io
