// JSON bodies: arbitrary bytes through the parser and every typed field.
#include <string_view>

#include "rest/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace rest = anabranch::rest;
  boost::system::error_code error;
  const auto value = boost::json::parse(std::string_view(reinterpret_cast<const char*>(data), size), error);
  if (error || !value.is_object()) return 0;
  const auto& object = value.get_object();
  for (const auto& [name, field] : object) {
    (void)rest::string_field(object, name);
    (void)rest::required_string(object, name);
    (void)rest::bool_field(object, name);
    (void)rest::int_field(object, name);
    (void)rest::metadata_field(object, name);
    (void)rest::strings_field(object, name);
  }
  return 0;
}
