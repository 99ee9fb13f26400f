// The cases on repositories: see bench.h.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "bench/bench.h"
#include "bench/versioning_setup.h"

namespace anabranch::bench {
namespace {

constexpr std::uint64_t kPage = 1'000;  // the largest that the API gives
constexpr std::uint64_t kImportsUsual = 5;
constexpr std::uint64_t kDeletesUsual = 20;

using Setup = std::shared_ptr<VersioningSetup>;

Task<Result<Moved>> stat_object(RestClient& rest, const ObjectSet& set, std::uint64_t i) {
  // The set's folder is "<ref>/data/": the ref goes into the path, the rest into the query.
  const auto slash = set.folder.find('/');
  const std::string key = set.key(i).substr(slash + 1);
  std::string path = fmt::format("{}/refs/{}/objects/stat?path={}", repository_path(set.bucket),
                                 set.folder.substr(0, slash), http::percent_encode(key, false));
  auto sending = rest.send("GET", std::move(path));
  const Result<std::string> answer = co_await std::move(sending);
  if (!answer) co_return fail(answer.error());
  if (answer->find(key) == std::string::npos)
    co_return fail(ErrorCode::internal, "stat of " + key + ": " + *answer);
  co_return Moved{0, 1};
}

/// One page of a listing or a diff; `wanted` results.
Task<Result<Moved>> get_page(RestClient& rest, std::string path, std::uint64_t wanted) {
  const std::string what = path;
  auto sending = rest.send("GET", std::move(path));
  const Result<std::string> answer = co_await std::move(sending);
  if (!answer) co_return fail(answer.error());
  constexpr std::string_view kEachHas = "\"path_type\"";
  std::uint64_t entries = 0;
  for (auto at = answer->find(kEachHas); at != std::string::npos; at = answer->find(kEachHas, at + 1))
    ++entries;
  if (entries != wanted) {
    co_return fail(ErrorCode::internal, fmt::format("GET {}: {} results, not {}", what, entries, wanted));
  }
  co_return Moved{0, entries};
}

/// All pages of a diff, one after the other.
Task<Result<Moved>> get_all_pages(RestClient& rest, std::string path, std::uint64_t wanted) {
  std::uint64_t entries = 0;
  std::string after;
  while (true) {
    auto sending = rest.send("GET", path + "&after=" + http::percent_encode(after, false));
    const Result<std::string> answer = co_await std::move(sending);
    if (!answer) co_return fail(answer.error());
    const auto page = parse_object(*answer);
    if (!page) co_return fail(page.error());
    const auto* results = page->if_contains("results");
    const auto* pagination = page->if_contains("pagination");
    if (results == nullptr || !results->is_array() || pagination == nullptr || !pagination->is_object()) {
      co_return fail(ErrorCode::internal, "GET " + path + ": no page");
    }
    entries += results->get_array().size();
    const auto* more = pagination->get_object().if_contains("has_more");
    if (more == nullptr || !more->is_bool() || !more->get_bool()) break;
    const auto* next = pagination->get_object().if_contains("next_offset");
    if (next == nullptr || !next->is_string())
      co_return fail(ErrorCode::internal, "GET " + path + ": no next_offset");
    after = next->get_string();
  }
  if (entries != wanted) {
    co_return fail(ErrorCode::internal, fmt::format("GET {}: {} results, not {}", path, entries, wanted));
  }
  co_return Moved{0, entries};
}

Result<Plan> plan_import(Bench& bench, const Setup& setup) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::string prefix = setup->fresh_prefix("import");
  ANABRANCH_TRY(const auto repository, setup->make_repository(bench, prefix + "target"));
  ANABRANCH_CHECK(setup->make_branches(bench, repository, prefix, VersioningSetup::kMain, kImportsUsual));
  RestClient& rest = bench.rest();
  return Plan{kImportsUsual,
              [&rest, source, repository, prefix](std::uint64_t i) {
                return import(rest, source->set, repository, prefix + std::to_string(i), source->set.count);
              },
              {},
              1};
}

Result<Plan> plan_stat(Bench& bench, const Setup& setup) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  const auto set = std::make_shared<ObjectSet>(
      VersioningSetup::imported(*source, repository, VersioningSetup::kMain, entries));
  RestClient& rest = bench.rest();
  return Plan{bench.scaled(20'000, 500),
              [&rest, set](std::uint64_t i) { return stat_object(rest, *set, scattered(i, set->count)); }};
}

Result<Plan> plan_branch_list(Bench& bench, const Setup& setup) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  const auto set = std::make_shared<ObjectSet>(ObjectSet{repository, "data/", 0, 0, entries});
  RestClient& rest = bench.rest();
  const std::uint64_t starts = entries > kPage ? entries - kPage : 1;
  return Plan{bench.scaled(500, 50), [&rest, set, starts](std::uint64_t i) {
                const std::uint64_t from = scattered(i, starts);
                std::string path =
                    fmt::format("{}/refs/{}/objects/ls?amount={}&after={}", repository_path(set->bucket),
                                VersioningSetup::kMain, kPage, http::percent_encode(set->key(from), false));
                return get_page(rest, std::move(path), std::min(kPage, set->count - from - 1));
              }};
}

Result<Plan> plan_branch_get(Bench& bench, const Setup& setup) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  const auto set = std::make_shared<ObjectSet>(
      VersioningSetup::imported(*source, repository, VersioningSetup::kMain, entries));
  S3Client& s3 = bench.s3();
  return Plan{bench.scaled(20'000, 500),
              [&s3, set](std::uint64_t i) { return s3.get_object(*set, scattered(i, set->count)); }};
}

Result<Plan> plan_branch_put(Bench& bench, const Setup& setup) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  const std::string prefix = setup->fresh_prefix("writes");
  ANABRANCH_CHECK(setup->make_branches(bench, repository, prefix, VersioningSetup::kMain, 1));
  const std::uint64_t operations = bench.scaled(20'000, 500);
  const auto set = std::make_shared<ObjectSet>(setup->changed(repository, prefix + "0", entries));
  set->folder += "new/";
  hash_payloads(*set, operations);
  S3Client& s3 = bench.s3();
  return Plan{operations, [&s3, set](std::uint64_t i) { return s3.put_object(*set, i); }};
}

/// Multi-object deletes of a thousand neighbours each, one after the other: of a branch's committed objects,
/// or of as many that were put there and never committed.
Result<Plan> plan_branch_delete(Bench& bench, const Setup& setup, bool is_committed) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  const std::string prefix = setup->fresh_prefix("deletes");
  ANABRANCH_CHECK(setup->make_branches(bench, repository, prefix, VersioningSetup::kMain, 1));
  const std::uint64_t operations = std::min(entries / kPage, kDeletesUsual);
  S3Client& s3 = bench.s3();
  std::shared_ptr<ObjectSet> set;
  if (is_committed) {
    set = std::make_shared<ObjectSet>(VersioningSetup::imported(*source, repository, prefix + "0", entries));
  } else {
    set = std::make_shared<ObjectSet>(setup->changed(repository, prefix + "0", entries));
    set->folder += "new/";
    ANABRANCH_CHECK(
        bench.run_unmeasured(operations * kPage, [&](std::uint64_t i) { return s3.put_object(*set, i); }));
  }
  return Plan{
      operations, [&s3, set](std::uint64_t i) { return s3.delete_objects(*set, i * kPage, kPage); }, {}, 1};
}

Result<Plan> plan_branch_create(Bench& bench, const Setup& setup) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, source->set.count));
  const std::string prefix = setup->fresh_prefix("branch");
  RestClient& rest = bench.rest();
  return Plan{bench.scaled(20'000, 500), [&rest, repository, prefix](std::uint64_t i) {
                return create_branch(rest, repository, prefix + std::to_string(i), VersioningSetup::kMain);
              }};
}

/// Puts on `branch` what is said by each object's number.
Result<void> stage(Bench& bench, const ObjectSet& set, std::uint64_t count, std::uint64_t first) {
  S3Client& s3 = bench.s3();
  return bench.run_unmeasured(
      count, [&](std::uint64_t i) { return s3.put_object(set, scattered(first + i, set.count)); });
}

/// Many branches of main, each with one staged change of its own at another place of the tree.
Result<void> stage_one_each(Bench& bench, VersioningSetup& setup, const std::string& repository,
                            const std::string& prefix, std::uint64_t branches, std::uint64_t entries,
                            std::uint64_t first) {
  ANABRANCH_CHECK(setup.make_branches(bench, repository, prefix, VersioningSetup::kMain, branches));
  std::vector<ObjectSet> sets;
  for (std::uint64_t i = 0; i < branches; ++i) {
    sets.push_back(setup.changed(repository, prefix + std::to_string(i), entries));
  }
  S3Client& s3 = bench.s3();
  return bench.run_unmeasured(
      branches, [&](std::uint64_t i) { return s3.put_object(sets[i], scattered(first + i, entries)); });
}

Result<Plan> plan_commit(Bench& bench, const Setup& setup, std::uint64_t entries) {
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  const std::string prefix = setup->fresh_prefix("commit");
  const std::uint64_t operations = bench.scaled(320, 64);
  ANABRANCH_CHECK(stage_one_each(bench, *setup, repository, prefix, operations, entries, 0));
  RestClient& rest = bench.rest();
  return Plan{operations, [&rest, repository, prefix](std::uint64_t i) {
                return commit(rest, repository, prefix + std::to_string(i));
              }};
}

/// A branch of main with `changes` overwritten objects, committed; its name.
Result<std::string> changed_branch(Bench& bench, VersioningSetup& setup, const std::string& repository,
                                   std::uint64_t entries, std::uint64_t changes) {
  const std::string prefix = setup.fresh_prefix("changed");
  ANABRANCH_CHECK(setup.make_branches(bench, repository, prefix, VersioningSetup::kMain, 1));
  const std::string branch = prefix + "0";
  ANABRANCH_CHECK(stage(bench, setup.changed(repository, branch, entries), changes, 0));
  ANABRANCH_CHECK(block_on(commit(bench.rest(), repository, branch)));
  return branch;
}

Result<Plan> plan_diff(Bench& bench, const Setup& setup, std::uint64_t one_in, bool is_whole) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  const std::uint64_t changes = std::max<std::uint64_t>(1, entries / one_in);
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  ANABRANCH_TRY(const auto branch, changed_branch(bench, *setup, repository, entries, changes));
  const std::string path = fmt::format("{}/refs/{}/diff/{}?type=two_dot&amount={}",
                                       repository_path(repository), VersioningSetup::kMain, branch, kPage);
  RestClient& rest = bench.rest();
  return Plan{bench.scaled(is_whole ? 80 : 320, 32), [&rest, path, changes, is_whole](std::uint64_t) {
                return is_whole ? get_all_pages(rest, path, changes)
                                : get_page(rest, path, std::min(kPage, changes));
              }};
}

Result<Plan> plan_merge(Bench& bench, const Setup& setup, std::uint64_t one_in) {
  ANABRANCH_TRY(const auto* source, setup->source(bench));
  const std::uint64_t entries = source->set.count;
  const std::uint64_t changes = std::max<std::uint64_t>(1, entries / one_in);
  ANABRANCH_TRY(const auto repository, setup->repository_of(bench, entries));
  ANABRANCH_TRY(const auto branch, changed_branch(bench, *setup, repository, entries, changes));
  // Each destination has a commit of its own, elsewhere: a true three-way merge without conflict.
  const std::string prefix = setup->fresh_prefix("destination");
  const std::uint64_t operations = bench.scaled(160, 32);
  ANABRANCH_CHECK(stage_one_each(bench, *setup, repository, prefix, operations, entries, changes));
  RestClient& rest = bench.rest();
  ANABRANCH_CHECK(bench.run_unmeasured(
      operations, [&](std::uint64_t i) { return commit(rest, repository, prefix + std::to_string(i)); }));
  return Plan{operations, [&rest, repository, branch, prefix](std::uint64_t i) {
                return merge(rest, repository, branch, prefix + std::to_string(i));
              }};
}

}  // namespace

std::vector<Case> versioning_cases() {
  const auto setup = std::make_shared<VersioningSetup>();
  std::vector<Case> cases;
  const auto add = [&](std::string name, std::string about, std::uint64_t objects_min,
                       std::function<Result<Plan>(Bench&)> prepare) {
    cases.push_back({std::move(name), std::move(about), true, objects_min, std::move(prepare)});
  };
  constexpr std::uint64_t kLeast = 1'000;
  add("import", "zero-copy import of all 4 KiB objects, until committed", kLeast,
      [setup](Bench& bench) { return plan_import(bench, setup); });
  add("stat", "REST stat of a committed object", kLeast,
      [setup](Bench& bench) { return plan_stat(bench, setup); });
  add("branch-list", "REST listing of main, a page of 1,000 from a scattered place", kLeast,
      [setup](Bench& bench) { return plan_branch_list(bench, setup); });
  add("branch-get-4k", "GET 4 KiB from main over S3", kLeast,
      [setup](Bench& bench) { return plan_branch_get(bench, setup); });
  add("branch-put-4k", "PUT 4 KiB to a branch over S3, new paths", kLeast,
      [setup](Bench& bench) { return plan_branch_put(bench, setup); });
  add("branch-delete-1000", "DeleteObjects of 1,000 committed objects of a branch over S3", kLeast,
      [setup](Bench& bench) { return plan_branch_delete(bench, setup, true); });
  add("branch-delete-1000-new", "DeleteObjects of 1,000 uncommitted objects of a branch over S3", kLeast,
      [setup](Bench& bench) { return plan_branch_delete(bench, setup, false); });
  add("branch-create", "a branch of main", kLeast,
      [setup](Bench& bench) { return plan_branch_create(bench, setup); });
  for (const std::uint64_t entries : {1'000, 10'000, 100'000}) {
    add(fmt::format("commit-{}k", entries / 1'000), fmt::format("commit of 1 change on {} entries", entries),
        entries, [setup, entries](Bench& bench) { return plan_commit(bench, setup, entries); });
  }
  add("diff-0.1pct", "two-dot diff, 0.1 % changed, first page", kLeast,
      [setup](Bench& bench) { return plan_diff(bench, setup, 1'000, false); });
  add("diff-10pct", "two-dot diff, 10 % changed, first page", kLeast,
      [setup](Bench& bench) { return plan_diff(bench, setup, 10, false); });
  add("diff-10pct-whole", "two-dot diff, 10 % changed, all pages", kLeast,
      [setup](Bench& bench) { return plan_diff(bench, setup, 10, true); });
  add("merge-0.1pct", "three-way merge of 0.1 % changes", kLeast,
      [setup](Bench& bench) { return plan_merge(bench, setup, 1'000); });
  return cases;
}

}  // namespace anabranch::bench
