// GetObject, HeadObject. Source: AWS S3 API Reference.
#include <array>

#include "http/range.h"
#include "s3/call.h"
#include "s3/conditions.h"
#include "s3/headers.h"

namespace anabranch::s3 {
namespace {

/// The response-* parameters of a signed GET replace headers of the answer.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOverrides{{
    {"response-content-type", "Content-Type"},
    {"response-content-language", "Content-Language"},
    {"response-expires", "Expires"},
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
}};

struct Selection {
  http::ByteRange range;
  bool partial = false;
  unsigned part = 0;  // asked for by its number
};

/// The part that ?partNumber=N asks for. Errors: invalid_argument, invalid_range as InvalidPartNumber.
Result<Selection> select_part(const Call& call, const service::ObjectReader& reader) {
  ANABRANCH_TRY(const unsigned number, number_parameter(call, "partNumber", 0, objects::kPartNumberMax + 1));
  const auto& sizes = reader.part_sizes_bytes();
  if (number == 0 || number > objects::kPartNumberMax) {
    return fail(ErrorCode::invalid_argument, "Part number must be an integer between 1 and 10000, inclusive");
  }
  if (number > sizes.size()) {
    return s3_fail(ErrorCode::invalid_range, "InvalidPartNumber",
                   "The requested partnumber is not satisfiable");
  }
  Selection selection;
  for (unsigned i = 0; i + 1 < number; ++i) selection.range.offset_bytes += sizes[i];
  selection.range.size_bytes = sizes[number - 1];
  selection.partial = reader.info().size_bytes > 0;
  selection.part = number;
  return selection;
}

Result<Selection> select_bytes(const Call& call, const service::ObjectReader& reader) {
  const std::uint64_t whole = reader.info().size_bytes;
  const std::string* range = call.request.headers.find("Range");
  if (call.has_parameter("partNumber")) {
    if (range != nullptr) {
      return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                     "Cannot specify both Range header and partNumber query parameter");
    }
    return select_part(call, reader);
  }
  Selection selection{{0, whole}, false};
  if (range == nullptr) return selection;
  ANABRANCH_TRY(const auto wanted, http::parse_range(*range, whole));
  if (wanted) selection = {*wanted, true};
  return selection;
}

/// A stream that keeps the open object alive.
class ObjectStream final : public ByteSource {
 public:
  ObjectStream(std::unique_ptr<service::ObjectReader> reader, const http::ByteRange& range)
      : reader_(std::move(reader)), source_(reader_->read(range.offset_bytes, range.size_bytes)) {}
  Task<Result<ByteView>> next() override { return source_->next(); }

 private:
  std::unique_ptr<service::ObjectReader> reader_;
  std::unique_ptr<ByteSource> source_;  // goes first
};

}  // namespace

Task<http::Response> get_object(const Context& context, Call call) {
  const bool head = call.request.method == "HEAD";
  auto task = context.objects.open_object(call.caller, call.bucket, call.key);
  auto opened = co_await std::move(task);
  if (!opened) co_return call.error(opened.error());
  std::unique_ptr<service::ObjectReader> reader = *std::move(opened);
  const service::ObjectInfo& info = reader->info();
  auto allowed = check_read_conditions(call.request.headers, "", info);
  if (!allowed) {
    http::Response refused = call.error(allowed.error());
    if (refused.status == 304) add_object_headers(refused.headers, info, false);
    co_return refused;
  }
  auto selection = select_bytes(call, *reader);
  if (!selection) {
    http::Response refused = call.error(selection.error());
    if (refused.status == 416)
      refused.headers.add("Content-Range", "bytes */" + std::to_string(info.size_bytes));
    co_return refused;
  }
  http::Response response;
  const bool whole = selection->range.size_bytes == info.size_bytes;
  const bool wants_checksums = http::equal_ignoring_case(call.header("x-amz-checksum-mode"), "ENABLED");
  const auto& part_checksums = reader->part_checksums();
  const bool of_part = selection->part > 0 && selection->part <= part_checksums.size();
  add_object_headers(response.headers, info, wants_checksums && whole && !of_part);
  if (wants_checksums && of_part) {
    const service::Checksum& checksum = part_checksums[selection->part - 1];
    const bool composite = info.checksums.empty() || info.checksums.front().composite;
    response.headers.add(std::string(checksum_header(checksum.algorithm)), to_base64(checksum.value));
    response.headers.set("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  for (const auto& [parameter, header] : kOverrides) {
    if (call.has_parameter(parameter)) {
      response.headers.set(std::string(header), std::string(call.parameter(parameter)));
    }
  }
  if (call.has_parameter("partNumber") && info.parts > 0) {
    response.headers.add("x-amz-mp-parts-count", std::to_string(info.parts));
  }
  if (selection->partial) {
    response.status = 206;
    response.headers.add("Content-Range", selection->range.content_range(info.size_bytes));
  }
  response.content_length = selection->range.size_bytes;
  if (!head) response.stream = std::make_unique<ObjectStream>(std::move(reader), selection->range);
  co_return response;
}

}  // namespace anabranch::s3
