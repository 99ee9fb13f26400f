// Multipart uploads: to a plain bucket's key, or to a branch, whose parts go to a physical address of the
// repository.
#include <utility>

#include "service/object_target.h"
#include "service/use_case.h"

namespace anabranch::service {

Result<StagingLocation> ObjectService::upload_target(const Caller& caller, const std::string& bucket,
                                                     const std::string& key,
                                                     const std::string& upload_id) const {
  ANABRANCH_TRY(const Target found, target(caller, Action::write_object, bucket, key));
  if (found.repository) return repositories_.upload_location(bucket, found.ref, found.key, upload_id);
  return StagingLocation{"s3://" + bucket + "/" + key, bucket, key};
}

Task<Result<StagingLocation>> ObjectService::find_upload(Caller caller, std::string bucket, std::string key,
                                                         std::string upload_id) {
  const auto find = [this, &caller, &bucket, &key, &upload_id] {
    return upload_target(caller, bucket, key, upload_id);
  };
  auto task = inline_or_on(workers_, find);
  co_return co_await std::move(task);
}

Task<Result<UploadInfo>> ObjectService::create_upload(Caller caller, std::string bucket, std::string key,
                                                      UploadOptions options) {
  const auto check = [this, &caller, &bucket, &key] {
    return write_target(caller, Action::write_object, bucket, key);
  };
  auto find = inline_or_on(workers_, check);
  auto target = co_await std::move(find);
  if (!target) co_return fail(std::move(target).error());
  if (!target->repository) {
    auto task = objects_.create_upload(std::move(bucket), std::move(key), std::move(options));
    co_return co_await std::move(task);
  }
  if (target->key.empty()) {
    co_return fail(ErrorCode::invalid_argument, "key '" + key + "' names a branch, not an object");
  }
  auto task = repositories_.create_upload(std::move(target->name), std::move(target->ref),
                                          std::move(target->key), std::move(options));
  auto upload = co_await std::move(task);
  if (upload) upload->key = key;
  co_return upload;
}

Task<Result<PartInfo>> ObjectService::put_part(Caller caller, std::string bucket, std::string key,
                                               std::string upload_id, unsigned number, ReceiveOptions options,
                                               ByteSource& body) {
  auto find = find_upload(std::move(caller), std::move(bucket), std::move(key), upload_id);
  auto location = co_await std::move(find);
  if (!location) co_return fail(std::move(location).error());
  auto task = objects_.put_part(std::move(location->bucket), std::move(location->key), std::move(upload_id),
                                number, std::move(options), body);
  co_return co_await std::move(task);
}

Task<Result<PartInfo>> ObjectService::copy_part(Caller caller, CopySource source,
                                                std::optional<PartRange> range, std::string bucket,
                                                std::string key, std::string upload_id, unsigned number) {
  struct Prepared {
    StagingLocation location;
    std::shared_ptr<ObjectReader> reader;
    std::uint64_t offset_bytes = 0, size_bytes = 0;
  };
  const auto prepare = [this, &caller, &source, &range, &bucket, &key, &upload_id]() -> Result<Prepared> {
    ANABRANCH_TRY(auto location, upload_target(caller, bucket, key, upload_id));
    objects::ChooseExtent choose;  // no more than is copied; a range that lies outside is refused below
    if (range) {
      choose = [&range](const std::vector<std::uint64_t>&) -> objects::Extent {
        if (range->first > range->last) return {};
        return {range->first, range->last - range->first + 1};
      };
    }
    ANABRANCH_TRY(auto opened, open(caller, source.bucket, source.key, choose));
    if (source.check) ANABRANCH_CHECK(source.check(opened.info));
    Prepared prepared{std::move(location), std::move(opened.reader), 0, opened.info.size_bytes};
    if (range) {
      if (range->first > range->last || range->last >= opened.info.size_bytes) {
        return fail(ErrorCode::invalid_range,
                    "range " + std::to_string(range->first) + "-" + std::to_string(range->last) +
                        " lies outside the source of " + std::to_string(opened.info.size_bytes) + " bytes");
      }
      prepared.offset_bytes = range->first;
      prepared.size_bytes = range->last - range->first + 1;
    }
    return prepared;
  };
  auto prepare_task = inline_or_on(workers_, prepare);
  auto prepared = co_await std::move(prepare_task);
  if (!prepared) co_return fail(std::move(prepared).error());
  auto task = objects_.copy_part(std::move(prepared->location.bucket), std::move(prepared->location.key),
                                 std::move(upload_id), number, std::move(prepared->reader),
                                 prepared->offset_bytes, prepared->size_bytes);
  co_return co_await std::move(task);
}

Task<Result<PartPage>> ObjectService::list_parts(Caller caller, std::string bucket, std::string key,
                                                 std::string upload_id, unsigned after_number,
                                                 unsigned parts_max) {
  const auto list = [this, &caller, &bucket, &key, &upload_id, after_number,
                     parts_max]() -> Result<PartPage> {
    ANABRANCH_TRY(const auto location, upload_target(caller, bucket, key, upload_id));
    ANABRANCH_TRY(auto page,
                  objects_.list_parts(location.bucket, location.key, upload_id, after_number, parts_max));
    page.upload.key = key;
    return page;
  };
  auto task = inline_or_on(workers_, list);
  co_return co_await std::move(task);
}

Task<Result<UploadPage>> ObjectService::list_uploads(Caller caller, std::string bucket, std::string prefix,
                                                     std::string delimiter, std::string key_marker,
                                                     std::string upload_id_marker, unsigned uploads_max) {
  const auto list = [this, &caller, &bucket, &prefix, &delimiter, &key_marker, &upload_id_marker,
                     uploads_max]() -> Result<UploadPage> {
    ANABRANCH_TRY(const Target found, target(caller, Action::list_objects, bucket, prefix));
    return found.repository
               ? repositories_.list_uploads(bucket, prefix, delimiter, key_marker, upload_id_marker,
                                            uploads_max)
               : objects_.list_uploads(bucket, prefix, delimiter, key_marker, upload_id_marker, uploads_max);
  };
  auto task = inline_or_on(workers_, list);
  co_return co_await std::move(task);
}

Task<Result<ObjectInfo>> ObjectService::complete_upload(Caller caller, std::string bucket, std::string key,
                                                        std::string upload_id,
                                                        std::vector<CompletedPart> parts,
                                                        ExpectedObject expected, WriteCondition condition) {
  const std::string etag = objects::multipart_etag(parts);
  auto task = complete_open_upload(caller, bucket, key, std::move(upload_id), std::move(parts),
                                   std::move(expected), std::move(condition));
  auto info = co_await std::move(task);
  if (info || info.error().code != ErrorCode::no_such_upload) co_return info;
  // A client that did not hear of its success asks again: what these parts make is there.
  auto head = head_object(std::move(caller), std::move(bucket), std::move(key));
  auto present = co_await std::move(head);
  if (present && !etag.empty() && present->etag == etag) co_return present;
  co_return info;
}

Task<Result<ObjectInfo>> ObjectService::complete_open_upload(Caller caller, std::string bucket,
                                                             std::string key, std::string upload_id,
                                                             std::vector<CompletedPart> parts,
                                                             ExpectedObject expected,
                                                             WriteCondition condition) {
  const auto check = [this, &caller, &bucket, &key]() -> Result<Target> {
    ANABRANCH_TRY(Target found, target(caller, Action::write_object, bucket, key));
    if (found.repository) return found;
    return write_target(caller, Action::write_object, bucket, key);  // an address may be linked meanwhile
  };
  auto find = inline_or_on(workers_, check);
  auto found = co_await std::move(find);
  if (!found) co_return fail(std::move(found).error());
  if (found->repository) {
    auto task = repositories_.complete_upload(std::move(found->name), std::move(found->ref),
                                              std::move(found->key), std::move(upload_id), std::move(parts),
                                              std::move(expected), std::move(condition));
    auto stat = co_await std::move(task);
    if (!stat) co_return fail(std::move(stat).error());
    auto head = head_object(caller, bucket, key);
    auto info = co_await std::move(head);
    // Somebody may have replaced it by now; what this upload made is told by its own ETag.
    if (info && info->etag == stat->entry.etag) co_return info;
    ObjectInfo bare;
    co_return info_of(*stat, std::move(bare), key);
  }
  const auto prepare = [this, &bucket, &key, &upload_id, &parts, &expected] {
    return objects_.prepare_complete(bucket, key, upload_id, parts, expected);
  };
  auto prepare_task = inline_or_on(workers_, prepare);
  auto pending = co_await std::move(prepare_task);
  if (!pending) co_return fail(std::move(pending).error());
  auto task = publish(*std::move(found), *std::move(pending), std::move(condition));
  co_return co_await std::move(task);
}

Task<Result<void>> ObjectService::abort_upload(Caller caller, std::string bucket, std::string key,
                                               std::string upload_id) {
  const auto check = [this, &caller, &bucket, &key] {
    return target(caller, Action::write_object, bucket, key);
  };
  auto find = inline_or_on(workers_, check);
  auto found = co_await std::move(find);
  if (!found) co_return fail(std::move(found).error());
  if (found->repository) {
    auto task = repositories_.abort_upload(std::move(found->name), std::move(found->ref),
                                           std::move(found->key), std::move(upload_id));
    co_return co_await std::move(task);
  }
  auto task = objects_.abort_upload(std::move(bucket), std::move(key), std::move(upload_id));
  co_return co_await std::move(task);
}

}  // namespace anabranch::service
