#include "bench/bench.h"

#include <algorithm>
#include <utility>

namespace anabranch::bench {
namespace {
constexpr unsigned kSerialShare = 8;
}  // namespace

Bench::Bench(const Settings& settings)
    : settings_(settings),
      http_({settings.client_threads, std::chrono::milliseconds(5'000), std::chrono::milliseconds(300'000),
             settings.connections + settings.client_threads}),
      s3_(http_, settings.s3),
      rest_(http_, settings.api_url, settings.s3.access_key_id, settings.s3.secret_access_key) {}

std::uint64_t Bench::scaled(std::uint64_t usual, std::uint64_t least) const {
  return share(std::max(usual * std::min(settings_.objects, kObjectsUsual) / kObjectsUsual, least));
}

std::uint64_t Bench::share(std::uint64_t operations) const {
  return is_serial_ ? std::max<std::uint64_t>(1, operations / kSerialShare) : operations;
}

Bench::Stored& Bench::stored(const std::string& name, std::uint64_t size_bytes, std::uint64_t count) {
  auto& slot = sets_[name];
  if (slot == nullptr) {
    const std::uint64_t number = sets_.size();
    slot = std::make_unique<Stored>(Stored{{settings_.bucket, name + "/", number, size_bytes, count}});
  }
  return *slot;
}

Result<void> Bench::fill(Stored& stored) {
  const ObjectSet& set = stored.set;
  if (stored.stored == 0) {
    ANABRANCH_TRY(const bool is_there, block_on(s3_.has_object(set, set.count - 1)));
    if (is_there) stored.stored = set.count;
  }
  const std::uint64_t from = stored.stored;
  if (from >= set.count) return {};
  ANABRANCH_CHECK(run_unmeasured(
      set.count - from, [this, &set, from](std::uint64_t i) { return s3_.put_object(set, from + i); }));
  stored.stored = set.count;
  return {};
}

Result<void> Bench::run_unmeasured(std::uint64_t operations, const Operation& operation) {
  const LoadResult done = run_load(http_, {settings_.connections, operations}, operation);
  if (done.errors > 0) return fail(ErrorCode::internal, "preparing: " + done.first_error);
  return {};
}

Result<void> Bench::clean_up() {
  for (const auto& [name, stored] : sets_) {
    const ObjectSet& set = stored->set;
    ANABRANCH_CHECK(
        run_unmeasured(stored->stored, [this, &set](std::uint64_t i) { return s3_.delete_object(set, i); }));
    stored->stored = 0;
  }
  return s3_.delete_bucket(settings_.bucket);
}

}  // namespace anabranch::bench
