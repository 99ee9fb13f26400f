#include "app/command_words.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>
#include <string_view>

#include "app/cli.h"

namespace anabranch::app {
namespace {

/// How many characters have to be put in, left out or changed. Source: Levenshtein, 1965.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

const CLI::App* find_command(const CLI::App& of, const std::string& word) {
  for (const CLI::App* command : of.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return command;
  }
  return nullptr;
}

std::string nearest_command(const CLI::App& to, const std::string& word) {
  std::string nearest;
  std::size_t least = word.size() + 1;
  for (const CLI::App* command : to.get_subcommands([](const CLI::App*) { return true; })) {
    const std::size_t apart = distance(word, command->get_name());
    if (apart >= least) continue;
    least = apart;
    nearest = command->get_name();
  }
  return nearest;
}

int show_help(const CLI::App& program, const std::vector<std::string>& words) {
  if (const auto unknown = unknown_command(program, words)) return complain_usage("help", *unknown);
  const CLI::App* command = &program;
  std::string name = program.get_name();
  for (const auto& word : words) {
    const CLI::App* const next = find_command(*command, word);
    if (next == nullptr) break;  // left over, as in `help ls anabranch://`
    name += " " + word;
    command = next;
  }
  // Not CLI::App::help(): that of the program would be the help of `help`, the command that was parsed.
  std::cout << command->get_formatter()->make_help(command, name, CLI::AppFormatMode::Normal);
  return kExitOk;
}

}  // namespace

std::optional<std::string> unknown_command(const CLI::App& program, const std::vector<std::string>& words) {
  const CLI::App* at = &program;
  std::string known;
  for (const auto& word : words) {
    if (word.starts_with('-') || at->get_subcommands([](const CLI::App*) { return true; }).empty()) break;
    const CLI::App* const next = find_command(*at, word);
    if (next == nullptr) {
      const std::string nearest = nearest_command(*at, word);
      std::string text = "there is no command '" + (known.empty() ? "" : known + " ") + word + "'";
      if (!nearest.empty()) text += "; the nearest is '" + (known.empty() ? "" : known + " ") + nearest + "'";
      return text;
    }
    known += (known.empty() ? "" : " ") + word;
    at = next;
  }
  return std::nullopt;
}

void add_help_command(CLI::App& program, Chosen& run) {
  auto* command = program.add_subcommand("help", "Show what a command does: the same as COMMAND --help");
  const auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("command", *words, "The command; left out: all there are");
  command->callback(
      [words, &program, &run] { run = [words, &program] { return show_help(program, *words); }; });
}

}  // namespace anabranch::app
