// Pages of keys, folded at a delimiter, with seeks past what is folded.
#include <algorithm>

#include "objects/core.h"

namespace anabranch::objects {
namespace {

/// Entries that walk() reads at a time; each page is its own state of the map.
constexpr std::size_t kWalkPageSize = 2'048;

/// Collects one page; knows that it is truncated only when it sees the entry after the last.
class PageBuilder {
 public:
  PageBuilder(const ListRequest& request, std::string base, std::size_t items_max)
      : request_(request), base_(std::move(base)), items_max_(items_max) {
    page_.items.reserve(items_max_);
  }

  kv::ScanStep take(std::string_view kv_key, std::string_view value) {
    if (page_.items.size() == items_max_) {
      page_.truncated = true;
      page_.next_start_after = page_.items.back().info.key;
      return kv::ScanStep::stop();
    }
    const std::string_view key = kv_key.substr(base_.size());
    const std::size_t fold = request_.delimiter.empty()
                                 ? std::string_view::npos
                                 : key.find(request_.delimiter, request_.prefix.size());
    ListItem& item = page_.items.emplace_back();
    if (fold != std::string_view::npos) {
      item.is_prefix = true;
      item.info.key = key.substr(0, fold + request_.delimiter.size());
      return kv::ScanStep::seek(kv::prefix_end(base_ + item.info.key));
    }
    item.info.key = key;
    decoded_ = decode_listed_info(value, item.info);
    return decoded_ ? kv::ScanStep::next() : kv::ScanStep::stop();
  }

  Result<ListPage> finish() {
    if (!decoded_) return fail(std::move(decoded_).error());
    return std::move(page_);
  }

 private:
  const ListRequest& request_;
  std::string base_;  // what stands before the user's key
  std::size_t items_max_;
  ListPage page_;
  Result<void> decoded_;
};

}  // namespace

std::string first_key_after(const std::string& base, const std::string& prefix, const std::string& delimiter,
                            const std::string& start_after) {
  if (start_after.empty()) return base + prefix;
  if (!delimiter.empty() && start_after.starts_with(prefix)) {
    const std::size_t fold = start_after.find(delimiter, prefix.size());
    if (fold != std::string::npos && fold + delimiter.size() == start_after.size()) {
      return kv::prefix_end(base + start_after);
    }
  }
  return base + std::max(prefix, start_after + '\0');
}

Result<ListPage> ObjectStore::list(const std::string& bucket, const ListRequest& request) const {
  const auto snapshot = impl_->kv.snapshot();
  ANABRANCH_TRY(const auto record, impl_->read_bucket(*snapshot, bucket));
  const std::size_t items_max = std::min(request.keys_max, kListPageMax);
  if (items_max == 0) return ListPage{};

  const std::string base = keys::objects(record.id);
  const std::string begin = first_key_after(base, request.prefix, request.delimiter, request.start_after);
  const std::string end = kv::prefix_end(base + request.prefix);
  if (begin >= end) return ListPage{};
  PageBuilder builder(request, base, items_max);
  ANABRANCH_CHECK(snapshot->scan(
      begin, end, [&](std::string_view key, std::string_view value) { return builder.take(key, value); }));
  return builder.finish();
}

Result<void> ObjectStore::walk(const std::string& bucket, const std::string& prefix,
                               const std::string& start_after,
                               const std::function<bool(const ObjectInfo&)>& visit) const {
  ANABRANCH_TRY(const auto record, impl_->read_bucket(impl_->kv, bucket));
  const std::string base = keys::objects(record.id);
  const std::string end = kv::prefix_end(base + prefix);
  std::string begin = first_key_after(base, prefix, "", start_after);
  std::vector<ObjectInfo> page(kWalkPageSize);
  while (begin < end) {
    // A page is collected before it is visited: a visitor may take its time, and commit.
    std::size_t count = 0;
    Result<void> decoded;
    ANABRANCH_CHECK(impl_->kv.scan(begin, end, [&](std::string_view key, std::string_view value) {
      ObjectInfo& info = page[count];
      info.key = key.substr(base.size());
      decoded = decode_object_info(value, info);
      if (!decoded) return kv::ScanStep::stop();
      return ++count == page.size() ? kv::ScanStep::stop() : kv::ScanStep::next();
    }));
    ANABRANCH_CHECK(std::move(decoded));
    for (std::size_t i = 0; i < count; ++i) {
      if (!visit(page[i])) return {};
    }
    if (count < page.size()) return {};
    begin = base + page[count - 1].key + '\0';
  }
  return {};
}

}  // namespace anabranch::objects
