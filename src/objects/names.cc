#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "objects/object_store.h"

namespace anabranch::objects {
namespace {

constexpr std::size_t kBucketNameSizeMin = 3;
constexpr std::size_t kBucketNameSizeMax = 63;
/// Source: AWS S3 User Guide, "Bucket naming rules" (reserved by the service).
constexpr std::array<std::string_view, 2> kReservedPrefixes = {"xn--", "sthree-"};
constexpr std::array<std::string_view, 5> kReservedSuffixes = {"-s3alias", "--ol-s3", ".mrap", "--x-s3",
                                                               "--table-s3"};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool looks_like_ipv4(std::string_view name) {
  int dots = 0;
  for (const char c : name) {
    if (c == '.') {
      ++dots;
    } else if (c < '0' || c > '9') {
      return false;
    }
  }
  return dots == 3;
}

}  // namespace

Result<void> check_bucket_name(const std::string& name) {
  const auto refuse = [&](const char* rule) {
    return fail(ErrorCode::invalid_name, "bucket name '" + name + "': " + rule);
  };
  if (name.size() < kBucketNameSizeMin || name.size() > kBucketNameSizeMax) {
    return refuse("must be 3 to 63 characters long");
  }
  for (const char c : name) {
    if (!is_letter_or_digit(c) && c != '.' && c != '-')
      return refuse("only a-z, 0-9, '.' and '-' are allowed");
  }
  if (!is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) {
    return refuse("must begin and end with a letter or a digit");
  }
  for (const char* const pair : {"..", ".-", "-."}) {
    if (name.find(pair) != std::string::npos) return refuse("'.' must stand between letters or digits");
  }
  if (looks_like_ipv4(name)) return refuse("must not look like an IP address");
  const std::string_view view = name;
  if (std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(),
                  [&](std::string_view prefix) { return view.starts_with(prefix); }) ||
      std::any_of(kReservedSuffixes.begin(), kReservedSuffixes.end(),
                  [&](std::string_view suffix) { return view.ends_with(suffix); })) {
    return refuse("begins or ends with what S3 reserves");
  }
  return {};
}

Result<void> check_key(const std::string& key) {
  if (key.empty()) return fail(ErrorCode::invalid_argument, "an object key must not be empty");
  if (key.size() > kKeySizeMax) {
    return fail(ErrorCode::key_too_long,
                "an object key of " + std::to_string(key.size()) + " bytes (at most 1024)");
  }
  if (!is_utf8(key)) return fail(ErrorCode::invalid_argument, "an object key must be UTF-8");
  if (key.find('\0') != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "an object key must not hold NUL");
  }
  return {};
}

}  // namespace anabranch::objects
