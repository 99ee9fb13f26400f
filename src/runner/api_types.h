// runner/api_types.h — the nouns of the REST API, as the client side sees them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"

namespace anabranch::runner {

using Metadata = std::map<std::string, std::string>;

struct RepositoryInfo {
  std::string name;
  std::string storage_namespace;
  std::string default_branch;
  std::int64_t created_seconds = 0;
};

struct RefInfo {  // a branch or a tag
  std::string name;
  std::string commit_id;
};

struct CommitInfo {
  std::string id;
  std::vector<std::string> parents;
  std::string committer;
  std::string message;
  std::int64_t created_seconds = 0;
  Metadata metadata;
};

struct ObjectInfo {
  std::string path;
  bool is_prefix = false;
  std::string checksum;  // the ETag, without quotes
  std::string physical_address;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_seconds = 0;
};

struct DifferenceInfo {
  std::string type;  // added, removed, changed or conflict
  std::string path;
  bool is_prefix = false;
};

struct CommitOrder {
  std::string message;
  Metadata metadata;
  bool allow_empty = false;
};

struct MergeOrder {
  std::string message;
  Metadata metadata;
  std::string strategy;  // "", "source-wins" or "dest-wins"
  std::optional<std::string> expected_destination_commit;
};

struct ImportProgress {
  bool completed = false;
  std::int64_t ingested_objects = 0;
  std::string commit_id;             // once completed
  std::optional<std::string> error;  // why it ended without a commit
};

struct AccessKey {
  std::string id;
  Secret secret;
};

}  // namespace anabranch::runner
