// service/object_target.h — how a repository's object looks to S3: names, info, readers. Private to service.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/object_service.h"

namespace anabranch::service {

/// Where a key points: a plain bucket's key, or a path on a ref of a repository.
struct ObjectService::Target {
  bool repository = false;
  std::string name;
  std::string ref;
  std::string key;      // in a repository: the path
  bool issued = false;  // an address that staging issued, in a plain bucket
};

struct ObjectService::Opened {
  ObjectInfo info;
  std::unique_ptr<ObjectReader> reader;  // the object store's own, as prepare_copy() needs it
};

/// S3 knows no refs: a key on a missing one is a missing key.
Error missing_ref_is_missing_key(Error error, const std::string& bucket, const std::string& key);

/// The entry's own facts over those of the physical object (checksums, parts, stored headers).
ObjectInfo info_of(const ObjectStat& stat, ObjectInfo physical, const std::string& key);

/// A reader that tells the entry's info instead of the physical object's.
class NamedReader final : public ObjectReader {
 public:
  NamedReader(ObjectInfo info, std::unique_ptr<ObjectReader> reader)
      : info_(std::move(info)), reader_(std::move(reader)) {}
  const ObjectInfo& info() const override { return info_; }
  std::unique_ptr<ByteSource> read(std::uint64_t offset_bytes, std::uint64_t size_bytes) override {
    return reader_->read(offset_bytes, size_bytes);
  }
  const std::vector<std::uint64_t>& part_sizes_bytes() const override { return reader_->part_sizes_bytes(); }
  const std::vector<Checksum>& part_checksums() const override { return reader_->part_checksums(); }
  const std::vector<objects::Slice>& slices() const override { return reader_->slices(); }

 private:
  ObjectInfo info_;
  std::unique_ptr<ObjectReader> reader_;
};

}  // namespace anabranch::service
