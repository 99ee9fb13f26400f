// versioning/identity.h — the typed, length-prefixed hash from which lakeFS's identities come, and the id of
// a commit. Equal content gives equal ids here and there. Format: docs/formats/sstable.md, "Identities".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace anabranch::versioning {

/// Collects typed values; their SHA-256 is the identity. Thread safety: none.
class TypedHash {
 public:
  void add_bytes(std::string_view bytes);
  void add_string(std::string_view text);
  void add_int64(std::int64_t value);
  void add_strings(const std::vector<std::string>& texts);
  void add_map(const std::map<std::string, std::string>& map);
  /// An identity inside another.
  void add_identity(std::string_view digest);

  /// What was added, as the hash sees it.
  const std::string& preimage() const { return preimage_; }
  /// 32 bytes.
  std::string digest() const;

 private:
  std::string preimage_;
};

/// What a commit's id is computed over.
struct CommitFields {
  std::string committer;
  std::string message;
  std::string metarange_id;  // 64 hex digits, or empty for the tree without entries
  std::int64_t seconds = 0;  // unix
  std::map<std::string, std::string> metadata;
  std::vector<std::string> parents;  // 64 hex digits each, in order
};

/// 64 hex digits.
std::string commit_id(const CommitFields& commit);

}  // namespace anabranch::versioning
