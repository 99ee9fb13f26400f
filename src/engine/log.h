// engine/log.h — groups on disk: one aligned write and one sync each; and reading them back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/aligned_buffer.h"
#include "engine/changes.h"
#include "engine/format.h"
#include "engine/options.h"
#include "engine/segments.h"

namespace anabranch::engine {

/// Where a group was written.
struct GroupPlace {
  Location bodies;  // its body region
  std::uint32_t segment = 0;
  std::uint64_t generation = 0;
  std::uint64_t next_offset = 0;
};

/// Appends groups. Thread safety: none; the log thread's.
class LogWriter {
 public:
  /// Everything up to `durable_lsn` is durable.
  LogWriter(Segments& segments, const Options& options, std::uint64_t store_id, std::uint64_t epoch,
            std::uint64_t durable_lsn)
      : segments_(segments),
        options_(options),
        store_id_(store_id),
        epoch_(epoch),
        durable_lsn_(durable_lsn) {}

  /// Writes `changes` as one group that follows the last one; durable when it returns.
  /// Errors: no_space (nothing was written), io (the log must not be written again).
  Result<GroupPlace> write(const Changes& changes);
  std::uint64_t durable_lsn() const { return durable_lsn_; }

 private:
  Result<void> make_room(std::uint64_t bytes);
  void fill(const Changes& changes, const GroupHeader& header);

  Segments& segments_;
  const Options& options_;
  const std::uint64_t store_id_;
  const std::uint64_t epoch_;
  std::uint64_t durable_lsn_;
  std::uint32_t segment_ = 0;  // 0: none yet; the first group starts one
  std::uint64_t generation_ = 0;
  std::uint64_t offset_ = 0;
  AlignedBuffer buffer_;
};

/// A group as it was read: whole, up to its metadata.
struct ReadGroup {
  GroupHeader header;
  std::uint64_t offset = 0;
  std::string metadata;
};

/// The group of this store and generation at `offset` whose first LSN is `first_lsn`; nullopt where there is
/// none or it is torn. Errors: io.
Result<std::optional<ReadGroup>> read_group(io::File& file, std::uint64_t offset, std::uint64_t store_id,
                                            std::uint32_t segment, std::uint64_t generation,
                                            std::uint64_t first_lsn);

/// Whether a whole group header of this store, segment and generation with an LSN above `lsn` lies anywhere
/// after `offset`: then the log went on, and a gap before it is damage, no torn tail. Errors: io.
Result<bool> later_group_exists(io::File& file, std::uint64_t offset, std::uint64_t store_id,
                                std::uint32_t segment, std::uint64_t generation, std::uint64_t lsn);

/// Whether the small bodies of a replayed group are whole. Errors: io.
Result<bool> bodies_are_whole(io::File& file, const ReadGroup& group, const Changes& changes);

}  // namespace anabranch::engine
