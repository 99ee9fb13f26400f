// What this proves: any text travels in a header as printable ASCII and comes back as it was; a value with a
// grammar of its own stays one.
#include "http/header_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "base/utf8.h"
#include "support/seed.h"

namespace anabranch::http {
namespace {

/// Source: RFC 9110, section 5.5.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; });
}

TEST(HeaderText, PlainValuesTravelAsTheyAre) {
  for (const char* text :
       {"", "plain text", "two  blanks", "a\ttab", "a=b?c", "?=", "=", "{\"json\": [1, 2]}"}) {
    EXPECT_EQ(encode_words(text), text);
    EXPECT_EQ(decode_words(text), text);
  }
}

TEST(HeaderText, OthersTravelAsEncodedWords) {
  EXPECT_EQ(encode_words("caf\xC3\xA9"), "=?UTF-8?B?Y2Fmw6k=?=");
  EXPECT_EQ(encode_words("caf\xE9"), "=?UTF-8?B?Y2Fmw6k=?=") << "bytes of ISO 8859-1";
  EXPECT_EQ(encode_words("a\nb"), "=?UTF-8?B?YQpi?=");
  EXPECT_EQ(encode_words(" a"), "=?UTF-8?B?IGE=?=");
  EXPECT_EQ(encode_words("=?UTF-8?B?YQ==?="), "=?UTF-8?B?PT9VVEYtOD9CP1lRPT0/PQ==?=") << "said, not meant";
}

TEST(HeaderText, WordsAreShortAndCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xE6\x97\xA5";

  const std::string encoded = encode_words(text);

  for (std::size_t at = 0; at < encoded.size();) {
    const std::size_t end = std::min(encoded.find(' ', at), encoded.size());
    EXPECT_LE(end - at, 75U);
    EXPECT_TRUE(is_utf8(decode_words(encoded.substr(at, end - at))));
    at = end + 1;
  }
  EXPECT_EQ(decode_words(encoded), text);
}

TEST(HeaderText, DecodesWhatOthersEncode) {
  EXPECT_EQ(decode_words("=?UTF-8?Q?caf=C3=A9_noir?="), "caf\xC3\xA9 noir");
  EXPECT_EQ(decode_words("=?utf-8?q?caf=c3=a9?="), "caf\xC3\xA9");
  EXPECT_EQ(decode_words("=?iso-8859-1?Q?caf=E9?="), "caf\xC3\xA9");
  EXPECT_EQ(decode_words("=?ISO-8859-1?B?w6k=?="), "\xC3\x83\xC2\xA9")
      << "those two bytes are two characters";
  EXPECT_EQ(decode_words("=?UTF-8*en?B?YQ==?="), "a");
  EXPECT_EQ(decode_words("=?UTF-8?B?YQ?="), "a") << "without padding";
  EXPECT_EQ(decode_words("x =?UTF-8?B?YQ==?= =?UTF-8?B?Yg==?= y"), "x ab y");
  EXPECT_EQ(decode_words("=?UTF-8?B?w6k?=  =?UTF-8?B?w6k=?="), "\xC3\xA9\xC3\xA9");
  EXPECT_EQ(decode_words("=?UTF-8?B?ww==?= =?UTF-8?B?qQ==?="), "\xC3\xA9") << "a character cut in two";
}

TEST(HeaderText, WhatIsNoEncodedWordStaysAsItIs) {
  for (const char* text :
       {"=?", "=?UTF-8", "=?UTF-8?B?", "=?UTF-8?B?Y*?=", "=?UTF-8?X?YQ==?=", "=?KOI8-R?B?YQ==?=",
        "=?UTF-8?Q?=C?=", "=?UTF-8?Q?a b?=", "=?UTF-8?B?YQ==", "=??B?YQ==?="}) {
    EXPECT_EQ(decode_words(text), text);
  }
}

// Seeded: every text survives the way there and back, and every sequence of bytes becomes a value and UTF-8.
TEST(HeaderText, AnyTextComesBackAsItWas) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::array<std::string, 16> pieces{"a",        " ",  "\t",          "\n",
                                           "\r",       "=?", "?=",          "\"",
                                           "\xC3\xA9", "_",  "=?UTF-8?Q?x", "\xF0\x9F\x98\x80",
                                           "\x7f",     ";",  "=",           "\xE2\x80\xA8"};
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto left = random() % 30; left > 0; --left) text += pieces[random() % pieces.size()];

    EXPECT_TRUE(is_field_value(encode_words(text)));
    EXPECT_EQ(decode_words(encode_words(text)), text);
    EXPECT_TRUE(is_utf8(decode_words(text)));
    EXPECT_TRUE(is_field_value(to_field_value(text)));

    std::string bytes;
    for (auto left = random() % 20; left > 0; --left) bytes.push_back(static_cast<char>(random()));
    EXPECT_TRUE(is_field_value(encode_words(bytes)));
    EXPECT_EQ(decode_words(encode_words(bytes)), to_utf8(bytes));
    EXPECT_TRUE(is_utf8(decode_words(bytes)));
    EXPECT_TRUE(is_field_value(to_field_value(bytes)));
  }
}

TEST(HeaderText, AValueWithAGrammarKeepsIt) {
  EXPECT_EQ(to_field_value("text/html; charset=utf-8"), "text/html; charset=utf-8");
  EXPECT_EQ(to_field_value("text/plain\nx"), "text/plain x");
  EXPECT_EQ(to_field_value("attachment; filename=\"\xE6\x97\xA5 a.txt\"; x=1"),
            "attachment; filename=\"=?UTF-8?B?5pelIGEudHh0?=\"; x=1");
  EXPECT_EQ(to_field_value("attachment; filename=\xE6\x97\xA5.txt"),
            "attachment; filename==?UTF-8?B?5pelLnR4dA==?=");
  EXPECT_EQ(to_field_value("\x01\r\n"), "");
  EXPECT_EQ(to_field_value(std::string(kFieldValueSizeMax + 1, 'x')), "");
}

TEST(HeaderText, OnlyTokensAreNames) {
  for (const char* name : {"a", "learning-rate", "x.y_z~1", "!#$%&'*+^`|"}) EXPECT_TRUE(is_field_name(name));
  for (const char* name : {"", "::lakefs::mtime", "learning rate",
                           "gr\xC3\xB6\xC3\x9F"
                           "e",
                           "a\nb", "a/b", "a\x7f"}) {
    EXPECT_FALSE(is_field_name(name)) << name;
  }
}

}  // namespace
}  // namespace anabranch::http
