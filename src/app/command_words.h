// app/command_words.h — the words that name a command: `help`, and those that name none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"

namespace anabranch::app {

/// `anabranch help [COMMAND]`: what --help of it says. Errors at run: an unknown command.
void add_help_command(CLI::App& program, Chosen& run);

/// Of a command line (without the program's name) whose first words name no command: what to say, with the
/// nearest command there is. nullopt: they name one, or an option comes first.
std::optional<std::string> unknown_command(const CLI::App& program, const std::vector<std::string>& words);

}  // namespace anabranch::app
