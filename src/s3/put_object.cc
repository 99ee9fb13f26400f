// PutObject. Source: AWS S3 API Reference.
#include "s3/call.h"
#include "s3/headers.h"

namespace anabranch::s3 {

Task<http::Response> put_object(const Context& context, Call call) {
  auto stored = stored_headers(call.request.headers);
  if (!stored) co_return call.error(stored.error());
  auto condition = write_condition(call.request.headers);
  if (!condition) co_return call.error(condition.error());
  if (call.header("x-amz-checksum-type") == "COMPOSITE") {
    const S3Error parts_only{400, "InvalidRequest", "Only an upload in parts has a COMPOSITE checksum."};
    co_return error_response(parts_only, call.resource(), call.caller.request_id);
  }
  auto taken = call.payload->options(objects::kPutSizeMax);
  if (!taken) co_return call.error(taken.error());
  service::ReceiveOptions options = *std::move(taken);
  // S3 keeps a CRC64NVME of every object whose client chose nothing else.
  if (options.stored_checksums.empty()) options.stored_checksums.push_back(HashAlgorithm::crc64nvme);
  options.content_type = std::move(stored->content_type);
  options.headers = std::move(stored->headers);
  options.user_metadata = std::move(stored->user_metadata);
  auto task = context.objects.put_object(call.caller, call.bucket, call.key, std::move(options),
                                         call.payload->source(), *std::move(condition));
  auto info = co_await std::move(task);
  if (!info) co_return call.error(info.error());
  http::Response response;
  response.headers.add("ETag", quoted(info->etag));
  add_checksum_headers(response.headers, *info);
  co_return response;
}

}  // namespace anabranch::s3
