#include "kv/limits.h"

namespace anabranch::kv {

Result<void> check_limits(const Batch& batch) {
  std::size_t total_bytes = 0;
  const auto check_key = [&](const std::string& key) -> Result<void> {
    total_bytes += key.size();
    if (key.size() <= kKeySizeMax) return {};
    return fail(ErrorCode::invalid_argument, "a key of " + std::to_string(key.size()) +
                                                 " bytes is over the limit of " +
                                                 std::to_string(kKeySizeMax));
  };
  for (const auto& change : batch.changes()) {
    ANABRANCH_CHECK(check_key(change.key));
    total_bytes += change.value.size();
    if (change.value.size() > kValueSizeMax) {
      return fail(ErrorCode::invalid_argument, "a value of " + std::to_string(change.value.size()) +
                                                   " bytes is over the limit of " +
                                                   std::to_string(kValueSizeMax));
    }
  }
  for (const auto& condition : batch.conditions()) ANABRANCH_CHECK(check_key(condition.key));
  total_bytes += batch.blob_changes().size() * sizeof(Batch::BlobChange);
  if (total_bytes > kBatchSizeMax) {
    return fail(ErrorCode::invalid_argument, "a batch of " + std::to_string(total_bytes) +
                                                 " bytes is over the limit of " +
                                                 std::to_string(kBatchSizeMax));
  }
  return {};
}

}  // namespace anabranch::kv
