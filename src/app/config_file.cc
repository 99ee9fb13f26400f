#include "app/config_file.h"

#include <fstream>

namespace anabranch::app {

void apply_config_file(CLI::App& command, const std::string& path) {
  std::ifstream file(path);
  if (!file) throw CLI::FileError("cannot read the config file " + path);
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(file)) {
    if (item.name == "++" || item.name == "--") continue;  // a table begins or ends
    const auto refuse = [&](const std::string& why) {
      return CLI::ConfigError(path + ": " + item.fullname() + " " + why, CLI::ExitCodes::ConfigError);
    };
    CLI::Option* option = item.parents.empty() ? command.get_option_no_throw("--" + item.name) : nullptr;
    if (option == nullptr || item.name == "config" || item.name == "help")
      throw refuse("is no option of " + command.get_name());
    if (option->count() > 0) continue;
    if (option->get_items_expected_max() == 0) {  // a flag
      const std::string value = item.inputs.size() == 1 ? item.inputs.front() : "";
      if (value != "true" && value != "false") throw refuse("must be true or false");
      if (value == "false") continue;
    }
    option->add_result(item.inputs);
    try {
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      throw refuse(std::string("is wrong: ") + error.what());
    }
  }
}

}  // namespace anabranch::app
