// GetObjectAttributes. Source: AWS S3 API Reference.
#include "s3/call.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

bool wants(const Call& call, std::string_view attribute) {
  for (const auto& [name, value] : call.request.headers.fields()) {
    if (!http::equal_ignoring_case(name, "x-amz-object-attributes")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      std::string_view item = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (item.starts_with(' ')) item.remove_prefix(1);
      if (item == attribute) return true;
    }
  }
  return false;
}

Result<unsigned> number_header(const Call& call, std::string_view name, unsigned fallback) {
  const std::string_view text = call.header(name);
  if (text.empty()) return fallback;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > objects::kPartNumberMax * 10) {
      return fail(ErrorCode::invalid_argument, std::string(name) + " must be a number");
    }
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

void write_parts(XmlWriter& xml, const service::ObjectReader& reader, unsigned marker, unsigned parts_max) {
  const auto& sizes = reader.part_sizes_bytes();
  const auto& checksums = reader.part_checksums();
  const auto total = static_cast<unsigned>(sizes.size());
  const unsigned last = std::min(total, marker + std::min(parts_max, total));
  xml.open("ObjectParts");
  xml.element("PartsCount", total);
  xml.element("PartNumberMarker", marker);
  xml.element("NextPartNumberMarker", last);
  xml.element("MaxParts", parts_max);
  xml.element("IsTruncated", last < total);
  for (unsigned i = marker; i < last; ++i) {
    xml.open("Part");
    xml.element("PartNumber", i + 1);
    xml.element("Size", sizes[i]);
    if (i < checksums.size()) {
      xml.element("Checksum" + std::string(checksum_name(checksums[i].algorithm)),
                  to_base64(checksums[i].value));
    }
    xml.close("Part");
  }
  xml.close("ObjectParts");
}

}  // namespace

Task<http::Response> get_object_attributes(const Context& context, Call call) {
  auto marker = number_header(call, "x-amz-part-number-marker", 0);
  if (!marker) co_return call.error(marker.error());
  auto parts_max = number_header(call, "x-amz-max-parts", 1000);
  if (!parts_max) co_return call.error(parts_max.error());
  if (!call.request.headers.contains("x-amz-object-attributes")) {
    const Error missing{ErrorCode::invalid_argument, "The x-amz-object-attributes header is missing"};
    co_return call.error(missing);
  }
  auto task = context.objects.open_object(call.caller, call.bucket, call.key, objects::no_bytes);
  auto reader = co_await std::move(task);
  if (!reader) co_return call.error(reader.error());
  const service::ObjectInfo& info = (*reader)->info();
  XmlWriter xml;
  xml.open_root("GetObjectAttributesResponse");
  if (wants(call, "ETag")) xml.element("ETag", info.etag);
  if (wants(call, "Checksum") && !info.checksums.empty()) {
    xml.open("Checksum");
    for (const auto& checksum : info.checksums) {
      xml.element("Checksum" + std::string(checksum_name(checksum.algorithm)),
                  checksum_value(checksum, info.parts));
      xml.element("ChecksumType", checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    xml.close("Checksum");
  }
  if (wants(call, "ObjectParts") && info.parts > 0) write_parts(xml, **reader, *marker, *parts_max);
  if (wants(call, "StorageClass")) xml.element("StorageClass", "STANDARD");
  if (wants(call, "ObjectSize")) xml.element("ObjectSize", info.size_bytes);
  xml.close("GetObjectAttributesResponse");
  http::Response response = xml_response(xml.take());
  response.headers.add("Last-Modified", http::format_http_date(info.last_modified_ms));
  co_return response;
}

}  // namespace anabranch::s3
