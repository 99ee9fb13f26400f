#include "runner/command_line.h"

#include <set>

namespace anabranch::runner {
namespace {

/// One pass over `argument`, so that a value with braces in it is not looked into again.
std::string replace_placeholders(std::string_view argument, const Parameters& parameters,
                                 std::set<std::string>& used) {
  std::string out;
  while (!argument.empty()) {
    const auto open = argument.find('{');
    out += argument.substr(0, open);
    if (open == std::string_view::npos) break;
    argument.remove_prefix(open);
    const std::pair<std::string, std::string>* found = nullptr;
    for (const auto& parameter : parameters) {
      if (argument.substr(1).starts_with(parameter.first + "}")) found = &parameter;
    }
    if (found == nullptr) {
      out.push_back('{');
      argument.remove_prefix(1);
      continue;
    }
    out += found->second;
    used.insert(found->first);
    argument.remove_prefix(found->first.size() + 2);
  }
  return out;
}

}  // namespace

std::vector<std::string> bind_parameters(const std::vector<std::string>& command,
                                         const Parameters& parameters) {
  std::set<std::string> used;
  std::vector<std::string> bound;
  for (const auto& argument : command) bound.push_back(replace_placeholders(argument, parameters, used));
  for (const auto& [name, value] : parameters) {
    if (!used.contains(name)) bound.push_back("--" + name + "=" + value);
  }
  return bound;
}

std::string environment_name(std::string_view parameter_name) {
  std::string name = "PARAM_";
  for (const char c : parameter_name) {
    if (c >= 'a' && c <= 'z') {
      name.push_back(static_cast<char>(c - 'a' + 'A'));
    } else {
      name.push_back(c == '-' || c == '.' ? '_' : c);
    }
  }
  return name;
}

}  // namespace anabranch::runner
