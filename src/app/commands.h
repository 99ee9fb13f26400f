// app/commands.h — the program's commands. Each adds its options to the command line and runs when it is chosen.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace anabranch::app {

/// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// Sets `run` to what the chosen command does; it gives the exit code.
using Chosen = std::function<int()>;
void add_serve_command(CLI::App& program, Chosen& run);

}  // namespace anabranch::app
