// Multipart uploads: create, upload part, copy part, complete, abort, list. Source: AWS S3 API Reference.
#include <charconv>

#include "s3/copy_source.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

constexpr unsigned kListMax = 1000;

Result<unsigned> part_number(const Call& call) {
  ANABRANCH_TRY(const unsigned number, number_parameter(call, "partNumber", 0, objects::kPartNumberMax + 1));
  if (number == 0 || number > objects::kPartNumberMax) {
    return fail(ErrorCode::invalid_argument, "Part number must be an integer between 1 and 10000, inclusive");
  }
  return number;
}

Result<service::UploadOptions> upload_options(const Call& call) {
  ANABRANCH_TRY(auto stored, stored_headers(call.request.headers));
  service::UploadOptions options;
  options.content_type = std::move(stored.content_type);
  options.headers = std::move(stored.headers);
  options.user_metadata = std::move(stored.user_metadata);
  const std::string_view algorithm = call.header("x-amz-checksum-algorithm");
  if (!algorithm.empty()) {
    options.checksum_algorithm = parse_checksum_algorithm(algorithm);
    if (!options.checksum_algorithm) {
      return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                     "Checksum algorithm provided is unsupported: " + std::string(algorithm));
    }
  }
  const std::string_view type = call.header("x-amz-checksum-type");
  const bool is_sha = options.checksum_algorithm == HashAlgorithm::sha1 ||
                      options.checksum_algorithm == HashAlgorithm::sha256;
  const bool is_crc64 = options.checksum_algorithm == HashAlgorithm::crc64nvme;
  options.checksum_full_object = type == "FULL_OBJECT" || (type.empty() && is_crc64);
  const bool wrong = (!type.empty() && type != "FULL_OBJECT" && type != "COMPOSITE") ||
                     (!type.empty() && !options.checksum_algorithm) || (type == "FULL_OBJECT" && is_sha) ||
                     (type == "COMPOSITE" && is_crc64);
  if (wrong) {
    return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                   "The checksum type " + std::string(type) +
                       " cannot be used with the checksum algorithm '" + std::string(algorithm) + "'.");
  }
  return options;
}

Result<std::vector<service::CompletedPart>> completed_parts(const std::vector<CompletePart>& parts) {
  std::vector<service::CompletedPart> completed;
  completed.reserve(parts.size());
  for (const auto& part : parts) {
    service::CompletedPart wanted{part.number, unquoted(part.etag), {}};
    for (const auto& [name, text] : part.checksums) {
      const auto algorithm = parse_checksum_algorithm(name);
      if (!algorithm) continue;
      ANABRANCH_TRY(auto value, parse_checksum_value(*algorithm, text));
      wanted.checksums.push_back({*algorithm, std::move(value), false});
    }
    completed.push_back(std::move(wanted));
  }
  return completed;
}

/// What the headers of a completion say of the object: x-amz-checksum-* (a digest, or "<digest>-<parts>"
/// where composite), its type, x-amz-mp-object-size.
Result<service::ExpectedObject> expected_object(const Call& call) {
  service::ExpectedObject expected;
  for (const char* name : {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}) {
    const auto algorithm = *parse_checksum_algorithm(name);
    const std::string* text = call.request.headers.find(checksum_header(algorithm));
    if (text == nullptr) continue;
    const auto dash = text->find('-');
    ANABRANCH_TRY(auto value, parse_checksum_value(algorithm, std::string_view(*text).substr(0, dash)));
    expected.checksums.push_back({algorithm, std::move(value), dash != std::string::npos});
  }
  const std::string_view type = call.header("x-amz-checksum-type");
  const std::string_view size = call.header("x-amz-mp-object-size");
  if (!type.empty()) expected.full_object_checksums = type == "FULL_OBJECT";
  if (!size.empty()) {
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), bytes);
    if (error != std::errc() || end != size.data() + size.size()) {
      return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                     "Value for x-amz-mp-object-size header is invalid.");
    }
    expected.size_bytes = bytes;
  }
  return expected;
}

/// "bytes=0-9". Errors: invalid_argument.
Result<std::optional<service::ObjectService::PartRange>> copy_range(const Call& call) {
  std::string_view text = call.header("x-amz-copy-source-range");
  if (text.empty()) return std::optional<service::ObjectService::PartRange>();
  const auto refused = [&] {
    return fail(
        ErrorCode::invalid_argument,
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
        "zero-based offsets of the first and last bytes to copy");
  };
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return refused();
  text.remove_prefix(kUnit.size());
  service::ObjectService::PartRange range;
  auto [dash, first_error] = std::from_chars(text.data(), text.data() + text.size(), range.first);
  if (first_error != std::errc() || dash == text.data() + text.size() || *dash != '-') return refused();
  const auto [end, last_error] = std::from_chars(dash + 1, text.data() + text.size(), range.last);
  if (last_error != std::errc() || end != text.data() + text.size()) return refused();
  return std::optional(range);
}

void write_checksums(XmlWriter& xml, const std::vector<service::Checksum>& checksums, unsigned parts) {
  for (const auto& checksum : checksums) {
    xml.element("Checksum" + std::string(checksum_name(checksum.algorithm)), checksum_value(checksum, parts));
  }
}

void write_owner(XmlWriter& xml, std::string_view role) {
  xml.open(role);
  xml.element("ID", kOwnerId);
  xml.element("DisplayName", kOwnerName);
  xml.close(role);
}

}  // namespace

Task<http::Response> create_multipart_upload(const Context& context, Call call) {
  auto options = upload_options(call);
  if (!options) co_return call.error(options.error());
  const auto algorithm = options->checksum_algorithm;
  const bool full_object = options->checksum_full_object;
  auto task = context.objects.create_upload(call.caller, call.bucket, call.key, *std::move(options));
  auto upload = co_await std::move(task);
  if (!upload) co_return call.error(upload.error());
  XmlWriter xml;
  xml.open_root("InitiateMultipartUploadResult");
  xml.element("Bucket", call.bucket);
  xml.element("Key", call.key);
  xml.element("UploadId", upload->upload_id);
  xml.close("InitiateMultipartUploadResult");
  http::Response response = xml_response(xml.take());
  if (algorithm) {
    response.headers.add("x-amz-checksum-algorithm", std::string(checksum_name(*algorithm)));
    response.headers.add("x-amz-checksum-type", full_object ? "FULL_OBJECT" : "COMPOSITE");
  }
  co_return response;
}

Task<http::Response> upload_part(const Context& context, Call call) {
  auto number = part_number(call);
  if (!number) co_return call.error(number.error());
  auto options = call.payload->options(objects::kPartSizeMax);
  if (!options) co_return call.error(options.error());
  const std::string upload_id(call.parameter("uploadId"));
  auto task = context.objects.put_part(call.caller, call.bucket, call.key, upload_id, *number,
                                       *std::move(options), call.payload->source());
  auto part = co_await std::move(task);
  if (!part) co_return call.error(part.error());
  http::Response response;
  response.headers.add("ETag", quoted(part->etag));
  for (const auto& checksum : part->checksums) {
    response.headers.add(std::string(checksum_header(checksum.algorithm)), to_base64(checksum.value));
  }
  co_return response;
}

Task<http::Response> upload_part_copy(const Context& context, Call call) {
  auto number = part_number(call);
  if (!number) co_return call.error(number.error());
  auto source = parse_copy_source(call);
  if (!source) co_return call.error(source.error());
  auto range = copy_range(call);
  if (!range) co_return call.error(range.error());
  const std::string upload_id(call.parameter("uploadId"));
  auto task = context.objects.copy_part(call.caller, *std::move(source), *range, call.bucket, call.key,
                                        upload_id, *number);
  auto part = co_await std::move(task);
  if (!part) co_return call.error(part.error());
  XmlWriter xml;
  xml.open_root("CopyPartResult");
  xml.element("LastModified", format_xml_time(part->last_modified_ms));
  xml.element("ETag", quoted(part->etag));
  write_checksums(xml, part->checksums, 0);
  xml.close("CopyPartResult");
  co_return xml_response(xml.take());
}

Task<http::Response> complete_multipart_upload(const Context& context, Call call) {
  auto condition = write_condition(call.request.headers);
  if (!condition) co_return call.error(condition.error());
  // The x-amz-checksum-* headers here are about the object, not about this XML body.
  auto expected = expected_object(call);
  if (!expected) co_return call.error(expected.error());
  auto parsed = parse_complete_request(call.text);
  if (!parsed) co_return call.error(parsed.error());
  auto parts = completed_parts(*parsed);
  if (!parts) co_return call.error(parts.error());
  const std::string upload_id(call.parameter("uploadId"));
  auto task = context.objects.complete_upload(call.caller, call.bucket, call.key, upload_id,
                                              *std::move(parts), *std::move(expected), *std::move(condition));
  auto info = co_await std::move(task);
  if (!info && info.error().code == ErrorCode::invalid_argument) {
    // What does not fit its upload is an invalid request, not an invalid argument.
    const S3Error unfit{400, "InvalidRequest", info.error().message};
    co_return error_response(unfit, call.resource(), call.caller.request_id);
  }
  if (!info) co_return call.error(info.error());
  XmlWriter xml;
  xml.open_root("CompleteMultipartUploadResult");
  xml.element("Location", "http://" + std::string(call.header("Host")) + "/" + call.bucket + "/" +
                              http::percent_encode(call.key, true));
  xml.element("Bucket", call.bucket);
  xml.element("Key", call.key);
  xml.element("ETag", quoted(info->etag));
  write_checksums(xml, info->checksums, info->parts);
  if (!info->checksums.empty()) {
    xml.element("ChecksumType", info->checksums.front().composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  xml.close("CompleteMultipartUploadResult");
  co_return xml_response(xml.take());
}

Task<http::Response> abort_multipart_upload(const Context& context, Call call) {
  const std::string upload_id(call.parameter("uploadId"));
  auto task = context.objects.abort_upload(call.caller, call.bucket, call.key, upload_id);
  auto aborted = co_await std::move(task);
  if (!aborted) co_return call.error(aborted.error());
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> list_parts(const Context& context, Call call) {
  auto parts_max = number_parameter(call, "max-parts", kListMax, kListMax);
  if (!parts_max) co_return call.error(parts_max.error());
  auto marker = number_parameter(call, "part-number-marker", 0, objects::kPartNumberMax);
  if (!marker) co_return call.error(marker.error());
  const std::string upload_id(call.parameter("uploadId"));
  auto task = context.objects.list_parts(call.caller, call.bucket, call.key, upload_id, *marker, *parts_max);
  auto page = co_await std::move(task);
  if (!page) co_return call.error(page.error());
  XmlWriter xml;
  xml.open_root("ListPartsResult");
  xml.element("Bucket", call.bucket);
  xml.element("Key", call.key);
  xml.element("UploadId", upload_id);
  write_owner(xml, "Initiator");
  write_owner(xml, "Owner");
  xml.element("StorageClass", "STANDARD");
  if (page->upload.checksum_algorithm) {
    xml.element("ChecksumAlgorithm", checksum_name(*page->upload.checksum_algorithm));
    xml.element("ChecksumType", page->upload.checksum_full_object ? "FULL_OBJECT" : "COMPOSITE");
  }
  xml.element("PartNumberMarker", *marker);
  xml.element("NextPartNumberMarker",
              page->truncated ? page->next_marker : (page->parts.empty() ? 0U : page->parts.back().number));
  xml.element("MaxParts", *parts_max);
  xml.element("IsTruncated", page->truncated);
  for (const auto& part : page->parts) {
    xml.open("Part");
    xml.element("PartNumber", part.number);
    xml.element("LastModified", format_xml_time(part.last_modified_ms));
    xml.element("ETag", quoted(part.etag));
    xml.element("Size", part.size_bytes);
    write_checksums(xml, part.checksums, 0);
    xml.close("Part");
  }
  xml.close("ListPartsResult");
  co_return xml_response(xml.take());
}

Task<http::Response> list_multipart_uploads(const Context& context, Call call) {
  auto uploads_max = number_parameter(call, "max-uploads", kListMax, kListMax);
  if (!uploads_max) co_return call.error(uploads_max.error());
  const std::string prefix(call.parameter("prefix"));
  const std::string delimiter(call.parameter("delimiter"));
  const std::string key_marker(call.parameter("key-marker"));
  const std::string id_marker(call.parameter("upload-id-marker"));
  const auto url_encoding = is_url_encoded(call);
  if (!url_encoding) co_return call.error(url_encoding.error());
  const bool url_encoded = *url_encoding;
  const auto shown = [url_encoded](const std::string& text) {
    return url_encoded ? http::percent_encode(text, true) : text;
  };
  auto task = context.objects.list_uploads(call.caller, call.bucket, prefix, delimiter, key_marker, id_marker,
                                           *uploads_max);
  auto page = co_await std::move(task);
  if (!page) co_return call.error(page.error());
  XmlWriter xml;
  xml.open_root("ListMultipartUploadsResult");
  xml.element("Bucket", call.bucket);
  xml.element("KeyMarker", shown(key_marker));
  xml.element("UploadIdMarker", id_marker);
  if (page->truncated) {
    xml.element("NextKeyMarker", shown(page->next_key_marker));
    xml.element("NextUploadIdMarker", page->next_upload_id_marker);
  }
  xml.element("Prefix", shown(prefix));
  if (!delimiter.empty()) xml.element("Delimiter", shown(delimiter));
  if (url_encoded) xml.element("EncodingType", "url");
  xml.element("MaxUploads", *uploads_max);
  xml.element("IsTruncated", page->truncated);
  for (const auto& upload : page->uploads) {
    xml.open("Upload");
    xml.element("Key", shown(upload.key));
    xml.element("UploadId", upload.upload_id);
    write_owner(xml, "Initiator");
    write_owner(xml, "Owner");
    xml.element("StorageClass", "STANDARD");
    xml.element("Initiated", format_xml_time(upload.initiated_ms));
    if (upload.checksum_algorithm) {
      xml.element("ChecksumAlgorithm", checksum_name(*upload.checksum_algorithm));
      xml.element("ChecksumType", upload.checksum_full_object ? "FULL_OBJECT" : "COMPOSITE");
    }
    xml.close("Upload");
  }
  for (const auto& common : page->common_prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", shown(common));
    xml.close("CommonPrefixes");
  }
  xml.close("ListMultipartUploadsResult");
  co_return xml_response(xml.take());
}

}  // namespace anabranch::s3
