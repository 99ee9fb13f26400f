// Objects as bytes: upload (raw body, or a form's field `content` as clients of 2023 send it), download,
// head.
#include <numeric>
#include <utility>

#include "base/utf8.h"
#include "http/begun_stream.h"
#include "http/browser.h"
#include "http/header_text.h"
#include "http/range.h"
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/form_data.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

constexpr std::string_view kMetadataHeader = "x-lakefs-meta-";

std::string unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

service::WriteCondition write_condition(const http::Request& request) {
  service::WriteCondition condition;
  if (const auto* value = request.headers.find("If-None-Match")) condition.if_none_match = unquoted(*value);
  if (const auto* value = request.headers.find("If-Match")) condition.if_match = unquoted(*value);
  return condition;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

service::StringPairs user_metadata(const http::Request& request) {
  service::StringPairs metadata;
  for (const auto& [name, value] : request.headers.fields()) {
    const std::string small = lower(name);
    if (!small.starts_with(kMetadataHeader)) continue;
    metadata.emplace_back(name.substr(kMetadataHeader.size()), to_utf8(value));
  }
  return metadata;
}

Task<http::Response> upload(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return message_response(400, "query parameter 'path' is missing");
  const std::string content_type = to_utf8(call.request.headers.get("Content-Type"));
  service::ReceiveOptions options;
  options.user_metadata = user_metadata(call.request);
  service::WriteCondition condition = write_condition(call.request);
  std::unique_ptr<FormField> field;
  ByteSource* body = call.request.body.get();
  if (lower(content_type).starts_with("multipart/form-data")) {
    auto find = find_form_field(*call.request.body, content_type, "content");
    auto found = co_await std::move(find);
    if (!found) co_return error_response(found.error());
    field = *std::move(found);
    options.content_type = to_utf8(field->content_type());
    body = field.get();
  } else {
    options.content_type = content_type;
    options.size_bytes = call.request.content_length;
  }
  auto task = services.repositories.upload_object(call.caller, call.part("repository"), call.part("branch"),
                                                  path, std::move(options), *body, std::move(condition));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

/// What GET and HEAD say of an object.
http::Response describe(const service::ObjectStat& stat) {
  http::Response response;
  response.headers.add("ETag", "\"" + http::to_field_value(stat.entry.etag) + "\"");
  response.headers.add("Last-Modified", http::format_http_date(stat.entry.last_modified_ms));
  std::string content_type = http::to_field_value(stat.entry.content_type);
  response.headers.add("Content-Type",
                       content_type.empty() ? "application/octet-stream" : std::move(content_type));
  response.headers.add("Accept-Ranges", "bytes");
  http::forbid_scripts(response.headers);
  return response;
}

/// The bytes that a GET or HEAD needs. Whether an If-Range holds is known only once the object is found.
objects::ChooseExtent extent_of(const http::Request& request) {
  if (request.method == "HEAD") return objects::no_bytes;
  const auto* header = request.headers.find("Range");
  if (header == nullptr || request.headers.contains("If-Range")) return {};
  return [header = *header](const std::vector<std::uint64_t>& part_sizes_bytes) -> objects::Extent {
    const auto whole = std::accumulate(part_sizes_bytes.begin(), part_sizes_bytes.end(), std::uint64_t{0});
    const auto wanted = http::parse_range(header, whole);
    if (!wanted) return {};
    return *wanted ? objects::Extent{(*wanted)->offset_bytes, (*wanted)->size_bytes}
                   : objects::Extent{0, whole};
  };
}

Task<http::Response> download(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return message_response(400, "query parameter 'path' is missing");
  const bool head = call.request.method == "HEAD";
  const auto wants_url = call.flag("presign");
  if (!wants_url) co_return error_response(wants_url.error());
  if (*wants_url && !head) {
    service::PresignRequest request{call.endpoint(), services.options.region};
    auto presign = services.repositories.presign_read(call.caller, call.part("repository"), call.part("ref"),
                                                      path, std::move(request));
    auto url = co_await std::move(presign);
    if (!url) co_return error_response(url.error());
    http::Response redirect = empty_response(302);
    redirect.headers.add("Location", url->url);
    co_return redirect;
  }
  auto task = services.repositories.open_object(call.caller, call.part("repository"), call.part("ref"), path,
                                                extent_of(call.request));
  auto opened = co_await std::move(task);
  if (!opened) co_return error_response(opened.error());
  const auto whole = static_cast<std::uint64_t>(opened->stat.entry.size_bytes);
  http::Response response = describe(opened->stat);
  if (unquoted(call.request.headers.get("If-None-Match")) == opened->stat.entry.etag) {
    response.status = 304;
    co_return response;
  }
  http::ByteRange range{0, whole};
  const auto* header = call.request.headers.find("Range");
  const auto* validator = call.request.headers.find("If-Range");
  const bool is_same = validator == nullptr || http::if_range_holds(*validator, opened->stat.entry.etag,
                                                                    opened->stat.entry.last_modified_ms);
  if (header != nullptr && is_same) {
    auto wanted = http::parse_range(*header, whole);
    if (!wanted) {
      http::Response refused = error_response(wanted.error());
      refused.headers.add("Content-Range", "bytes */" + std::to_string(whole));
      co_return refused;
    }
    if (*wanted) {
      range = **wanted;
      response.status = 206;
      response.headers.add("Content-Range", range.content_range(whole));
    }
  }
  response.content_length = range.size_bytes;
  if (!head) {
    auto reader = std::shared_ptr<service::ObjectReader>(std::move(opened->reader));
    auto begin = http::begin_stream(keep_with(reader, reader->read(range.offset_bytes, range.size_bytes)));
    auto stream = co_await std::move(begin);
    if (!stream) co_return error_response(stream.error());
    response.stream = *std::move(stream);
  }
  co_return response;
}

}  // namespace

Routes object_transfer_routes() {
  return {
      {"GET", "/repositories/{repository}/refs/{ref}/objects", download},
      {"HEAD", "/repositories/{repository}/refs/{ref}/objects", download},
      {"POST", "/repositories/{repository}/branches/{branch}/objects", upload},
  };
}

}  // namespace anabranch::rest
