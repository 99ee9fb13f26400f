// app/commands.h — the program's commands. Each adds its options to the command line and runs when it is
// chosen.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace anabranch::app {

/// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitIncomplete = 3;  // done, but something that should have been kept could not be

/// Sets `run` to what the chosen command does; it gives the exit code.
using Chosen = std::function<int()>;
void add_serve_command(CLI::App& program, Chosen& run);

// Clients: they know the server by HTTP alone.
void add_repo_command(CLI::App& program, Chosen& run);
void add_branch_command(CLI::App& program, Chosen& run);
void add_tag_command(CLI::App& program, Chosen& run);
void add_object_commands(CLI::App& program, Chosen& run);   // ls, cat, rm
void add_history_commands(CLI::App& program, Chosen& run);  // log, show, diff, commit, merge
void add_undo_commands(CLI::App& program, Chosen& run);     // revert, cherry-pick, reset, restore
void add_cp_command(CLI::App& program, Chosen& run);
void add_import_command(CLI::App& program, Chosen& run);
/// `tail`: what stands after `--`, untouched. Must outlive `run`.
void add_run_command(CLI::App& program, Chosen& run, const std::vector<std::string>& tail);
void add_compare_command(CLI::App& program, Chosen& run);
void add_promote_command(CLI::App& program, Chosen& run);
void add_reproduce_command(CLI::App& program, Chosen& run);

}  // namespace anabranch::app
