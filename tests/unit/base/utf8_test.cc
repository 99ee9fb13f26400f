// What this proves: only well-formed UTF-8 counts as such, and every other byte string still becomes text.
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace anabranch {
namespace {

TEST(Utf8, TellsWellFormedText) {
  for (const char* text : {"", "plain", "caf\xC3\xA9", "\xE6\x97\xA5", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  // stray bytes, cut sequences, spellings too long, surrogates, past U+10FFFF
  for (const char* bytes : {"\x80", "a\xFF", "\xC3", "\xE6\x97", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bytes)) << bytes;
  }
}

TEST(Utf8, OtherBytesAreReadAsLatin1) {
  EXPECT_EQ(to_utf8("caf\xE9"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("\xFF\x80z"), "\xC3\xBF\xC2\x80z");
}

}  // namespace
}  // namespace anabranch
