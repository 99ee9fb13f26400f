// The child of kill_test: runs the seeded workload on a folder until it is killed, telling on its standard
// output what it has sent ("S <step>") and what was acknowledged ("A <step>"), one line per write().
#include <unistd.h>

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string>

#include "crash/options.h"
#include "crash/workload.h"
#include "io/posix_disk.h"

namespace anabranch::crash {
namespace {

constexpr int kInFlightMax = 6;

void tell(char what, std::uint64_t step) {
  const std::string line = std::string(1, what) + " " + std::to_string(step) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

int run(const std::string& folder, std::uint64_t seed) {
  io::PosixDisk disk(folder);
  auto engine = engine::Engine::open(disk, small_options());
  if (!engine) {
    std::cerr << engine.error().message << std::endl;
    return 1;
  }
  const auto before = (*engine)->kv().get("step");
  if (!before) return 1;
  Workload workload(seed);
  workload.skip_to(*before ? std::stoull(**before) : 0);
  Runner runner(**engine);
  std::mutex mutex;
  std::condition_variable landed;
  int in_flight = 0;
  while (true) {
    const Step step = workload.next();
    {
      std::unique_lock lock(mutex);
      landed.wait(lock, [&] { return in_flight < kInFlightMax; });
      if (in_flight == 0) runner.forget_writers();
      ++in_flight;
    }
    tell('S', step.number);
    const bool sent = runner.submit(step, [&, number = step.number](Result<void> done) {
      if (!done) _exit(2);
      tell('A', number);
      const std::lock_guard lock(mutex);
      --in_flight;
      landed.notify_one();
    });
    if (!sent) return 1;
  }
}

}  // namespace
}  // namespace anabranch::crash

int main(int count, char** arguments) {
  if (count != 3) return 64;
  return anabranch::crash::run(arguments[1], std::stoull(arguments[2]));
}
