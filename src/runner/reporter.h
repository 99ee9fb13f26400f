// runner/reporter.h — tells the server of a sweep's runs while they go on, and obeys when one is cancelled.
//
// One thread speaks for all runs. Nothing here fails or delays a run: a server that does not answer is asked
// again later, one that knows no records (404) is left alone, and what cannot be told is in the commit.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "runner/api_client.h"
#include "runner/live_files.h"
#include "runner/run.h"

namespace anabranch::runner {

/// A server that does not answer such calls within seconds is spoken to later.
http::ClientOptions reporting_client();

/// Of a sweep's record: the server has it; it did not answer, and is asked again; it takes none.
enum class RecordState : unsigned char { made, unknown, refused };
/// Makes it. Errors: already_exists (the name is taken, by another runner than that of `sweep.runner`).
Result<RecordState> make_record(const ApiClient& api, const std::string& repository, const SweepInfo& sweep);

/// Thread safety: as RunWatcher; watcher() from any thread.
class Reporter {
 public:
  /// `record`: whether the sweep's is there. Of `runs`, those with an id have records; the others get both.
  /// `all` ends the whole sweep, and outlives this. `warn` is told, from the thread, what the server does not
  /// take.
  Reporter(const Connection& connection, const Clock& clock, std::string repository, SweepInfo sweep,
           RecordState record, std::vector<RunInfo> runs, Interruption& all,
           std::function<void(const std::string&)> warn);
  /// Says the last words, for as long as the server listens, at most some seconds.
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// Of the run at that place. It may be told on_outcome() alone, of a run that did not begin.
  RunWatcher& watcher(std::size_t index);
  /// Before the run begins: its record is made now, where it is not yet. nullopt: it will have none, or the
  /// server does not answer. From any thread.
  std::optional<RunAttempt> introduce(std::size_t index);
  /// The id of that run's record.
  const std::string& run_id(std::size_t index) const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  class Life;

  void loop();
  /// One round over all that has something to say; false: the server does not listen now.
  bool speak(Time now);
  bool make_sweep();
  bool make_run(Life& life);
  bool report(Life& life, Time now);
  bool make_waiting();
  bool keep_alive(Time now);
  void take_refusal(Life& life, const Error& error);
  bool is_superseded(const Life& life) const;
  void supersede(Life& life);
  void notice_sleep(Time now);
  void cancel(Life& life);
  void press(Time now);
  void measure_all();
  bool is_all_said() const;

  const Clock& clock_;
  const std::string repository_;
  http::Client http_;
  const ApiClient api_;
  const SweepInfo sweep_;
  std::atomic<RecordState> record_;
  Interruption& all_;
  const std::function<void(const std::string&)> warn_;
  std::vector<std::unique_ptr<Life>> lives_;
  // of the thread alone:
  std::size_t next_waiting_ = 0;
  Time last_said_{};
  TimeMs wall_ms_ = 0;  // at wall_time_
  Time wall_time_{};
  std::optional<Time> all_cancelled_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_news_ = false;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace anabranch::runner
