// versioning/records.h — what versioning keeps in kv: keys and values. Format: docs/formats/keys.md, section
// "v/".
//
// Everything of a repository is keyed by its uid, not by its name: a repository made again under an old name
// starts clean while the old one's records are still being removed. Paths hold no NUL, so NUL ends a path
// inside a key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "versioning/types.h"

namespace anabranch::versioning {

struct RepositoryRecord {
  std::string uid;
  Repository info;
};

/// A branch: its head, the token that writers use, and the tokens that a commit has closed but not yet
/// absorbed.
struct BranchRecord {
  std::string commit_id;
  std::string staging_token;
  std::vector<std::string> sealed_tokens;  // newest first
  /// All tokens, newest first: the order in which a path is looked for.
  std::vector<std::string> tokens() const;
};

/// A staged change of a path.
struct StagedRecord {
  std::optional<Entry> entry;  // nullopt: a tombstone
  /// The bytes were written by this very change, so nothing else names their address.
  bool owned = false;
};

/// An address under data/ that a client may write to by itself.
struct AddressRecord {
  enum class Use : std::uint8_t { link = 0, upload = 1 } use = Use::link;
  std::string branch, path;
  TimeMs expires_ms = 0;  // of uploads: never looked at
};

struct UploadRecord {
  std::string address;  // relative: "data/<partition>/<xid>"
  objects::UploadInfo info;
};

struct ImportRecord {
  std::string branch;
  ImportStatus status;  // `commit` holds only the id
};

std::string encode(const RepositoryRecord& record);
std::string encode(const BranchRecord& record);
std::string encode(const Commit& commit);
std::string encode(const StagedRecord& record);
std::string encode(const AddressRecord& record);
std::string encode(const UploadRecord& record);
std::string encode(const ImportRecord& record);

/// Errors of all: corruption.
Result<RepositoryRecord> decode_repository(std::string_view bytes);
Result<BranchRecord> decode_branch(std::string_view bytes);
Result<Commit> decode_commit(std::string id, std::string_view bytes);
Result<StagedRecord> decode_staged(std::string_view bytes);
Result<AddressRecord> decode_address(std::string_view bytes);
Result<UploadRecord> decode_upload(std::string_view bytes);
Result<ImportRecord> decode_import(std::string_view bytes);

/// The id that lakeFS gives a commit of this content (`id` and `generation` are left out).
std::string id_of(const Commit& commit);

namespace keys {

inline constexpr std::string_view kRepositories = "v/r/";
inline constexpr std::string_view kNamespaces = "v/n/";
inline constexpr std::string_view kDroppedTokens = "v/g/";
inline constexpr std::string_view kRemovedRepositories = "v/x/";
/// A counter that stays 0: adding 0 to it and awaiting that means all earlier batches are visible to reads.
inline constexpr std::string_view kBarrier = "v/y";
inline constexpr std::string_view kAddresses = "v/a/";
inline constexpr std::string_view kRunningImports = "v/j/";

std::string repository(std::string_view name);
/// Present while a repository is there: what every new record of it requires.
std::string alive(std::string_view uid);
/// A storage namespace that was used once; `prefix` ends in '/' (or is empty).
std::string used_namespace(std::string_view bucket, std::string_view prefix);
/// A counter-like record that every creation in a bucket replaces, so that two of them cannot nest.
std::string namespace_guard(std::string_view bucket);
std::string removed_repository(std::string_view uid);

std::string branches(std::string_view uid);
std::string branch(std::string_view uid, std::string_view name);
std::string tags(std::string_view uid);
std::string tag(std::string_view uid, std::string_view name);
std::string commits(std::string_view uid);
std::string commit(std::string_view uid, std::string_view id);

/// Present while a token takes writes.
std::string open_token(std::string_view token);
std::string dropped_token(std::string_view token);
std::string staged(std::string_view token);
std::string staged(std::string_view token, std::string_view path);

std::string addresses(std::string_view uid);
std::string address(std::string_view uid, std::string_view relative);
std::string uploads(std::string_view uid);
std::string upload(std::string_view uid, std::string_view branch, std::string_view path,
                   std::string_view upload_id);
std::string imports(std::string_view uid);
std::string import(std::string_view uid, std::string_view id);
std::string running_import(std::string_view uid, std::string_view id);

}  // namespace keys
}  // namespace anabranch::versioning
