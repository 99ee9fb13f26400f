#include "app/json_output.h"

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <string_view>
#include <utility>

namespace anabranch::app {
namespace {

namespace json = boost::json;

/// JSON lets DEL and the C1 controls stand as they are.
void append_text(std::string& out, std::string_view text) {
  const std::string quoted = json::serialize(json::string(text));
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    const auto byte = static_cast<unsigned char>(quoted[i]);
    const auto next = static_cast<unsigned char>(i + 1 < quoted.size() ? quoted[i + 1] : 0);
    if (byte == 0x7f) {
      out += "\\u007f";
    } else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f) {
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      out += quoted[i];
    }
  }
}

/// The shortest text that gives it back; what JSON has no number for is a text, as in the REST API.
void append_number(std::string& out, double number) {
  if (std::isnan(number)) {
    out += R"("NaN")";
  } else if (std::isinf(number)) {
    out += number > 0 ? R"("Infinity")" : R"("-Infinity")";
  } else {
    out += fmt::format("{}", number);
  }
}

void append(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::object: {
      std::string_view separator = "{";
      for (const auto& [name, member] : value.get_object()) {
        out += std::exchange(separator, ",");
        append_text(out, name);
        out += ':';
        append(out, member);
      }
      out += separator == "{" ? "{}" : "}";
      break;
    }
    case json::kind::array: {
      std::string_view separator = "[";
      for (const auto& item : value.get_array()) {
        out += std::exchange(separator, ",");
        append(out, item);
      }
      out += separator == "[" ? "[]" : "]";
      break;
    }
    case json::kind::string:
      append_text(out, value.get_string());
      break;
    case json::kind::double_:
      append_number(out, value.get_double());
      break;
    default:
      out += json::serialize(value);
  }
}

}  // namespace

std::string to_json_text(const json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

void print_json(const json::value& value) { std::cout << to_json_text(value) << "\n"; }

json::array to_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const auto& text : texts) array.push_back(json::value(text));
  return array;
}

json::object to_json(const runner::CommitInfo& commit) {
  json::object metadata;
  for (const auto& [name, value] : commit.metadata) metadata.emplace(name, value);
  return {{"id", commit.id},
          {"parents", to_json(commit.parents)},
          {"committer", commit.committer},
          {"message", commit.message},
          {"created_seconds", commit.created_seconds},
          {"metadata", std::move(metadata)}};
}

json::object to_json(const runner::DifferenceInfo& difference) {
  return {{"type", difference.type}, {"path", difference.path}};
}

json::object to_json(const runner::ObjectInfo& object) {
  if (object.is_prefix) return {{"path", object.path}, {"type", "prefix"}};
  return {{"path", object.path},
          {"type", "object"},
          {"size_bytes", object.size_bytes},
          {"checksum", object.checksum},
          {"modified_seconds", object.modified_seconds},
          {"physical_address", object.physical_address}};
}

}  // namespace anabranch::app
