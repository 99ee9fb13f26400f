// Forms: arbitrary bytes in arbitrary pieces never crash the reader, and it never gives more than came.
#include <cstdlib>
#include <string>

#include "rest/form_data.h"
#include "support/pieces.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace rest = anabranch::rest;
  namespace testing_support = anabranch::testing_support;
  using anabranch::block_on, anabranch::read_all;
  if (size < 1) return 0;
  const std::size_t piece = 1 + data[0];
  testing_support::PieceSource body(std::string(reinterpret_cast<const char*>(data + 1), size - 1),
                                    [piece] { return piece; });
  auto field = block_on(rest::find_form_field(body, "multipart/form-data; boundary=b", "content"));
  if (!field) return 0;
  const auto bytes = block_on(read_all(**field, size));
  if (bytes && bytes->size() > size) std::abort();
  return 0;
}
