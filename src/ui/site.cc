#include "ui/site.h"

#include <algorithm>

#include "base/assert.h"
#include "base/clock.h"
#include "base/hash.h"
#include "http/compression.h"

namespace anabranch::ui {
namespace {

constexpr std::string_view kRoot = "/ui/";
constexpr std::string_view kAssets = "assets/";
constexpr std::string_view kIndex = "index.html";
constexpr std::size_t kNonceBytes = 16;  // CSP Level 3 asks for 128 bits

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Calls `visit` with each element of a comma-separated header until it gives true; says whether one did.
template <class Visit>
bool any_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (visit(trimmed(list.substr(0, comma)))) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool has_etag(const http::Request& request, std::string_view etag) {
  return any_element(request.headers.get("If-None-Match"), [etag](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    return element == "*" || element == etag;
  });
}

std::string make_nonce() { return to_base64(random_bytes(kNonceBytes)); }

void add_guards(http::Headers& headers, const std::string& nonce) {
  headers.add("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce +
                  "'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; worker-src 'self' "
                  "blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Referrer-Policy", "same-origin");
  headers.add("Cross-Origin-Opener-Policy", "same-origin");
}

http::Response text(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

http::Response index_page(const SiteFile& index, const std::string& nonce) {
  http::Response response;
  response.headers.add("Content-Type", std::string(index.content_type));
  response.headers.add("Cache-Control", "no-store");
  std::string_view rest = index.bytes;
  for (auto mark = rest.find(kNonceMark); mark != std::string_view::npos; mark = rest.find(kNonceMark)) {
    response.body.append(rest.substr(0, mark)).append(nonce);
    rest.remove_prefix(mark + kNonceMark.size());
  }
  response.body.append(rest);
  return response;
}

http::Response whole_file(const SiteFile& file, const http::Request& request) {
  const bool gzip = !file.gzip_bytes.empty() && http::accepts_gzip(request.headers);
  const std::string etag = '"' + std::string(file.digest) + (gzip ? "-gzip" : "") + '"';
  http::Response response;
  response.headers.add("ETag", etag);
  // Names under assets/ carry a hash of their content: new content comes under a new name.
  response.headers.add("Cache-Control", file.path.starts_with(kAssets) ? "public, max-age=31536000, immutable"
                                                                       : "public, no-cache");
  if (!file.gzip_bytes.empty()) response.headers.add("Vary", "Accept-Encoding");
  if (has_etag(request, etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", std::string(file.content_type));
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  response.body = gzip ? file.gzip_bytes : file.bytes;
  return response;
}

http::Response redirect() {
  http::Response response;
  response.status = 302;
  response.headers.add("Location", std::string(kRoot));
  return response;
}

bool is_read(const http::Request& request) { return request.method == "GET" || request.method == "HEAD"; }

}  // namespace

Site::Site(std::span<const SiteFile> files) : files_(files), index_(find(kIndex)) {
  ANABRANCH_ASSERT(index_ != nullptr, "the web UI has no index.html");
}

const SiteFile* Site::find(std::string_view path) const {
  const auto found =
      std::lower_bound(files_.begin(), files_.end(), path,
                       [](const SiteFile& file, std::string_view wanted) { return file.path < wanted; });
  return found != files_.end() && found->path == path ? &*found : nullptr;
}

bool Site::claims(const http::Request& request) {
  // No bucket can have this name: it is too short.
  if (request.path == "/ui" || request.path.starts_with(kRoot)) return true;
  return request.path == "/" && is_read(request);
}

http::Response Site::handle(const http::Request& request) const {
  const std::string nonce = make_nonce();
  http::Response response;
  if (!is_read(request)) {
    response = text(405, "only GET and HEAD here\n");
    response.headers.add("Allow", "GET, HEAD");
  } else if (!request.path.starts_with(kRoot)) {
    response = redirect();
  } else {
    const std::string_view path = std::string_view(request.path).substr(kRoot.size());
    const SiteFile* const file = find(path);
    if (file != nullptr && file != index_) {
      response = whole_file(*file, request);
    } else if (path.starts_with(kAssets)) {
      response = text(404, "no such file\n");  // an old page asks for an asset of another version
    } else {
      response = index_page(*index_, nonce);
    }
  }
  add_guards(response.headers, nonce);
  if (request.method == "HEAD" && response.status == 200) {
    response.content_length = response.body.size();
    response.body.clear();
  }
  return response;
}

}  // namespace anabranch::ui
