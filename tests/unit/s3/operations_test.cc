// What this proves: nothing runs that was not asked for. What the table of operations does not know, or does
// not offer, is 501 and touches nothing; what it offers asks for the right that it says, and the
// documentation says what it says.
#include "s3/operations.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway_fixture.h"

namespace anabranch::s3 {
namespace {

constexpr const char* kRefused = "501 NotImplemented";

const std::vector<std::string> kBucketPaths{"/plain", "/empty", "/repo"};
const std::vector<std::string> kObjectPaths{"/plain/k", "/repo/main/k"};

/// "a&b=1" of "a b=1".
std::string query_of(std::string_view words) {
  std::string query(words);
  std::replace(query.begin(), query.end(), ' ', '&');
  return query;
}

class Operations : public GatewayTest {};

TEST_F(Operations, MadeUpSubResourcesTouchNothing) {
  for (const char* query : {"nextYear", "nextYear=", "nextYear=1", "nextYear&id=7", "Tagging", "x-amz-next=1",
                            "tagging=1", "uploads=&nextYear", "acl&nextYear", "delete&nextYear=1"}) {
    for (const char* method : {"PUT", "POST", "DELETE"}) {
      for (const auto& paths : {kBucketPaths, kObjectPaths}) {
        for (const std::string& path : paths) {
          const auto answer = ask({.method = method, .path = path, .query = query, .body = "<Next/>"});
          EXPECT_EQ(outcome(answer), kRefused) << method << " " << path << "?" << query;
        }
      }
    }
    expect_untouched(query);
  }
}

TEST_F(Operations, MadeUpHeadersTouchNothing) {
  for (const char* header :
       {"x-amz-next-year", "X-Amz-Rename-Source", "x-amz-write-offset-bytes", "x-amz-checksum-xxhash3",
        "x-amz-checksum-sha512", "Content-Range", "If-Unmodified-Since"}) {
    for (const char* method : {"PUT", "DELETE"}) {
      for (const auto& paths : {kBucketPaths, kObjectPaths}) {
        for (const std::string& path : paths) {
          const auto answer = ask({.method = method, .path = path, .headers = {{header, "1"}}});
          EXPECT_EQ(outcome(answer), kRefused) << method << " " << path << " " << header;
        }
      }
    }
    const auto upload =
        ask({.method = "POST", .path = "/plain/k", .query = "uploads", .headers = {{header, "1"}}});
    EXPECT_EQ(outcome(upload), kRefused) << header;
    expect_untouched(header);
  }
}

TEST_F(Operations, ReadsRefuseUnknownParametersThatHaveNoValue) {
  for (const std::string path : {"/plain", "/plain/k", "/repo", "/repo/main/k"}) {
    for (const char* method : {"GET", "HEAD"}) {
      EXPECT_EQ(ask({.method = method, .path = path, .query = "nextYear"}).status, 501) << method << path;
      EXPECT_EQ(ask({.method = method, .path = path, .query = "nextYear="}).status, 501) << method << path;
      EXPECT_EQ(ask({.method = method, .path = path, .query = "_=1700000000"}).status, 200) << method << path;
    }
  }
}

TEST_F(Operations, WhatIsNotOfferedTouchesNothing) {
  for (const OperationRow& row : operations()) {
    if (row.offered()) continue;
    Ask asked{.method = std::string(row.method), .query = query_of(row.sub_resource), .body = "<X/>"};
    if (!row.header.empty()) asked.headers.emplace_back(std::string(row.header), "plain/k");
    const auto& paths = row.level == Level::object   ? kObjectPaths
                        : row.level == Level::bucket ? kBucketPaths
                                                     : std::vector<std::string>{"/"};
    for (const std::string& path : paths) {
      asked.path = path;
      EXPECT_EQ(outcome(ask(asked)), kRefused) << row.name << " " << path;
    }
    expect_untouched(std::string(row.name));
  }
}

TEST_F(Operations, WhatDescribesTheSenderIsTaken) {
  const auto answer = ask({.method = "PUT",
                           .path = "/plain/new",
                           .query = "x-id=PutObject",
                           .headers = {{"x-amz-user-agent", "aws-sdk-js/3"},
                                       {"amz-sdk-invocation-id", "1"},
                                       {"x-amz-sdk-checksum-algorithm", "CRC32"},
                                       {"x-amz-meta-run", "42"},
                                       {"x-amz-te", "append-md5"},
                                       {"x-amz-bucket-region", "us-east-1"},
                                       {"x-amz-request-payer", "requester"},
                                       {"x-amz-security-token", "t"},
                                       {"X-Amzn-Trace-Id", "Root=1"},
                                       {"x-amz-cf-id", "1"}},
                           .body = "new"});
  EXPECT_EQ(outcome(answer), "200");
  EXPECT_EQ(get(root_, "plain", "new").value_or(""), "new");
  EXPECT_EQ(outcome(ask({.method = "DELETE", .path = "/plain/new", .query = "x-id=DeleteObject"})), "204");
}

TEST_F(Operations, EachIsCountedByItsName) {
  ask({.path = "/plain/k"});
  ask({.method = "PUT", .path = "/plain/k", .query = "tagging"});
  ask({.method = "PUT", .path = "/plain/k", .query = "nextYear"});
  ask({.path = "/plain/k", .key = {"AKIAROOT", "wrong"}});

  const std::string page = registry_.render();
  for (const char* line :
       {R"({operation="GetObject",status="2xx"} 1)", R"({operation="PutObjectTagging",status="5xx"} 1)",
        R"({operation="Unknown",status="5xx"} 1)", R"({operation="Unauthenticated",status="4xx"} 1)"}) {
    EXPECT_THAT(page, testing::HasSubstr(std::string("anabranch_s3_requests_total") + line));
  }
}

/// A key whose owner has the rights of `policy`.
auth::KeyPair key_with(auth::Credentials& credentials, auth::Policy policy) {
  const auto made = block_on(credentials.create("somebody", std::move(policy), std::nullopt));
  EXPECT_TRUE(made);
  return made->key;
}

/// What makes `row` run: far enough to be refused for its rights or for what is missing.
Ask example_of(const OperationRow& row) {
  Ask asked{.method = std::string(row.method), .query = query_of(row.sub_resource)};
  asked.path = row.level == Level::object ? "/plain/k" : row.level == Level::bucket ? "/plain" : "/";
  if (row.name == "CreateBucket") asked.path = "/another";
  if (row.header == "x-amz-copy-source") asked.headers.emplace_back("x-amz-copy-source", "store/none");
  if (row.name == "DeleteObjects") asked.body = "<Delete><Object><Key>k</Key></Object></Delete>";
  if (row.name == "CompleteMultipartUpload") {
    asked.body =
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>0</ETag></Part>"
        "</CompleteMultipartUpload>";
  }
  if (row.sub_resource == "uploadId") asked.query = "uploadId=none&partNumber=1";
  if (row.sub_resource == "uploadId" && row.method != "PUT") asked.query = "uploadId=none";
  if (row.name == "GetObjectAttributes") asked.headers.emplace_back("x-amz-object-attributes", "ETag");
  return asked;
}

bool is_denied(const http::Response& answer) {
  return answer.status == 403 || answer.body.find("<Code>AccessDenied</Code>") != std::string::npos;
}

TEST_F(Operations, EachAsksForTheRightThatTheTableSays) {
  for (const OperationRow& row : operations()) {
    if (!row.offered()) continue;
    const std::string right(to_string(row.action));
    Ask asked = example_of(row);

    asked.key = key_with(credentials_, {{{true, {"*"}, {"*"}}, {false, {right}, {"*"}}}});
    EXPECT_TRUE(is_denied(ask(asked))) << row.name << " without " << right;
    expect_untouched(std::string(row.name));

    std::vector<std::string> rights{right};
    if (row.header == "x-amz-copy-source") rights.emplace_back("read_object");
    asked.key = key_with(credentials_, {{{true, rights, {"*"}}}});
    EXPECT_FALSE(is_denied(ask(asked))) << row.name << " with no right but " << right;
    if (!row.reads() && row.level != Level::service) {
      EXPECT_TRUE(put(root_, "plain", "k", "kept"));
      (void)run(objects_.delete_bucket(root_, "another"));
    }
  }
}

TEST(OperationTable, NamesAreUniqueAndEveryRowCanBeReached) {
  std::set<std::string_view> names;
  for (const OperationRow& each : operations()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_TRUE(each.offered() || !each.note.empty()) << each.name << " does not say why not";
    Call call;
    call.request.method = each.method;
    if (each.level != Level::service) call.bucket = "b";
    if (each.level == Level::object) call.key = "k";
    call.query = *http::parse_query(query_of(each.sub_resource));
    if (!each.header.empty()) call.request.headers.add(std::string(each.header), "b/k");
    std::string unknown;
    EXPECT_EQ(find_operation(call, unknown), &each) << each.name << ": " << unknown;
  }
}

// ── docs/reference/s3.md

constexpr const char* kPage = "docs/reference/s3.md";

std::string request_of(const OperationRow& row) {
  std::string text = "`" + std::string(row.method) + " ";
  text += row.level == Level::service ? "/" : row.level == Level::bucket ? "/bucket" : "/bucket/key";
  if (!row.sub_resource.empty()) text += "?" + query_of(row.sub_resource);
  text += "`";
  if (!row.header.empty()) text += " with `" + std::string(row.header) + "`";
  return text;
}

std::string table_of(bool offered) {
  std::vector<const OperationRow*> rows;
  for (const OperationRow& row : operations()) {
    if (row.offered() == offered) rows.push_back(&row);
  }
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string text = offered ? "| operation | request | right | |\n|---|---|---|---|\n"
                             : "| operation | request | why not |\n|---|---|---|\n";
  for (const OperationRow* row : rows) {
    text += "| " + std::string(row->name) + " | " + request_of(*row) + " | ";
    if (offered) text += "`" + std::string(to_string(row->action)) + "` | ";
    text += std::string(row->note) + (row->note.empty() ? "|\n" : " |\n");
  }
  return text;
}

TEST(OperationTable, TheReferenceShowsIt) {
  std::ifstream file(kPage);
  std::stringstream page;
  page << file.rdbuf();

  for (const bool offered : {true, false}) {
    const std::string wanted = "<!-- operations " + std::string(offered ? "offered" : "not offered") +
                               " -->\n\n" + table_of(offered) + "\n<!-- end -->";
    EXPECT_NE(page.str().find(wanted), std::string::npos) << kPage << " should hold:\n" << wanted;
  }
}

}  // namespace
}  // namespace anabranch::s3
