#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace anabranch {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Stand-ins that the parser takes for numbers; nobody writes a NaN's.
constexpr std::string_view kNanText = "-0e-300", kInfinityText = "1e999", kMinusInfinityText = "-1e999";

/// Builds values; `python` tells whether stand-ins are there.
struct Handler {
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = max_array_size;
  static constexpr std::size_t max_string_size = max_array_size;
  static constexpr std::size_t max_key_size = max_array_size;

  explicit Handler(bool python) : is_python(python) {}

  bool on_document_begin(error_code& /*error*/) {
    stack.reset();
    return true;
  }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) { return true; }
  bool on_object_end(std::size_t count, error_code& /*error*/) {
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(error_code& /*error*/) { return true; }
  bool on_array_end(std::size_t count, error_code& /*error*/) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view text, std::size_t /*size*/, error_code& /*error*/) {
    stack.push_chars(text);
    return true;
  }
  bool on_key(json::string_view text, std::size_t /*size*/, error_code& /*error*/) {
    stack.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t /*size*/, error_code& /*error*/) {
    stack.push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, std::size_t /*size*/, error_code& /*error*/) {
    stack.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view text, error_code& /*error*/) {
    number.append(text.data(), text.size());
    return true;
  }
  bool on_int64(std::int64_t value, json::string_view /*text*/, error_code& /*error*/) {
    number.clear();
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view /*text*/, error_code& /*error*/) {
    number.clear();
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double /*value*/, json::string_view text, error_code& /*error*/) {
    number.append(text.data(), text.size());
    stack.push_double(is_python && number == kNanText ? kNan : read_number(number).value_or(kNan));
    number.clear();
    return true;
  }
  bool on_bool(bool value, error_code& /*error*/) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(error_code& /*error*/) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view /*text*/, error_code& /*error*/) { return true; }
  bool on_comment(json::string_view /*text*/, error_code& /*error*/) { return true; }

  json::value_stack stack;
  bool is_python;
  std::string number;  // what there is of one
};

std::size_t number_size(std::string_view text) {
  const auto end = text.find_first_not_of("+-.0123456789eE");
  return std::min(end, text.size());
}

/// Python's words, and exponents that the parser has no room for, as stand-ins; strings stay as they are.
std::string without_python_numbers(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"NaN", kNanText}, {"Infinity", kInfinityText}, {"-Infinity", kMinusInfinityText}};
  constexpr std::size_t kExponentSizeMax = 4;
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\' && i + 1 < text.size()) {
        out.push_back(text[i++]);
      } else if (c == '"') {
        in_string = false;
      }
      out.push_back(text[i]);
      continue;
    }
    const std::string_view rest = text.substr(i);
    std::size_t taken = 0;
    for (const auto& [word, stand_in] : kWords) {
      if (!rest.starts_with(word)) continue;
      out += stand_in;
      taken = word.size();
    }
    if (taken == 0 && c >= '0' && c <= '9') {
      taken = number_size(rest);
      const std::string_view number = rest.substr(0, taken);
      const auto exponent = number.find_first_of("eE");
      const bool is_long = exponent != std::string_view::npos && number.size() - exponent > kExponentSizeMax;
      out += is_long && std::isinf(read_number(number).value_or(kNan)) ? kInfinityText
             : is_long && read_number(number).value_or(kNan) == 0      ? std::string_view("0.0")
                                                                       : number;
    }
    if (taken != 0) {
      i += taken - 1;
      continue;
    }
    in_string = c == '"';
    out.push_back(c);
  }
  return out;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, JsonDialect dialect) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  const bool is_python = dialect == JsonDialect::python;
  json::basic_parser<Handler> parser(options, is_python);
  const std::string plain = is_python ? without_python_numbers(text) : std::string();
  const std::string_view whole = is_python ? std::string_view(plain) : text;
  error_code error;
  const std::size_t used = parser.write_some(false, whole.data(), whole.size(), error);
  if (!error && used < whole.size()) error = json::error::extra_data;
  if (error) return fail(ErrorCode::malformed, error.message());
  return parser.handler().stack.release();
}

json::value number_to_json(double number) {
  if (std::isfinite(number)) return number;
  return json::value(json::string_view(format_number(number)));
}

std::optional<double> number_from_json(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string_view text(value.get_string().data(), value.get_string().size());
  if (text == "NaN") return kNan;
  if (text == "Infinity") return kInfinity;
  if (text == "-Infinity") return -kInfinity;
  return std::nullopt;
}

}  // namespace anabranch
