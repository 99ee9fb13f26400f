#include "engine/changes.h"

#include <utility>

namespace anabranch::engine {
namespace {

/// Operations of the log's metadata; docs/formats/engine-log.md.
enum class Operation : std::uint8_t {
  put = 1,
  erase = 2,
  publish_small = 3,
  publish_mapped = 4,
  set_references = 5,
  remove_blob = 6,
  add_pending = 7,
  drop_pending = 8,
  reclaim = 9,
};

Encoder begin(std::string& metadata, Operation operation) {
  Encoder out(metadata);
  out.byte(static_cast<std::uint8_t>(operation));
  return out;
}

void encode_extents(Encoder& out, const std::vector<Extent>& extents) {
  out.varint(extents.size());
  for (const auto& extent : extents) out.extent(extent);
}

std::vector<Extent> decode_extents(Decoder& in) {
  std::vector<Extent> extents;
  for (std::uint64_t count = in.varint(); count > 0 && in.ok(); --count) extents.push_back(in.extent());
  return extents;
}

std::string placed_value(BlobId id, const Extent& extent) {
  std::string value;
  Encoder out(value);
  out.id(id);
  out.varint(extent.where.length);
  out.varint(extent.blob_offset);
  return value;
}

std::int64_t signed_bytes(std::uint64_t bytes) { return static_cast<std::int64_t>(bytes); }

}  // namespace

Result<std::optional<std::string>> Changes::get(std::string_view user_key) const {
  const std::string key = keys::user(user_key);
  const auto entry = entries_.find(key);
  if (entry != entries_.end()) return entry->second;
  return index_.get(key);
}

Result<std::optional<BlobRecord>> Changes::blob(BlobId id) const {
  const auto found = blobs_.find(id);
  if (found != blobs_.end()) return found->second.record;
  auto bytes = index_.get(keys::blob(id));
  if (!bytes) return fail(std::move(bytes).error());
  if (!*bytes) return std::nullopt;
  auto record = decode_blob_record(**bytes);
  if (!record) return fail(ErrorCode::corruption, "the record of blob " + id.to_string() + " does not parse");
  return record;
}

void Changes::put(std::string_view user_key, std::string value) {
  auto out = begin(metadata_, Operation::put);
  out.text(user_key);
  out.text(value);
  entries_[keys::user(user_key)] = std::move(value);
}

void Changes::erase(std::string_view user_key) {
  begin(metadata_, Operation::erase).text(user_key);
  entries_[keys::user(user_key)] = std::nullopt;
}

void Changes::publish_record(BlobId id, BlobRecord record, bool own_body) {
  ++blob_count_change_;
  blob_bytes_change_ += signed_bytes(record.size_bytes);
  blobs_[id] = {std::move(record), own_body};
}

void Changes::add_small(BlobId id, std::uint64_t offset, std::uint64_t length,
                        std::vector<std::uint32_t> checksums) {
  BlobRecord record;
  record.references = 1;
  record.size_bytes = length;
  record.where.offset = offset;
  record.where.length = length;
  record.checksums = std::move(checksums);
  own_live_ += signed_bytes(length);
  publish_record(id, std::move(record), true);
}

void Changes::publish_small(BlobId id, std::shared_ptr<const std::string> body,
                            std::vector<std::uint32_t> checksums) {
  auto out = begin(metadata_, Operation::publish_small);
  out.id(id);
  out.varint(body_length_);
  out.varint(body->size());
  out.checksums(checksums);
  const std::uint64_t offset = body_length_, length = body->size();
  body_length_ += length;
  bodies_.push_back(std::move(body));
  add_small(id, offset, length, std::move(checksums));
}

void Changes::add_extents(BlobId id, const std::vector<Extent>& extents) {
  for (const auto& extent : extents) {
    entries_[keys::extent(id, extent.blob_offset)] = encode_extent(extent);
    entries_[keys::placed(extent.where.segment, extent.where.offset)] = placed_value(id, extent);
    live_changes_[extent.where.segment] += signed_bytes(extent.where.length);
    placed_[extent.where.segment] += round_up(extent.where.length, io::kBlockSize);
  }
}

void Changes::publish_mapped(BlobId id, std::uint64_t size_bytes, const std::vector<Extent>& extents) {
  auto out = begin(metadata_, Operation::publish_mapped);
  out.id(id);
  out.varint(size_bytes);
  encode_extents(out, extents);
  add_extents(id, extents);
  entries_[keys::pending(id)] = std::nullopt;
  BlobRecord record;
  record.references = 1;
  record.size_bytes = size_bytes;
  record.mapped = true;
  publish_record(id, std::move(record), false);
}

void Changes::set_references(BlobId id, BlobRecord before, std::uint64_t references) {
  auto out = begin(metadata_, Operation::set_references);
  out.id(id);
  out.varint(references);
  const auto found = blobs_.find(id);
  const bool own_body = found != blobs_.end() && found->second.own_body;
  before.references = references;
  blobs_[id] = {std::move(before), own_body};
}

void Changes::remove_blob(BlobId id, const BlobRecord& before) {
  begin(metadata_, Operation::remove_blob).id(id);
  const auto found = blobs_.find(id);
  const bool own_body = found != blobs_.end() && found->second.own_body;
  if (before.mapped) {
    entries_[keys::garbage(id)] = std::string();
    garbage_.push_back(id);
  } else if (own_body) {
    own_live_ -= signed_bytes(before.where.length);
  } else {
    live_changes_[before.where.segment] -= signed_bytes(before.where.length);
  }
  --blob_count_change_;
  blob_bytes_change_ -= signed_bytes(before.size_bytes);
  blobs_[id] = {std::nullopt, false};
}

void Changes::add_pending(BlobId id, const std::vector<Extent>& extents) {
  auto out = begin(metadata_, Operation::add_pending);
  out.id(id);
  encode_extents(out, extents);
  add_extents(id, extents);
  entries_[keys::pending(id)] = std::string();
}

void Changes::drop_pending(BlobId id) {
  begin(metadata_, Operation::drop_pending).id(id);
  entries_[keys::pending(id)] = std::nullopt;
  entries_[keys::garbage(id)] = std::string();
  garbage_.push_back(id);
}

void Changes::reclaim(BlobId id, const std::vector<Extent>& extents, bool last) {
  auto out = begin(metadata_, Operation::reclaim);
  out.id(id);
  out.byte(last ? 1 : 0);
  out.varint(extents.size());
  for (const auto& extent : extents) {
    out.varint(extent.blob_offset);
    out.location(extent.where);
    entries_[keys::extent(id, extent.blob_offset)] = std::nullopt;
    entries_[keys::placed(extent.where.segment, extent.where.offset)] = std::nullopt;
    live_changes_[extent.where.segment] -= signed_bytes(extent.where.length);
  }
  if (last) entries_[keys::garbage(id)] = std::nullopt;
}

Result<BlobRecord> Changes::must_have(BlobId id) const {
  auto record = blob(id);
  if (!record) return fail(std::move(record).error());
  if (!*record)
    return fail(ErrorCode::corruption, "the log changes blob " + id.to_string() + ", which is not there");
  return **std::move(record);
}

Result<void> Changes::replay_one(Decoder& in) {
  switch (static_cast<Operation>(in.byte())) {
    case Operation::put: {
      const auto key = in.text();
      const auto value = in.text();
      if (in.ok()) entries_[keys::user(key)] = std::string(value);
      return {};
    }
    case Operation::erase: {
      const auto key = in.text();
      if (in.ok()) entries_[keys::user(key)] = std::nullopt;
      return {};
    }
    case Operation::publish_small: {
      const BlobId id = in.id();
      const std::uint64_t offset = in.varint(), length = in.varint();
      auto checksums = in.checksums();
      if (!in.ok()) return {};
      replayed_bodies_.push_back({id, offset, length, checksums});
      add_small(id, offset, length, std::move(checksums));
      return {};
    }
    case Operation::publish_mapped: {
      const BlobId id = in.id();
      const std::uint64_t size_bytes = in.varint();
      const auto extents = decode_extents(in);
      if (in.ok()) publish_mapped(id, size_bytes, extents);
      return {};
    }
    case Operation::set_references: {
      const BlobId id = in.id();
      const std::uint64_t references = in.varint();
      if (!in.ok()) return {};
      ANABRANCH_TRY(auto before, must_have(id));
      set_references(id, std::move(before), references);
      return {};
    }
    case Operation::remove_blob: {
      const BlobId id = in.id();
      if (!in.ok()) return {};
      ANABRANCH_TRY(const auto before, must_have(id));
      remove_blob(id, before);
      return {};
    }
    case Operation::add_pending: {
      const BlobId id = in.id();
      const auto extents = decode_extents(in);
      if (in.ok()) add_pending(id, extents);
      return {};
    }
    case Operation::drop_pending: {
      const BlobId id = in.id();
      if (in.ok()) drop_pending(id);
      return {};
    }
    case Operation::reclaim: {
      const BlobId id = in.id();
      const bool last = in.byte() != 0;
      std::vector<Extent> extents;
      for (std::uint64_t count = in.varint(); count > 0 && in.ok(); --count) {
        Extent extent;
        extent.blob_offset = in.varint();
        extent.where = in.location();
        extents.push_back(std::move(extent));
      }
      if (in.ok()) reclaim(id, extents, last);
      return {};
    }
  }
  return fail(ErrorCode::corruption, "the log holds an operation that this version does not know");
}

Result<void> Changes::replay(std::string_view metadata, std::uint64_t batches) {
  Decoder in(metadata);
  while (!in.at_end()) {
    ANABRANCH_CHECK(replay_one(in));
    if (!in.ok()) return fail(ErrorCode::corruption, "a log group's metadata does not parse");
  }
  batch_count_ += batches;
  metadata_.clear();  // what the operations above wrote again
  return {};
}

void Changes::write_to(IndexBatch& batch, const Location& bodies_at) const {
  for (const auto& [key, value] : entries_) {
    if (value) {
      batch.put(key, *value);
    } else {
      batch.erase(key);
    }
  }
  for (const auto& [id, state] : blobs_) {
    if (!state.record) {
      batch.erase(keys::blob(id));
      continue;
    }
    BlobRecord record = *state.record;
    if (state.own_body) {
      record.where.drive = bodies_at.drive;
      record.where.segment = bodies_at.segment;
      record.where.offset += bodies_at.offset;
    }
    batch.put(keys::blob(id), encode_blob_record(record));
  }
}

std::map<std::uint32_t, std::int64_t> Changes::live_changes(std::uint32_t log_segment) const {
  auto changes = live_changes_;
  if (own_live_ != 0) changes[log_segment] += own_live_;
  return changes;
}

}  // namespace anabranch::engine
