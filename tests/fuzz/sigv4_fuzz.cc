// Signatures from hostile bytes: whatever parses is checked, and nothing is good without the secret.
//
// Input: lines "method", "path", "query", then one header a line ("name:value").
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/signature.h"

namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  anabranch::auth::SignedRequest request;
  request.method = take_line(text);
  request.path = take_line(text);
  request.query = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = std::min(line.find(':'), line.size());
    request.headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }

  const auto facts = anabranch::auth::parse_signature(request);
  if (!facts) {
    if (facts.error().message.empty()) std::abort();
    return 0;
  }
  if (!*facts) return 0;
  constexpr anabranch::TimeMs kExampleTime = 1'369'353'600'000;  // that of the seeds
  // A secret that no seed was signed with: any acceptance is a forgery.
  if (anabranch::auth::check_signature(request, **facts, "nobody's secret", kExampleTime)) std::abort();
  return 0;
}
