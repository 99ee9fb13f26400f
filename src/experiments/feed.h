// experiments/feed.h — who wants to know is told which runs and sweeps of a repository changed.
//
// In:   "this run changed", "this run lives" from Experiments. Out: to each subscriber the ids that changed
// since it last asked, each once, at most four times a second; nothing is queued but ids, so a slow
// subscriber reads the latest state and costs no memory. One thread keeps the time; nobody else waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "experiments/downtime.h"
#include "experiments/types.h"

namespace anabranch::experiments {

inline constexpr std::chrono::milliseconds kFeedInterval{250};  // four a second
inline constexpr std::chrono::milliseconds kFeedPing{10'000};
inline constexpr std::size_t kSubscriptionsMax = 1'000;
inline constexpr std::size_t kNewsAtOnceMax = 256;   // ids in one answer of next()
inline constexpr std::size_t kNewsKeptMax = 20'000;  // ids of one subscriber; the oldest go
inline constexpr std::size_t kWatchedMax = 100'000;  // runs whose loss is noticed; more are found at reading

/// What changed since the last answer. All empty: nothing did for kFeedPing.
struct News {
  std::vector<std::string> runs;
  std::vector<std::string> sweeps;
  bool is_over = false;  // the feed was closed: there is no more
};

class Feed;

/// Thread safety: one next() at a time. May be destroyed while none is awaited.
class Subscription {
 public:
  Subscription(Feed& feed, std::string uid) : feed_(feed), uid_(std::move(uid)) {}
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  /// Waits for news, at most kFeedPing. Goes on where it was awaited.
  Task<News> next();

 private:
  friend class Feed;
  struct Ids {
    void add(const std::string& id);
    std::vector<std::string> take(std::size_t at_most);
    std::deque<std::string> order;
    std::unordered_set<std::string> known;
  };

  Feed& feed_;
  const std::string uid_;
  // guarded by Feed::mutex_:
  Ids runs_, sweeps_;
  std::chrono::steady_clock::time_point answered_{};  // the last answer
  std::function<void(News)> waiter_;                  // of the next() that waits
};

/// Thread safety: every method from any thread. Must outlive its subscriptions.
class Feed {
 public:
  /// `downtime` is kept up to date, and must outlive this. `on_lost`: runs were found lost; on the feed's own
  /// thread.
  Feed(const Clock& clock, Downtime& downtime, std::function<void()> on_lost = {});
  ~Feed();

  /// Errors: unavailable (closed, or kSubscriptionsMax are there).
  Result<std::unique_ptr<Subscription>> subscribe(std::string uid);

  /// Those that are there now.
  std::size_t subscriptions() const;

  /// The run said something at `now_ms`. A run that is not over is watched: once it is lost, that is news.
  void heard(const std::string& uid, const std::string& sweep, const std::string& run, RunState state);
  /// The same of what was heard earlier.
  void watch(const std::string& uid, const std::string& sweep, const std::string& run, RunState state,
             TimeMs heard_ms);
  void run_changed(const std::string& uid, const std::string& run);
  void sweep_changed(const std::string& uid, const std::string& sweep);
  /// The run is over or gone: it cannot be lost any more.
  void forget(const std::string& uid, const std::string& run);

  /// Ends every subscription, now and later. For the end of the server.
  void close();

 private:
  friend class Subscription;
  struct Watched {
    std::string sweep;
    bool waits = false;  // lives by its sweep's heartbeat
    TimeMs heard_ms = 0;
  };
  using Waiter = std::function<void()>;

  void run();
  bool find_lost(TimeMs now);                  // with mutex_ held; true: there were some
  std::vector<Waiter> due_answers();           // with mutex_ held
  News take_news(Subscription& subscription);  // with mutex_ held
  bool is_due(const Subscription& subscription, std::chrono::steady_clock::time_point now) const;
  void add(const std::string& uid, Subscription::Ids Subscription::*kind, const std::string& id);

  const Clock& clock_;
  Downtime& downtime_;
  const std::function<void()> on_lost_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::string, Subscription*> subscriptions_;             // guarded by mutex_: by uid
  std::map<std::pair<std::string, std::string>, Watched> watched_;      // guarded by mutex_: by uid and run
  std::map<std::pair<std::string, std::string>, TimeMs> sweeps_heard_;  // guarded by mutex_: by uid and sweep
  bool has_news_ = false;                                               // guarded by mutex_
  bool closed_ = false;                                                 // guarded by mutex_
  bool stopping_ = false;                                               // guarded by mutex_
  std::thread thread_;
};

}  // namespace anabranch::experiments
