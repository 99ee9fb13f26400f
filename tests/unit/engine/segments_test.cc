// What this proves: a segment file that is being put to use is safe from the reclaimer.
#include "engine/segments.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>

#include "io/memory_disk.h"
#include "unit/engine/engine_options.h"

namespace anabranch::engine {
namespace {

/// A memory disk that calls back before each sync of a segment file: what another thread may do meanwhile.
class InterruptedDisk final : public io::Disk {
 public:
  std::function<void(const std::string& path)> before_sync;

  Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
    ANABRANCH_TRY(auto file, disk_.open(path, mode));
    return std::make_unique<InterruptedFile>(*this, path, std::move(file));
  }
  Result<void> remove(const std::string& path) override { return disk_.remove(path); }
  Result<void> rename(const std::string& source, const std::string& target) override {
    return disk_.rename(source, target);
  }
  Result<void> make_directory(const std::string& path) override { return disk_.make_directory(path); }
  Result<void> sync_directory(const std::string& path) override { return disk_.sync_directory(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return disk_.list(path); }
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<std::unique_ptr<io::Lock>> lock(const std::string& path) override { return disk_.lock(path); }
  Result<std::uint64_t> free_bytes() override { return disk_.free_bytes(); }
  std::string native_path() const override { return disk_.native_path(); }

 private:
  class InterruptedFile final : public io::File {
   public:
    InterruptedFile(InterruptedDisk& disk, std::string path, std::unique_ptr<io::File> file)
        : disk_(disk), path_(std::move(path)), file_(std::move(file)) {}
    Result<void> write(std::uint64_t offset_bytes, ByteView bytes) override {
      return file_->write(offset_bytes, bytes);
    }
    Result<std::size_t> read(std::uint64_t offset_bytes, ByteSpan out) override {
      return file_->read(offset_bytes, out);
    }
    Result<void> sync() override {
      if (disk_.before_sync) disk_.before_sync(path_);
      return file_->sync();
    }
    Result<void> allocate(std::uint64_t size_bytes) override { return file_->allocate(size_bytes); }
    Result<void> punch(std::uint64_t offset_bytes, std::uint64_t length_bytes) override {
      return file_->punch(offset_bytes, length_bytes);
    }
    Result<void> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
    Result<std::uint64_t> size() override { return file_->size(); }

   private:
    InterruptedDisk& disk_;
    const std::string path_;
    std::unique_ptr<io::File> file_;
  };

  io::MemoryDisk disk_;
};

class SegmentsTest : public testing::Test {
 protected:
  SegmentsTest() {
    options_.free_segments_max = 1;
    (void)disk_.make_directory("segments");
    (void)disk_.make_directory("index");
    index_ = Index::open(disk_, options_, [] {}).value();
    segments_.set_identity(1, 1);
  }
  std::uint32_t start_log() { return segments_.start_log(++lsn_, 4096).value().segment; }
  /// As a group does that changes what is alive in a segment, flushed.
  void change_live_bytes(std::uint32_t number, std::int64_t bytes) {
    IndexBatch batch;
    segments_.apply({{number, bytes}}, {}, ++lsn_, batch);
    index_->set_flushed_lsn(lsn_);
  }
  void reclaim() { segments_.reclaim(*index_, gate_); }
  bool exists(std::uint32_t number) { return disk_.exists(segment_path(number)).value(); }

  InterruptedDisk disk_;
  Options options_ = testing_support::small_engine_options();
  Health health_;
  std::shared_mutex gate_;
  std::unique_ptr<Index> index_;
  Segments segments_{disk_, options_, health_};
  std::uint64_t lsn_ = 0;
};

TEST_F(SegmentsTest, ARecycledFileIsNotTakenAwayWhileItsHeaderIsWritten) {
  const std::uint32_t alive = start_log();
  change_live_bytes(alive, 100);
  const std::uint32_t dead = start_log();
  const std::uint32_t active = start_log();
  index_->set_flushed_lsn(lsn_);
  reclaim();
  ASSERT_EQ(segments_.stats().free_segments, 1u);

  // The free one is put to use; meanwhile another segment dies and takes its place among the free.
  int interruptions = 0;
  disk_.before_sync = [&](const std::string& path) {
    if (path != segment_path(dead)) return;
    ++interruptions;
    change_live_bytes(alive, -100);
    reclaim();
    EXPECT_EQ(segments_.stats().free_segments, 1u);
  };
  EXPECT_EQ(start_log(), dead);
  disk_.before_sync = nullptr;
  EXPECT_EQ(interruptions, 1);
  EXPECT_TRUE(exists(dead)) << "the file that the next groups go to was removed";
  EXPECT_TRUE(exists(active));
  // Nor may it be given out once more: the next one is the other.
  EXPECT_EQ(start_log(), alive);
}

}  // namespace
}  // namespace anabranch::engine
