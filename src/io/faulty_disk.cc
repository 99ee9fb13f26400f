#include "io/faulty_disk.h"

#include <utility>

namespace anabranch::io {

/// The seeded source of faults, shared by the disk and its files.
struct FaultyDisk::Dice {
  Dice(std::uint64_t seed, FaultRates given) : random(seed), rates(given) {}

  bool falls(double FaultRates::*rate) {
    const std::lock_guard lock(mutex);
    return std::bernoulli_distribution(rates.*rate)(random);
  }
  std::uint64_t below(std::uint64_t limit) {
    const std::lock_guard lock(mutex);
    return random() % limit;
  }

  std::mutex mutex;
  std::mt19937_64 random;  // guarded by mutex
  FaultRates rates;        // guarded by mutex
};

class FaultyDisk::FaultyFile final : public File {
 public:
  FaultyFile(std::unique_ptr<File> file, std::shared_ptr<Dice> dice, std::string path)
      : file_(std::move(file)), dice_(std::move(dice)), path_(std::move(path)) {}

  Result<void> write(std::uint64_t offset_bytes, ByteView bytes) override {
    if (dice_->falls(&FaultRates::no_space))
      return fail(ErrorCode::no_space, "injected: no space for " + path_);
    if (dice_->falls(&FaultRates::write_error)) {
      // A torn write: half of the bytes arrive. The worst case that a real disk is allowed.
      const auto torn = file_->write(offset_bytes, bytes.first(bytes.size() / 2 / kBlockSize * kBlockSize));
      return torn ? fail(ErrorCode::io, "injected: torn write to " + path_) : torn;
    }
    return file_->write(offset_bytes, bytes);
  }

  Result<std::size_t> read(std::uint64_t offset_bytes, ByteSpan out) override {
    if (dice_->falls(&FaultRates::read_error)) return fail(ErrorCode::io, "injected: read of " + path_);
    auto count = file_->read(offset_bytes, out);
    if (count && *count > 0 && dice_->falls(&FaultRates::bit_flip)) {
      const std::uint64_t bit = dice_->below(*count * 8);
      out[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
    return count;
  }

  Result<void> sync() override {
    if (dice_->falls(&FaultRates::sync_error)) return fail(ErrorCode::io, "injected: sync of " + path_);
    return file_->sync();
  }

  Result<void> allocate(std::uint64_t size_bytes) override {
    if (dice_->falls(&FaultRates::no_space))
      return fail(ErrorCode::no_space, "injected: no space for " + path_);
    return file_->allocate(size_bytes);
  }
  Result<void> punch(std::uint64_t offset_bytes, std::uint64_t length_bytes) override {
    return file_->punch(offset_bytes, length_bytes);
  }
  Result<void> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
  Result<std::uint64_t> size() override { return file_->size(); }

 private:
  std::unique_ptr<File> file_;
  std::shared_ptr<Dice> dice_;
  const std::string path_;
};

FaultyDisk::FaultyDisk(Disk& disk, std::uint64_t seed, FaultRates rates)
    : disk_(disk), dice_(std::make_shared<Dice>(seed, rates)) {}
FaultyDisk::~FaultyDisk() = default;

void FaultyDisk::set_rates(FaultRates rates) {
  const std::lock_guard lock(dice_->mutex);
  dice_->rates = rates;
}

Result<std::unique_ptr<File>> FaultyDisk::open(const std::string& path, OpenMode mode) {
  auto file = disk_.open(path, mode);
  if (!file) return fail(std::move(file).error());
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(*std::move(file), dice_, path));
}

Result<void> FaultyDisk::sync_directory(const std::string& path) {
  if (dice_->falls(&FaultRates::sync_error)) return fail(ErrorCode::io, "injected: sync of folder " + path);
  return disk_.sync_directory(path);
}

}  // namespace anabranch::io
