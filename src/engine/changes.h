// engine/changes.h — what one commit group does: its own view over the index, its bytes for the log, its
// effect.
//
// The sequencer fills it from batches, recovery from the log's metadata; both then apply it to the index in
// the same way, which is what makes replay give the state that was acknowledged.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/format.h"
#include "engine/index.h"

namespace anabranch::engine {

/// Thread safety: none; the log thread's.
class Changes {
 public:
  explicit Changes(const Index& index) : index_(index) {}

  // --- the state that the next batch of this group sees. Errors: io, corruption ---
  Result<std::optional<std::string>> get(std::string_view user_key) const;
  Result<std::optional<BlobRecord>> blob(BlobId id) const;

  // --- one batch: its changes, then end_batch() ---
  void put(std::string_view user_key, std::string value);
  void erase(std::string_view user_key);
  void publish_small(BlobId id, std::shared_ptr<const std::string> body,
                     std::vector<std::uint32_t> checksums);
  /// `extents` are those that add_pending() has not brought.
  void publish_mapped(BlobId id, std::uint64_t size_bytes, const std::vector<Extent>& extents);
  /// From `before` to `references` (not 0).
  void set_references(BlobId id, BlobRecord before, std::uint64_t references);
  void remove_blob(BlobId id, const BlobRecord& before);
  /// Extents of an upload that is not published.
  void add_pending(BlobId id, const std::vector<Extent>& extents);
  /// An upload that will not be published: its extents become garbage.
  void drop_pending(BlobId id);
  /// The extents of garbage whose space was given back; `last`: there are no more.
  void reclaim(BlobId id, const std::vector<Extent>& extents, bool last);
  void end_batch() { ++batch_count_; }

  std::uint64_t batch_count() const { return batch_count_; }
  const std::string& metadata() const { return metadata_; }
  const std::vector<std::shared_ptr<const std::string>>& bodies() const { return bodies_; }
  std::uint64_t body_length() const { return body_length_; }
  /// Mapped blobs that became garbage here.
  const std::vector<BlobId>& garbage() const { return garbage_; }

  /// Does again what the metadata of a group of `batches` batches says. Errors: corruption, io.
  Result<void> replay(std::string_view metadata, std::uint64_t batches);
  /// After replay(): where each small body lies in the group's body region, to be verified.
  struct ReplayedBody {
    BlobId id;
    std::uint64_t offset;
    std::uint64_t length;
    std::vector<std::uint32_t> checksums;
  };
  const std::vector<ReplayedBody>& replayed_bodies() const { return replayed_bodies_; }

  // --- effect, once the group is durable; its bodies start at `bodies_at` ---
  void write_to(IndexBatch& batch, const Location& bodies_at) const;
  /// Change of live bytes per segment, this group's own bodies counted to `log_segment`.
  std::map<std::uint32_t, std::int64_t> live_changes(std::uint32_t log_segment) const;
  /// Bytes that were pending per segment and are no more.
  const std::map<std::uint32_t, std::uint64_t>& placed() const { return placed_; }
  std::int64_t blob_count_change() const { return blob_count_change_; }
  std::int64_t blob_bytes_change() const { return blob_bytes_change_; }

 private:
  struct BlobState {
    std::optional<BlobRecord> record;
    bool own_body = false;  // record.where.offset counts from the start of this group's bodies
  };

  void add_small(BlobId id, std::uint64_t offset, std::uint64_t length, std::vector<std::uint32_t> checksums);
  void add_extents(BlobId id, const std::vector<Extent>& extents);
  void publish_record(BlobId id, BlobRecord record, bool own_body);
  Result<void> replay_one(Decoder& in);
  Result<BlobRecord> must_have(BlobId id) const;

  const Index& index_;
  std::unordered_map<std::string, std::optional<std::string>> entries_;  // whole index keys; nullopt: erased
  std::unordered_map<BlobId, BlobState> blobs_;
  std::string metadata_;
  std::vector<std::shared_ptr<const std::string>> bodies_;
  std::uint64_t body_length_ = 0;
  std::uint64_t batch_count_ = 0;
  std::vector<BlobId> garbage_;
  std::vector<ReplayedBody> replayed_bodies_;
  std::map<std::uint32_t, std::int64_t> live_changes_;
  std::int64_t own_live_ = 0;
  std::map<std::uint32_t, std::uint64_t> placed_;
  std::int64_t blob_count_change_ = 0;
  std::int64_t blob_bytes_change_ = 0;
};

}  // namespace anabranch::engine
