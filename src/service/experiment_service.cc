#include "service/experiment_service.h"

#include <utility>

#include "base/log.h"
#include "experiments/promotion.h"
#include "service/use_case.h"

namespace anabranch::service {
namespace {

/// For reads of many records: always on the pool.
template <class Function>
auto authorized_work(Workers& workers, Caller caller, Resource resource, Function function)
    -> Task<std::invoke_result_t<Function&>> {
  auto allowed = auth::authorize(caller.principal, Action::read_repository, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = on_workers(workers, std::move(function));
  co_return co_await std::move(task);
}

}  // namespace

// ── RunEvents
// ────────────────────────────────────────────────────────────────────────────────────────────────

RunEvents::RunEvents(const experiments::Experiments& experiments, Workers& workers, std::string repository,
                     std::unique_ptr<experiments::Subscription> subscription)
    : experiments_(experiments),
      workers_(workers),
      repository_(std::move(repository)),
      subscription_(std::move(subscription)) {}

Task<Result<RunNews>> RunEvents::next() {
  auto waiting = subscription_->next();
  const experiments::News news = co_await std::move(waiting);
  RunNews now;
  now.is_over = news.is_over;
  if (news.runs.empty() && news.sweeps.empty()) co_return now;
  const auto read = [this, &news]() -> Result<RunNews> {
    RunNews found;
    for (const auto& id : news.runs) {
      auto run = experiments_.get_run(repository_, id);
      if (run) {
        found.runs.push_back(*std::move(run));
      } else if (run.error().code != ErrorCode::not_found) {
        return fail(std::move(run).error());
      }
    }
    for (const auto& id : news.sweeps) {
      auto sweep = experiments_.get_sweep(repository_, id);
      if (sweep) {
        found.sweeps.push_back(*std::move(sweep));
      } else if (sweep.error().code != ErrorCode::not_found) {
        return fail(std::move(sweep).error());
      }
    }
    return found;
  };
  auto task = on_workers(workers_, read);
  co_return co_await std::move(task);
}

// ── ExperimentService
// ────────────────────────────────────────────────────────────────────────────────────────

ExperimentService::ExperimentService(experiments::Experiments& experiments,
                                     versioning::Repositories& repositories, auth::Credentials& credentials,
                                     Workers& workers)
    : experiments_(experiments), repositories_(repositories), credentials_(credentials), workers_(workers) {}

Task<Result<Sweep>> ExperimentService::create_sweep(Caller caller, Sweep sweep) {
  Resource resource = Resource::repository(sweep.repository);
  sweep.committer = caller.principal.user_id;
  return authorized_write(std::move(caller), Action::commit, std::move(resource),
                          [this, sweep = std::move(sweep)] { return experiments_.create_sweep(sweep); });
}

Task<Result<Sweep>> ExperimentService::get_sweep(Caller caller, std::string repository, std::string sweep) {
  Resource resource = Resource::repository(repository);
  return authorized_work(workers_, std::move(caller), std::move(resource),
                         [this, repository, sweep] { return experiments_.get_sweep(repository, sweep); });
}

Task<Result<Page<Sweep>>> ExperimentService::list_sweeps(Caller caller, std::string repository,
                                                         PageRequest page) {
  Resource resource = Resource::repository(repository);
  return authorized_work(workers_, std::move(caller), std::move(resource),
                         [this, repository, page] { return experiments_.list_sweeps(repository, page); });
}

Task<Result<std::vector<Sweep>>> ExperimentService::active_sweeps(Caller caller) {
  const auto read = [this] { return experiments_.active_sweeps(); };
  auto task = on_workers(workers_, read);
  auto sweeps = co_await std::move(task);
  if (!sweeps) co_return sweeps;
  std::erase_if(*sweeps, [&](const Sweep& sweep) {
    const Resource resource = Resource::repository(sweep.repository);
    return !auth::authorize(caller.principal, Action::read_repository, resource);
  });
  co_return sweeps;
}

Task<Result<void>> ExperimentService::cancel_sweep(Caller caller, std::string repository, std::string sweep) {
  Resource resource = Resource::repository(repository);
  return authorized_write(std::move(caller), Action::commit, std::move(resource),
                          [this, repository, sweep] { return experiments_.cancel_sweep(repository, sweep); });
}

Task<Result<void>> ExperimentService::remove_sweep(Caller caller, std::string repository, std::string sweep) {
  Resource resource = Resource::repository(repository);
  return authorized_write(std::move(caller), Action::commit, std::move(resource),
                          [this, repository, sweep] { return experiments_.remove_sweep(repository, sweep); });
}

Task<Result<Run>> ExperimentService::create_run(Caller caller, Run run) {
  Resource resource = Resource::repository(run.repository, run.branch);
  return authorized_write(std::move(caller), Action::commit, std::move(resource),
                          [this, run = std::move(run)] { return experiments_.create_run(run); });
}

Task<Result<Run>> ExperimentService::get_run(Caller caller, std::string repository, std::string run) {
  Resource resource = Resource::repository(repository);
  return authorized_read(workers_, std::move(caller), Action::read_repository, std::move(resource),
                         [this, repository, run] { return experiments_.get_run(repository, run); });
}

Task<Result<Page<Run>>> ExperimentService::list_runs(Caller caller, std::string repository, RunQuery query) {
  Resource resource = Resource::repository(repository);
  return authorized_work(workers_, std::move(caller), std::move(resource),
                         [this, repository, query] { return experiments_.list_runs(repository, query); });
}

Task<Result<void>> ExperimentService::may_change(Caller caller, std::string repository, std::string run) {
  const Resource whole = Resource::repository(repository);
  auto readable = auth::authorize(caller.principal, Action::read_repository, whole);
  if (!readable) co_return readable;
  const auto read = [this, &repository, &run] { return experiments_.get_run(repository, run); };
  auto task = inline_or_on(workers_, read);
  auto found = co_await std::move(task);
  if (!found) co_return fail(std::move(found).error());
  const Resource branch = Resource::repository(repository, found->branch);
  co_return auth::authorize(caller.principal, Action::commit, branch);
}

Task<void> ExperimentService::remove_keys(std::string repository, std::string run) {
  // They are looked for in kv: not on a thread of the network.
  const auto work = [this, &repository, &run] {
    return block_on(credentials_.remove_keys_of(repository, run));
  };
  auto task = on_workers(workers_, work);
  const auto removed = co_await std::move(task);
  if (!removed) {
    log::warning("keys of a run that is over were not removed",
                 {{"reason", std::string_view(removed.error().message)}});
  }
}

Task<Result<bool>> ExperimentService::report(Caller caller, std::string repository, std::string run,
                                             Report report) {
  auto asking = may_change(std::move(caller), repository, run);
  auto allowed = co_await std::move(asking);
  if (!allowed) co_return fail(std::move(allowed).error());
  const bool ends = report.state && experiments::is_over(*report.state);
  auto task = experiments_.report(repository, run, std::move(report));
  auto cancel = co_await std::move(task);
  if (cancel && ends) {
    auto removing = remove_keys(std::move(repository), std::move(run));
    co_await std::move(removing);
  }
  co_return cancel;
}

Task<Result<Run>> ExperimentService::begin_attempt(Caller caller, std::string repository, std::string run) {
  auto asking = may_change(std::move(caller), repository, run);
  auto allowed = co_await std::move(asking);
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = experiments_.begin_attempt(repository, run);
  auto begun = co_await std::move(task);
  if (!begun) co_return fail(std::move(begun).error());
  auto removing = remove_keys(std::move(repository), std::move(run));
  co_await std::move(removing);
  co_return begun;
}

Task<Result<auth::RunBinding>> ExperimentService::bind_key(Caller caller, std::string branch,
                                                           auth::RunBinding binding) {
  const std::string& repository = binding.repository;
  const std::string& run = binding.id;
  const Resource resource = Resource::repository(repository, branch);
  auto may_make = auth::authorize(caller.principal, Action::manage_credentials, resource);
  if (!may_make) co_return fail(std::move(may_make).error());
  // Before anything is looked up by the name: a repository that takes its place meanwhile has another uid.
  const auto read_uid = [this, &repository] { return experiments_.repository_uid(repository); };
  auto asking_uid = inline_or_on(workers_, read_uid);
  auto uid = co_await std::move(asking_uid);
  if (!uid) co_return fail(std::move(uid).error());
  binding.repository_uid = *std::move(uid);
  if (run.empty()) co_return binding;
  auto asking = may_change(std::move(caller), repository, run);
  auto allowed = co_await std::move(asking);
  if (!allowed) co_return fail(std::move(allowed).error());
  const auto read = [this, &repository, &run] { return experiments_.get_run(repository, run); };
  auto reading = inline_or_on(workers_, read);
  auto found = co_await std::move(reading);
  if (!found) co_return fail(std::move(found).error());
  if (found->branch != branch) {
    co_return fail(ErrorCode::invalid_argument, "run '" + run + "' is not of branch '" + branch + "'");
  }
  if (experiments::is_over(found->state)) {
    co_return fail(ErrorCode::conflict,
                   "run '" + run + "' is over: " + std::string(experiments::to_string(found->state)));
  }
  Report lives;
  lives.attempt = binding.attempt;
  auto task = experiments_.report(repository, run, std::move(lives));
  auto said = co_await std::move(task);
  if (!said) co_return fail(std::move(said).error());
  co_return binding;
}

Task<Result<void>> ExperimentService::cancel_run(Caller caller, std::string repository, std::string run) {
  auto asking = may_change(std::move(caller), repository, run);
  auto allowed = co_await std::move(asking);
  if (!allowed) co_return allowed;
  auto task = experiments_.cancel_run(std::move(repository), std::move(run));
  co_return co_await std::move(task);
}

Task<Result<void>> ExperimentService::remove_run(Caller caller, std::string repository, std::string run) {
  auto asking = may_change(std::move(caller), repository, run);
  auto allowed = co_await std::move(asking);
  if (!allowed) co_return allowed;
  auto task = experiments_.remove_run(std::move(repository), std::move(run));
  co_return co_await std::move(task);
}

Task<Result<std::uint64_t>> ExperimentService::rebuild(Caller caller, std::string repository) {
  Resource resource = Resource::repository(repository);
  return authorized_write(std::move(caller), Action::commit, std::move(resource),
                          [this, repository] { return experiments_.rebuild(repository); });
}

Task<Result<experiments::RunCommit>> ExperimentService::run_behind(Caller caller, std::string repository,
                                                                   std::string ref) {
  Resource resource = Resource::repository(repository);
  return authorized_work(workers_, std::move(caller), std::move(resource),
                         [this, repository, ref] { return experiments_.run_behind(repository, ref); });
}

Task<Result<versioning::Promotion>> ExperimentService::promote(Caller caller, std::string repository,
                                                               std::string run, std::string destination,
                                                               PromotionOrder order) {
  const Resource resource = Resource::repository(repository, destination);
  auto allowed = auth::authorize(caller.principal, Action::merge, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  const auto read = [this, &repository, &run] { return experiments_.run_at(repository, run); };
  auto reading = on_workers(workers_, read);
  auto found = co_await std::move(reading);
  if (!found) co_return fail(std::move(found).error());
  auto request = experiments::promotion_of(found->commit, run, found->record);
  if (!request) co_return fail(std::move(request).error());
  auto good = experiments::check_requirements(*request, order.requirements);
  if (!good) co_return fail(std::move(good).error());
  request->committer = caller.principal.user_id;
  if (!order.message.empty()) request->message = std::move(order.message);
  request->metadata.insert(order.metadata.begin(), order.metadata.end());
  request->strategy = order.strategy;
  request->expected_destination_commit = std::move(order.expected_destination_commit);
  request->allow_data_change = order.allow_data_change;
  if (order.allow_data_change) request->metadata["anabranch.data_change_allowed"] = "true";
  request->is_dry_run = order.is_dry_run;
  // The commit that was judged, not the branch, which may move.
  auto task = repositories_.promote(std::move(repository), found->commit.id, std::move(destination),
                                    *std::move(request));
  co_return co_await std::move(task);
}

Task<Result<std::vector<Series>>> ExperimentService::series(Caller caller, std::string repository,
                                                            std::vector<std::string> runs, std::string metric,
                                                            std::size_t points_max) {
  Resource resource = Resource::repository(repository);
  return authorized_work(workers_, std::move(caller), std::move(resource),
                         [this, repository, runs = std::move(runs), metric, points_max] {
                           return experiments_.series(repository, runs, metric, points_max);
                         });
}

Task<Result<LogPage>> ExperimentService::log(Caller caller, std::string repository, std::string run,
                                             Stream stream, std::int64_t offset, std::uint64_t amount) {
  Resource resource = Resource::repository(repository);
  return authorized_read(workers_, std::move(caller), Action::read_repository, std::move(resource),
                         [this, repository, run, stream, offset, amount] {
                           return experiments_.log(repository, run, stream, offset, amount);
                         });
}

Task<Result<std::unique_ptr<RunEvents>>> ExperimentService::events(Caller caller, std::string repository) {
  const Resource resource = Resource::repository(repository);
  auto allowed = auth::authorize(caller.principal, Action::read_repository, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  const auto open = [this, &repository] { return experiments_.subscribe(repository); };
  auto task = inline_or_on(workers_, open);
  auto subscription = co_await std::move(task);
  if (!subscription) co_return fail(std::move(subscription).error());
  co_return std::make_unique<RunEvents>(experiments_, workers_, std::move(repository),
                                        *std::move(subscription));
}

}  // namespace anabranch::service
