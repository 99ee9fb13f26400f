// The cases on a plain bucket: see bench.h.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bench/bench.h"

namespace anabranch::bench {
namespace {

/// Objects of one size: how many there are, and how often one is read, with 100,000 objects of 4 KiB.
struct Size {
  const char* name;
  const char* title;
  std::uint64_t bytes;
  std::uint64_t count_usual;
  std::uint64_t count_min;
  std::uint64_t reads_usual;
};
constexpr Size kSizes[] = {
    {"4k", "4 KiB", 4 * KiB, kObjectsUsual, 100, 100'000},
    {"64k", "64 KiB", 64 * KiB, 10'000, 100, 20'000},
    {"1m", "1 MiB", MiB, 1'000, 64, 2'000},
    {"64m", "64 MiB", 64 * MiB, 48, 16, 96},
};
constexpr const Size& kSmall = kSizes[0];

Bench::Stored& stored(Bench& bench, const Size& size) {
  // Of the smallest there are as many as asked for, also if that is more than usual. Never an eighth of them:
  // one connection writes and reads the same set.
  const std::uint64_t objects = bench.settings().objects;
  const std::uint64_t share = size.count_usual * std::min(objects, kObjectsUsual) / kObjectsUsual;
  const std::uint64_t count = &size == &kSmall ? objects : std::max(share, size.count_min);
  return bench.stored(size.name, size.bytes, count);
}

Result<Plan> plan_put(Bench& bench, const Size& size) {
  auto& target = stored(bench, size);
  const std::uint64_t operations = bench.share(target.set.count);
  if (target.set.sha256_hex.size() < operations) hash_payloads(target.set, operations);
  S3Client& s3 = bench.s3();
  return Plan{
      operations, [&s3, &target](std::uint64_t i) { return s3.put_object(target.set, i); },
      [&target](const LoadResult& done) { target.stored = std::max(target.stored, done.operations); }};
}

Result<Plan> plan_get(Bench& bench, const Size& size) {
  auto& source = stored(bench, size);
  ANABRANCH_CHECK(bench.fill(source));
  S3Client& s3 = bench.s3();
  if (!bench.settings().is_cold) {  // a store that writes around the page cache has nothing in it yet
    ANABRANCH_CHECK(bench.run_unmeasured(
        source.set.count, [&s3, &source](std::uint64_t i) { return s3.get_object(source.set, i); }));
  }
  return Plan{bench.scaled(size.reads_usual, size.count_min), [&s3, &source](std::uint64_t i) {
                return s3.get_object(source.set, scattered(i, source.set.count));
              }};
}

Result<Plan> plan_head(Bench& bench) {
  auto& source = stored(bench, kSmall);
  ANABRANCH_CHECK(bench.fill(source));
  S3Client& s3 = bench.s3();
  return Plan{bench.scaled(kObjectsUsual, 1'000), [&s3, &source](std::uint64_t i) {
                return s3.head_object(source.set, scattered(i, source.set.count));
              }};
}

Result<Plan> plan_list(Bench& bench) {
  auto& source = stored(bench, kSmall);
  ANABRANCH_CHECK(bench.fill(source));
  S3Client& s3 = bench.s3();
  // Full pages wherever there are more objects than one page has.
  const std::uint64_t starts =
      source.set.count > kObjectsPerFolder ? source.set.count - kObjectsPerFolder : 1;
  return Plan{bench.scaled(1'000, 100), [&s3, &source, starts](std::uint64_t i) {
                return s3.list_page(source.set, scattered(i, starts));
              }};
}

Result<Plan> plan_delete(Bench& bench) {
  auto& target = bench.stored("delete", kSmall.bytes, bench.scaled(20'000, 500));
  ANABRANCH_CHECK(bench.fill(target));
  S3Client& s3 = bench.s3();
  return Plan{target.set.count, [&s3, &target](std::uint64_t i) { return s3.delete_object(target.set, i); },
              [&target](const LoadResult& done) {
                if (done.operations == target.set.count) target.stored = 0;
              }};
}

/// 45 % GET, 30 % HEAD, 15 % PUT, 10 % DELETE, as warp's mixed load; what is deleted was put in the same run.
class Mixture {
 public:
  Mixture(S3Client& s3, const ObjectSet& read, const ObjectSet& written)
      : s3_(s3), read_(read), written_(written) {}

  Task<Result<Moved>> run(std::uint64_t i) {
    constexpr std::uint64_t kPercent = 100;
    const std::uint64_t turn = scattered(i, kPercent);
    if (turn < 45) return s3_.get_object(read_, scattered(i, read_.count));
    if (turn < 75) return s3_.head_object(read_, scattered(i, read_.count));
    if (turn < 85) {
      if (const auto old = take()) return s3_.delete_object(written_, *old);
    }
    return put(*this, i);
  }

 private:
  static Task<Result<Moved>> put(Mixture& mixture, std::uint64_t i) {
    auto putting = mixture.s3_.put_object(mixture.written_, i);
    Result<Moved> moved = co_await std::move(putting);
    if (moved) mixture.give(i);
    co_return moved;
  }
  std::optional<std::uint64_t> take() {
    const std::lock_guard lock(mutex_);
    if (present_.empty()) return std::nullopt;
    const std::uint64_t i = present_.back();
    present_.pop_back();
    return i;
  }
  void give(std::uint64_t i) {
    const std::lock_guard lock(mutex_);
    present_.push_back(i);
  }

  S3Client& s3_;
  const ObjectSet& read_;
  const ObjectSet& written_;
  std::mutex mutex_;
  std::vector<std::uint64_t> present_;  // guarded by mutex_
};

Result<Plan> plan_mixed(Bench& bench) {
  auto& read = stored(bench, kSmall);
  ANABRANCH_CHECK(bench.fill(read));
  const std::uint64_t operations = bench.scaled(50'000, 1'000);
  auto& written = bench.stored("mixed", kSmall.bytes, operations);
  const auto mixture = std::make_shared<Mixture>(bench.s3(), read.set, written.set);
  // S3 answers a DELETE of what is not there with 204 too, so cleaning up may go over all of its numbers.
  return Plan{operations, [mixture](std::uint64_t i) { return mixture->run(i); },
              [&written](const LoadResult& done) { written.stored = done.operations; }};
}

}  // namespace

std::vector<Case> s3_cases() {
  std::vector<Case> cases;
  const auto add = [&](std::string name, std::string about, std::function<Result<Plan>(Bench&)> prepare) {
    cases.push_back({std::move(name), std::move(about), false, 0, std::move(prepare)});
  };
  for (const Size& size : kSizes) {
    add(fmt::format("put-{}", size.name), fmt::format("PUT {}, new keys", size.title),
        [&size](Bench& bench) { return plan_put(bench, size); });
    add(fmt::format("get-{}", size.name), fmt::format("GET {}, scattered keys, bytes compared", size.title),
        [&size](Bench& bench) { return plan_get(bench, size); });
    if (&size != &kSmall) continue;
    add("head", "HEAD of a 4 KiB object", plan_head);
    add("list", "ListObjectsV2, a page of 1,000 from a scattered place", plan_list);
  }
  add("mixed-4k", "4 KiB: 45 % GET, 30 % HEAD, 15 % PUT, 10 % DELETE", plan_mixed);
  add("delete-4k", "DELETE of 4 KiB objects", plan_delete);
  return cases;
}

}  // namespace anabranch::bench
