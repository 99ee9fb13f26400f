#include "bench/startup.h"

#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

#include "bench/server_process.h"
#include "http/client.h"

extern char** environ;

namespace anabranch::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto kAskEvery = std::chrono::microseconds(500);
constexpr auto kReadyMax = std::chrono::seconds(30);
constexpr auto kRest = std::chrono::seconds(2);

/// A child that does not outlive this object.
class Child {
 public:
  static Result<Child> spawn(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, arguments[0], nullptr, nullptr, arguments.data(), environ);
    if (error != 0)
      return fail(ErrorCode::internal, "cannot start " + command[0] + ": " + std::strerror(error));
    return Child(pid);
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  bool has_ended() {
    if (pid_ != 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
    return pid_ == 0;
  }
  /// Errors: internal (it did not end with 0).
  Result<void> stop() {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return fail(ErrorCode::internal, "the server did not stop cleanly");
  }

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

bool is_ready(http::Client& client, const std::string& url) {
  http::ClientRequest request;
  request.url = url;
  const auto answer = client.fetch(std::move(request));
  return answer && answer->status == 200;
}

Result<StartupRun> run_once(const std::vector<std::string>& command, const std::string& ready_url) {
  http::Client client;  // its thread is up before the clock starts
  if (is_ready(client, ready_url)) return fail(ErrorCode::internal, ready_url + " answers already");
  StartupRun run;
  const auto began = Clock::now();
  ANABRANCH_TRY(auto child, Child::spawn(command));
  while (!is_ready(client, ready_url)) {
    if (child.has_ended()) return fail(ErrorCode::internal, command[0] + " ended before it was ready");
    if (Clock::now() - began > kReadyMax) return fail(ErrorCode::internal, command[0] + " is not ready");
    std::this_thread::sleep_for(kAskEvery);
  }
  run.ready_ms = Milliseconds(Clock::now() - began).count();
  std::this_thread::sleep_for(kRest);
  ANABRANCH_TRY(const auto server, ServerProcess::attach({child.pid()}));
  ANABRANCH_TRY(run.idle_resident_bytes, server.resident_bytes());
  const auto stopping = Clock::now();
  ANABRANCH_CHECK(child.stop());
  run.stop_ms = Milliseconds(Clock::now() - stopping).count();
  return run;
}

}  // namespace

Result<std::vector<StartupRun>> measure_startup(const std::vector<std::string>& command,
                                                const std::string& ready_url, unsigned runs) {
  std::vector<StartupRun> measured;
  for (unsigned i = 0; i < runs; ++i) {
    ANABRANCH_TRY(const auto run, run_once(command, ready_url));
    measured.push_back(run);
  }
  return measured;
}

}  // namespace anabranch::bench
