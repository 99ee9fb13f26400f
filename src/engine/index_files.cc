#include "engine/index_files.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/workers.h"
#include "io/disk.h"

namespace anabranch::engine {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
      return IOStatus::PathNotFound(error.message);
    case ErrorCode::no_space:
      return IOStatus::NoSpace(error.message);
    default:
      return IOStatus::IOError(error.message);
  }
}
IOStatus status_of(const Result<void>& result) { return result ? IOStatus::OK() : status_of(result.error()); }

std::string local(const std::string& path) {
  std::string name = path;
  name.erase(0, std::min(name.find_first_not_of('/'), name.size()));
  while (!name.empty() && name.back() == '/') name.pop_back();
  return name;
}

ByteSpan span_of(char* bytes, std::size_t size) { return {reinterpret_cast<std::byte*>(bytes), size}; }

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  explicit SequentialFile(std::unique_ptr<io::File> file) : file_(std::move(file)) {}
  IOStatus Read(size_t size, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    const ReadTierScope scope(ReadTier::may_block);
    const auto count = file_->read(offset_, span_of(scratch, size));
    if (!count) return status_of(count.error());
    offset_ += *count;
    *result = Slice(scratch, *count);
    return IOStatus::OK();
  }
  IOStatus Skip(uint64_t count) override {
    offset_ += count;
    return IOStatus::OK();
  }

 private:
  std::unique_ptr<io::File> file_;
  std::uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  explicit RandomAccessFile(std::unique_ptr<io::File> file) : file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    const ReadTierScope scope(ReadTier::may_block);
    const auto count = file_->read(offset, span_of(scratch, size));
    if (!count) return status_of(count.error());
    *result = Slice(scratch, *count);
    return IOStatus::OK();
  }

 private:
  std::unique_ptr<io::File> file_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  explicit WritableFile(std::unique_ptr<io::File> file, std::uint64_t size)
      : file_(std::move(file)), size_(size) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    const auto written = file_->write(size_, as_bytes(std::string_view(bytes.data(), bytes.size())));
    if (written) size_ += bytes.size();
    return status_of(written);
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    const auto done = file_->truncate(size);
    if (done) size_ = size;
    return status_of(done);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return status_of(file_->sync()); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return status_of(file_->sync()); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  std::unique_ptr<io::File> file_;
  std::uint64_t size_;
};

class Directory final : public rocksdb::FSDirectory {
 public:
  Directory(io::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return status_of(disk_.sync_directory(path_));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  io::Disk& disk_;
  const std::string path_;
};

/// The engine holds the folder's lock already; RocksDB's is a token.
class Token final : public rocksdb::FileLock {};

class IndexFiles final : public rocksdb::FileSystem {
 public:
  explicit IndexFiles(io::Disk& disk) : disk_(disk) {}
  const char* Name() const override { return "AnabranchIndexFiles"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext*) override {
    return open_as<SequentialFile>(path, result);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return open_as<RandomAccessFile>(path, result);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext*) override {
    auto file = disk_.open(local(path), io::OpenMode::write);
    if (!file) return status_of(file.error());
    const auto emptied = (*file)->truncate(0);
    if (!emptied) return status_of(emptied);
    *result = std::make_unique<WritableFile>(*std::move(file), 0);
    return IOStatus::OK();
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext*) override {
    auto file = disk_.open(local(path), io::OpenMode::write);
    if (!file) return status_of(file.error());
    const auto size = (*file)->size();
    if (!size) return status_of(size.error());
    *result = std::make_unique<WritableFile>(*std::move(file), *size);
    return IOStatus::OK();
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override {
    *result = std::make_unique<Directory>(disk_, local(path));
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    const auto found = disk_.exists(local(path));
    if (!found) return status_of(found.error());
    return *found ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    auto names = disk_.list(local(path));
    if (!names) return status_of(names.error());
    *result = *std::move(names);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.remove(local(path)));
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.make_directory(local(path)));
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.make_directory(local(path)));
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.remove(local(path)));
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* size, IODebugContext*) override {
    auto file = disk_.open(local(path), io::OpenMode::read);
    if (!file) return status_of(file.error());
    const auto found = (*file)->size();
    if (!found) return status_of(found.error());
    *size = *found;
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t*,
                                   IODebugContext*) override {
    return IOStatus::NotSupported("files have no times here");
  }
  IOStatus RenameFile(const std::string& source, const std::string& target, const IOOptions&,
                      IODebugContext*) override {
    return status_of(disk_.rename(local(source), local(target)));
  }
  IOStatus LockFile(const std::string&, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    *lock = new Token;
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete lock;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string*, IODebugContext*) override {
    return IOStatus::NotSupported("no test folder");
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>*,
                     IODebugContext*) override {
    return IOStatus::NotSupported("the index keeps no text log");
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                           IODebugContext*) override {
    *result = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* result, IODebugContext*) override {
    *result = disk_.list(local(path)).has_value();
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* free, IODebugContext*) override {
    const auto found = disk_.free_bytes();
    if (!found) return status_of(found.error());
    *free = *found;
    return IOStatus::OK();
  }

 private:
  template <class As, class Base>
  IOStatus open_as(const std::string& path, std::unique_ptr<Base>* result) {
    auto file = disk_.open(local(path), io::OpenMode::read);
    if (!file) return status_of(file.error());
    *result = std::make_unique<As>(*std::move(file));
    return IOStatus::OK();
  }

  io::Disk& disk_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_index_files(io::Disk& disk) {
  return std::make_shared<IndexFiles>(disk);
}

}  // namespace anabranch::engine
