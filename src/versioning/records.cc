#include "versioning/records.h"

#include <utility>

#include "versioning/identity.h"

namespace anabranch::versioning {
namespace {

/// Every record begins with it; a later format takes another number.
constexpr std::uint8_t kFormat = 1;

/// Fields one after the other: varints (LEB128), strings with their length before them.
class Fields {
 public:
  Fields() { bytes_.push_back(static_cast<char>(kFormat)); }

  Fields& number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  Fields& signed_number(std::int64_t value) {  // zigzag
    return number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  Fields& text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
    return *this;
  }
  Fields& list(const std::vector<std::string>& values) {
    number(values.size());
    for (const auto& value : values) text(value);
    return *this;
  }
  Fields& map(const Metadata& values) {
    number(values.size());
    for (const auto& [name, value] : values) text(name).text(value);
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what Fields wrote. After a failure every read gives an empty value; done() tells.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {
    if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) != kFormat) {
      good_ = false;
    } else {
      rest_.remove_prefix(1);
    }
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return good_ ? value : 0;
    }
    good_ = false;
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  std::string text() {
    const std::uint64_t size = number();
    if (!good_ || size > rest_.size()) {
      good_ = false;
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  std::vector<std::string> list() {
    std::vector<std::string> values;
    for (std::uint64_t left = number(); good_ && left > 0; --left) values.push_back(text());
    return values;
  }
  Metadata map() {
    Metadata values;
    for (std::uint64_t left = number(); good_ && left > 0; --left) {
      std::string name = text();
      values[std::move(name)] = text();
    }
    return values;
  }
  std::string_view rest() { return std::exchange(rest_, {}); }

  template <class T>
  Result<T> done(T value, std::string_view what) const {
    if (!good_ || !rest_.empty())
      return fail(ErrorCode::corruption, "unreadable record: " + std::string(what));
    return value;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::string key(std::string_view kind, std::string_view first, std::string_view second) {
  std::string text;
  text.reserve(kind.size() + first.size() + second.size() + 1);
  text.append(kind).append(first).append("/").append(second);
  return text;
}
std::string key(std::string_view kind, std::string_view first) { return std::string(kind).append(first); }

}  // namespace

std::vector<std::string> BranchRecord::tokens() const {
  std::vector<std::string> all{staging_token};
  all.insert(all.end(), sealed_tokens.begin(), sealed_tokens.end());
  return all;
}

std::string encode(const RepositoryRecord& record) {
  const Repository& info = record.info;
  return Fields()
      .text(record.uid)
      .text(info.id)
      .text(info.storage_namespace)
      .text(info.default_branch)
      .signed_number(info.created_ms)
      .number(info.read_only ? 1 : 0)
      .number(info.split.entries_min)
      .number(info.split.hash_modulus)
      .number(info.split.range_bytes_max)
      .map(info.metadata)
      .take();
}

Result<RepositoryRecord> decode_repository(std::string_view bytes) {
  FieldReader fields(bytes);
  RepositoryRecord record;
  record.uid = fields.text();
  record.info.id = fields.text();
  record.info.storage_namespace = fields.text();
  record.info.default_branch = fields.text();
  record.info.created_ms = fields.signed_number();
  record.info.read_only = fields.number() != 0;
  record.info.split.entries_min = fields.number();
  record.info.split.hash_modulus = fields.number();
  record.info.split.range_bytes_max = fields.number();
  record.info.metadata = fields.map();
  return fields.done(std::move(record), "repository");
}

std::string encode(const BranchRecord& record) {
  return Fields().text(record.commit_id).text(record.staging_token).list(record.sealed_tokens).take();
}

Result<BranchRecord> decode_branch(std::string_view bytes) {
  FieldReader fields(bytes);
  BranchRecord record;
  record.commit_id = fields.text();
  record.staging_token = fields.text();
  record.sealed_tokens = fields.list();
  return fields.done(std::move(record), "branch");
}

std::string encode(const Commit& commit) {
  return Fields()
      .text(commit.committer)
      .text(commit.message)
      .signed_number(commit.created_seconds)
      .text(commit.metarange_id)
      .map(commit.metadata)
      .list(commit.parents)
      .number(static_cast<std::uint64_t>(commit.version))
      .number(static_cast<std::uint64_t>(commit.generation))
      .take();
}

Result<Commit> decode_commit(std::string id, std::string_view bytes) {
  FieldReader fields(bytes);
  Commit commit;
  commit.id = std::move(id);
  commit.committer = fields.text();
  commit.message = fields.text();
  commit.created_seconds = fields.signed_number();
  commit.metarange_id = fields.text();
  commit.metadata = fields.map();
  commit.parents = fields.list();
  commit.version = static_cast<int>(fields.number());
  commit.generation = static_cast<int>(fields.number());
  return fields.done(std::move(commit), "commit");
}

std::string encode(const StagedRecord& record) {
  const std::uint64_t flags = (record.entry ? 1U : 0U) | (record.owned ? 2U : 0U);
  std::string bytes = Fields().number(flags).take();
  if (record.entry) bytes += record.entry->encode();
  return bytes;
}

Result<StagedRecord> decode_staged(std::string_view bytes) {
  FieldReader fields(bytes);
  const std::uint64_t flags = fields.number();
  const std::string_view data = fields.rest();
  StagedRecord record;
  record.owned = (flags & 2U) != 0;
  if ((flags & 1U) != 0) {
    ANABRANCH_TRY(record.entry, Entry::decode(data));
  }
  return fields.done(std::move(record), "staged entry");
}

std::string encode(const AddressRecord& record) {
  return Fields()
      .number(static_cast<std::uint64_t>(record.use))
      .text(record.branch)
      .text(record.path)
      .signed_number(record.expires_ms)
      .take();
}

Result<AddressRecord> decode_address(std::string_view bytes) {
  FieldReader fields(bytes);
  AddressRecord record;
  record.use = fields.number() == 0 ? AddressRecord::Use::link : AddressRecord::Use::upload;
  record.branch = fields.text();
  record.path = fields.text();
  record.expires_ms = fields.signed_number();
  return fields.done(std::move(record), "address");
}

std::string encode(const UploadRecord& record) {
  const auto& algorithm = record.info.checksum_algorithm;
  return Fields()
      .text(record.address)
      .text(record.info.upload_id)
      .signed_number(record.info.initiated_ms)
      .number(algorithm ? 1 + static_cast<std::uint64_t>(*algorithm) : 0)
      .number(record.info.checksum_full_object ? 1 : 0)
      .take();
}

Result<UploadRecord> decode_upload(std::string_view bytes) {
  FieldReader fields(bytes);
  UploadRecord record;
  record.address = fields.text();
  record.info.upload_id = fields.text();
  record.info.initiated_ms = fields.signed_number();
  if (const std::uint64_t algorithm = fields.number(); algorithm != 0) {
    record.info.checksum_algorithm = static_cast<HashAlgorithm>(algorithm - 1);
  }
  record.info.checksum_full_object = fields.number() != 0;
  return fields.done(std::move(record), "upload");
}

std::string encode(const ImportRecord& record) {
  const ImportStatus& status = record.status;
  return Fields()
      .text(record.branch)
      .text(status.id)
      .number(status.completed ? 1 : 0)
      .signed_number(status.updated_ms)
      .number(status.ingested_objects)
      .text(status.metarange_id)
      .text(status.commit ? status.commit->id : "")
      .number(status.error ? 1 : 0)
      .text(status.error.value_or(""))
      .take();
}

Result<ImportRecord> decode_import(std::string_view bytes) {
  FieldReader fields(bytes);
  ImportRecord record;
  record.branch = fields.text();
  record.status.id = fields.text();
  record.status.completed = fields.number() != 0;
  record.status.updated_ms = fields.signed_number();
  record.status.ingested_objects = fields.number();
  record.status.metarange_id = fields.text();
  if (std::string commit_id = fields.text(); !commit_id.empty()) {
    record.status.commit.emplace().id = std::move(commit_id);
  }
  const bool failed = fields.number() != 0;
  std::string error = fields.text();
  if (failed) record.status.error = std::move(error);
  return fields.done(std::move(record), "import");
}

std::string id_of(const Commit& commit) {
  const CommitFields fields{commit.committer,       commit.message,  commit.metarange_id,
                            commit.created_seconds, commit.metadata, commit.parents};
  return commit_id(fields);
}

namespace keys {

std::string repository(std::string_view name) { return key(kRepositories, name); }
std::string alive(std::string_view uid) { return key("v/e/", uid); }
std::string used_namespace(std::string_view bucket, std::string_view prefix) {
  return key(kNamespaces, bucket, prefix);
}
std::string namespace_guard(std::string_view bucket) { return key("v/m/", bucket); }
std::string removed_repository(std::string_view uid) { return key(kRemovedRepositories, uid); }

std::string branches(std::string_view uid) { return key("v/h/", uid, ""); }
std::string branch(std::string_view uid, std::string_view name) { return key("v/h/", uid, name); }
std::string tags(std::string_view uid) { return key("v/t/", uid, ""); }
std::string tag(std::string_view uid, std::string_view name) { return key("v/t/", uid, name); }
std::string commits(std::string_view uid) { return key("v/c/", uid, ""); }
std::string commit(std::string_view uid, std::string_view id) { return key("v/c/", uid, id); }

std::string open_token(std::string_view token) { return key("v/k/", token); }
std::string dropped_token(std::string_view token) { return key(kDroppedTokens, token); }
std::string staged(std::string_view token) { return key("v/s/", token, ""); }
std::string staged(std::string_view token, std::string_view path) { return key("v/s/", token, path); }

std::string addresses(std::string_view uid) { return key("v/a/", uid, ""); }
std::string address(std::string_view uid, std::string_view relative) { return key("v/a/", uid, relative); }
std::string uploads(std::string_view uid) { return key("v/u/", uid, ""); }
std::string upload(std::string_view uid, std::string_view branch, std::string_view path,
                   std::string_view upload_id) {
  std::string text = key("v/u/", uid, branch);
  text.append("/").append(path).push_back('\0');
  return text.append(upload_id);
}
std::string imports(std::string_view uid) { return key("v/i/", uid, ""); }
std::string import(std::string_view uid, std::string_view id) { return key("v/i/", uid, id); }
std::string running_import(std::string_view uid, std::string_view id) {
  return key(kRunningImports, uid, id);
}

}  // namespace keys
}  // namespace anabranch::versioning
