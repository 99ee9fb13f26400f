// ui/site.h — the web UI's files over HTTP: assets for ever, index.html for every other page, strict headers.
//
// In: the files that were embedded at build time. Out: one answer per request; nothing is read from a disk.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/message.h"

namespace anabranch::ui {

/// One file of the site. All views live as long as the program.
struct SiteFile {
  std::string_view path;  // "assets/app-abc123.js"
  std::string_view content_type;
  std::string_view digest;  // of its bytes; what ETags are made of
  std::string_view bytes;
  std::string_view gzip_bytes;  // empty where that is not smaller
};

/// What ANABRANCH_UI_DIR held when the program was built, ordered by path.
std::span<const SiteFile> embedded_files();

/// Where in index.html the nonce of the answer goes. Source: docs/adr/0007.
inline constexpr std::string_view kNonceMark = "__CSP_NONCE__";

/// Thread safety: every method from any thread.
class Site {
 public:
  /// `files` are ordered by path, hold index.html (asserted) and outlive the site.
  explicit Site(std::span<const SiteFile> files);

  /// True for `/` (GET and HEAD), `/ui` and all under `/ui/`.
  static bool claims(const http::Request& request);
  /// Requires: claims(request).
  http::Response handle(const http::Request& request) const;

 private:
  const SiteFile* find(std::string_view path) const;

  std::span<const SiteFile> files_;
  const SiteFile* index_;
};

}  // namespace anabranch::ui
