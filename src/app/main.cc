// The program: `anabranch <command> ...`. Options come from the command line, then from --config (TOML), then defaults.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands.h"
#include "app/server.h"

int main(int argc, char** argv) {
  using namespace anabranch::app;
  CLI::App program("Anabranch: a versioned object store for parallel ML experiments.", "anabranch");
  program.set_version_flag("--version", Server::version());
  program.require_subcommand(1);
  program.set_help_all_flag("--help-all", "Help of every command");

  Chosen run;
  add_serve_command(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return run();
}
