// Objects through the REST API: see api_client.h.
#include <algorithm>
#include <utility>

#include "runner/api_client.h"
#include "runner/api_paths.h"
#include "runner/api_transport.h"
#include "runner/file_source.h"
#include "runner/uri.h"

namespace anabranch::runner {
namespace {

namespace json = boost::json;
using Repeat = ApiTransport::Repeat;

/// Source: the server refuses more paths in one request.
constexpr std::size_t kDeleteBatchMax = 1'000;
constexpr std::uint64_t kErrorBodySizeMax = 1 * MiB;

ObjectInfo to_object(const json::object& object) {
  const std::int64_t size = number_of(object, "size_bytes");
  return {text_of(object, "path"),
          text_of(object, "path_type") == "common_prefix",
          text_of(object, "checksum"),
          text_of(object, "physical_address"),
          static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0)),
          number_of(object, "mtime")};
}

DifferenceInfo to_difference(const json::object& object) {
  return {text_of(object, "type"), text_of(object, "path"), text_of(object, "path_type") == "common_prefix"};
}

/// The results of `listing`, which ends where a prefix is to follow, that `path` names. The object of that
/// name is asked for by itself: what merely begins so, and may be much, is not listed on the way to the
/// folder.
Result<void> each_named(const ApiTransport& transport, const std::string& listing, const std::string& path,
                        const std::function<bool(const json::object&)>& each) {
  const NamedPath named = named_by(path);
  bool go_on = true;
  if (!named.object.empty()) {
    // It comes before all that begin with it.
    const auto take = [&](const json::object& item) -> Result<bool> {
      if (text_of(item, "path") == named.object) go_on = each(item);
      return true;
    };
    ANABRANCH_CHECK(transport.first(listing + encoded(named.object), take));
  }
  if (!go_on) return {};
  return transport.pages(listing + encoded(named.folder),
                         [&](const json::object& item) -> Result<bool> { return each(item); });
}

}  // namespace

Result<void> ApiClient::list_objects(const std::string& repository, const std::string& ref,
                                     const std::string& prefix, const std::string& delimiter,
                                     const EachObject& each) const {
  std::string path = ref_path(repository, ref) + "/objects/ls?user_metadata=false&prefix=" + encoded(prefix);
  if (!delimiter.empty()) path += "&delimiter=" + encoded(delimiter);
  return transport_->pages(path,
                           [&](const json::object& item) -> Result<bool> { return each(to_object(item)); });
}

Result<void> ApiClient::list_named(const std::string& repository, const std::string& ref,
                                   const std::string& path, const std::string& delimiter,
                                   const EachObject& each) const {
  std::string listing = ref_path(repository, ref) + "/objects/ls?user_metadata=false";
  if (!delimiter.empty()) listing += "&delimiter=" + encoded(delimiter);
  return each_named(*transport_, listing + "&prefix=", path,
                    [&](const json::object& item) { return each(to_object(item)); });
}

Result<void> ApiClient::diff(const std::string& repository, const std::string& left, const std::string& right,
                             bool two_dot, const std::string& path, const EachDifference& each) const {
  const std::string listing = ref_path(repository, left) + "/diff/" + encoded(right) +
                              "?type=" + (two_dot ? "two_dot" : "three_dot") + "&prefix=";
  return each_named(*transport_, listing, path,
                    [&](const json::object& item) { return each(to_difference(item)); });
}

Result<void> ApiClient::diff_branch(const std::string& repository, const std::string& branch,
                                    const std::string& path, const EachDifference& each) const {
  return each_named(*transport_, branch_path(repository, branch) + "/diff?prefix=", path,
                    [&](const json::object& item) { return each(to_difference(item)); });
}

Result<ObjectInfo> ApiClient::stat_object(const std::string& repository, const std::string& ref,
                                          const std::string& path) const {
  ANABRANCH_TRY(const auto found, transport_->get(ref_path(repository, ref) +
                                                  "/objects/stat?user_metadata=false&path=" + encoded(path)));
  return to_object(found);
}

Result<void> ApiClient::download(const std::string& repository, const std::string& ref,
                                 const std::string& path, const TakeBytes& take) const {
  auto sent = block_on(transport_->http().send(
      transport_->request("GET", ref_path(repository, ref) + "/objects?path=" + encoded(path))));
  if (!sent) return fail(std::move(sent).error());
  if (sent->status >= 400) {
    const auto body = block_on(read_all(*sent->body, kErrorBodySizeMax));
    return fail(api_error(sent->status, body ? std::string_view(*body) : std::string_view()));
  }
  while (true) {
    const auto piece = block_on(sent->body->next());
    if (!piece) return fail(piece.error());
    if (piece->empty()) return {};
    ANABRANCH_CHECK(take(*piece));
  }
}

Result<ObjectInfo> ApiClient::upload(const std::string& repository, const std::string& branch,
                                     const std::string& path, Sent sent,
                                     const std::function<Result<void>(http::ClientRequest&)>& fill) const {
  const std::string target = branch_path(repository, branch) + "/objects?path=" + encoded(path);
  const auto make = [&]() -> Result<http::ClientRequest> {
    http::ClientRequest request = transport_->request("POST", target);
    ANABRANCH_CHECK(fill(request));
    return request;
  };
  ANABRANCH_TRY(const auto answer,
                transport_->send(make, sent == Sent::once ? Repeat::never : Repeat::while_unavailable));
  boost::system::error_code error;
  const json::value made = json::parse(answer.body, error);
  if (error || !made.is_object()) return fail(ErrorCode::malformed, "the server did not say what it stored");
  return to_object(made.get_object());
}

Result<ObjectInfo> ApiClient::upload_file(const std::string& repository, const std::string& branch,
                                          const std::string& path, const std::string& file) const {
  return upload(repository, branch, path, Sent::again_where_needed,
                [&](http::ClientRequest& request) -> Result<void> {
                  ANABRANCH_TRY(auto source, FileSource::open(file));
                  request.headers.add("Content-Type", content_type_of(path));
                  request.stream_size_bytes = source->size_bytes();
                  request.stream = std::move(source);
                  return {};
                });
}

Result<ObjectInfo> ApiClient::upload_stream(const std::string& repository, const std::string& branch,
                                            const std::string& path,
                                            std::unique_ptr<ByteSource> source) const {
  return upload(repository, branch, path, Sent::once, [&](http::ClientRequest& request) -> Result<void> {
    request.headers.add("Content-Type", content_type_of(path));
    request.stream = std::move(source);
    return {};
  });
}

Result<ObjectInfo> ApiClient::upload_bytes(const std::string& repository, const std::string& branch,
                                           const std::string& path, std::string bytes,
                                           const std::string& content_type) const {
  return upload(repository, branch, path, Sent::again_where_needed,
                [&](http::ClientRequest& request) -> Result<void> {
                  request.headers.add("Content-Type", content_type);
                  request.body = bytes;
                  return {};
                });
}

Result<ObjectInfo> ApiClient::copy_object(const std::string& repository, const std::string& branch,
                                          const std::string& path, const std::string& source_ref,
                                          const std::string& source_path) const {
  const std::string target = branch_path(repository, branch) + "/objects/copy?dest_path=" + encoded(path);
  ANABRANCH_TRY(const auto made,
                transport_->post(target, {{"src_path", source_path}, {"src_ref", source_ref}},
                                 Repeat::while_unavailable));
  return to_object(made);
}

Result<void> ApiClient::delete_objects(const std::string& repository, const std::string& branch,
                                       const std::vector<std::string>& paths) const {
  for (std::size_t begin = 0; begin < paths.size(); begin += kDeleteBatchMax) {
    json::array batch;
    for (std::size_t i = begin; i < std::min(paths.size(), begin + kDeleteBatchMax); ++i) {
      batch.push_back(json::value(paths[i]));
    }
    const auto done = transport_->post(branch_path(repository, branch) + "/objects/delete",
                                       {{"paths", std::move(batch)}}, Repeat::while_unavailable);
    if (!done) return fail(done.error());
  }
  return {};
}

}  // namespace anabranch::runner
