#include "s3/xml.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "base/utf8.h"

namespace anabranch::s3 {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// What stands in an XML text for the character at the front of `text`, which is `size` bytes long (0: it is
/// none); nothing where it stands for itself. Source: XML 1.0, section 2.2.
std::string_view replacement_of(std::string_view text, std::size_t size) {
  const auto c = static_cast<unsigned char>(text.front());
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\r':
      return "&#13;";
    default:
      break;
  }
  if (size == 0 || (c < 0x20 && c != '\t' && c != '\n')) return kReplacement;
  if (text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF")) return kReplacement;
  return {};
}

/// Appends `text` escaped. Runs of plain characters, which is nearly all there is, are appended whole.
void append_escaped(std::string& out, std::string_view text) {
  std::size_t plain_from = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const std::size_t size = utf8_sequence_size(rest);
    const std::string_view replacement = replacement_of(rest, size);
    const std::size_t next = i + std::max<std::size_t>(size, 1);
    if (!replacement.empty()) {
      out.append(text.substr(plain_from, i - plain_from)).append(replacement);
      plain_from = next;
    }
    i = next;
  }
  out.append(text.substr(plain_from));
}

Result<pugi::xml_document> parse(std::string_view xml) {
  pugi::xml_document document;
  // No DOCTYPE, no entities of its own: pugixml expands neither.
  const auto parsed = document.load_buffer(
      xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!parsed)
    return fail(ErrorCode::malformed, std::string("the request body is not XML: ") + parsed.description());
  return document;
}

/// The name without a namespace prefix.
std::string_view local_name(const pugi::xml_node& node) {
  std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node root_named(const pugi::xml_document& document, std::string_view name) {
  const pugi::xml_node root = document.document_element();
  return local_name(root) == name ? root : pugi::xml_node();
}

}  // namespace

XmlWriter::XmlWriter() : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

void XmlWriter::open(std::string_view name) { text_.append("<").append(name).append(">"); }
void XmlWriter::open_root(std::string_view name) {
  text_.append("<").append(name).append(" xmlns=\"").append(kXmlNamespace).append("\">");
}
void XmlWriter::close(std::string_view name) { text_.append("</").append(name).append(">"); }

void XmlWriter::text(std::string_view text) { append_escaped(text_, text); }

void XmlWriter::element(std::string_view name, std::string_view text) {
  open(name);
  append_escaped(text_, text);
  close(name);
}

void XmlWriter::element(std::string_view name, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  element(name, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

std::string format_xml_time(TimeMs time_ms) {
  // Listings hold thousands of times of the same second.
  thread_local std::time_t cached_seconds = -1;
  thread_local std::string cached;
  const auto seconds = static_cast<std::time_t>(time_ms / 1000);
  if (seconds != cached_seconds) {
    cached = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(seconds));
    cached_seconds = seconds;
  }
  return fmt::format("{}.{:03}Z", cached, time_ms % 1000);
}

Result<DeleteRequest> parse_delete_request(std::string_view xml) {
  ANABRANCH_TRY(const auto document, parse(xml));
  const pugi::xml_node root = root_named(document, "Delete");
  if (!root) return fail(ErrorCode::malformed, "the request body has no <Delete>");
  DeleteRequest request;
  for (const pugi::xml_node& node : root.children()) {
    const auto name = local_name(node);
    if (name == "Quiet") request.quiet = std::string_view(node.child_value()) == "true";
    if (name != "Object") continue;
    DeleteEntry entry;
    for (const pugi::xml_node& field : node.children()) {
      if (local_name(field) == "Key") entry.key = field.child_value();
      if (local_name(field) == "VersionId") entry.version_id = field.child_value();
      if (local_name(field) == "ETag") entry.etag = field.child_value();
      if (local_name(field) == "Size") entry.size = field.child_value();
      if (local_name(field) == "LastModifiedTime") entry.last_modified_time = field.child_value();
    }
    if (entry.key.empty()) return fail(ErrorCode::malformed, "an <Object> has no <Key>");
    request.objects.push_back(std::move(entry));
  }
  return request;
}

Result<std::vector<CompletePart>> parse_complete_request(std::string_view xml) {
  ANABRANCH_TRY(const auto document, parse(xml));
  const pugi::xml_node root = root_named(document, "CompleteMultipartUpload");
  if (!root) return fail(ErrorCode::malformed, "the request body has no <CompleteMultipartUpload>");
  std::vector<CompletePart> parts;
  for (const pugi::xml_node& node : root.children()) {
    if (local_name(node) != "Part") continue;
    CompletePart part;
    for (const pugi::xml_node& field : node.children()) {
      const auto name = local_name(field);
      const std::string_view value = field.child_value();
      if (name == "PartNumber") {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), part.number);
        if (error != std::errc() || end != value.data() + value.size()) {
          return fail(ErrorCode::malformed, "<PartNumber> is not a number: " + std::string(value));
        }
      } else if (name == "ETag") {
        part.etag = value;
      } else if (name.starts_with("Checksum")) {
        part.checksums.emplace_back(std::string(name.substr(std::string_view("Checksum").size())),
                                    std::string(value));
      }
    }
    if (part.number == 0 || part.etag.empty()) {
      return fail(ErrorCode::malformed, "a <Part> needs a <PartNumber> from 1 and an <ETag>");
    }
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return fail(ErrorCode::malformed, "<CompleteMultipartUpload> names no part");
  return parts;
}

Result<std::string> parse_create_bucket_request(std::string_view xml) {
  if (xml.empty()) return std::string();
  ANABRANCH_TRY(const auto document, parse(xml));
  const pugi::xml_node root = root_named(document, "CreateBucketConfiguration");
  if (!root) return fail(ErrorCode::malformed, "the request body has no <CreateBucketConfiguration>");
  for (const pugi::xml_node& node : root.children()) {
    if (local_name(node) == "LocationConstraint") return std::string(node.child_value());
  }
  return std::string();
}

bool is_owner_acl(std::string_view xml, std::string_view owner_id) {
  const auto document = parse(xml);
  if (!document) return false;
  const pugi::xml_node root = root_named(*document, "AccessControlPolicy");
  unsigned grants = 0;
  for (const pugi::xml_node& list : root.children()) {
    if (local_name(list) != "AccessControlList") continue;
    for (const pugi::xml_node& grant : list.children()) {
      if (local_name(grant) != "Grant") continue;
      ++grants;
      if (std::string_view(grant.child("Grantee").child_value("ID")) != owner_id) return false;
      if (std::string_view(grant.child_value("Permission")) != "FULL_CONTROL") return false;
    }
  }
  return grants > 0;
}

}  // namespace anabranch::s3
