// Single records and their parts: see experiments.h. Lists are in listing.cc, writes in changes.cc.
#include "experiments/experiments.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "experiments/fields.h"
#include "experiments/logs.h"
#include "experiments/records.h"
#include "experiments/series.h"
#include "versioning/records.h"

namespace anabranch::experiments {
namespace {

tl::unexpected<Error> missing(const char* what, const std::string& id, const std::string& repository) {
  return fail(ErrorCode::not_found,
              std::string("repository '") + repository + "' has no " + what + " '" + id + "'");
}

}  // namespace

RunState state_now(RunState stored, TimeMs heartbeat_ms, TimeMs sweep_heartbeat_ms, TimeMs now_ms) {
  if (is_over(stored)) return stored;
  if (stored == RunState::waiting) heartbeat_ms = std::max(heartbeat_ms, sweep_heartbeat_ms);
  return now_ms - heartbeat_ms > kLostAfterMs ? RunState::lost : stored;
}

Experiments::Experiments(kv::Store& kv, const versioning::Repositories& repositories, const Clock& clock,
                         Workers& workers)
    : kv_(kv), repositories_(repositories), clock_(clock), workers_(workers), feed_(clock, downtime_, [this] {
        note_alive();
      }) {
  if (const auto recovered = recover(); !recovered) {
    log::warning("runs may be shown as lost until their runners speak",
                 {{"reason", std::string_view(recovered.error().message)}});
  }
}

// The server was there whenever a heartbeat was written, when it noticed that a run was lost, and when it was
// stopped. The latest of these is the last that is known of it.
Result<void> Experiments::recover() {
  ANABRANCH_TRY(const auto noted, kv_.get(keys::kServerAlive));
  TimeMs last = noted ? FieldReader(*noted).signed_number() : 0;
  std::map<std::pair<std::string, std::string>, TimeMs> heard;  // by uid and sweep
  const std::string_view prefix = keys::kHeartbeats;
  ANABRANCH_CHECK(
      kv_.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view record) {
        const TimeMs time = FieldReader(record).signed_number();
        last = std::max(last, time);
        key.remove_prefix(prefix.size());
        const auto slash = key.find('/');
        if (slash != std::string_view::npos)
          heard[{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))}] = time;
        return kv::ScanStep::next();
      }));
  const TimeMs now = clock_.now_ms();
  if (last == 0 || last >= now) return {};
  downtime_.add(last, now);
  for (const auto& [place, time] : heard) {
    if (now - downtime_.since(time) <= kLostAfterMs) ANABRANCH_CHECK(watch_runs(place.first, place.second));
  }
  return {};
}

Result<void> Experiments::watch_runs(const std::string& uid, const std::string& sweep) {
  const std::string prefix = keys::runs(uid, sweep);
  RunHead head;
  Result<void> decoded;
  ANABRANCH_TRY(const TimeMs heartbeat, sweep_heartbeat(kv_, uid, sweep));
  ANABRANCH_CHECK(kv_.scan(prefix, kv::prefix_end(prefix), [&](std::string_view, std::string_view record) {
    decoded = decode_head(record, head);
    if (!decoded) return kv::ScanStep::stop();
    if (is_over(head.state)) return kv::ScanStep::next();
    TimeMs heard = downtime_.since(head.heartbeat_ms);
    if (head.state == RunState::waiting) heard = std::max(heard, heartbeat);
    feed_.watch(uid, sweep, std::string(head.id), head.state, heard);
    return kv::ScanStep::next();
  }));
  return decoded;
}

void Experiments::note_alive() const {
  kv::Batch batch;
  batch.put(std::string(keys::kServerAlive), FieldWriter().signed_number(clock_.now_ms()).take());
  if (const auto noted = kv::commit_blocking(kv_, std::move(batch)); !noted) {
    log::warning("runs that are lost may seem to live for a while after a restart",
                 {{"reason", std::string_view(noted.error().message)}});
  }
}

void Experiments::close() {
  feed_.close();
  note_alive();
}

Result<RunNow> Experiments::run_now(const std::string& repository, const std::string& run,
                                    std::int64_t attempt) const {
  const auto found = find_run(kv_, repository, run);
  if (!found) {
    const ErrorCode code = found.error().code;
    if (code == ErrorCode::not_found || code == ErrorCode::no_such_repository)
      return RunNow{RunStanding::over, 0};
    return fail(found.error());
  }
  if (found->run.attempt != attempt || is_over(found->run.state)) return RunNow{RunStanding::over, 0};
  ANABRANCH_TRY(const TimeMs heartbeat, sweep_heartbeat(kv_, found->uid, found->run.sweep));
  const TimeMs heard = downtime_.since(found->run.heartbeat_ms), now = clock_.now_ms();
  if (state_now(found->run.state, heard, heartbeat, now) != RunState::lost) return RunNow{};
  return RunNow{RunStanding::lost, now - heard};
}

Result<std::string> Experiments::uid_of(const std::string& repository) const {
  ANABRANCH_TRY(const auto record, kv_.get(versioning::keys::repository(repository)));
  if (!record) return fail(ErrorCode::no_such_repository, "there is no repository '" + repository + "'");
  ANABRANCH_TRY(auto decoded, versioning::decode_repository(*record));
  return std::move(decoded.uid);
}

Result<Experiments::FoundSweep> Experiments::find_sweep(const kv::Reader& reader,
                                                        const std::string& repository,
                                                        const std::string& sweep) const {
  FoundSweep found;
  ANABRANCH_TRY(found.uid, uid_of(repository));
  ANABRANCH_TRY(auto record, reader.get(keys::sweep(found.uid, sweep)));
  if (!record) return missing("sweep", sweep, repository);
  found.record = *std::move(record);
  ANABRANCH_TRY(found.sweep, decode_sweep(found.record));
  return found;
}

Result<Experiments::FoundRun> Experiments::find_run(const kv::Reader& reader, const std::string& repository,
                                                    const std::string& run) const {
  FoundRun found;
  ANABRANCH_TRY(found.uid, uid_of(repository));
  ANABRANCH_TRY(const auto sweep, reader.get(keys::run_index(found.uid, run)));
  if (!sweep) return missing("run", run, repository);
  found.key = keys::run(found.uid, *sweep, run);
  ANABRANCH_TRY(auto record, reader.get(found.key));
  if (!record) return missing("run", run, repository);
  found.record = *std::move(record);
  ANABRANCH_TRY(found.run, decode_run(found.record));
  ANABRANCH_TRY(const auto its, reader.get(keys::sweep(found.uid, *sweep)));
  if (!its) return missing("sweep", *sweep, repository);
  ANABRANCH_TRY(found.sweep, decode_sweep(*its));
  return found;
}

Result<TimeMs> Experiments::sweep_heartbeat(const kv::Reader& reader, const std::string& uid,
                                            std::string_view sweep) const {
  ANABRANCH_TRY(const auto record, reader.get(keys::heartbeat(uid, sweep)));
  if (!record) return TimeMs{0};
  FieldReader fields(*record);
  const TimeMs heartbeat = fields.signed_number();
  ANABRANCH_CHECK(fields.done("a sweep's heartbeat"));
  return downtime_.since(heartbeat);
}

Result<void> Experiments::finish(const kv::Reader& reader, const std::string& uid, Sweep& sweep) const {
  ANABRANCH_TRY(const TimeMs heartbeat, sweep_heartbeat(reader, uid, sweep.id));
  const TimeMs now = clock_.now_ms();
  const std::string prefix = keys::runs(uid, sweep.id);
  RunHead head;
  Result<void> decoded;
  std::uint64_t runs = 0;
  std::map<std::string, std::uint64_t> metrics;  // and how many runs have each
  ANABRANCH_CHECK(reader.scan(prefix, kv::prefix_end(prefix), [&](std::string_view, std::string_view record) {
    decoded = decode_head(record, head);
    if (!decoded) return kv::ScanStep::stop();
    const RunState state = state_now(head.state, downtime_.since(head.heartbeat_ms), heartbeat, now);
    ++sweep.counts[static_cast<std::size_t>(state)];
    sweep.active = sweep.active || (!is_over(state) && state != RunState::lost);
    ++runs;
    for (const auto& [name, value] : head.metrics) ++metrics[std::string(name)];
    return kv::ScanStep::next();
  }));
  if (!decoded) return decoded;
  for (const auto& [name, count] : metrics) {
    if (const auto direction = infer_direction(name)) sweep.directions.emplace(name, *direction);
  }
  sweep.main_metric = sweep.objective ? sweep.objective->metric : main_metric(metrics);
  if (sweep.objective) sweep.directions[sweep.objective->metric] = sweep.objective->direction;
  sweep.total = std::max(sweep.total, static_cast<std::int64_t>(runs));
  // Its runner is still telling of its runs.
  const bool lives = now - heartbeat <= kLostAfterMs;
  sweep.active = sweep.active || (lives && runs < static_cast<std::uint64_t>(sweep.total));
  return {};
}

Result<void> Experiments::finish(const kv::Reader& reader, const std::string& uid, Run& run) const {
  ANABRANCH_TRY(const TimeMs heartbeat, sweep_heartbeat(reader, uid, run.sweep));
  run.state = state_now(run.state, downtime_.since(run.heartbeat_ms), heartbeat, clock_.now_ms());
  return {};
}

Result<Sweep> Experiments::get_sweep(const std::string& repository, const std::string& sweep) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(auto found, find_sweep(*reader, repository, sweep));
  ANABRANCH_CHECK(finish(*reader, found.uid, found.sweep));
  return std::move(found.sweep);
}

Result<Run> Experiments::get_run(const std::string& repository, const std::string& run) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(auto found, find_run(*reader, repository, run));
  found.run.cancel_requested |= found.sweep.cancel_requested;
  ANABRANCH_CHECK(finish(*reader, found.uid, found.run));
  return std::move(found.run);
}

Result<std::vector<Series>> Experiments::series(const std::string& repository,
                                                const std::vector<std::string>& runs,
                                                const std::string& metric, std::size_t points_max) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  std::vector<Series> all;
  for (const auto& run : runs) {
    ANABRANCH_TRY(auto found, read_series(*reader, uid, run, metric));
    for (auto& series : found) {
      series.points = thin(std::move(series.points), points_max);
      all.push_back(std::move(series));
    }
  }
  return all;
}

Result<LogPage> Experiments::log(const std::string& repository, const std::string& run, Stream stream,
                                 std::int64_t offset, std::uint64_t amount) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(const auto found, find_run(*reader, repository, run));
  const std::uint64_t size = stream == Stream::out ? found.run.stdout_bytes : found.run.stderr_bytes;
  return read_text(*reader, found.uid, run, stream, size, offset, amount);
}

Result<std::unique_ptr<Subscription>> Experiments::subscribe(const std::string& repository) {
  ANABRANCH_TRY(std::string uid, uid_of(repository));
  return feed_.subscribe(std::move(uid));
}

}  // namespace anabranch::experiments
