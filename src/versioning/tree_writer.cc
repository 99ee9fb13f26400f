#include "versioning/tree_writer.h"

#include "versioning/tree_cache.h"

namespace anabranch::versioning {
namespace {

/// No range grows past what a reader takes, whatever the parameters say.
constexpr std::uint64_t kValueBytesMax = 16 * MiB;
constexpr std::uint64_t kRawBytesMax = kSstableDecodedBytesMax - 2 * kValueBytesMax;

}  // namespace

Result<void> TreeWriter::add(std::string_view path, std::string_view value) {
  if (path.size() + sstable::kKeyTrailerSize > kSstableKeySizeMax || value.size() > kValueBytesMax) {
    return fail(ErrorCode::invalid_argument, "a path of " + std::to_string(path.size()) +
                                                 " bytes with a value of " + std::to_string(value.size()) +
                                                 " bytes is too long");
  }
  const bool is_first = !writer_ && metarange_.ranges.empty();
  const std::string_view last = writer_    ? writer_->last_key()
                                : is_first ? std::string_view()
                                           : metarange_.ranges.back().key_max;
  if (!is_first && path <= last) {
    return fail(ErrorCode::invalid_argument,
                "paths out of order: '" + std::string(path) + "' after '" + std::string(last) + "'");
  }
  if (!writer_) writer_.emplace(Sstable::Properties{{std::string(kTypeProperty), std::string(kRangesType)}});
  writer_->add(path, value);
  const bool ends = writer_->raw_bytes() >= kRawBytesMax ||
                    ends_range(split_, path, writer_->count(), writer_->estimated_size_bytes());
  return ends ? end_range() : Result<void>();
}

Result<void> TreeWriter::end_range() {
  SstableWriter::Written written = writer_->finish();
  writer_.reset();
  const Sstable& table = *written.table;
  RangeInfo range{written.id, std::string(table.key(0)), std::string(table.key(table.size() - 1)),
                  table.size(), written.estimated_size_bytes};
  if (!base_holds(range)) {
    ANABRANCH_CHECK(reader_.files().write(range.id, written.file));
    reader_.cache().impl().put(range.id, std::move(written.table));
    ++ranges_written_;
  }
  metarange_.ranges.push_back(std::move(range));
  return {};
}

bool TreeWriter::base_holds(const RangeInfo& range) const {
  const std::size_t at = base_->find(range.key_max);
  return at < base_->ranges.size() && base_->ranges[at].id == range.id;
}

Result<MetarangeId> TreeWriter::finish() {
  if (writer_) ANABRANCH_CHECK(end_range());
  if (metarange_.ranges.empty()) return MetarangeId();
  SstableWriter writer(Sstable::Properties{{std::string(kTypeProperty), std::string(kMetarangesType)}});
  for (const auto& range : metarange_.ranges) writer.add(range.key_max, encode_range(range));
  SstableWriter::Written written = writer.finish();
  ANABRANCH_CHECK(reader_.files().write(written.id, written.file));
  reader_.cache().impl().put(written.id, std::make_shared<const Metarange>(std::move(metarange_)));
  return std::move(written.id);
}

}  // namespace anabranch::versioning
