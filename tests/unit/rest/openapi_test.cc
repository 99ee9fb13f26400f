// What this proves: api/openapi.json describes each route of the server, and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "rest/call.h"

namespace anabranch::rest {
namespace {

using Operations = std::set<std::pair<std::string, std::string>>;  // method, path

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

TEST(OpenApi, DescribesEveryRouteAndNoOther) {
  Operations served, described;
  for (const Route& route : all_routes()) served.emplace(route.method, route.pattern);
  const boost::json::value description = boost::json::parse(openapi_json());
  for (const auto& path : description.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      described.emplace(upper(operation.key()), path.key());
    }
  }
  EXPECT_THAT(described, testing::ContainerEq(served));
}

TEST(OpenApi, SaysWhichRoutesNeedNoCredentials) {
  const boost::json::value description = boost::json::parse(openapi_json());
  for (const Route& route : all_routes()) {
    std::string method(route.method);
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto& operation = description.at("paths").at(route.pattern).at(method).as_object();
    EXPECT_EQ(operation.contains("security"), route.open) << route.method << " " << route.pattern;
  }
}

}  // namespace
}  // namespace anabranch::rest
