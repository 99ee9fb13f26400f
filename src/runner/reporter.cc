#include "runner/reporter.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "runner/resource_use.h"

namespace anabranch::runner {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kRound = milliseconds(1'000);      // output and metrics are looked at
constexpr auto kHeartbeat = milliseconds(5'000);  // the server takes a run for lost after three
constexpr auto kSilenceFirst = milliseconds(1'000), kSilenceMax = milliseconds(5'000);
constexpr auto kLastWords = seconds(30);  // of a server that answers; the first failure ends them
constexpr auto kKillAfter = seconds(10);  // as Ctrl-C: first asked, then made to
constexpr auto kConnectTimeout = milliseconds(2'000), kReadTimeout = milliseconds(5'000);
constexpr std::size_t kTextSizeMax = 256 * KiB;  // of a stream in one report
constexpr std::size_t kPointsMax = 5'000;        // in one report
constexpr int kReportsAtOnce = 8;                // of one run, between those of others
constexpr std::size_t kMadeAtOnce = 32;          // waiting runs, between reports of those that go on
constexpr std::size_t kProblemSizeMax = 16 * KiB;

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

bool is_temporary(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::timeout || code == ErrorCode::internal ||
         code == ErrorCode::malformed || code == ErrorCode::no_space;
}

}  // namespace

/// One run: what is known of it, and what the server was told. The run's thread writes, the reporter's reads.
class Reporter::Life final : public RunWatcher {
 public:
  Life(Reporter& owner, RunInfo about) : info(std::move(about)), owner_(owner) {}

  void on_begin(Interruption& own) override {
    const std::lock_guard lock(mutex);
    own_ = &own;
    is_live = true;
  }
  void on_phase(RunPhase phase) override {
    {
      const std::lock_guard lock(mutex);
      news.state = std::string(to_string(phase));
      if (phase == RunPhase::running) news.started_ms = owner_.clock_.now_ms();
      has_news = true;
    }
    wake();
  }
  void on_start(pid_t number, const std::string& home, const std::vector<std::string>& secrets) override {
    const std::lock_guard lock(mutex);
    pid = number;
    hidden_ = secrets;
    out.emplace(home + "/stdout.txt", secrets);
    err.emplace(home + "/stderr.txt", secrets);
    metrics.emplace(home + "/work");
  }
  void on_end(int exit_code, const ResourceUse& use) override {
    {
      const std::lock_guard lock(mutex);
      pid = 0;
      news.ended_ms = owner_.clock_.now_ms();
      news.exit_code = exit_code;
      note(use);
      if (out) out->look(true);
      if (err) err->look(true);
      if (metrics) metrics->look(owner_.clock_.now_ms(), true);
      has_news = true;
    }
    wake();
  }
  void on_outcome(const RunOutcome& outcome) override {
    {
      const std::lock_guard lock(mutex);
      own_ = nullptr;
      pid = 0;
      is_over = is_live = true;
      news.state = std::string(to_string(outcome.phase));
      news.commit_id = outcome.commit_id;
      if (outcome.phase != RunPhase::cancelled || outcome.record.exit_code != 0)
        news.exit_code = outcome.record.exit_code;
      if (!news.ended_ms) news.ended_ms = owner_.clock_.now_ms();
      Concealer concealer(hidden_);
      std::string problem = concealer.feed(std::string_view(outcome.problem).substr(0, kProblemSizeMax));
      news.problem = problem + concealer.finish();
      if (!outcome.stderr_tail.empty()) {
        if (!news.problem.empty()) news.problem += "; ";
        news.problem += "the end of its standard error:\n" + outcome.stderr_tail;
      }
      if (!outcome.commit_id.empty()) {
        for (const auto& [name, value] : outcome.record.metrics) news.final_metrics[name] = value;
        for (const auto& name : metrics ? metrics->gone(outcome.record.metrics) : std::vector<std::string>())
          news.final_metrics[name] = std::nullopt;
      }
      has_news = true;
    }
    wake();
  }

  /// With `mutex` held. The sum of all that was seen only grows.
  void note(const ResourceUse& use) {
    resources.cpu_seconds = std::max(resources.cpu_seconds, use.cpu_seconds);
    resources.memory_bytes = use.memory_bytes;
    resources.memory_bytes_max = std::max(resources.memory_bytes_max, use.memory_bytes_max);
    news.resources = resources;
  }
  /// With `mutex` held: what to say now; nullptr: nothing, if it is not time for a heartbeat.
  const RunReport* next_report(bool is_time) {
    if (unanswered) return &*unanswered;
    if (!is_over || pid != 0) look();
    const bool has_more =
        (out && out->has_text()) || (err && err->has_text()) || (metrics && metrics->has_points());
    if (!has_news && !has_more && !is_time) return nullptr;
    unanswered = news;
    if (out) unanswered->out = out->take(kTextSizeMax);
    if (err) unanswered->err = err->take(kTextSizeMax);
    if (metrics) unanswered->metrics = metrics->take(kPointsMax);
    has_news = false;
    return &*unanswered;
  }
  bool is_all_said() const {
    return is_dead || (is_over && !has_news && !unanswered && !(out && out->has_text()) &&
                       !(err && err->has_text()) && !(metrics && metrics->has_points()));
  }
  void interrupt(int signal_number) {
    if (own_ != nullptr) own_->request(signal_number);
  }

  RunInfo info;
  std::mutex mutex;
  // guarded by mutex:
  RunReport news;  // all that holds now: saying it again changes nothing
  bool has_news = false;
  bool is_live = false;  // it has begun, or is over
  bool is_over = false;
  pid_t pid = 0;  // of the command while it runs
  std::optional<LogTail> out, err;
  std::optional<MetricWatch> metrics;
  ResourceUse resources;
  // of the reporter's thread, is_all_said() under mutex:
  std::optional<RunReport> unanswered;  // said again until it is answered
  std::atomic<bool> is_made{false};
  std::atomic<bool> is_dead{false};  // the server has no such run, or takes no more of it
  bool is_refusal_told = false;
  Time last_said{};
  std::optional<Time> cancelled;

 private:
  void look() {
    if (out) out->look(false);
    if (err) err->look(false);
    if (metrics && pid != 0) metrics->look(owner_.clock_.now_ms(), false);
  }
  void wake() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.has_news_ = true;
    owner_.changed_.notify_one();
  }

  Reporter& owner_;
  Interruption* own_ = nullptr;      // guarded by mutex
  std::vector<std::string> hidden_;  // guarded by mutex
};

http::ClientOptions reporting_client() { return {1, kConnectTimeout, kReadTimeout}; }

Result<RecordState> make_record(const ApiClient& api, const std::string& repository, const SweepInfo& sweep) {
  const auto made = api.create_sweep(repository, sweep);
  if (made) return RecordState::made;
  if (is_temporary(made.error().code)) return RecordState::unknown;
  if (made.error().code == ErrorCode::not_found) return RecordState::refused;  // it knows no records
  if (made.error().code != ErrorCode::conflict) return fail(made.error());
  // The answer to an earlier try may have been lost.
  const auto there = api.get_sweep(repository, sweep.id);
  if (there && there->runner == sweep.runner && !sweep.runner.empty()) return RecordState::made;
  return fail(ErrorCode::already_exists, "repository '" + repository + "' has, or had, a sweep '" + sweep.id +
                                             "': a name is used once, choose another --name");
}

Reporter::Reporter(const Connection& connection, const Clock& clock, std::string repository, SweepInfo sweep,
                   RecordState record, std::vector<RunInfo> runs, Interruption& all,
                   std::function<void(const std::string&)> warn)
    : clock_(clock),
      repository_(std::move(repository)),
      http_(reporting_client()),
      api_(http_, connection),
      sweep_(std::move(sweep)),
      record_(record),
      all_(all),
      warn_(std::move(warn)),
      last_said_(std::chrono::steady_clock::now()) {
  const std::string host = host_name();
  for (auto& run : runs) {
    const bool is_made = !run.id.empty();
    if (!is_made) run.id = make_xid(clock.now_ms());
    run.host = host;
    run.sweep = sweep_.id;
    lives_.push_back(std::make_unique<Life>(*this, std::move(run)));
    lives_.back()->is_made = is_made;
    lives_.back()->news.attempt = lives_.back()->info.attempt;
  }
  thread_ = std::thread([this] { loop(); });
}

Reporter::~Reporter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

std::optional<RunAttempt> Reporter::introduce(std::size_t index) {
  Life& life = *lives_[index];
  if (record_ != RecordState::made || !make_run(life) || !life.is_made) return std::nullopt;
  return RunAttempt{life.info.id, life.info.attempt};
}

RunWatcher& Reporter::watcher(std::size_t index) { return *lives_[index]; }
const std::string& Reporter::run_id(std::size_t index) const { return lives_[index]->info.id; }

void Reporter::loop() {
  auto silence = kSilenceFirst;
  Time next{};  // when the server is spoken to again, once it did not listen
  std::optional<Time> give_up;
  while (record_ != RecordState::refused) {
    const Time now = std::chrono::steady_clock::now();
    bool listens = true;
    notice_sleep(now);
    if (now >= next || give_up) {
      measure_all();
      listens = speak(now);
      next = listens ? Time{} : now + silence;
      silence = listens ? kSilenceFirst : std::min(2 * silence, kSilenceMax);
    }
    press(now);
    std::unique_lock lock(mutex_);
    if (stopping_) {
      if (!give_up) give_up = now;
      if (!listens || record_ == RecordState::refused || is_all_said() ||
          now > std::max(*give_up, last_said_) + kLastWords)
        return;
      continue;
    }
    changed_.wait_for(lock, kRound, [this] { return has_news_ || stopping_; });
    has_news_ = false;
  }
}

bool Reporter::is_all_said() const {
  return std::all_of(lives_.begin(), lives_.end(), [](const auto& life) {
    const std::lock_guard lock(life->mutex);
    return life->is_all_said();
  });
}

bool Reporter::speak(Time now) {
  if (record_ == RecordState::unknown && !make_sweep()) return false;
  for (const auto& life : lives_) {
    bool is_live = false;
    {
      const std::lock_guard lock(life->mutex);
      is_live = life->is_live && !life->is_all_said();
    }
    if (is_live && (!make_run(*life) || !report(*life, now))) return false;
  }
  return make_waiting() && keep_alive(now);
}

bool Reporter::make_sweep() {
  const auto made = make_record(api_, repository_, sweep_);
  if (!made) warn_("the server keeps no record of this sweep: " + made.error().message);
  record_ = made.value_or(RecordState::refused);
  return record_ == RecordState::made;
}

bool Reporter::make_run(Life& life) {
  if (life.is_made || life.is_dead) return true;
  const auto made = api_.create_run(repository_, life.info);
  // A conflict: the answer to an earlier attempt was lost.
  if (made || made.error().code == ErrorCode::conflict) {
    life.is_made = true;
    return true;
  }
  if (is_temporary(made.error().code)) return false;
  warn_(life.info.name + ": the server keeps no record of it: " + made.error().message);
  const std::lock_guard lock(life.mutex);
  life.is_dead = true;
  return true;
}

bool Reporter::report(Life& life, Time now) {
  for (int reports = 0; !life.is_dead; ++reports) {
    if (reports == kReportsAtOnce) {  // many points: others have something to say too
      const std::lock_guard lock(mutex_);
      has_news_ = true;
      return true;
    }
    const RunReport* said = nullptr;
    {
      const std::lock_guard lock(life.mutex);
      said = life.next_report(now - life.last_said >= kHeartbeat);
    }
    if (said == nullptr) return true;
    const auto answer = api_.report_run(repository_, life.info.id, *said);
    if (!answer) {
      if (is_temporary(answer.error().code)) return false;
      if (answer.error().code == ErrorCode::conflict && is_superseded(life)) {
        supersede(life);
        return true;
      }
      take_refusal(life, answer.error());
      continue;
    }
    now = life.last_said = last_said_ = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(life.mutex);
      life.unanswered.reset();
    }
    if (*answer) cancel(life);
  }
  return true;
}

bool Reporter::is_superseded(const Life& life) const {
  const auto now = api_.get_run(repository_, life.info.id);
  return now && now->attempt > life.info.attempt;
}

/// Someone began the run again while nothing was heard of this one: it ends, and has no commit.
void Reporter::supersede(Life& life) {
  warn_(life.info.name +
        ": it was begun again elsewhere while nothing was heard of it here; this attempt ends");
  life.cancelled = std::chrono::steady_clock::now();
  const std::lock_guard lock(life.mutex);
  life.is_dead = true;
  life.unanswered.reset();
  life.interrupt(SIGTERM);
}

/// A machine that slept did not notice how long: the server did.
void Reporter::notice_sleep(Time now) {
  const TimeMs wall = clock_.now_ms();
  const auto slept = milliseconds(wall - wall_ms_) - (now - wall_time_);
  if (wall_ms_ != 0 && slept > kHeartbeat) {
    for (const auto& life : lives_) life->last_said = Time{};
    last_said_ = Time{};
  }
  wall_ms_ = wall;
  wall_time_ = now;
}

/// What was said is not taken: without its bulk the rest may be; else the run is spoken of no more.
void Reporter::take_refusal(Life& life, const Error& error) {
  if (!std::exchange(life.is_refusal_told, true))
    warn_(life.info.name + ": the server does not take what it is told: " + error.message);
  const std::lock_guard lock(life.mutex);
  const bool has_text = !life.unanswered->out.text.empty() || !life.unanswered->err.text.empty();
  const bool has_bulk =
      has_text || !life.unanswered->metrics.empty() || !life.unanswered->final_metrics.empty();
  if (error.code == ErrorCode::not_found || error.code == ErrorCode::access_denied ||
      error.code == ErrorCode::unauthenticated || !has_bulk) {
    life.is_dead = true;
    life.unanswered.reset();
    return;
  }
  if (has_text) {
    life.unanswered->out = life.unanswered->err = {};
    life.out.reset();
    life.err.reset();
  } else if (!life.unanswered->metrics.empty()) {
    life.unanswered->metrics.clear();
  } else {
    life.unanswered->final_metrics.clear();
    life.news.final_metrics.clear();
  }
}

bool Reporter::make_waiting() {
  for (std::size_t made = 0; made < kMadeAtOnce && next_waiting_ < lives_.size(); ++next_waiting_) {
    if (lives_[next_waiting_]->is_made) continue;
    if (!make_run(*lives_[next_waiting_])) return false;
    ++made;
  }
  if (next_waiting_ < lives_.size()) {  // go on at once
    const std::lock_guard lock(mutex_);
    has_news_ = true;
  }
  return true;
}

/// Waiting runs live by their sweep: where no run goes on, the first of them speaks for all.
bool Reporter::keep_alive(Time now) {
  if (now - last_said_ < kHeartbeat) return true;
  for (const auto& life : lives_) {
    {
      const std::lock_guard lock(life->mutex);
      if (!life->is_made || life->is_dead || life->is_over) continue;
      life->has_news = true;
    }
    return report(*life, now);
  }
  return true;
}

void Reporter::cancel(Life& life) {
  if (!life.cancelled) {
    life.cancelled = std::chrono::steady_clock::now();
    const std::lock_guard lock(life.mutex);
    life.interrupt(SIGTERM);
  }
  if (all_cancelled_) return;
  const auto sweep = api_.get_sweep(repository_, sweep_.id);
  if (!sweep || !sweep->cancel_requested) return;
  all_cancelled_ = std::chrono::steady_clock::now();
  all_.request(SIGTERM);
}

/// Who was asked to end and did not is made to.
void Reporter::press(Time now) {
  if (all_cancelled_ && now - *all_cancelled_ > kKillAfter) all_.request(SIGKILL);
  for (const auto& life : lives_) {
    if (!life->cancelled || now - *life->cancelled <= kKillAfter) continue;
    const std::lock_guard lock(life->mutex);
    life->interrupt(SIGKILL);
  }
}

void Reporter::measure_all() {
  std::vector<pid_t> pids;
  for (const auto& life : lives_) {
    const std::lock_guard lock(life->mutex);
    if (life->pid != 0) pids.push_back(life->pid);
  }
  const auto use = measure(pids);
  for (const auto& life : lives_) {
    const std::lock_guard lock(life->mutex);
    const auto found = use.find(life->pid);
    if (life->pid != 0 && found != use.end()) life->note(found->second);
  }
}

}  // namespace anabranch::runner
