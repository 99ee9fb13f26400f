#include "versioning/import_sources.h"

#include <algorithm>

namespace anabranch::versioning {
namespace {

constexpr std::size_t kObjectsOfPageMax = 5'000;

/// As lakeFS imports: no content type and no user metadata, so that identities are the same there and here.
/// Both are told of the source's own (RefReader).
PathEntry imported(const std::string& bucket, std::string path, const objects::ObjectInfo& info) {
  PathEntry item;
  item.path = std::move(path);
  item.entry.address = "s3://" + bucket + "/" + info.key;
  item.entry.address_type = AddressType::full;
  item.entry.last_modified_ms = info.last_modified_ms;
  item.entry.size_bytes = static_cast<std::int64_t>(info.size_bytes);
  item.entry.etag = info.etag;
  return item;
}

}  // namespace

Result<ParsedSource> parse_source(const OpenRepository& repository, const ImportSource& source) {
  ParsedSource parsed;
  parsed.type = source.type;
  auto place = parse_s3_address(source.uri);
  if (!place) return fail(ErrorCode::invalid_argument, "import source: " + place.error().message);
  parsed.place = *std::move(place);
  parsed.destination = source.destination;
  if (source.type == ImportSourceType::object) {
    if (parsed.place.key.empty() || source.destination.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "import of object '" + source.uri + "': key or destination is empty");
    }
    ANABRANCH_CHECK(objects::check_key(source.destination));
  } else if (!parsed.destination.empty() && !parsed.destination.ends_with('/')) {
    parsed.destination.push_back('/');
  }

  const bool same_bucket = parsed.place.bucket == repository.bucket;
  const bool holds =
      source.type == ImportSourceType::common_prefix && repository.prefix.starts_with(parsed.place.key);
  if (same_bucket && (holds || parsed.place.key.starts_with(repository.prefix))) {
    return fail(ErrorCode::invalid_argument,
                "import source '" + source.uri + "' holds, or lies in, the repository's own namespace");
  }
  return parsed;
}

std::vector<std::string> replaced_prefixes(const std::vector<ParsedSource>& sources) {
  std::vector<std::string> all;
  for (const auto& source : sources) {
    if (source.type == ImportSourceType::common_prefix) all.push_back(source.destination);
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> disjoint;
  for (auto& prefix : all) {
    if (disjoint.empty() || !prefix.starts_with(disjoint.back())) disjoint.push_back(std::move(prefix));
  }
  return disjoint;
}

SourceEntries::SourceEntries(const objects::ObjectStore& objects, std::vector<ParsedSource> sources,
                             std::function<bool(std::uint64_t)> progress)
    : objects_(objects), progress_(std::move(progress)) {
  for (auto& source : sources) {
    Cursor& cursor = cursors_.emplace_back();
    cursor.rank = cursors_.size();
    const std::size_t slash = source.place.key.rfind('/');
    cursor.base = slash == std::string::npos ? "" : source.place.key.substr(0, slash + 1);
    cursor.source = std::move(source);
  }
  std::sort(cursors_.begin(), cursors_.end(), [](const Cursor& left, const Cursor& right) {
    return left.source.destination < right.source.destination;
  });
}

Result<void> SourceEntries::fill(Cursor& cursor) const {
  if (!cursor.read.empty() || cursor.end) return {};
  const S3Address& place = cursor.source.place;
  if (cursor.source.type == ImportSourceType::object) {
    cursor.end = true;
    auto info = objects_.head(place.bucket, place.key);
    if (!info)
      return fail(info.error().code,
                  "import of s3://" + place.bucket + "/" + place.key + ": " + info.error().message);
    cursor.read.push_back(imported(place.bucket, cursor.source.destination, *info));
    return {};
  }
  Result<void> good;
  ANABRANCH_CHECK(
      objects_.walk(place.bucket, place.key, cursor.last_key, [&](const objects::ObjectInfo& info) {
        std::string path = cursor.source.destination + info.key.substr(cursor.base.size());
        cursor.last_key = info.key;
        if (path.empty()) return true;  // the marker of a folder that is imported to the root
        if (auto fits = objects::check_key(path); !fits) {
          good = fail(ErrorCode::invalid_argument,
                      "import of s3://" + place.bucket + "/" + info.key + ": " + fits.error().message);
          return false;
        }
        cursor.read.push_back(imported(place.bucket, std::move(path), info));
        return cursor.read.size() < kObjectsOfPageMax;
      }));
  ANABRANCH_CHECK(good);
  cursor.end = cursor.read.size() < kObjectsOfPageMax;
  return {};
}

Result<SourceEntries::Cursor*> SourceEntries::smallest() {
  while (true) {
    Cursor* first = nullptr;
    for (auto at = open_.begin(); at != open_.end();) {
      Cursor& cursor = **at;
      ANABRANCH_CHECK(fill(cursor));
      if (cursor.read.empty()) {
        at = open_.erase(at);
        continue;
      }
      ++at;
      // Of equal paths the last source's stands.
      if (first == nullptr || cursor.read.front().path < first->read.front().path ||
          (cursor.read.front().path == first->read.front().path && cursor.rank > first->rank))
        first = &cursor;
    }
    const bool is_next_reached =
        opened_ < cursors_.size() &&
        (first == nullptr || cursors_[opened_].source.destination <= first->read.front().path);
    if (!is_next_reached) return first;
    open_.push_back(&cursors_[opened_++]);
  }
}

Result<bool> SourceEntries::next() {
  while (true) {
    ANABRANCH_TRY(Cursor* const first, smallest());
    if (first == nullptr) return false;
    current_ = std::move(first->read.front());
    first->read.pop_front();
    for (Cursor* cursor : open_) {
      if (cursor != first && !cursor->read.empty() && cursor->read.front().path == current_.path)
        cursor->read.pop_front();
    }
    if (current_.path < seek_to_) continue;
    ++count_;
    if (progress_ && !progress_(count_)) return fail(ErrorCode::cancelled, "the import was cancelled");
    return true;
  }
}

void SourceEntries::seek(std::string_view path) { seek_to_ = std::string(path); }

}  // namespace anabranch::versioning
