// Listings: of a plain bucket as it is; of a repository as keys "<ref>/<path>", its branches as the first
// element.
#include <algorithm>

#include "service/object_target.h"
#include "service/use_case.h"

namespace anabranch::service {

Error missing_ref_is_missing_key(Error error, const std::string& bucket, const std::string& key) {
  switch (error.code) {
    case ErrorCode::no_such_ref:
    case ErrorCode::no_such_branch:
    case ErrorCode::no_such_tag:
    case ErrorCode::no_such_commit:
      return Error{ErrorCode::no_such_key, "'" + bucket + "/" + key + "': " + error.message, error.where};
    default:
      return error;
  }
}

ObjectInfo info_of(const ObjectStat& stat, ObjectInfo physical, const std::string& key) {
  const versioning::Entry& entry = stat.entry;
  physical.key = key;
  physical.size_bytes = static_cast<std::uint64_t>(entry.size_bytes);
  physical.etag = entry.etag;
  physical.last_modified_ms = entry.last_modified_ms;
  if (!entry.content_type.empty()) physical.content_type = entry.content_type;
  // An import takes no user metadata along: the source's own is as good.
  const bool imported = entry.address_type == versioning::AddressType::full;
  if (!imported || !entry.metadata.empty()) {
    physical.user_metadata.assign(entry.metadata.begin(), entry.metadata.end());
  }
  return physical;
}

namespace {

/// All branch names of a repository that start with `prefix`, ordered as "<name>/" is.
Result<std::vector<std::string>> branch_names(const versioning::Repositories& repositories,
                                              const std::string& repository, const std::string& prefix) {
  std::vector<std::string> names;
  PageRequest page{.prefix = prefix, .after = "", .amount = versioning::kPageMax};
  while (true) {
    ANABRANCH_TRY(const auto branches, repositories.list_branches(repository, page));
    for (const auto& branch : branches.items) names.push_back(branch.id);
    if (!branches.has_more) break;
    page.after = branches.next_offset;
  }
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return a + "/" < b + "/"; });
  return names;
}

/// Collects items up to the page's limit; one more than fits marks it truncated.
class PageBuilder {
 public:
  explicit PageBuilder(unsigned keys_max) : keys_max_(keys_max) {}
  bool full() const { return page_.truncated; }
  void add(ListItem item) {
    if (page_.items.size() >= keys_max_) {
      page_.truncated = true;
      if (!page_.items.empty()) page_.next_start_after = page_.items.back().info.key;
      return;
    }
    page_.items.push_back(std::move(item));
  }
  unsigned missing() const { return keys_max_ - static_cast<unsigned>(page_.items.size()); }
  ListPage take() { return std::move(page_); }

 private:
  unsigned keys_max_;
  ListPage page_;
};

/// Adds the objects of one ref whose keys "<ref>/<path>" lie after `start_after`.
Result<void> list_ref(const versioning::Repositories& repositories, const std::string& repository,
                      const std::string& ref, const std::string& path_prefix, const ListRequest& request,
                      PageBuilder& builder) {
  const std::string root = ref + "/";
  ListObjectsRequest inner;
  inner.delimiter = request.delimiter;
  inner.page.prefix = path_prefix;
  if (request.start_after.starts_with(root)) inner.page.after = request.start_after.substr(root.size());
  while (!builder.full()) {
    inner.page.amount = std::min(versioning::kPageMax, builder.missing() + 1);
    auto page = repositories.list_objects(repository, ref, inner);
    if (!page) {
      const bool no_ref =
          missing_ref_is_missing_key(page.error(), repository, root).code == ErrorCode::no_such_key;
      if (no_ref) return {};  // nothing lies under a ref that is not there
      return fail(std::move(page).error());
    }
    for (const auto& stat : page->items) {
      ListItem item;
      item.is_prefix = stat.is_prefix;
      if (stat.is_prefix) {
        item.info.key = root + stat.path;
      } else {
        item.info = info_of(stat, {}, root + stat.path);
      }
      builder.add(std::move(item));
    }
    if (!page->has_more) return {};
    inner.page.after = page->next_offset;
  }
  return {};
}

}  // namespace

Result<ListPage> ObjectService::list_repository(const std::string& repository,
                                                const ListRequest& request) const {
  PageBuilder builder(request.keys_max);
  if (request.keys_max == 0) return builder.take();
  const auto slash = request.prefix.find('/');
  if (slash != std::string::npos) {
    const std::string ref = request.prefix.substr(0, slash);
    // A page that starts behind all keys of this ref is empty.
    const std::string root = ref + "/";
    const bool behind = request.start_after > root && !request.start_after.starts_with(root);
    if (!behind) {
      ANABRANCH_CHECK(
          list_ref(repositories_, repository, ref, request.prefix.substr(slash + 1), request, builder));
    }
    return builder.take();
  }
  ANABRANCH_TRY(const auto refs, branch_names(repositories_, repository, request.prefix));
  std::string last_prefix;
  for (const auto& ref : refs) {
    if (builder.full()) break;
    const std::string root = ref + "/";
    if (root <= request.start_after && !request.start_after.starts_with(root)) continue;
    const auto cut =
        request.delimiter.empty() ? std::string::npos : root.find(request.delimiter, request.prefix.size());
    if (cut == std::string::npos) {
      ANABRANCH_CHECK(list_ref(repositories_, repository, ref, "", request, builder));
      continue;
    }
    ListItem item;
    item.is_prefix = true;
    item.info.key = root.substr(0, cut + request.delimiter.size());
    if (item.info.key <= request.start_after || item.info.key == last_prefix) continue;
    last_prefix = item.info.key;
    builder.add(std::move(item));
  }
  return builder.take();
}

Task<Result<ListPage>> ObjectService::list_objects(Caller caller, std::string bucket, ListRequest request) {
  const auto list = [this, &caller, &bucket, &request]() -> Result<ListPage> {
    ANABRANCH_TRY(const Target found, target(caller, Action::list_objects, bucket, request.prefix));
    return found.repository ? list_repository(bucket, request) : objects_.list(bucket, request);
  };
  auto task = inline_or_on(workers_, list);
  co_return co_await std::move(task);
}

}  // namespace anabranch::service
