// versioning/refs.h — the grammar of ref expressions: a name (branch, tag, commit id or its prefix) and what
// follows it. Source: lakeFS documentation, "Referencing commits"; pkg/graveler/ref/parse_ref.go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anabranch::versioning {

struct RefModifier {
  /// ~n: the n-th first parent. ^n: the n-th parent. @: the committed state. $: the staged state.
  enum class Kind : std::uint8_t { tilde, caret, at, dollar } kind = Kind::tilde;
  unsigned value = 1;  // of ~ and ^
  bool operator==(const RefModifier&) const = default;
};

struct RefExpression {
  std::string base;
  std::vector<RefModifier> modifiers;
  bool operator==(const RefExpression&) const = default;
};

/// Errors: invalid_argument.
Result<RefExpression> parse_ref(std::string_view text);
/// What parse_ref() reads as the same expression.
std::string to_string(const RefExpression& expression);

}  // namespace anabranch::versioning
