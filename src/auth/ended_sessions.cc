#include "auth/ended_sessions.h"

#include <algorithm>
#include <boost/json.hpp>
#include <mutex>
#include <optional>

namespace anabranch::auth {
namespace {

namespace json = boost::json;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kExpiryDigits = 13;  // milliseconds since 1970 until the year 2286
/// Expired records that go with one change.
constexpr std::size_t kDroppedAtOnceMax = 1'000;

std::string expiry_of(TimeMs expires_ms) {
  std::string digits = std::to_string(expires_ms);
  digits.insert(0, kExpiryDigits - std::min(digits.size(), kExpiryDigits), '0');
  return std::string(kEndedSessionPrefix) + digits;
}
std::string record_key(TimeMs expires_ms, const std::string& session_id) {
  return expiry_of(expires_ms) + "/" + session_id;
}

struct Record {
  std::string access_key_id;
  bool all = false;
  TimeMs expires_ms = 0;
  std::string session_id;
};

std::string encode(const Record& record) {
  json::object object{{"version", kVersion}, {"access_key_id", record.access_key_id}};
  if (record.all) object["all"] = true;
  return json::serialize(object);
}

Result<Record> decode(std::string_view key, std::string_view value) {
  const auto corrupt = [&] {
    return fail(ErrorCode::corruption,
                "the record of an ended session, " + std::string(key) + ", is not what version 1 says");
  };
  Record record;
  const std::string_view name = key.substr(kEndedSessionPrefix.size());
  if (name.size() < kExpiryDigits + 1 || name[kExpiryDigits] != '/') return corrupt();
  for (const char digit : name.substr(0, kExpiryDigits)) {
    if (digit < '0' || digit > '9') return corrupt();
    record.expires_ms = record.expires_ms * 10 + (digit - '0');
  }
  record.session_id = name.substr(kExpiryDigits + 1);
  json::error_code error;
  const json::value parsed = json::parse(json::string_view(value.data(), value.size()), error);
  const json::object* const object = error ? nullptr : parsed.if_object();
  if (object == nullptr) return corrupt();
  const json::value* const version = object->if_contains("version");
  const json::value* const id = object->if_contains("access_key_id");
  if (version == nullptr || !version->is_int64() || version->get_int64() != kVersion || id == nullptr ||
      !id->is_string()) {
    return corrupt();
  }
  record.access_key_id.assign(id->get_string().data(), id->get_string().size());
  record.all = object->contains("all");
  return record;
}

}  // namespace

Result<void> EndedSessions::load() const {
  {
    const std::shared_lock lock(mutex_);
    if (loaded_) return {};
  }
  const std::unique_lock lock(mutex_);
  if (loaded_) return {};
  std::vector<Record> found;
  Result<void> decoded;
  ANABRANCH_CHECK(kv_.scan(kEndedSessionPrefix, kv::prefix_end(kEndedSessionPrefix),
                           [&](std::string_view key, std::string_view value) {
                             auto record = decode(key, value);
                             if (!record) {
                               decoded = fail(std::move(record).error());
                               return kv::ScanStep::stop();
                             }
                             found.push_back(*std::move(record));
                             return kv::ScanStep::next();
                           }));
  ANABRANCH_CHECK(decoded);
  for (Record& record : found) {
    records_.insert(record_key(record.expires_ms, record.session_id));
    OfKey& of_key = of_key_[record.access_key_id];
    if (record.all) {
      of_key.all_until_ms = std::max(of_key.all_until_ms, record.expires_ms);
    } else {
      of_key.ended.emplace(record.expires_ms, std::move(record.session_id));
    }
  }
  loaded_ = true;
  return {};
}

Result<bool> EndedSessions::contains(const TokenClaims& claims) const {
  ANABRANCH_CHECK(load());
  const std::shared_lock lock(mutex_);
  const auto of_key = of_key_.find(claims.access_key_id);
  if (of_key == of_key_.end()) return false;
  return claims.expires_ms <= of_key->second.all_until_ms ||
         of_key->second.ended.contains({claims.expires_ms, claims.session_id});
}

/// With mutex_ held: what expired is forgotten, here and in kv.
void EndedSessions::drop_expired(kv::Batch& batch) {
  const std::string now = expiry_of(clock_.now_ms());
  for (std::size_t i = 0; i < kDroppedAtOnceMax && !records_.empty() && *records_.begin() < now; ++i) {
    batch.erase(*records_.begin());
    records_.erase(records_.begin());
  }
  for (auto at = of_key_.begin(); at != of_key_.end();) {
    auto& ended = at->second.ended;
    while (!ended.empty() && ended.begin()->first < clock_.now_ms()) ended.erase(ended.begin());
    const bool over = ended.empty() && at->second.all_until_ms < clock_.now_ms();
    at = over ? of_key_.erase(at) : std::next(at);
  }
}

/// Remembers the token, and gives the batch that makes it durable.
kv::Batch EndedSessions::note(const TokenClaims& claims) {
  kv::Batch batch;
  const std::unique_lock lock(mutex_);
  drop_expired(batch);
  const auto add = [&](const Record& record) {
    std::string key = record_key(record.expires_ms, record.session_id);
    batch.put(key, encode(record));
    records_.insert(std::move(key));
  };
  OfKey& of_key = of_key_[claims.access_key_id];
  of_key.ended.emplace(claims.expires_ms, claims.session_id);
  add({claims.access_key_id, false, claims.expires_ms, claims.session_id});
  if (of_key.ended.size() <= kEndedOfKeyMax) return batch;

  while (of_key.ended.size() > kEndedOfKeyMax / 2) {
    const auto oldest = of_key.ended.begin();
    of_key.all_until_ms = std::max(of_key.all_until_ms, oldest->first);
    std::string key = record_key(oldest->first, oldest->second);
    records_.erase(key);
    batch.erase(std::move(key));
    of_key.ended.erase(oldest);
  }
  // Its own id: the records of such summaries only ever add up, in whatever order they become durable.
  add({claims.access_key_id, true, of_key.all_until_ms, claims.session_id + "-and-before"});
  return batch;
}

Task<Result<void>> EndedSessions::end(TokenClaims claims) {
  auto committing = kv::commit(kv_, note(claims));
  co_return co_await std::move(committing);
}

std::size_t EndedSessions::size() const {
  const std::shared_lock lock(mutex_);
  std::size_t size = 0;
  for (const auto& [id, of_key] : of_key_) size += of_key.ended.size();
  return size;
}

}  // namespace anabranch::auth
