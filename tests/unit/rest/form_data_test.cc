// What this proves: a form's file field streams out whole whatever the split; broken forms are refused.
#include "rest/form_data.h"

#include <gtest/gtest.h>

#include <random>

#include "support/pieces.h"
#include "support/seed.h"

namespace anabranch::rest {
namespace {

using testing_support::PieceSource;

constexpr const char* kType = "multipart/form-data; boundary=\"b-1\"";

std::string form(const std::string& content) {
  return "--b-1\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nskip me\r\n"
         "--b-1\r\nContent-Disposition: form-data; name=\"content\"; filename=\"f\"\r\nContent-Type: "
         "image/png\r\n\r\n" +
         content + "\r\n--b-1--\r\n";
}

struct Read {
  Result<std::string> bytes;
  std::string content_type;
};

Read read_content(
    const std::string& wire, std::function<std::size_t()> next_size = [] { return std::size_t{65536}; }) {
  PieceSource body(wire, std::move(next_size));
  auto field = block_on(find_form_field(body, kType, "content"));
  if (!field) return {fail(field.error()), {}};
  auto bytes = block_on(read_all(**field, 16 * MiB));
  return {std::move(bytes), (*field)->content_type()};
}

TEST(FormData, GivesTheFieldAndItsType) {
  const Read read = read_content(form("hello"));

  ASSERT_TRUE(read.bytes) << read.bytes.error().message;
  EXPECT_EQ(*read.bytes, "hello");
  EXPECT_EQ(read.content_type, "image/png");
}

TEST(FormData, AnEmptyFieldIsEmpty) { EXPECT_EQ(read_content(form("")).bytes.value(), ""); }

TEST(FormData, AnySplitGivesTheSameBytesEvenOnesLikeABoundary) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string content;
    for (std::uint64_t i = random() % 40; i > 0; --i) {
      constexpr const char* kPieces[] = {"\r\n", "--b-1", "\r\n--b-", "x", "\r", "--", "b-1--"};
      content += kPieces[random() % 7];
      if (content.find("\r\n--b-1") != std::string::npos) content.pop_back();
    }
    if (content.find("\r\n--b-1") != std::string::npos) continue;

    const Read read = read_content(form(content), [&] { return random() % 12; });

    ASSERT_TRUE(read.bytes) << read.bytes.error().message;
    ASSERT_EQ(*read.bytes, content);
  }
}

TEST(FormData, AMissingFieldOrAnEarlyEndIsMalformed) {
  const std::string whole = form("hello");
  for (const std::string& wire : {std::string(), std::string("--b-1--\r\n"),
                                  whole.substr(0, whole.size() / 2), whole.substr(0, whole.size() - 8)}) {
    const Read read = read_content(wire);
    ASSERT_FALSE(read.bytes) << wire;
    EXPECT_EQ(read.bytes.error().code, ErrorCode::malformed);
  }
}

TEST(FormData, NeedsABoundary) {
  PieceSource body(form("x"), [] { return std::size_t{100}; });

  const auto field = block_on(find_form_field(body, "multipart/form-data", "content"));

  ASSERT_FALSE(field);
  EXPECT_EQ(field.error().code, ErrorCode::malformed);
}

}  // namespace
}  // namespace anabranch::rest
