// s3/xml.h — XML answers are appended to a string; XML requests are read by pugixml. Private to s3.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace anabranch::s3 {

inline constexpr std::string_view kXmlNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Appends elements; text is escaped. What XML 1.0 cannot hold (control characters, U+FFFE, U+FFFF, bytes
/// that are no UTF-8) becomes U+FFFD: the answer is well-formed whatever it tells.
class XmlWriter {
 public:
  XmlWriter();
  void open(std::string_view name);
  /// The root of an answer, with S3's namespace.
  void open_root(std::string_view name);
  void close(std::string_view name);
  void text(std::string_view text);
  void element(std::string_view name, std::string_view text);
  void element(std::string_view name, std::uint64_t number);
  void element(std::string_view name, bool value) { element(name, value ? "true" : "false"); }
  void element(std::string_view name, const char* text) { element(name, std::string_view(text)); }
  void element(std::string_view name, const std::string& text) { element(name, std::string_view(text)); }
  void element(std::string_view name, unsigned number) { element(name, static_cast<std::uint64_t>(number)); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// "2026-11-22T10:11:12.345Z"
std::string format_xml_time(TimeMs time_ms);

/// One <Object> of a DeleteObjects request, and one <Part> of a CompleteMultipartUpload.
struct DeleteEntry {
  std::string key = {};
  std::string version_id = {};
  std::string etag = {};
  std::string size = {};  // as sent, as the next
  std::string last_modified_time = {};
};
struct DeleteRequest {
  std::vector<DeleteEntry> objects;
  bool quiet = false;
};
struct CompletePart {
  unsigned number = 0;
  std::string etag;
  std::vector<std::pair<std::string, std::string>> checksums;  // "CRC32" → base64
};

/// Errors: malformed.
Result<DeleteRequest> parse_delete_request(std::string_view xml);
Result<std::vector<CompletePart>> parse_complete_request(std::string_view xml);
/// The LocationConstraint of a CreateBucket body; empty where there is none. Errors: malformed.
Result<std::string> parse_create_bucket_request(std::string_view xml);
/// Is it an AccessControlPolicy that gives `owner_id` FULL_CONTROL and nobody else anything?
bool is_owner_acl(std::string_view xml, std::string_view owner_id);

}  // namespace anabranch::s3
