// app/config_file.h — a command's options from a TOML file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace anabranch::app {

/// Sets every option of `command` that the file names and neither the command line nor the environment gave.
/// CLI11 reads the files of the top-level command only, hence this. Throws CLI::ParseError, naming what is
/// wrong: the file, a table, an unknown option, a bad value.
void apply_config_file(CLI::App& command, const std::string& path);

}  // namespace anabranch::app
