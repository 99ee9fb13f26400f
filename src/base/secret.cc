#include "base/secret.h"

#include <openssl/crypto.h>

#include <ostream>

#include "base/hash.h"

namespace anabranch {

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  other.wipe();  // a short string is copied by its move: the text would stay behind
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  text_.resize(text_.capacity());
  OPENSSL_cleanse(text_.data(), text_.size());
  text_.clear();
}

bool operator==(const Secret& a, const Secret& b) { return equal_constant_time(a.text_, b.text_); }

std::ostream& operator<<(std::ostream& out, const Secret&) { return out << Secret::kShown; }

}  // namespace anabranch
