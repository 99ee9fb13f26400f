// io/faulty_disk.h — wraps any Disk and makes it fail on purpose, from a seed: same seed, same calls, same
// faults.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "io/disk.h"

namespace anabranch::io {

/// Chances in [0, 1] that one call fails in a way.
struct FaultRates {
  double read_error = 0;   // io
  double bit_flip = 0;     // a read succeeds with one bit wrong
  double write_error = 0;  // io; the first half of the bytes arrives
  double no_space = 0;     // of writes and allocations; nothing arrives
  double sync_error = 0;   // io; nothing is synced
};

/// `disk` must outlive this and its files. Thread safety: every method from any thread; with several threads
/// the order of calls, and so of faults, is theirs.
class FaultyDisk final : public Disk {
 public:
  FaultyDisk(Disk& disk, std::uint64_t seed, FaultRates rates);
  ~FaultyDisk() override;
  /// From now on.
  void set_rates(FaultRates rates);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<void> remove(const std::string& path) override { return disk_.remove(path); }
  Result<void> rename(const std::string& source, const std::string& target) override {
    return disk_.rename(source, target);
  }
  Result<void> make_directory(const std::string& path) override { return disk_.make_directory(path); }
  Result<void> sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override { return disk_.list(path); }
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<std::unique_ptr<Lock>> lock(const std::string& path) override { return disk_.lock(path); }
  Result<std::uint64_t> free_bytes() override { return disk_.free_bytes(); }
  std::string native_path() const override { return disk_.native_path(); }

 private:
  struct Dice;
  class FaultyFile;

  Disk& disk_;
  std::shared_ptr<Dice> dice_;
};

}  // namespace anabranch::io
