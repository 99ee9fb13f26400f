#include "bench/versioning_setup.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <thread>
#include <utility>

namespace anabranch::bench {
namespace {

namespace json = boost::json;

constexpr const char* kDataFolder = "data/";  // in a branch
constexpr auto kImportPollEvery = std::chrono::milliseconds(5);
constexpr std::uint64_t kChangedNumbersFrom = 1'000;  // sets of payloads: beyond those of the plain bucket

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The folders of the first `entries` objects as import sources; the whole set as one.
json::array import_paths(const ObjectSet& source, std::uint64_t entries) {
  json::array paths;
  const auto add = [&](const std::string& folder) {
    paths.push_back(json::object{{"type", "common_prefix"},
                                 {"path", "s3://" + source.bucket + "/" + source.folder + folder},
                                 {"destination", kDataFolder + folder}});
  };
  if (entries == source.count) {
    add("");
  } else {
    for (std::uint64_t i = 0; i < entries / kObjectsPerFolder; ++i) add(folder_name(i));
  }
  return paths;
}

Result<bool> is_imported(const std::string& answer, std::uint64_t entries) {
  ANABRANCH_TRY(const auto status, parse_object(answer));
  if (const auto* error = status.if_contains("error"); error != nullptr && !error->is_null()) {
    return fail(ErrorCode::internal, "import: " + answer);
  }
  const auto* completed = status.if_contains("completed");
  if (completed == nullptr || !completed->is_bool() || !completed->get_bool()) return false;
  const auto* ingested = status.if_contains("ingested_objects");
  if (ingested == nullptr || !ingested->is_int64() ||
      ingested->get_int64() != static_cast<std::int64_t>(entries)) {
    return fail(ErrorCode::internal, fmt::format("import of {} objects: {}", entries, answer));
  }
  return true;
}

}  // namespace

std::string repository_path(const std::string& repository) { return "/repositories/" + repository; }
std::string branch_path(const std::string& repository, const std::string& branch) {
  return repository_path(repository) + "/branches/" + branch;
}

Result<Bench::Stored*> VersioningSetup::source(Bench& bench) {
  auto& stored = bench.stored("4k", 4 * KiB, bench.settings().objects);
  ANABRANCH_CHECK(bench.fill(stored));
  return &stored;
}

Result<std::string> VersioningSetup::make_repository(Bench& bench, const std::string& name) {
  const std::string& bucket = bench.settings().bucket;
  const std::string repository = bucket + "-" + name;
  ANABRANCH_CHECK(bench.s3().create_bucket(bucket + "-store"));
  const json::object body{{"name", repository},
                          {"storage_namespace", "s3://" + bucket + "-store/" + repository},
                          {"default_branch", kMain}};
  ANABRANCH_CHECK(bench.rest().call("POST", "/repositories", json::serialize(body)));
  bench.note_repository();
  return repository;
}

Result<std::string> VersioningSetup::repository_of(Bench& bench, std::uint64_t entries) {
  if (const auto found = repositories_.find(entries); found != repositories_.end()) return found->second;
  ANABRANCH_TRY(const auto* stored, source(bench));
  ANABRANCH_TRY(auto repository, make_repository(bench, std::to_string(entries)));
  ANABRANCH_CHECK(block_on(import(bench.rest(), stored->set, repository, kMain, entries)));
  repositories_[entries] = repository;
  return repository;
}

Result<void> VersioningSetup::make_branches(Bench& bench, const std::string& repository,
                                            const std::string& prefix, const std::string& source,
                                            std::uint64_t count) {
  RestClient& rest = bench.rest();
  return bench.run_unmeasured(count, [&](std::uint64_t i) {
    return create_branch(rest, repository, prefix + std::to_string(i), source);
  });
}

std::string VersioningSetup::fresh_prefix(const std::string& purpose) {
  return fmt::format("{}-{}-", purpose, prefixes_++);
}

ObjectSet VersioningSetup::changed(const std::string& repository, const std::string& branch,
                                   std::uint64_t entries) {
  return {repository, branch + "/" + kDataFolder, kChangedNumbersFrom + changes_++, 4 * KiB, entries};
}

ObjectSet VersioningSetup::imported(const Bench::Stored& source, const std::string& repository,
                                    const std::string& ref, std::uint64_t entries) {
  return {repository, ref + "/" + kDataFolder, source.set.number, source.set.size_bytes, entries};
}

Task<Result<Moved>> create_branch(RestClient& rest, std::string repository, std::string name,
                                  std::string source) {
  std::string body = json::serialize(json::object{{"name", name}, {"source", source}});
  std::string path = repository_path(repository) + "/branches";
  auto sending = rest.send("POST", std::move(path), std::move(body));
  const Result<std::string> answer = co_await std::move(sending);
  if (!answer) co_return fail(answer.error());
  if (answer->empty()) co_return fail(ErrorCode::internal, "branch " + name + ": no commit id in the answer");
  co_return Moved{};
}

Task<Result<Moved>> commit(RestClient& rest, std::string repository, std::string branch) {
  std::string body =
      json::serialize(json::object{{"message", "a measured commit"}, {"metadata", json::object()}});
  std::string path = branch_path(repository, branch) + "/commits";
  auto sending = rest.send("POST", std::move(path), std::move(body));
  const Result<std::string> answer = co_await std::move(sending);
  if (!answer) co_return fail(answer.error());
  const auto made = parse_object(*answer);
  if (!made) co_return fail(made.error());
  if (text_of(*made, "id").empty()) co_return fail(ErrorCode::internal, "commit: no id in " + *answer);
  co_return Moved{};
}

Task<Result<Moved>> merge(RestClient& rest, std::string repository, std::string source,
                          std::string destination) {
  std::string path = fmt::format("{}/refs/{}/merge/{}", repository_path(repository), source, destination);
  std::string body = json::serialize(json::object{{"message", "a measured merge"}});
  auto sending = rest.send("POST", std::move(path), std::move(body));
  const Result<std::string> answer = co_await std::move(sending);
  if (!answer) co_return fail(answer.error());
  const auto made = parse_object(*answer);
  if (!made) co_return fail(made.error());
  if (text_of(*made, "reference").empty())
    co_return fail(ErrorCode::internal, "merge: no reference in " + *answer);
  co_return Moved{};
}

Task<Result<Moved>> import(RestClient& rest, const ObjectSet& source, std::string repository,
                           std::string branch, std::uint64_t entries) {
  const json::object order{{"paths", import_paths(source, entries)},
                           {"commit", json::object{{"message", "a measured import"}}}};
  const std::string path = branch_path(repository, branch) + "/import";
  auto starting = rest.send("POST", path, json::serialize(order));
  const Result<std::string> started = co_await std::move(starting);
  if (!started) co_return fail(started.error());
  const auto ticket = parse_object(*started);
  if (!ticket) co_return fail(ticket.error());
  const std::string status_path = path + "?id=" + text_of(*ticket, "id");
  while (true) {
    auto asking = rest.send("GET", status_path);
    const Result<std::string> answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    const Result<bool> done = is_imported(*answer, entries);
    if (!done) co_return fail(done.error());
    if (*done) co_return Moved{0, entries};
    // One import at a time: nothing else waits for this thread, and asking without a pause would cost the
    // server time that is not the import's.
    std::this_thread::sleep_for(kImportPollEvery);
  }
}

}  // namespace anabranch::bench
