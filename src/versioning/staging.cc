#include "versioning/staging.h"

#include <algorithm>

namespace anabranch::versioning {
namespace {

/// A scan's page grows to this while a walk goes on: few changes cost little, many cost few scans.
constexpr std::size_t kScanPageMax = 2'048;

}  // namespace

Result<std::optional<StagedRecord>> find_staged(const kv::Reader& reader,
                                                const std::vector<std::string>& tokens,
                                                const std::string& path) {
  for (const auto& token : tokens) {
    ANABRANCH_TRY(const auto raw, reader.get(keys::staged(token, path)));
    if (!raw) continue;
    ANABRANCH_TRY(auto record, decode_staged(*raw));
    return std::optional<StagedRecord>(std::move(record));
  }
  return std::optional<StagedRecord>{};
}

StagedChanges::StagedChanges(const kv::Reader& reader, const std::vector<std::string>& tokens,
                             std::string_view from)
    : reader_(reader) {
  cursors_.resize(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    cursors_[i].all = keys::staged(tokens[i]);
    cursors_[i].from = std::string(from);
  }
}

Result<void> StagedChanges::fill(Cursor& cursor) {
  if (!cursor.read.empty() || cursor.end) return {};
  ANABRANCH_CHECK(reader_.scan(cursor.all + cursor.from, kv::prefix_end(cursor.all),
                               [&](std::string_view key, std::string_view value) {
                                 if (cursor.read.size() == cursor.page) return kv::ScanStep::stop();
                                 cursor.read.emplace_back(key.substr(cursor.all.size()), value);
                                 return kv::ScanStep::next();
                               }));
  cursor.end = cursor.read.size() < cursor.page;
  if (!cursor.read.empty()) cursor.from = cursor.read.back().first + '\0';
  cursor.page = std::min(cursor.page * 4, kScanPageMax);
  return {};
}

Result<bool> StagedChanges::next() {
  Cursor* newest = nullptr;
  for (Cursor& cursor : cursors_) {
    ANABRANCH_CHECK(fill(cursor));
    if (cursor.read.empty()) continue;
    // Tokens stand newest first: an equal path in a later one is older.
    if (newest == nullptr || cursor.read.front().first < newest->read.front().first) newest = &cursor;
  }
  if (newest == nullptr) return false;
  path_ = std::move(newest->read.front().first);
  ANABRANCH_TRY(record_, decode_staged(newest->read.front().second));
  newest->read.pop_front();
  for (Cursor& cursor : cursors_) {
    if (&cursor != newest && !cursor.read.empty() && cursor.read.front().first == path_)
      cursor.read.pop_front();
  }
  return true;
}

void StagedChanges::seek(std::string_view path) {
  for (Cursor& cursor : cursors_) {
    while (!cursor.read.empty() && cursor.read.front().first < path) cursor.read.pop_front();
    if (cursor.read.empty() && cursor.from < path) cursor.from = std::string(path);
  }
}

Result<bool> StagedChangeIterator::next() {
  ANABRANCH_TRY(const bool more, changes_.next());
  if (more) change_ = Change{changes_.path(), changes_.record().entry};
  return more;
}

Result<PresentEntry> present_entry(const kv::Reader& reader, const RefStore& refs,
                                   const OpenRepository& repository, const BranchState& state,
                                   const std::string& path, bool need_committed) {
  PresentEntry present;
  ANABRANCH_TRY(present.staged_raw, reader.get(keys::staged(state.record.staging_token, path)));
  if (present.staged_raw) {
    ANABRANCH_TRY(auto record, decode_staged(*present.staged_raw));
    present.staged = std::move(record);
  }
  ANABRANCH_TRY(auto sealed, find_staged(reader, state.record.sealed_tokens, path));
  present.sealed = sealed.has_value();

  const bool decided = present.staged || sealed;
  if (present.staged) {
    present.entry = present.staged->entry;
  } else if (sealed) {
    present.entry = std::move(sealed->entry);
  }
  if (decided && !need_committed) return present;
  ANABRANCH_TRY(const auto head, refs.commit(reader, repository, state.record.commit_id));
  ANABRANCH_TRY(auto committed, repository.trees.get(head->metarange_id, path));
  present.committed = committed.has_value();
  if (!decided) present.entry = std::move(committed);
  return present;
}

Result<void> check_condition(const std::optional<Entry>& present, const objects::WriteCondition& condition,
                             const std::string& path) {
  const auto matches = [&](const std::string& etag) {
    return present && (etag == "*" || etag == present->etag);
  };
  if (condition.if_match && !present) return fail(ErrorCode::no_such_key, "'" + path + "' does not exist");
  if (condition.if_match && !matches(*condition.if_match)) {
    return fail(ErrorCode::precondition_failed, "'" + path + "' has another ETag than If-Match asks for");
  }
  if (condition.if_none_match && matches(*condition.if_none_match)) {
    return fail(ErrorCode::precondition_failed, "'" + path + "' exists: If-None-Match forbids the write");
  }
  return {};
}

void require_open(kv::Batch& batch, const OpenRepository& repository, const BranchState& state) {
  batch.require_equals(keys::open_token(state.record.staging_token), repository.uid);
}

void put_staged(kv::Batch& batch, const BranchState& state, const std::string& path,
                const std::optional<std::string>& before, const StagedRecord& record) {
  const std::string key = keys::staged(state.record.staging_token, path);
  batch.require(key, before);
  batch.put(key, encode(record));
}

void erase_staged(kv::Batch& batch, const BranchState& state, const std::string& path,
                  const std::optional<std::string>& before) {
  const std::string key = keys::staged(state.record.staging_token, path);
  batch.require(key, before);
  batch.erase(key);
}

void stage_deletion(kv::Batch& batch, const BranchState& state, const std::string& path,
                    const PresentEntry& present) {
  if (present.committed || present.sealed) {
    put_staged(batch, state, path, present.staged_raw, StagedRecord{});
  } else {
    erase_staged(batch, state, path, present.staged_raw);
  }
}

}  // namespace anabranch::versioning
