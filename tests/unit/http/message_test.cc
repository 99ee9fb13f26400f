// What this proves: headers, percent coding, queries and dates do as their contracts say.
#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "support/seed.h"

namespace anabranch::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Headers, LookUpsIgnoreCaseAndGiveTheFirst) {
  Headers headers;
  headers.add("X-Thing", "one");
  headers.add("x-thing", "two");

  ASSERT_NE(headers.find("X-THING"), nullptr);
  EXPECT_EQ(*headers.find("X-THING"), "one");
  EXPECT_EQ(headers.get("missing", "else"), "else");
  EXPECT_FALSE(headers.contains("x-thin"));
}

TEST(Headers, SetReplacesEveryFieldOfTheNameInPlaceOfTheFirst) {
  Headers headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");

  headers.set("a", "4");
  headers.set("C", "5");

  EXPECT_THAT(headers.fields(), ElementsAre(Pair("A", "4"), Pair("B", "2"), Pair("C", "5")));
}

TEST(Headers, RemoveTakesEveryFieldOfTheName) {
  Headers headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");

  headers.remove("A");

  EXPECT_THAT(headers.fields(), ElementsAre(Pair("B", "2")));
}

TEST(PercentCoding, DecodesEscapesAndLeavesAPlus) {
  EXPECT_EQ(percent_decode("%41b+c%2f%2F").value(), "Ab+c//");
  EXPECT_EQ(percent_decode("").value(), "");
  EXPECT_EQ(percent_decode("%00").value(), std::string(1, '\0'));
}

TEST(PercentCoding, RefusesBrokenEscapes) {
  for (const char* text : {"%", "a%", "%4", "%zz", "%4g", "ab%1", "%%41"}) {
    const auto decoded = percent_decode(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, ErrorCode::malformed) << text;
  }
}

TEST(PercentCoding, EncodesAllButTheUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~", false), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b c+\xff", false), "a%2Fb%20c%2B%FF");
  EXPECT_EQ(percent_encode("a/b c", true), "a/b%20c");
}

TEST(PercentCoding, DecodesWhatItEncodes) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1'000; ++i) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_EQ(percent_decode(percent_encode(text, random() % 2 == 0)).value(), text);
  }
}

TEST(Query, GivesParametersInOrderDecoded) {
  EXPECT_THAT(parse_query("b=2&a=%31+x&flag&empty=&=v&&e=a=b").value(),
              ElementsAre(Pair("b", "2"), Pair("a", "1 x"), Pair("flag", ""), Pair("empty", ""),
                          Pair("", "v"), Pair("e", "a=b")));
  EXPECT_THAT(parse_query("a=1+x", false).value(), ElementsAre(Pair("a", "1+x")));
  EXPECT_TRUE(parse_query("").value().empty());
}

TEST(Query, RefusesBrokenEscapes) { EXPECT_FALSE(parse_query("a=%")); }

TEST(HttpDate, WritesTheFixedForm) {
  EXPECT_EQ(format_http_date(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(784'111'777'999), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(HttpDate, ReadsAllThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777'000);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784'111'777'000);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), 784'111'777'000);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"), 784'975'777'000);
}

TEST(HttpDate, RefusesWhatIsNone) {
  for (const char* text :
       {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(HttpDate, ReadsWhatItWrites) {
  for (std::int64_t time_ms = -3'000'000'000'000; time_ms < 9'000'000'000'000; time_ms += 86'399'000'000) {
    ASSERT_EQ(parse_http_date(format_http_date(time_ms)), time_ms);
  }
}

TEST(ReasonPhrase, KnowsTheUsualOnes) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(412), "Precondition Failed");
  EXPECT_EQ(reason_phrase(599), "Unknown");
}

}  // namespace
}  // namespace anabranch::http
