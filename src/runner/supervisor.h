// runner/supervisor.h — the small process between the runner and a command: all that the command started ends
// with it, and with the runner, however either of them ends.
//
// In:   a command, one end of a socket. Out: on the socket, that it was started, and how it ended. Everything
// here runs in a fork of a process with threads: it allocates nothing and takes no lock. Private to runner.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace anabranch::runner {

/// All of it is made before the fork, and absolute.
struct SupervisedCommand {
  char* const* argv = nullptr;  // argv[0] is looked for in PATH unless it has a slash
  char* const* environment = nullptr;
  const char* directory = nullptr;
  const char* stdout_file = nullptr;
  const char* stderr_file = nullptr;
  const char* cgroup = nullptr;   // a folder of cgroup2 for the command alone; nullptr: there is none
  char* own_arguments = nullptr;  // of this process, so that its copy is not taken for the runner
  std::size_t own_arguments_size = 0;
};

/// The first message of a supervisor.
struct SupervisedStart {
  pid_t pid = 0;  // the command's; its group has that number too
  int error = 0;  // errno: it could not be started, and there is no other message
};
/// The last one. Nothing that the command started is there any more, but for `left`.
struct SupervisedEnd {
  int status = 0;  // as wait(2) gives it
  double cpu_seconds = 0;
  std::uint64_t memory_bytes_max = 0;
  bool left = false;  // processes that could not be killed
};

/// What is sent to a supervisor: one byte, the number of a signal. SIGKILL goes to all that the command
/// started; any other to the command's group, and once the command has ended, SIGTERM and soon SIGKILL to
/// what is left. A command that ends by itself takes its children with it at once. The socket's end is the
/// runner's: SIGTERM to all, and soon SIGKILL.
///
/// Gives the supervisor's process id, or -1 and errno. `socket` (SOCK_SEQPACKET) stays the caller's.
pid_t start_supervisor(const SupervisedCommand& command, int socket);

}  // namespace anabranch::runner
