#include "experiments/feed.h"

#include <algorithm>
#include <utility>

namespace anabranch::experiments {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// How often lost runs are looked for.
constexpr std::chrono::milliseconds kLookInterval{1'000};

}  // namespace

// ── Subscription
// ─────────────────────────────────────────────────────────────────────────────────────────────

void Subscription::Ids::add(const std::string& id) {
  if (!known.insert(id).second) return;
  order.push_back(id);
  if (order.size() <= kNewsKeptMax) return;
  known.erase(order.front());
  order.pop_front();
}

std::vector<std::string> Subscription::Ids::take(std::size_t at_most) {
  std::vector<std::string> taken;
  while (!order.empty() && taken.size() < at_most) {
    known.erase(order.front());
    taken.push_back(std::move(order.front()));
    order.pop_front();
  }
  return taken;
}

Subscription::~Subscription() {
  const std::lock_guard lock(feed_.mutex_);
  const auto [begin, end] = feed_.subscriptions_.equal_range(uid_);
  const auto found = std::find_if(begin, end, [this](const auto& pair) { return pair.second == this; });
  if (found != end) feed_.subscriptions_.erase(found);
}

Task<News> Subscription::next() {
  Callback<News> news([this](Callback<News>::Resume resume) {
    std::unique_lock lock(feed_.mutex_);
    if (feed_.is_due(*this, SteadyClock::now())) {
      News now = feed_.take_news(*this);
      lock.unlock();
      resume(std::move(now));
      return;
    }
    waiter_ = std::move(resume);
    feed_.changed_.notify_one();  // the thread may sleep longer than this may wait
  });
  co_return co_await news;
}

// ── Feed
// ─────────────────────────────────────────────────────────────────────────────────────────────────────

Feed::Feed(const Clock& clock, Downtime& downtime, std::function<void()> on_lost)
    : clock_(clock), downtime_(downtime), on_lost_(std::move(on_lost)), thread_([this] { run(); }) {}

Feed::~Feed() {
  close();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

std::size_t Feed::subscriptions() const {
  const std::lock_guard lock(mutex_);
  return subscriptions_.size();
}

Result<std::unique_ptr<Subscription>> Feed::subscribe(std::string uid) {
  auto made = std::make_unique<Subscription>(*this, std::move(uid));
  const std::lock_guard lock(mutex_);
  if (closed_) return fail(ErrorCode::unavailable, "the server is stopping");
  if (subscriptions_.size() >= kSubscriptionsMax) {
    return fail(ErrorCode::unavailable,
                "there are " + std::to_string(kSubscriptionsMax) + " event streams already");
  }
  made->answered_ = SteadyClock::now() - kFeedInterval;
  subscriptions_.emplace(made->uid_, made.get());
  return made;
}

void Feed::add(const std::string& uid, Subscription::Ids Subscription::*kind, const std::string& id) {
  const auto [begin, end] = subscriptions_.equal_range(uid);
  for (auto each = begin; each != end; ++each) {
    (each->second->*kind).add(id);
    has_news_ = true;
  }
}

void Feed::heard(const std::string& uid, const std::string& sweep, const std::string& run, RunState state) {
  watch(uid, sweep, run, state, clock_.now_ms());
}

void Feed::watch(const std::string& uid, const std::string& sweep, const std::string& run, RunState state,
                 TimeMs heard_ms) {
  const std::lock_guard lock(mutex_);
  TimeMs& sweep_heard_ms = sweeps_heard_[{uid, sweep}];
  sweep_heard_ms = std::max(sweep_heard_ms, heard_ms);
  if (watched_.size() >= kWatchedMax) return;
  if (watched_.empty()) changed_.notify_one();  // the thread may rest
  watched_[{uid, run}] = {sweep, state == RunState::waiting, heard_ms};
}

void Feed::forget(const std::string& uid, const std::string& run) {
  const std::lock_guard lock(mutex_);
  watched_.erase({uid, run});
}

void Feed::run_changed(const std::string& uid, const std::string& run) {
  const std::lock_guard lock(mutex_);
  add(uid, &Subscription::runs_, run);
  if (has_news_) changed_.notify_one();
}

void Feed::sweep_changed(const std::string& uid, const std::string& sweep) {
  const std::lock_guard lock(mutex_);
  add(uid, &Subscription::sweeps_, sweep);
  if (has_news_) changed_.notify_one();
}

void Feed::close() {
  std::vector<Waiter> answers;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    answers = due_answers();
  }
  for (const auto& answer : answers) answer();
}

bool Feed::is_due(const Subscription& subscription, SteadyClock::time_point now) const {
  if (closed_) return true;
  const auto since = now - subscription.answered_;
  const bool has_news = !subscription.runs_.order.empty() || !subscription.sweeps_.order.empty();
  return since >= (has_news ? kFeedInterval : kFeedPing);
}

News Feed::take_news(Subscription& subscription) {
  subscription.answered_ = SteadyClock::now();
  if (closed_) return {{}, {}, true};
  return {subscription.runs_.take(kNewsAtOnceMax), subscription.sweeps_.take(kNewsAtOnceMax), false};
}

std::vector<Feed::Waiter> Feed::due_answers() {
  std::vector<Waiter> answers;
  const auto now = SteadyClock::now();
  for (const auto& [uid, subscription] : subscriptions_) {
    if (!subscription->waiter_ || !is_due(*subscription, now)) continue;
    answers.push_back([resume = std::exchange(subscription->waiter_, {}), news = take_news(*subscription)] {
      resume(news);
    });
  }
  return answers;
}

bool Feed::find_lost(TimeMs now) {
  bool found = false;
  for (auto each = watched_.begin(); each != watched_.end();) {
    const auto& [uid, run] = each->first;
    Watched& watched = each->second;
    const auto sweep = sweeps_heard_.find({uid, watched.sweep});
    if (watched.waits && sweep != sweeps_heard_.end())
      watched.heard_ms = std::max(watched.heard_ms, sweep->second);
    if (now - downtime_.since(watched.heard_ms) <= kLostAfterMs) {
      ++each;
      continue;
    }
    found = true;
    add(uid, &Subscription::runs_, run);
    add(uid, &Subscription::sweeps_, watched.sweep);
    each = watched_.erase(each);
  }
  std::erase_if(sweeps_heard_,
                [&](const auto& pair) { return now - downtime_.since(pair.second) > kLostAfterMs; });
  return found;
}

void Feed::run() {
  auto look_at = SteadyClock::now() + kLookInterval;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    downtime_.tick(clock_.now_ms());
    if (SteadyClock::now() >= look_at) {
      if (find_lost(clock_.now_ms()) && on_lost_) {
        lock.unlock();
        on_lost_();
        lock.lock();
      }
      look_at = SteadyClock::now() + kLookInterval;
    }
    has_news_ = false;
    const auto answers = due_answers();
    if (!answers.empty()) {
      lock.unlock();
      for (const auto& answer : answers) answer();
      lock.lock();
      continue;
    }
    // What is not due yet will be within an interval; with nobody to tell there is nothing to look for.
    const auto woken = [this] { return stopping_ || has_news_; };
    if (subscriptions_.empty() && watched_.empty()) {
      downtime_.rest();
      changed_.wait(lock, [&] { return woken() || !subscriptions_.empty() || !watched_.empty(); });
    } else {
      const bool some_wait = std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const auto& pair) {
        return !pair.second->runs_.order.empty() || !pair.second->sweeps_.order.empty();
      });
      changed_.wait_for(lock, some_wait ? kFeedInterval / 5 : kLookInterval, woken);
    }
  }
}

}  // namespace anabranch::experiments
