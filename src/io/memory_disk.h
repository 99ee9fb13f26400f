// io/memory_disk.h — a Disk in memory that behaves in a power cut as badly as a real one may. For tests.
//
// What was written and not synced is volatile, sector by sector; names that were not synced with their folder
// too. A cut drops all of that, or keeps what a seed chooses: of sectors inside the durable size any subset
// (torn writes); of written growth a prefix, as file systems extend a file only once the new bytes are on the
// drive (ext4 ordered, XFS); of unsynced changes of names a prefix, as journals keep their order. allocate()
// may have grown the file or not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/disk.h"

namespace anabranch::io {

/// What a power cut keeps whole or drops: 512 bytes.
inline constexpr std::size_t kSectorSize = 512;

/// Thread safety: every method from any thread.
class MemoryDisk final : public Disk {
 public:
  MemoryDisk();
  explicit MemoryDisk(std::uint64_t capacity_bytes) : MemoryDisk() { set_capacity(capacity_bytes); }
  ~MemoryDisk() override;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& source, const std::string& target) override;
  Result<void> make_directory(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::unique_ptr<Lock>> lock(const std::string& path) override;
  Result<std::uint64_t> free_bytes() override;
  std::string native_path() const override { return {}; }

  /// The power fails now and comes back: unsynced bytes and names are lost or, with `tear_seed`, partly kept.
  /// Files that were open give io for ever.
  void power_cut(std::optional<std::uint64_t> tear_seed = std::nullopt);
  /// The power fails at the `operation`-th change from now (1: the next one; it still reaches the volatile
  /// state, a sync does not sync). From then on everything fails with io, until power_cut().
  void fail_at(std::uint64_t operation);
  bool failed() const;
  /// Changes so far: writes, syncs, allocations, punches, names.
  std::uint64_t operations() const;

  void set_capacity(std::uint64_t capacity_bytes);
  /// Space that files take: written or allocated blocks, holes not counted.
  std::uint64_t used_bytes() const;
  /// From now on every sync() fails with io (and syncs nothing), or works again.
  void fail_syncs(bool fail);
  /// Flips one bit of the durable and the volatile bytes, as a decaying medium does. Errors: not_found.
  Result<void> flip_bit(const std::string& path, std::uint64_t bit);

 private:
  struct Node;
  struct NameChange;
  struct State;
  class MemoryFile;
  class MemoryLock;

  std::shared_ptr<State> state_;
};

}  // namespace anabranch::io
