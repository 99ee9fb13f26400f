// XML requests: arbitrary bytes are read or refused, and what was read keeps the rules of the structs.
#include <cstdlib>
#include <string_view>

#include "s3/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace s3 = anabranch::s3;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = s3::parse_delete_request(text)) {
    for (const auto& entry : request->objects) {
      if (entry.key.empty()) std::abort();
      s3::XmlWriter xml;
      xml.element("Key", entry.key);
    }
  }
  if (const auto parts = s3::parse_complete_request(text)) {
    for (const auto& part : *parts) {
      if (part.number == 0 || part.etag.empty()) std::abort();
    }
  }
  (void)s3::parse_create_bucket_request(text);
  return 0;
}
