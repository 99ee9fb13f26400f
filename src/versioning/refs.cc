#include "versioning/refs.h"

#include <algorithm>
#include <charconv>

namespace anabranch::versioning {
namespace {

constexpr std::string_view kModifiers = "~^@$";
/// More steps than any history has; keeps a silly number from being a long walk.
constexpr unsigned kStepsMax = 1'000'000;

tl::unexpected<Error> invalid(std::string_view text) {
  return fail(ErrorCode::invalid_argument, "ref '" + std::string(text) + "': not a valid reference");
}

}  // namespace

Result<RefExpression> parse_ref(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), blank)) return invalid(text);

  std::size_t at = std::min(text.find_first_of(kModifiers), text.size());
  RefExpression expression{std::string(text.substr(0, at)), {}};
  if (expression.base.empty()) return invalid(text);

  while (at < text.size()) {
    const std::size_t end = std::min(text.find_first_of(kModifiers, at + 1), text.size());
    const std::string_view digits = text.substr(at + 1, end - at - 1);
    RefModifier modifier;
    modifier.kind = static_cast<RefModifier::Kind>(kModifiers.find(text[at]));
    const bool counted =
        modifier.kind == RefModifier::Kind::tilde || modifier.kind == RefModifier::Kind::caret;
    if (!digits.empty()) {
      const char* const last = digits.data() + digits.size();
      const auto [stop, error] = std::from_chars(digits.data(), last, modifier.value);
      if (!counted || error != std::errc{} || stop != last || modifier.value > kStepsMax)
        return invalid(text);
    }
    expression.modifiers.push_back(modifier);
    at = end;
  }
  return expression;
}

std::string to_string(const RefExpression& expression) {
  std::string text = expression.base;
  for (const RefModifier& modifier : expression.modifiers) {
    text.push_back(kModifiers[static_cast<std::size_t>(modifier.kind)]);
    if (modifier.value != 1) text += std::to_string(modifier.value);
  }
  return text;
}

}  // namespace anabranch::versioning
