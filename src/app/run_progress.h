// app/run_progress.h — a sweep's progress on stderr: a line per change; on a terminal also a line that is
// rewritten.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runner/sweep.h"

namespace anabranch::app {

/// Thread safety: every method from any thread.
class RunProgress final : public runner::SweepObserver {
 public:
  /// Gives where a browser shows a sweep.
  using Page = std::function<std::string(const std::string& sweep)>;
  /// `parameters` of each run, in the plan's order. `done`: how many are over already. `log_file`: as
  /// InterruptWatch has it.
  RunProgress(const std::vector<runner::Parameters>& parameters, std::size_t done, std::string repository,
              Page page, std::string log_file);
  ~RunProgress() override;

  void on_input(const std::string& commit_id) override;
  void on_name(const std::string& sweep) override;
  void on_warning(const std::string& warning) override;
  void on_data(std::size_t done, std::size_t total) override;
  void on_data_mode(const runner::ChosenMode& mode, std::uint64_t size_bytes,
                    std::size_t views_at_once) override;
  void on_code(const runner::CodeSnapshot& code) override;
  void on_phase(std::size_t index, const std::string& run, runner::RunPhase phase,
                const std::string& stdout_file) override;
  void on_outcome(std::size_t index, const runner::RunOutcome& outcome) override;

 private:
  struct Row {
    std::string run;
    std::string parameters;
    runner::RunPhase phase = runner::RunPhase::waiting;
    std::string stdout_file;
    std::chrono::steady_clock::time_point began;
  };
  bool has_terminal() const;
  void refresh_for_ever();
  void say(const std::string& line);  // with mutex_ held
  void draw();                        // with mutex_ held
  std::string status_line() const;    // with mutex_ held

  const bool is_terminal_;  // at the start
  const std::string repository_;
  const Page page_;
  const std::string log_file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Row> rows_;  // guarded by mutex_
  std::string data_line_;  // guarded by mutex_
  std::size_t ended_ = 0;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread refresher_;  // on a terminal only
};

}  // namespace anabranch::app
