// http/browser.h — what browsers add to requests, and what keeps them from being led astray by other sites.
// Pure.
//
// Source: RFC 6265 (cookies), Fetch Metadata (Sec-Fetch-Site), RFC 6454 (Origin).
#pragma once

#include <string_view>

#include "http/message.h"

namespace anabranch::http {

/// The value of the first cookie of that name, or empty.
std::string_view cookie(const Request& request, std::string_view name);

/// True for methods that may change something: all but GET and HEAD.
bool may_change(const Request& request);

/// A page of this very origin made the request: `Sec-Fetch-Site: same-origin` or, where that header is
/// absent, an Origin whose host and port are those of Host.
bool is_same_origin(const Request& request);
/// A browser made the request for a page of another origin. Programs, which say nothing of origins, are not
/// meant.
bool is_cross_origin(const Request& request);

/// Lets a browser show the bytes of an object, but run nothing of them.
void forbid_scripts(Headers& headers);

}  // namespace anabranch::http
