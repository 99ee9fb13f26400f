// The program: `anabranch <command> ...`. Options come from the command line, then the environment, then
// --config (TOML), then defaults.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli.h"
#include "app/command_words.h"
#include "app/commands.h"
#include "app/server.h"

namespace app = anabranch::app;

int main(int argc, char** argv) {
  // The command that `run` runs is its own: CLI11 would take its arguments for options and split some of
  // them.
  std::vector<std::string> tail;
  if (argc > 1 && std::string_view(argv[1]) == "run") {
    char** const end = argv + argc;
    char** const marker = std::find(argv, end, std::string_view("--"));
    if (marker != end) {
      tail.assign(marker + 1, end);
      argc = static_cast<int>(marker - argv);
    }
  }
  CLI::App program("Anabranch: a versioned object store for parallel ML experiments.", "anabranch");
  program.set_version_flag("--version", app::Server::version());
  program.require_subcommand(1);
  program.set_help_all_flag("--help-all", "Help of every command");

  app::Chosen run;
  app::add_serve_command(program, run);
  app::add_repo_command(program, run);
  app::add_branch_command(program, run);
  app::add_tag_command(program, run);
  app::add_object_commands(program, run);
  app::add_cp_command(program, run);
  app::add_history_commands(program, run);
  app::add_import_command(program, run);
  app::add_run_command(program, run, tail);
  app::add_compare_command(program, run);
  app::add_promote_command(program, run);
  app::add_reproduce_command(program, run);
  app::add_undo_commands(program, run);
  app::add_help_command(program, run);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (const auto unknown = app::unknown_command(program, words)) {
    std::fprintf(stderr, "anabranch: %s\nSee anabranch help.\n", app::shown(*unknown).c_str());
    return app::kExitUsage;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream complaint;  // names what was typed, which a shell may have taken from file names
    const int code = program.exit(error, std::cout, complaint);
    std::fputs(app::shown_lines(complaint.str()).c_str(), stderr);
    return code == 0 ? app::kExitOk : app::kExitUsage;
  }
  return run();
}
