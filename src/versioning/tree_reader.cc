#include "versioning/tree_reader.h"

#include "versioning/tree_cache.h"

namespace anabranch::versioning {

Result<std::shared_ptr<const Metarange>> TreeReader::metarange(const MetarangeId& id) const {
  static const auto empty = std::make_shared<const Metarange>();
  if (id.empty()) return empty;
  if (auto cached = cache_->impl().metarange(id)) return cached;
  if (!is_content_id(id)) return fail(ErrorCode::not_found, "'" + id + "' is no metarange id");
  ANABRANCH_TRY(const auto table, read(id, kMetarangesType));
  auto metarange = Metarange::decode(*table);
  if (!metarange) {
    return fail(metarange.error().code, "metarange " + id + ": " + metarange.error().message);
  }
  cache_->impl().put(id, *metarange);
  return metarange;
}

Result<std::shared_ptr<const Sstable>> TreeReader::range(const RangeInfo& info) const {
  auto table = cache_->impl().range(info.id);
  if (table == nullptr) {
    ANABRANCH_TRY(table, read(info.id, kRangesType));
    cache_->impl().put(info.id, table);
  }
  const std::size_t size = table->size();
  if (size == 0 || table->key(0) != info.key_min || table->key(size - 1) != info.key_max) {
    return fail(ErrorCode::corruption, "range " + info.id + " holds other keys than its metarange says");
  }
  return table;
}

Result<std::shared_ptr<const Sstable>> TreeReader::read(const std::string& id, std::string_view type) const {
  ANABRANCH_TRY(const std::string file, files_->read(id));
  auto table = Sstable::decode(file);
  if (!table) return fail(table.error().code, "file " + id + ": " + table.error().message);
  const auto& properties = (*table)->properties();
  const auto found = properties.find(std::string(kTypeProperty));
  if (found == properties.end() || found->second != type) {
    return fail(ErrorCode::corruption, "file " + id + " does not hold " + std::string(type));
  }
  if ((*table)->content_id() != id) {
    return fail(ErrorCode::corruption, "file " + id + " holds other content than its name says");
  }
  return table;
}

void TreeCursor::skip_range() {
  ++range_;
  index_ = 0;
  table_.reset();
}

Result<void> TreeCursor::load() {
  if (table_ != nullptr) return {};
  ANABRANCH_TRY(table_, reader_->range(range()));
  return {};
}

void TreeCursor::next() {
  if (++index_ == table_->size()) skip_range();
}

void TreeCursor::seek_range(std::string_view path) {
  if (done() || range().key_max >= path) return;
  range_ = metarange_->find(path, range_);
  index_ = 0;
  table_.reset();
}

Result<void> TreeCursor::seek(std::string_view path) {
  seek_range(path);
  if (done() || key() >= path) return {};
  ANABRANCH_CHECK(load());
  index_ = table_->lower_bound(path, index_);  // there is one: the range ends at or after path
  return {};
}

}  // namespace anabranch::versioning
