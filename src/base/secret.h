// base/secret.h — a string that must not be shown: logging or streaming it prints "***"; its memory is wiped.
//
// In:  keys, passwords, tokens. Out: their text, only where reveal() is written, so that a reader can search
// for it.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace anabranch {

/// Thread safety: as std::string.
class Secret {
 public:
  static constexpr std::string_view kShown = "***";

  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  /// In constant time for texts of one length.
  friend bool operator==(const Secret& a, const Secret& b);

 private:
  void wipe() noexcept;
  std::string text_;
};

std::ostream& operator<<(std::ostream& out, const Secret& secret);

}  // namespace anabranch
