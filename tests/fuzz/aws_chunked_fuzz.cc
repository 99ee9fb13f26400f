// aws-chunked bodies: arbitrary bytes in arbitrary pieces never crash the decoder, and it never gives more
// than came.
#include <cstdlib>
#include <string>

#include "s3/aws_chunked.h"
#include "support/pieces.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace s3 = anabranch::s3;
  namespace testing_support = anabranch::testing_support;
  using anabranch::block_on, anabranch::read_all;
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0];
  const bool with_trailers = (data[1] & 1U) != 0;
  std::optional<s3::ChunkSigning> signing;
  if ((data[1] & 2U) != 0) signing.emplace();
  testing_support::PieceSource body(std::string(reinterpret_cast<const char*>(data + 2), size - 2),
                                    [piece] { return piece; });
  s3::AwsChunkedSource source(body, signing, with_trailers);
  const auto bytes = block_on(read_all(source, size));
  if (bytes && bytes->size() > size) std::abort();
  return 0;
}
