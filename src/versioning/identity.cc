#include "versioning/identity.h"

#include "base/hash.h"

namespace anabranch::versioning {
namespace {

// The byte that stands before each value. Source: tests/data/lakefs-namespace/README.md.
constexpr char kBytes = 0, kString = 1, kInt64 = 2, kStrings = 3, kMap = 4, kIdentity = 5;

}  // namespace

void TypedHash::add_bytes(std::string_view bytes) {
  preimage_.push_back(kBytes);
  add_int64(static_cast<std::int64_t>(bytes.size()));
  preimage_.append(bytes);
}

void TypedHash::add_string(std::string_view text) {
  preimage_.push_back(kString);
  add_int64(static_cast<std::int64_t>(text.size()));
  preimage_.append(text);
}

void TypedHash::add_int64(std::int64_t value) {
  char encoded[10] = {kInt64, sizeof value};
  for (int i = 0; i < 8; ++i) {
    encoded[2 + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
  }
  preimage_.append(encoded, sizeof encoded);
}

void TypedHash::add_strings(const std::vector<std::string>& texts) {
  preimage_.push_back(kStrings);
  add_int64(static_cast<std::int64_t>(texts.size()));
  for (const auto& text : texts) add_string(text);
}

void TypedHash::add_map(const std::map<std::string, std::string>& map) {
  preimage_.push_back(kMap);
  add_int64(static_cast<std::int64_t>(map.size()));
  for (const auto& [key, value] : map) {
    add_string(key);
    add_string(value);
  }
}

void TypedHash::add_identity(std::string_view digest) {
  preimage_.push_back(kIdentity);
  add_bytes(digest);
}

std::string TypedHash::digest() const { return sha256(preimage_); }

std::string commit_id(const CommitFields& commit) {
  TypedHash parents;
  parents.add_strings(commit.parents);

  TypedHash hash;
  hash.add_string("commit:v1");
  hash.add_string(commit.committer);
  hash.add_string(commit.message);
  hash.add_string(commit.metarange_id);
  hash.add_int64(commit.seconds);
  hash.add_map(commit.metadata);
  hash.add_identity(parents.digest());
  return to_hex(hash.digest());
}

}  // namespace anabranch::versioning
