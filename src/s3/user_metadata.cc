#include "s3/user_metadata.h"

#include <algorithm>

#include "http/header_text.h"
#include "s3/errors.h"
#include "s3/headers.h"

namespace anabranch::s3 {
namespace {

constexpr std::string_view kPrefix = "x-amz-meta-";

}  // namespace

Result<service::StringPairs> read_user_metadata(const http::Headers& headers) {
  service::StringPairs metadata;
  for (const auto& [field, value] : headers.fields()) {
    if (!starts_with_ignoring_case(field, kPrefix)) continue;
    const std::string_view name = std::string_view(field).substr(kPrefix.size());
    const auto before = std::find_if(metadata.begin(), metadata.end(), [&](const auto& pair) {
      return http::equal_ignoring_case(pair.first, name);
    });
    if (before != metadata.end()) {
      before->second.append(",").append(http::decode_words(value));
    } else {
      metadata.emplace_back(std::string(name), http::decode_words(value));
    }
  }
  std::size_t size_bytes = 0;
  for (const auto& [name, value] : metadata) size_bytes += name.size() + value.size();
  if (size_bytes > objects::kUserMetadataSizeMax) {
    return s3_fail(ErrorCode::invalid_argument, "MetadataTooLarge",
                   "Your metadata headers exceed the maximum allowed metadata size.");
  }
  return metadata;
}

void add_user_metadata(http::Headers& out, const service::StringPairs& metadata) {
  std::size_t sent = 0;
  std::size_t sent_bytes = 0;
  std::size_t missing = 0;
  for (const auto& [name, value] : metadata) {
    std::string field = std::string(kPrefix) + name;
    std::string text = http::encode_words(value);
    const std::size_t size_bytes = field.size() + text.size();
    const bool fits = sent < kMetadataSentMax && sent_bytes + size_bytes <= kMetadataSentSizeMax;
    if (!fits || (!name.empty() && !http::is_field_name(name)) || out.contains(field)) {
      ++missing;
      continue;
    }
    ++sent;
    sent_bytes += size_bytes;
    out.add(std::move(field), std::move(text));
  }
  if (missing > 0) out.add("x-amz-missing-meta", std::to_string(missing));
}

}  // namespace anabranch::s3
