#include "versioning/listing_reader.h"

#include "versioning/diff_summary.h"
#include "versioning/listing_iterators.h"
#include "versioning/merge_base.h"
#include "versioning/staging.h"

namespace anabranch::versioning {
namespace {

/// Tries of an open whose object is overwritten, uncommitted, between its stat and its open.
constexpr int kOpenTriesMax = 8;

tl::unexpected<Error> no_such_key(const std::string& ref, const std::string& path) {
  return fail(ErrorCode::no_such_key, "'" + path + "' does not exist at '" + ref + "'");
}

DiffItem item_of(const Difference& difference) {
  const auto& entry = difference.right ? difference.right : difference.left;
  return DiffItem{difference.type, difference.path, false, entry ? entry->size_bytes : 0};
}

Result<Page<DiffItem>> page_of(DiffIterator& differences, const ListObjectsRequest& request) {
  // A common prefix is always "changed": whether all under it was added or removed would cost a walk (as
  // lakeFS).
  return walk_page<DiffItem>(
      differences, request, [](const DiffIterator& at) { return item_of(at.difference()); },
      [](const std::string& common) {
        return DiffItem{DifferenceType::changed, common, true, 0};
      });
}

}  // namespace

ObjectStat stat_of(const OpenRepository& repository, std::string path, Entry entry) {
  std::string address = repository.physical_address(entry);
  return ObjectStat{std::move(path), false, std::move(address), std::move(entry)};
}

Result<ObjectStat> RefReader::find(const OpenRepository& repository, const std::string& ref,
                                   const std::string& path) const {
  // One snapshot: a commit between reading the branch and reading its tokens must not hide a change.
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(const NamedCommit named, refs_.resolve(*snapshot, repository, ref));
  std::optional<Entry> entry;
  if (named.branch) {
    ANABRANCH_TRY(auto present, present_entry(*snapshot, refs_, repository, *named.branch, path, false));
    entry = std::move(present.entry);
  } else {
    ANABRANCH_TRY(const auto commit, refs_.commit(*snapshot, repository, named.commit_id));
    ANABRANCH_TRY(entry, repository.trees.get(commit->metarange_id, path));
  }
  if (!entry) return no_such_key(ref, path);
  return stat_of(repository, path, *std::move(entry));
}

namespace {

/// What `look` finds at the object's physical address, beside its stat. `find` gives the stat: again where
/// the object is overwritten, uncommitted, between the two.
template <class Found, class Find, class Look>
Result<Found> follow(const std::string& path, const Find& find, const Look& look) {
  std::string address_before;
  for (int attempt = 0; attempt < kOpenTriesMax; ++attempt) {
    ANABRANCH_TRY(auto found, find());
    ANABRANCH_TRY(const S3Address place, parse_s3_address(found.physical_address));
    auto seen = look(place, found.entry);
    if (seen) return Found{std::move(found), *std::move(seen)};
    if (seen.error().code != ErrorCode::no_such_key) return fail(std::move(seen).error());
    if (found.physical_address == address_before) break;
    address_before = found.physical_address;
  }
  return fail(ErrorCode::not_found, "the bytes of '" + path + "' are gone from " + address_before);
}

}  // namespace

Result<Repositories::DescribedObject> RefReader::head(const OpenRepository& repository,
                                                      const std::string& ref, const std::string& path) const {
  return follow<Repositories::DescribedObject>(
      path, [&] { return find(repository, ref, path); },
      [&](const S3Address& place, const Entry& entry) {
        if (entry.address_type != AddressType::full) return services_.objects.head(place.bucket, place.key);
        return head_source(place, entry);
      });
}

Result<ObjectStat> RefReader::stat(const OpenRepository& repository, const std::string& ref,
                                   const std::string& path) const {
  ANABRANCH_TRY(auto found, find(repository, ref, path));
  if (found.entry.address_type != AddressType::full || !found.entry.content_type.empty()) return found;
  ANABRANCH_TRY(const S3Address place, parse_s3_address(found.physical_address));
  auto source = head_source(place, found.entry);
  if (source) {
    found.entry.content_type = std::move(source->content_type);
  } else if (source.error().code !=
             ErrorCode::source_changed) {  // where it is gone, the entry is all there is
    return fail(std::move(source).error());
  }
  return found;
}

Result<objects::ObjectInfo> RefReader::head_source(const S3Address& place, const Entry& entry) const {
  return services_.objects.head_imported(place.bucket, place.key, entry.etag,
                                         static_cast<std::uint64_t>(entry.size_bytes));
}

Result<Repositories::OpenedObject> RefReader::open(const OpenRepository& repository, const std::string& ref,
                                                   const std::string& path,
                                                   const objects::ChooseExtent& choose) const {
  auto opened = follow<Repositories::OpenedObject>(
      path, [&] { return find(repository, ref, path); },
      [&](const S3Address& place, const Entry& entry) {
        if (entry.address_type != AddressType::full) {
          return services_.objects.open(place.bucket, place.key, choose);
        }
        return services_.objects.open_imported(place.bucket, place.key, entry.etag,
                                               static_cast<std::uint64_t>(entry.size_bytes), choose);
      });
  // An import takes no content type along: the source's own is told.
  if (opened && opened->stat.entry.content_type.empty()) {
    opened->stat.entry.content_type = opened->reader->info().content_type;
  }
  return opened;
}

Result<Page<ObjectStat>> RefReader::list_objects(const OpenRepository& repository, const std::string& ref,
                                                 const ListObjectsRequest& request) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(const NamedCommit named, refs_.resolve(*snapshot, repository, ref));
  ANABRANCH_TRY(const auto commit, refs_.commit(*snapshot, repository, named.commit_id));
  const std::string& from = std::max(request.page.prefix, request.page.after);
  ANABRANCH_TRY(auto committed, repository.trees.entries(commit->metarange_id, from));
  std::unique_ptr<StagedChanges> staged;
  if (named.branch) staged = std::make_unique<StagedChanges>(*snapshot, named.branch->record.tokens(), from);
  ViewIterator view(std::move(committed), std::move(staged));
  return walk_page<ObjectStat>(
      view, request, [&](const EntryIterator& at) { return stat_of(repository, at.path(), at.entry()); },
      [](const std::string& common) {
        return ObjectStat{common, true, {}, {}};
      });
}

Result<void> RefReader::with_branch_diff(const OpenRepository& repository, const std::string& branch,
                                         const std::string& prefix, const UseDiff& use) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(const BranchState state, refs_.branch(*snapshot, repository, branch));
  ANABRANCH_TRY(const auto head, refs_.commit(*snapshot, repository, state.record.commit_id));
  auto staged = std::make_unique<StagedChanges>(*snapshot, state.record.tokens(), prefix);
  StagedDiffIterator differences(repository.trees, head->metarange_id, nullptr, std::move(staged));
  return use(differences);
}

Result<void> RefReader::with_refs_diff(const OpenRepository& repository, const std::string& left,
                                       const std::string& right, DiffKind kind, const std::string& prefix,
                                       const UseDiff& use) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(const auto left_commit, refs_.resolve_commit(*snapshot, repository, left));
  if (kind == DiffKind::three_dot) {
    ANABRANCH_TRY(const auto right_commit, refs_.resolve_commit(*snapshot, repository, right));
    ANABRANCH_TRY(const auto base, find_merge_base(refs_, *snapshot, repository, right_commit, left_commit));
    ANABRANCH_TRY(auto differences,
                  repository.trees.diff_three_way(base->metarange_id, right_commit->metarange_id,
                                                  left_commit->metarange_id));
    return use(*differences);
  }
  ANABRANCH_TRY(const NamedCommit named, refs_.resolve(*snapshot, repository, right));
  ANABRANCH_TRY(const auto right_commit, refs_.commit(*snapshot, repository, named.commit_id));
  ANABRANCH_TRY(auto differences,
                repository.trees.diff(left_commit->metarange_id, right_commit->metarange_id));
  if (!named.staged_only_name) return use(*differences);

  auto staged = std::make_unique<StagedChanges>(*snapshot, named.branch->record.tokens(), prefix);
  StagedDiffIterator with_staged(repository.trees, left_commit->metarange_id, std::move(differences),
                                 std::move(staged));
  return use(with_staged);
}

Result<Page<DiffItem>> RefReader::diff_branch(const OpenRepository& repository, const std::string& branch,
                                              const ListObjectsRequest& request) const {
  Page<DiffItem> page;
  const UseDiff use = [&](DiffIterator& differences) -> Result<void> {
    ANABRANCH_TRY(page, page_of(differences, request));
    return {};
  };
  ANABRANCH_CHECK(with_branch_diff(repository, branch, request.page.prefix, use));
  return page;
}

Result<Page<DiffItem>> RefReader::diff_refs(const OpenRepository& repository, const std::string& left,
                                            const std::string& right, DiffKind kind,
                                            const ListObjectsRequest& request) const {
  Page<DiffItem> page;
  const UseDiff use = [&](DiffIterator& differences) -> Result<void> {
    ANABRANCH_TRY(page, page_of(differences, request));
    return {};
  };
  ANABRANCH_CHECK(with_refs_diff(repository, left, right, kind, request.page.prefix, use));
  return page;
}

Result<DiffSummary> RefReader::summarize_branch(const OpenRepository& repository, const std::string& branch,
                                                const DiffSummaryRequest& request) const {
  DiffSummary summary;
  const UseDiff use = [&](DiffIterator& differences) -> Result<void> {
    ANABRANCH_TRY(summary, summarize(differences, request));
    return {};
  };
  ANABRANCH_CHECK(with_branch_diff(repository, branch, request.prefix, use));
  return summary;
}

Result<DiffSummary> RefReader::summarize_refs(const OpenRepository& repository, const std::string& left,
                                              const std::string& right, DiffKind kind,
                                              const DiffSummaryRequest& request) const {
  DiffSummary summary;
  const UseDiff use = [&](DiffIterator& differences) -> Result<void> {
    ANABRANCH_TRY(summary, summarize(differences, request));
    return {};
  };
  ANABRANCH_CHECK(with_refs_diff(repository, left, right, kind, request.prefix, use));
  return summary;
}

Result<bool> RefReader::is_dirty(const kv::Reader& reader, const OpenRepository& repository,
                                 const BranchState& state) const {
  ANABRANCH_TRY(const auto head, refs_.commit(reader, repository, state.record.commit_id));
  auto staged = std::make_unique<StagedChanges>(reader, state.record.tokens(), "");
  StagedDiffIterator differences(repository.trees, head->metarange_id, nullptr, std::move(staged));
  return differences.next();
}

}  // namespace anabranch::versioning
