#include "service/server_service.h"

#include <algorithm>
#include <utility>

#include "service/use_case.h"

namespace anabranch::service {
namespace {

constexpr std::int64_t kMinutesMax = static_cast<std::int64_t>(kLoadIntervalsMax) * kLoadIntervalMs / 60'000;

}  // namespace

ServerService::ServerService(objects::ObjectStore& objects, versioning::Repositories& repositories,
                             const LoadSeries& load, const ServerProbe& probe, const Clock& clock,
                             Workers& workers)
    : objects_(objects),
      repositories_(repositories),
      load_(load),
      probe_(probe),
      clock_(clock),
      workers_(workers) {}

Task<Result<ServerState>> ServerService::state(Caller caller) {
  return authorized_work(workers_, std::move(caller), Action::read_server, Resource::server(),
                         [this]() -> Result<ServerState> {
                           ServerState state{probe_.facts(), probe_.storage(), clock_.now_ms()};
                           ANABRANCH_TRY(state.repositories, repositories_.count());
                           ANABRANCH_TRY(const auto buckets, objects_.list_buckets());
                           state.buckets = buckets.size();
                           ANABRANCH_TRY(const auto usage, objects_.usage_of_all());
                           state.objects = usage.objects;
                           return state;
                         });
}

Task<Result<std::vector<LoadPoint>>> ServerService::load(Caller caller, std::int64_t minutes) {
  return authorized_work(workers_, std::move(caller), Action::read_server, Resource::server(),
                         [this, minutes]() -> Result<std::vector<LoadPoint>> {
                           if (minutes < 1 || minutes > kMinutesMax) {
                             return fail(ErrorCode::invalid_argument,
                                         "minutes must be between 1 and " + std::to_string(kMinutesMax));
                           }
                           const auto count = static_cast<std::size_t>(minutes * 60'000 / kLoadIntervalMs);
                           return load_.points(count, clock_.now_ms());
                         });
}

Result<void> ServerService::add_figures(BucketFigures& bucket) const {
  if (bucket.is_repository) {
    ANABRANCH_TRY(const auto figures, repositories_.head_figures(bucket.info.name));
    bucket.objects = figures.objects;
    bucket.bytes = figures.bytes;
    return {};
  }
  ANABRANCH_TRY(const BucketUsage usage, objects_.usage(bucket.info.name));
  bucket.objects = static_cast<std::uint64_t>(std::max<std::int64_t>(0, usage.objects));
  bucket.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, usage.bytes));
  ANABRANCH_TRY(bucket.repositories, repositories_.in_bucket(bucket.info.name));
  return {};
}

Result<Page<BucketFigures>> ServerService::read_buckets(const PageRequest& page) const {
  std::vector<BucketFigures> all;
  const auto add = [&](BucketInfo info, bool is_repository) {
    if (info.name.starts_with(page.prefix) && page.is_wanted(info.name) &&
        (page.after.empty() || info.name > page.after)) {
      all.push_back({std::move(info), is_repository, 0, 0, {}});
    }
  };
  ANABRANCH_TRY(auto buckets, objects_.list_buckets());
  for (auto& bucket : buckets) add(std::move(bucket), false);
  PageRequest some{page.prefix, page.after, versioning::kPageMax, page.search};
  while (true) {
    ANABRANCH_TRY(const auto repositories, repositories_.list(some));
    for (const auto& repository : repositories.items) add({repository.id, repository.created_ms, ""}, true);
    // Names are unique: behind so many of them there is no other of this page.
    if (!repositories.has_more || all.size() > buckets.size() + page.amount) break;
    some.after = repositories.next_offset;
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.info.name < b.info.name; });

  Page<BucketFigures> result;
  for (auto& bucket : all) {
    if (result.items.size() == page.amount) {
      result.has_more = page.amount > 0;
      break;
    }
    const auto added = add_figures(bucket);
    if (!added && (added.error().code == ErrorCode::no_such_bucket ||
                   added.error().code == ErrorCode::no_such_repository)) {
      continue;  // it went meanwhile
    }
    if (!added) return fail(added.error());
    result.items.push_back(std::move(bucket));
  }
  if (result.has_more) result.next_offset = result.items.back().info.name;
  return result;
}

Task<Result<Page<BucketFigures>>> ServerService::buckets(Caller caller, PageRequest page) {
  return authorized_work(workers_, std::move(caller), Action::list_buckets, Resource::server(),
                         [this, page = std::move(page)] { return read_buckets(page); });
}

Task<Result<versioning::RepositoryFigures>> ServerService::repository_figures(Caller caller,
                                                                              std::string repository) {
  const Resource resource = Resource::repository(repository);
  return authorized_work(
      workers_, std::move(caller), Action::read_repository, resource,
      [this, repository = std::move(repository)] { return repositories_.figures(repository); });
}

}  // namespace anabranch::service
