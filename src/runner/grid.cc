#include "runner/grid.h"

#include <algorithm>
#include <set>

#include "runner/command_line.h"

namespace anabranch::runner {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_parameter_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',') {
      values.back().push_back(text[++i]);
    } else if (text[i] == ',') {
      values.emplace_back();
    } else {
      values.back().push_back(text[i]);
    }
  }
  return values;
}

}  // namespace

Result<GridAxis> parse_axis(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument,
                "--grid '" + std::string(text) + "' is not of the form name=value,value");
  }
  GridAxis axis{std::string(text.substr(0, equals)), split_values(text.substr(equals + 1))};
  if (!is_parameter_name(axis.name)) {
    return fail(ErrorCode::invalid_argument, "--grid: '" + axis.name +
                                                 "' is no parameter name: letters, digits, " +
                                                 "'_', '-' and '.', the first one a letter or '_'");
  }
  for (const auto& value : axis.values) {
    if (value.empty()) {
      return fail(ErrorCode::invalid_argument, "--grid '" + std::string(text) + "' has an empty value");
    }
    if (std::count(axis.values.begin(), axis.values.end(), value) > 1) {
      return fail(ErrorCode::invalid_argument,
                  "--grid '" + std::string(text) + "' has '" + value + "' twice");
    }
  }
  return axis;
}

Result<std::vector<Parameters>> expand(const std::vector<GridAxis>& axes) {
  std::set<std::string> seen;
  std::vector<Parameters> combinations(1);
  for (const auto& axis : axes) {
    if (!seen.insert(environment_name(axis.name)).second) {
      return fail(ErrorCode::invalid_argument,
                  "--grid: more than one parameter would be " + environment_name(axis.name));
    }
    if (combinations.size() * axis.values.size() > kCombinationsMax) {
      return fail(ErrorCode::invalid_argument,
                  "--grid: more than " + std::to_string(kCombinationsMax) + " combinations");
    }
    std::vector<Parameters> longer;
    longer.reserve(combinations.size() * axis.values.size());
    for (const auto& combination : combinations) {
      for (const auto& value : axis.values) {
        longer.push_back(combination);
        longer.back().emplace_back(axis.name, value);
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

}  // namespace anabranch::runner
