// Lists of sweeps and runs: see experiments.h.
#include <algorithm>
#include <map>

#include "experiments/experiments.h"
#include "experiments/fields.h"
#include "experiments/records.h"

namespace anabranch::experiments {
namespace {

const RunOrder kNewestFirst{};

/// The first `amount` of `found` in that order, and whether there are more.
template <class Candidate>
bool keep_first(const RunOrder& order, std::vector<Candidate>& found, unsigned amount) {
  const auto before = [&](const Candidate& left, const Candidate& right) {
    return comes_before(order, left.place, right.place);
  };
  const auto middle =
      found.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(amount, found.size()));
  std::partial_sort(found.begin(), middle, found.end(), before);
  const bool has_more = middle != found.end();
  found.erase(middle, found.end());
  return has_more;
}

struct SweepCandidate {
  SortKey place;
  Sweep sweep;
};
struct RunCandidate {
  SortKey place;
  std::string key;
};

SortKey place_of(const Sweep& sweep) {
  RunHead head;
  head.created_ms = sweep.created_ms;
  head.id = sweep.id;
  return sort_key(kNewestFirst, head, 0);
}

/// The sweep in "e/r/UID/SWEEP/RUN", given the size of "e/r/UID/".
std::string_view sweep_in(std::string_view key, std::size_t prefix_size) {
  key.remove_prefix(prefix_size);
  return key.substr(0, key.find('/'));
}

}  // namespace

Result<Page<Sweep>> Experiments::list_sweeps(const std::string& repository,
                                             const PageRequest& request) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  std::optional<SortKey> after;
  if (!request.after.empty()) {
    ANABRANCH_TRY(after, decode_place(request.after));
  }
  std::vector<SweepCandidate> found;
  Result<void> decoded;
  const std::string prefix = keys::sweeps(uid) + request.prefix;
  ANABRANCH_CHECK(
      reader->scan(prefix, kv::prefix_end(prefix), [&](std::string_view, std::string_view record) {
        auto sweep = decode_sweep(record);
        if (!sweep) {
          decoded = fail(std::move(sweep).error());
          return kv::ScanStep::stop();
        }
        SortKey place = place_of(*sweep);
        if (!after || comes_before(kNewestFirst, *after, place))
          found.push_back({std::move(place), *std::move(sweep)});
        return kv::ScanStep::next();
      }));
  if (!decoded) return fail(decoded.error());
  Page<Sweep> page;
  page.has_more = keep_first(kNewestFirst, found, request.amount);
  if (page.has_more && !found.empty()) page.next_offset = encode_place(found.back().place);
  for (auto& [place, sweep] : found) {
    ANABRANCH_CHECK(finish(*reader, uid, sweep));
    page.items.push_back(std::move(sweep));
  }
  return page;
}

Result<std::vector<Sweep>> Experiments::active_sweeps() const {
  const auto reader = kv_.snapshot();
  // A run lives at most kLostAfterMs longer than its sweep's last heartbeat, so the others need no look.
  const TimeMs since = clock_.now_ms() - kLostAfterMs;
  std::vector<std::pair<std::string, std::string>> living;  // uid, sweep
  const std::string_view prefix = keys::kHeartbeats;
  ANABRANCH_CHECK(
      reader->scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view record) {
        FieldReader fields(record);
        if (downtime_.since(fields.signed_number()) < since) return kv::ScanStep::next();
        key.remove_prefix(prefix.size());
        const auto slash = key.find('/');
        living.emplace_back(key.substr(0, slash), key.substr(slash + 1));
        return kv::ScanStep::next();
      }));
  std::vector<Sweep> sweeps;
  for (const auto& [uid, id] : living) {
    ANABRANCH_TRY(const auto record, reader->get(keys::sweep(uid, id)));
    if (!record) continue;
    ANABRANCH_TRY(auto sweep, decode_sweep(*record));
    ANABRANCH_CHECK(finish(*reader, uid, sweep));
    // Of a repository that is gone, records may still be there.
    if (const auto now = uid_of(sweep.repository); !now || *now != uid) continue;
    if (sweep.active) sweeps.push_back(std::move(sweep));
  }
  std::sort(sweeps.begin(), sweeps.end(), [](const Sweep& left, const Sweep& right) {
    return comes_before(kNewestFirst, place_of(left), place_of(right));
  });
  return sweeps;
}

Result<Page<Run>> Experiments::list_runs(const std::string& repository, const RunQuery& query) const {
  const auto reader = kv_.snapshot();
  ANABRANCH_TRY(const std::string uid, uid_of(repository));
  std::optional<SortKey> after;
  if (!query.after.empty()) {
    ANABRANCH_TRY(after, decode_place(query.after));
  }
  const TimeMs now = clock_.now_ms();
  const std::string all = keys::runs(uid);
  const std::string prefix = query.sweep.empty() ? all : keys::runs(uid, query.sweep);
  std::vector<RunCandidate> found;
  RunHead head;
  std::string sweep;
  TimeMs heartbeat = 0;
  Result<void> status;
  const auto look = [&](std::string_view key, std::string_view record) -> Result<void> {
    ANABRANCH_CHECK(decode_head(record, head));
    if (sweep_in(key, all.size()) != sweep) {
      sweep = sweep_in(key, all.size());
      ANABRANCH_TRY(heartbeat, sweep_heartbeat(*reader, uid, sweep));
    }
    if (!head.name.starts_with(query.prefix)) return {};
    const RunState state = state_now(head.state, downtime_.since(head.heartbeat_ms), heartbeat, now);
    const auto& states = query.states;
    if (!states.empty() && std::find(states.begin(), states.end(), state) == states.end()) return {};
    if (!matches(query.conditions, head)) return {};
    SortKey place = sort_key(query.order, head, now);
    if (!after || comes_before(query.order, *after, place))
      found.push_back({std::move(place), std::string(key)});
    return {};
  };
  ANABRANCH_CHECK(
      reader->scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view record) {
        status = look(key, record);
        return status ? kv::ScanStep::next() : kv::ScanStep::stop();
      }));
  if (!status) return fail(status.error());
  Page<Run> page;
  page.has_more = keep_first(query.order, found, query.amount);
  if (page.has_more && !found.empty()) page.next_offset = encode_place(found.back().place);
  std::map<std::string, bool> cancelled;  // by sweep
  for (const auto& candidate : found) {
    ANABRANCH_TRY(const auto record, reader->get(candidate.key));
    if (!record) continue;
    ANABRANCH_TRY(Run run, decode_run(*record));
    const auto [place, is_new] = cancelled.try_emplace(run.sweep, false);
    if (is_new) {
      ANABRANCH_TRY(const auto its, reader->get(keys::sweep(uid, run.sweep)));
      if (its) {
        ANABRANCH_TRY(const Sweep decoded, decode_sweep(*its));
        place->second = decoded.cancel_requested;
      }
    }
    run.cancel_requested = run.cancel_requested || place->second;
    ANABRANCH_CHECK(finish(*reader, uid, run));
    page.items.push_back(std::move(run));
  }
  return page;
}

}  // namespace anabranch::experiments
