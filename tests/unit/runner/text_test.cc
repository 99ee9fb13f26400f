// What this proves: what is no UTF-8 is known as such, and can be shown.
#include "runner/text.h"

#include <gtest/gtest.h>

namespace anabranch::runner {
namespace {

TEST(Text, IsUtf8OnlyWhereEveryCharacterIsWhole) {
  for (const char* text : {"", "plain", "na\xc3\xafve", "\xe6\x97\xa5", "\xf0\x9f\x98\x80"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const char* text :
       {"\xe9", "caf\xe9.bin", "\xc3", "\xe6\x97", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(text)) << printable(text);
  }
}

TEST(Text, IsPrintedWithoutBytesThatMoveTheCursor) {
  EXPECT_EQ(printable("caf\xe9\n.bin\x1b[2J"), "caf\\xe9\\x0a.bin\\x1b[2J");
  EXPECT_EQ(printable("na\xc3\xafve"), "na\xc3\xafve");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\u009b2J");  // CSI in one character
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u202eb");  // right to left from here
  EXPECT_EQ(printable("a\xe2\x80\xa8"
                      "b"),
            "a\\u2028b");
  EXPECT_EQ(printable("\xe6\x97\xa5\xf0\x9f\x98\x80"), "\xe6\x97\xa5\xf0\x9f\x98\x80");
}

}  // namespace
}  // namespace anabranch::runner
