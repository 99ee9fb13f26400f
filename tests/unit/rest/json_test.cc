// What this proves: JSON fields of the wrong type are named in the error; nouns print as lakeFS's clients
// read them.
#include "rest/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::rest {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

TEST(JsonFields, NullAndAbsentAreTheSame) {
  const json::object object{{"a", nullptr}};

  EXPECT_EQ(string_field(object, "a").value(), std::nullopt);
  EXPECT_EQ(string_field(object, "b").value(), std::nullopt);
  EXPECT_FALSE(bool_field(object, "a").value());
  EXPECT_TRUE(metadata_field(object, "a").value().empty());
}

TEST(JsonFields, AWrongTypeNamesTheField) {
  const json::object object{{"name", 1}, {"force", "yes"}, {"metadata", {{"k", 2}}}, {"paths", {1}}};

  EXPECT_THAT(string_field(object, "name").error().message, HasSubstr("'name'"));
  EXPECT_THAT(bool_field(object, "force").error().message, HasSubstr("'force'"));
  EXPECT_THAT(metadata_field(object, "metadata").error().message, HasSubstr("'metadata'"));
  EXPECT_THAT(strings_field(object, "paths").error().message, HasSubstr("'paths'"));
  EXPECT_THAT(required_string(object, "missing").error().message, HasSubstr("'missing' is missing"));
}

TEST(JsonNouns, ACommonPrefixHasNoMetadata) {
  service::ObjectStat stat;
  stat.path = "raw/";
  stat.is_prefix = true;

  const json::object object = to_json(stat);

  EXPECT_EQ(object.at("path_type"), "common_prefix");
  EXPECT_FALSE(object.contains("metadata"));
}

TEST(JsonNouns, AFailedImportCarriesItsError) {
  service::ImportStatus status;
  status.updated_ms = 1'700'000'000'042;
  status.error = "uncommitted changes";

  const json::object object = to_json(status);

  EXPECT_EQ(object.at("completed"), false);
  EXPECT_EQ(object.at("update_time"), "2023-11-14T22:13:20.042Z");
  EXPECT_EQ(object.at("error").at("message"), "uncommitted changes");
}

}  // namespace
}  // namespace anabranch::rest
