// rest/form_data.h — one file field of a multipart/form-data body, streamed. Private to rest.
//
// Source: RFC 7578, RFC 2046 section 5.1.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace anabranch::rest {

/// Limits of what surrounds the field's bytes.
inline constexpr std::size_t kFormBoundarySizeMax = 200;
inline constexpr std::size_t kFormHeadersSizeMax = 16 * KiB;

/// The bytes of the field; ends at the boundary. The form's rest is read to its end with it.
class FormField : public ByteSource {
 public:
  virtual const std::string& content_type() const = 0;
};

/// Reads `body` up to the field called `name`; fields before it are skipped. `body` must outlive the field.
/// Errors: malformed (no boundary, no such field, broken framing), and the body's own.
Task<Result<std::unique_ptr<FormField>>> find_form_field(ByteSource& body, std::string content_type,
                                                         std::string name);

/// A source that keeps `owner` alive as long as it lives.
std::unique_ptr<ByteSource> keep_with(std::shared_ptr<void> owner, std::unique_ptr<ByteSource> source);

}  // namespace anabranch::rest
