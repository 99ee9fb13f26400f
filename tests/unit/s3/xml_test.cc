// What this proves: XML answers escape whatever a key holds; XML requests are read, hostile ones refused.
#include "s3/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::s3 {
namespace {

TEST(XmlWriter, EscapesMarkupAndWhatXmlCannotHold) {
  XmlWriter xml;
  xml.element("Key", std::string("a<b>&\"c\r\x01") + "é");

  EXPECT_THAT(xml.take(), testing::EndsWith("<Key>a&lt;b&gt;&amp;&quot;c&#13;\xEF\xBF\xBDé</Key>"));
}

TEST(XmlWriter, IsWellFormedWhateverItTells) {
  const std::string replacement = "\xEF\xBF\xBD";
  XmlWriter xml;
  xml.element("Key",
              "a\xEF\xBF\xBE"
              "b\xEF\xBF\xBF"
              "c\xFF"
              "d\xC3");
  xml.element("Key", std::string("\t\n\x7f\xEF\xBF\xBD\xF0\x9F\x98\x80") + std::string(1, '\0'));

  EXPECT_THAT(xml.take(), testing::EndsWith("<Key>a" + replacement + "b" + replacement + "c" + replacement +
                                            "d" + replacement + "</Key><Key>\t\n\x7f" + replacement +
                                            "\xF0\x9F\x98\x80" + replacement + "</Key>"));
}

TEST(XmlWriter, TimesHaveMilliseconds) {
  EXPECT_EQ(format_xml_time(1'700'000'000'042), "2023-11-14T22:13:20.042Z");
}

TEST(DeleteRequest, ReadsKeysWithAndWithoutNamespace) {
  const auto plain =
      parse_delete_request("<Delete><Object><Key>a b</Key></Object><Quiet>true</Quiet></Delete>");
  const auto spaced = parse_delete_request(
      "<?xml version='1.0'?><Delete "
      "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Object><Key>&lt;x&gt;</Key>"
      "<VersionId>null</VersionId></Object></Delete>");

  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->quiet);
  EXPECT_EQ(plain->objects.at(0).key, "a b");
  ASSERT_TRUE(spaced);
  EXPECT_EQ(spaced->objects.at(0).key, "<x>");
  EXPECT_EQ(spaced->objects.at(0).version_id, "null");
}

TEST(DeleteRequest, ReadsConditions) {
  const auto request = parse_delete_request(
      "<Delete><Object><Key>a</Key><ETag>\"x\"</ETag><Size>7</Size>"
      "<LastModifiedTime>Tue, 14 Nov 2023 22:13:20 GMT</LastModifiedTime></Object></Delete>");

  ASSERT_TRUE(request);
  EXPECT_EQ(request->objects.at(0).etag, "\"x\"");
  EXPECT_EQ(request->objects.at(0).size, "7");
  EXPECT_EQ(request->objects.at(0).last_modified_time, "Tue, 14 Nov 2023 22:13:20 GMT");
}

TEST(DeleteRequest, AKeyMayBeNothingButSpaces) {
  const auto request = parse_delete_request(
      "<Delete>\n <Object>\n  <Key> </Key> </Object><Object><Key>\t </Key></Object></Delete>");
  ASSERT_TRUE(request.has_value());
  ASSERT_EQ(request->objects.size(), 2u);
  EXPECT_EQ(request->objects[0].key, " ");
  EXPECT_EQ(request->objects[1].key, "\t ");
}

TEST(DeleteRequest, RefusesWhatIsNotOne) {
  for (const char* text : {"", "not xml", "<Delete>", "<Other/>", "<Delete><Object/></Delete>"}) {
    const auto request = parse_delete_request(text);
    ASSERT_FALSE(request) << text;
    EXPECT_EQ(request.error().code, ErrorCode::malformed) << text;
  }
}

TEST(DeleteRequest, ExpandsNoEntitiesOfItsOwn) {
  const auto request = parse_delete_request(
      "<!DOCTYPE d [<!ENTITY e \"xxxx\">]><Delete><Object><Key>&e;</Key></Object></Delete>");

  ASSERT_TRUE(request);
  EXPECT_EQ(request->objects.at(0).key, "&e;");
}

TEST(CompleteRequest, ReadsPartsAndTheirChecksums) {
  const auto parts = parse_complete_request(
      "<CompleteMultipartUpload><Part><ETag>\"abc\"</ETag><PartNumber>2</PartNumber><ChecksumCRC32>AAAA</"
      "ChecksumCRC32>"
      "</Part></CompleteMultipartUpload>");

  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 1U);
  EXPECT_EQ(parts->at(0).number, 2U);
  EXPECT_EQ(parts->at(0).etag, "\"abc\"");
  EXPECT_EQ(parts->at(0).checksums.at(0).first, "CRC32");
}

TEST(CompleteRequest, RefusesBadPartNumbersAndNoParts) {
  for (const char* part : {"<Part><ETag>x</ETag><PartNumber>0</PartNumber></Part>",
                           "<Part><ETag>x</ETag><PartNumber>-1</PartNumber></Part>",
                           "<Part><ETag>x</ETag><PartNumber>1x</PartNumber></Part>",
                           "<Part><PartNumber>1</PartNumber></Part>", ""}) {
    const auto parts = parse_complete_request("<CompleteMultipartUpload>" + std::string(part) +
                                              "</CompleteMultipartUpload>");
    ASSERT_FALSE(parts) << part;
    EXPECT_EQ(parts.error().code, ErrorCode::malformed);
  }
}

TEST(OwnerAcl, IsFullControlOfTheOwnerAlone) {
  const auto acl = [](const std::string& id, const std::string& permission) {
    return "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee><ID>" + id +
           "</ID></Grantee><Permission>" + permission +
           "</Permission></Grant></AccessControlList></AccessControlPolicy>";
  };

  EXPECT_TRUE(is_owner_acl(acl("o", "FULL_CONTROL"), "o"));
  EXPECT_FALSE(is_owner_acl(acl("other", "FULL_CONTROL"), "o"));
  EXPECT_FALSE(is_owner_acl(acl("o", "READ"), "o"));
  EXPECT_FALSE(is_owner_acl("<AccessControlPolicy/>", "o"));
  EXPECT_FALSE(is_owner_acl("", "o"));
}

TEST(CreateBucketRequest, GivesTheRegion) {
  EXPECT_EQ(parse_create_bucket_request("").value(), "");
  EXPECT_EQ(parse_create_bucket_request(
                "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                "</CreateBucketConfiguration>")
                .value(),
            "eu-west-1");
  EXPECT_FALSE(parse_create_bucket_request("<Nope/>"));
}

}  // namespace
}  // namespace anabranch::s3
