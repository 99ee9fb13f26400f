// Which objects outlive their key, for zero-copy imports.
//
// Every pin gives the bucket's state a new generation. An object's record names the generation it was
// published in, so "was there when the pin was made" is a comparison. Writers require the state unchanged:
// one that has not seen the pin cannot commit after it.
#include <algorithm>
#include <utility>

#include "objects/core.h"

namespace anabranch::objects {
namespace {

/// Narrower pins that a new one takes the place of, at a time; more stay, which costs only their records.
constexpr std::size_t kSubsumedPinsMax = 1'000;

/// Erases pins under `prefix`: the new pin is younger, so it holds all that they hold, save what an open one
/// would.
Result<void> erase_subsumed(const Core& core, kv::Batch& batch, BucketId id, const std::string& prefix,
                            const PinRecord& pin) {
  const TimeMs now_ms = core.clock.now_ms();
  const std::string begin = keys::pin(id, prefix);
  std::size_t seen = 0;
  Result<void> decoded;
  ANABRANCH_CHECK(
      core.kv.scan(begin, kv::prefix_end(begin), [&](std::string_view key, std::string_view value) {
        if (key == begin) return kv::ScanStep::next();
        const auto old = decode_pin(value);
        if (!old) {
          decoded = fail(old.error());
          return kv::ScanStep::stop();
        }
        if (old->open_until_ms <= std::max(now_ms, pin.open_until_ms)) batch.erase(std::string(key));
        return ++seen == kSubsumedPinsMax ? kv::ScanStep::stop() : kv::ScanStep::next();
      }));
  return decoded;
}

Result<kv::Batch> pin_batch(const Core& core, const std::string& bucket_name, const std::string& prefix,
                            TimeMs open_for_ms) {
  ANABRANCH_TRY(const auto bucket, core.bucket_for_write(bucket_name));
  const std::string key = keys::pin(bucket.id, prefix);
  ANABRANCH_TRY(const auto found, core.kv.get(key));
  PinRecord pin;
  if (found) {
    ANABRANCH_TRY(pin, decode_pin(*found));  // an open one stays open: another import may be walking
  }
  const std::uint64_t generation = bucket.state.pin_generation + 1;
  pin.generation = generation;
  if (open_for_ms > 0) pin.open_until_ms = std::max(pin.open_until_ms, core.clock.now_ms() + open_for_ms);

  kv::Batch batch;
  batch.require_equals(keys::bucket_state(bucket.id),
                       bucket.state_bytes);  // pins change only together with it
  batch.put(keys::bucket_state(bucket.id), encode(BucketState{generation}));
  batch.put(key, encode(pin));
  ANABRANCH_CHECK(erase_subsumed(core, batch, bucket.id, prefix, pin));
  return batch;
}

}  // namespace

Result<bool> is_pinned(const Core& core, BucketId bucket, std::string_view key,
                       std::uint64_t pin_generation) {
  const std::string base = keys::pin(bucket, "");
  const TimeMs now_ms = core.clock.now_ms();
  bool pinned = false;
  Result<void> decoded;
  // Visits the pins whose prefix the key has; where another lies between, seeks to the next longer prefix of
  // the key.
  const auto visit = [&](std::string_view kv_key, std::string_view value) {
    const std::string_view prefix = kv_key.substr(base.size());
    const auto common = static_cast<std::size_t>(
        std::mismatch(prefix.begin(), prefix.end(), key.begin(), key.end()).first - prefix.begin());
    if (common < prefix.size()) return kv::ScanStep::seek(base + std::string(key.substr(0, common + 1)));
    const auto pin = decode_pin(value);
    if (!pin) {
      decoded = fail(pin.error());
      return kv::ScanStep::stop();
    }
    pinned = pin_generation < pin->generation || now_ms < pin->open_until_ms;
    return pinned ? kv::ScanStep::stop() : kv::ScanStep::next();
  };
  // The end lies right after the key itself, so every prefix seen sorts at or before it.
  ANABRANCH_CHECK(core.kv.scan(base, base + std::string(key) + '\0', visit));
  if (!decoded) return fail(std::move(decoded).error());
  return pinned;
}

Task<Result<void>> ObjectStore::pin(std::string bucket, std::string prefix, TimeMs open_for_ms) {
  if (prefix.size() > kKeySizeMax)
    co_return fail(ErrorCode::key_too_long, "a pinned prefix is over 1024 bytes");
  MakeBatch make = [this, &bucket, &prefix, open_for_ms] {
    return pin_batch(*impl_, bucket, prefix, open_for_ms);
  };
  auto pinning = commit_retrying(*impl_, std::move(make), nullptr);
  co_return co_await std::move(pinning);
}

}  // namespace anabranch::objects
