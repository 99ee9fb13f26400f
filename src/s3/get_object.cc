// GetObject, HeadObject. Source: AWS S3 API Reference.
#include <algorithm>
#include <array>
#include <numeric>

#include "http/begun_stream.h"
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

/// Errors: invalid_argument (a parameter that no header can carry).
Result<void> check_overrides(const Call& call) {
  for (const auto& [parameter, header] : kOverrides) {
    const std::string_view value = call.parameter(parameter);
    const bool is_sendable = std::none_of(value.begin(), value.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
    if (!is_sendable) {
      return fail(ErrorCode::invalid_argument,
                  std::string(parameter) + " holds a control character, which no header can carry");
    }
  }
  return {};
}

void override_headers(http::Headers& headers, const Call& call) {
  for (const auto& [parameter, header] : kOverrides) {
    if (!call.has_parameter(parameter)) continue;
    headers.set(std::string(header), std::string(call.parameter(parameter)));
  }
}

struct Selection {
  http::ByteRange range;
  bool partial = false;
  unsigned part = 0;  // asked for by its number
};

using PartSizes = std::vector<std::uint64_t>;

std::uint64_t sum_of(const PartSizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

/// The part that ?partNumber=N asks for. Errors: invalid_argument, invalid_range as InvalidPartNumber.
Result<Selection> select_part(const Call& call, const PartSizes& sizes) {
  ANABRANCH_TRY(const unsigned number, number_parameter(call, "partNumber", 0, objects::kPartNumberMax + 1));
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
  selection.partial = sum_of(sizes) > 0;
  selection.part = number;
  return selection;
}

/// The bytes that a request is for. `info`: to hold an If-Range against; null: it holds.
Result<Selection> select_bytes(const Call& call, const PartSizes& sizes, const service::ObjectInfo* info) {
  const std::uint64_t whole = sum_of(sizes);
  const std::string* range = call.request.headers.find("Range");
  if (call.has_parameter("partNumber")) {
    if (range != nullptr) {
      return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                     "Cannot specify both Range header and partNumber query parameter");
    }
    return select_part(call, sizes);
  }
  Selection selection{{0, whole}, false};
  if (range == nullptr) return selection;
  const std::string* validator = call.request.headers.find("If-Range");
  if (validator != nullptr && info != nullptr &&
      !http::if_range_holds(*validator, info->etag, info->last_modified_ms)) {
    return selection;
  }
  ANABRANCH_TRY(const auto wanted, http::parse_range(*range, whole));
  if (wanted) selection = {*wanted, true};
  return selection;
}

/// What is to be opened: no more than the request needs. Whether an If-Range holds is known only once the
/// object is found.
objects::ChooseExtent extent_of(const Call& call) {
  if (call.request.method == "HEAD") return objects::no_bytes;
  if (call.request.headers.contains("If-Range")) return {};
  return [&call](const PartSizes& sizes) -> objects::Extent {
    const auto selection = select_bytes(call, sizes, nullptr);
    if (!selection) return {};
    return {selection->range.offset_bytes, selection->range.size_bytes};
  };
}

/// The answer to a range that lies outside; S3's newer clients read the size out of it and ask again.
http::Response refuse_range(const Call& call, const Error& error, std::uint64_t size_bytes) {
  S3Error told = to_s3_error(error);
  if (told.status == 416) {
    if (const std::string* range = call.request.headers.find("Range")) {
      told.details.emplace_back("RangeRequested", *range);
    }
    told.details.emplace_back("ActualObjectSize", std::to_string(size_bytes));
  }
  http::Response refused = error_response(told, call.resource(), call.caller.request_id);
  if (told.status == 416) refused.headers.add("Content-Range", "bytes */" + std::to_string(size_bytes));
  return refused;
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

struct Found {
  service::ObjectInfo info;
  PartSizes part_sizes_bytes;  // one, the whole, where it has no parts or they were not asked for
  std::vector<service::Checksum> part_checksums = {};
  std::unique_ptr<service::ObjectReader> reader = nullptr;  // not for HEAD
};

/// `call` must outlive the task.
Task<Result<Found>> find(const Context& context, const Call& call) {
  const bool head = call.request.method == "HEAD";
  if (head && !call.has_parameter("partNumber")) {
    auto look = context.objects.head_object(call.caller, call.bucket, call.key);
    auto info = co_await std::move(look);
    if (!info) co_return fail(std::move(info).error());
    Found found{*std::move(info), PartSizes(1)};
    found.part_sizes_bytes.front() = found.info.size_bytes;
    co_return std::move(found);
  }
  auto task = context.objects.open_object(call.caller, call.bucket, call.key, extent_of(call));
  auto opened = co_await std::move(task);
  if (!opened) co_return fail(std::move(opened).error());
  Found found{(*opened)->info(), (*opened)->part_sizes_bytes()};
  if (call.has_parameter("partNumber")) found.part_checksums = (*opened)->part_checksums();
  if (!head) found.reader = *std::move(opened);
  co_return std::move(found);
}

}  // namespace

Task<http::Response> get_object(const Context& context, Call call) {
  const bool head = call.request.method == "HEAD";
  auto sendable = check_overrides(call);
  if (!sendable) co_return call.error(sendable.error());
  auto task = find(context, call);
  auto found = co_await std::move(task);
  if (!found) co_return call.error(found.error());
  const service::ObjectInfo& info = found->info;
  auto allowed = check_read_conditions(call.request.headers, "", info);
  if (!allowed) {
    http::Response refused = call.error(allowed.error());
    if (refused.status == 304) add_object_headers(refused.headers, info, false);
    co_return refused;
  }
  auto selection = select_bytes(call, found->part_sizes_bytes, &info);
  if (!selection) co_return refuse_range(call, selection.error(), info.size_bytes);
  http::Response response;
  const bool whole = selection->range.size_bytes == info.size_bytes;
  const bool wants_checksums = http::equal_ignoring_case(call.header("x-amz-checksum-mode"), "ENABLED");
  const auto& part_checksums = found->part_checksums;
  const bool of_part = selection->part > 0 && selection->part <= part_checksums.size();
  add_object_headers(response.headers, info, wants_checksums && whole && !of_part);
  if (wants_checksums && of_part) {
    const service::Checksum& checksum = part_checksums[selection->part - 1];
    const bool composite = info.checksums.empty() || info.checksums.front().composite;
    response.headers.add(std::string(checksum_header(checksum.algorithm)), to_base64(checksum.value));
    response.headers.set("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  override_headers(response.headers, call);
  if (call.has_parameter("partNumber") && info.parts > 0) {
    response.headers.add("x-amz-mp-parts-count", std::to_string(info.parts));
  }
  if (selection->partial) {
    response.status = 206;
    response.headers.add("Content-Range", selection->range.content_range(info.size_bytes));
  }
  response.content_length = selection->range.size_bytes;
  if (head) co_return response;
  // The first bytes are read before the status is told: damaged ones are an error, not a cut connection.
  auto begin = http::begin_stream(std::make_unique<ObjectStream>(std::move(found->reader), selection->range));
  auto stream = co_await std::move(begin);
  if (!stream) co_return call.error(stream.error());
  response.stream = *std::move(stream);
  co_return response;
}

}  // namespace anabranch::s3
