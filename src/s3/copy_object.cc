// CopyObject; the copy source that UploadPartCopy shares. Source: AWS S3 API Reference.
#include "s3/conditions.h"
#include "s3/copy_source.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {

Result<service::CopySource> parse_copy_source(const Call& call) {
  std::string_view text = call.header("x-amz-copy-source");
  const auto question = text.find("?versionId=");
  if (question != std::string_view::npos) {
    const std::string_view version = text.substr(question + std::string_view("?versionId=").size());
    if (version != "null") return fail(ErrorCode::invalid_argument, "Invalid version id specified");
    text = text.substr(0, question);
  }
  ANABRANCH_TRY(std::string decoded, http::percent_decode(text));
  if (decoded.starts_with('/')) decoded.erase(0, 1);
  const auto slash = decoded.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == decoded.size()) {
    return fail(ErrorCode::invalid_argument,
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  }
  service::CopySource source{decoded.substr(0, slash), decoded.substr(slash + 1), {}};
  source.check = [headers = call.request.headers](const service::ObjectInfo& info) {
    return check_read_conditions(headers, "x-amz-copy-source-", info);
  };
  return source;
}

namespace {

/// A copy shares its source's bytes and checksums; one of an algorithm that the source lacks is not computed.
/// Errors: not_implemented, naming it; invalid_argument (InvalidRequest) for what is no algorithm.
Result<void> keep_checksum(const Call& call, service::CopySource& source) {
  const std::string_view name = call.header("x-amz-checksum-algorithm");
  if (name.empty()) return {};
  const auto algorithm = parse_checksum_algorithm(name);
  if (!algorithm) {
    return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                   "Checksum algorithm provided is unsupported: " + std::string(name));
  }
  source.check = [before = std::move(source.check),
                  wanted = *algorithm](const service::ObjectInfo& info) -> Result<void> {
    ANABRANCH_CHECK(before(info));
    for (const auto& checksum : info.checksums) {
      if (checksum.algorithm == wanted) return {};
    }
    return fail(ErrorCode::not_implemented, "A copy keeps the checksums of its source, which has no " +
                                                std::string(checksum_name(wanted)) +
                                                ": x-amz-checksum-algorithm");
  };
  return {};
}

}  // namespace

Task<http::Response> copy_object(const Context& context, Call call) {
  auto source = parse_copy_source(call);
  if (!source) co_return call.error(source.error());
  auto kept = keep_checksum(call, *source);
  if (!kept) co_return call.error(kept.error());
  auto condition = write_condition(call.request.headers);
  if (!condition) co_return call.error(condition.error());
  auto stored = stored_headers(call.request.headers);
  if (!stored) co_return call.error(stored.error());
  service::CopyOptions options;
  const std::string_view directive = call.header("x-amz-metadata-directive");
  options.replace_metadata = directive == "REPLACE";
  if (!directive.empty() && directive != "REPLACE" && directive != "COPY") {
    const Error unknown{ErrorCode::invalid_argument, "Unknown metadata directive."};
    co_return call.error(unknown);
  }
  if (!options.replace_metadata && call.request.headers.contains("x-amz-website-redirect-location")) {
    const Error dropped{ErrorCode::not_implemented,
                        "x-amz-website-redirect-location needs x-amz-metadata-directive: REPLACE"};
    co_return call.error(dropped);
  }
  if (source->bucket == call.bucket && source->key == call.key && !options.replace_metadata) {
    const S3Error same{
        400, "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing "
        "the object's metadata, storage class, website redirect location or encryption attributes."};
    co_return error_response(same, call.resource(), call.caller.request_id);
  }
  if (options.replace_metadata) {
    options.content_type = std::move(stored->content_type);
    options.headers = std::move(stored->headers);
    options.user_metadata = std::move(stored->user_metadata);
  }
  auto task = context.objects.copy_object(call.caller, *std::move(source), call.bucket, call.key,
                                          std::move(options), *std::move(condition));
  auto info = co_await std::move(task);
  if (!info) co_return call.error(info.error());
  XmlWriter xml;
  xml.open_root("CopyObjectResult");
  xml.element("LastModified", format_xml_time(info->last_modified_ms));
  xml.element("ETag", quoted(info->etag));
  for (const auto& checksum : info->checksums) {
    xml.element("Checksum" + std::string(checksum_name(checksum.algorithm)),
                checksum_value(checksum, info->parts));
  }
  xml.close("CopyObjectResult");
  co_return xml_response(xml.take());
}

}  // namespace anabranch::s3
