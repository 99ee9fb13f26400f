// What this proves: the dates of signatures are read exactly, and nothing that is not one is taken for one.
#include "auth/timestamp.h"

#include <gtest/gtest.h>

namespace anabranch::auth {
namespace {

TEST(Timestamp, BasicFormComesBackAsItWas) {
  for (const char* text : {"19700101T000000Z", "20130524T000000Z", "20240229T235959Z", "99991231T235959Z"}) {
    const auto time = parse_basic_timestamp(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_basic_timestamp(*time), text);
  }
  EXPECT_EQ(parse_basic_timestamp("20130524T000000Z"), 1'369'353'600'000);
  EXPECT_EQ(to_basic_timestamp(1'369'353'600'999), "20130524T000000Z");
}

TEST(Timestamp, WhatIsNoDateIsRefused) {
  for (const char* text :
       {"", "20130524", "20130524T000000", "20130524T000000Zx", " 20130524T000000Z", "20130230T000000Z",
        "20131301T000000Z", "20130524T240000Z", "20130524T006000Z", "2013-05-24T00:00:00Z",
        "00000000T000000Z", "19691231T235959Z", "-0130524T000000Z"}) {
    EXPECT_FALSE(parse_basic_timestamp(text)) << text;
  }
}

TEST(Timestamp, HeaderDatesAreReadInTheirUsualForms) {
  for (const char* text :
       {"Fri, 24 May 2013 00:00:00 GMT", "Fri, 24 May 2013 00:00:00 +0000", "24 May 2013 00:00:00 UTC",
        "Fri, 24 May 2013 02:00:00 +0200", "Thu, 23 May 2013 16:30:00 -0730", "20130524T000000Z"}) {
    EXPECT_EQ(parse_header_date(text), 1'369'353'600'000) << text;
  }
  for (const char* text :
       {"", "Fri", "Fri, 24 May 2013", "Fri, 24 May 2013 00:00:00", "Fri, 24 Mai 2013 00:00:00 GMT",
        "Fri, 24 May 2013 00:00:00 EST", "Fri, 24 May 13 00:00:00 GMT", "1369353600"}) {
    EXPECT_FALSE(parse_header_date(text)) << text;
  }
}

}  // namespace
}  // namespace anabranch::auth
