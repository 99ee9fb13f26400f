// What this proves: a HEAD answers from records, and a ranged GET opens no more blobs than its bytes lie in.
#include "gateway_fixture.h"

namespace anabranch::s3 {
namespace {

class Reading : public GatewayTest {
 protected:
  /// An object of three parts.
  void upload(const std::string& path) {
    const auto created = ask({.method = "POST", .path = path, .query = "uploads"});
    const auto begin = created.body.find("<UploadId>") + 10;
    const std::string id = created.body.substr(begin, created.body.find("</UploadId>") - begin);
    std::string parts;
    for (const auto& [number, body] : {std::pair<std::string, std::string>{"1", std::string(5 * MiB, 'a')},
                                       {"2", std::string(5 * MiB, 'b')},
                                       {"3", "c"}}) {
      const auto put = ask(
          {.method = "PUT", .path = path, .query = "partNumber=" + number + "&uploadId=" + id, .body = body});
      parts += "<Part><PartNumber>" + number + "</PartNumber><ETag>" + std::string(put.headers.get("ETag")) +
               "</ETag></Part>";
    }
    EXPECT_EQ(ask({.method = "POST",
                   .path = path,
                   .query = "uploadId=" + id,
                   .body = "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>"})
                  .status,
              200);
  }

  /// How many blobs a request opened.
  int opens_of(Ask wanted, int status, const std::string& length) {
    counted_.opens = 0;
    const auto response = ask(std::move(wanted));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(std::to_string(response.content_length.value_or(response.body.size())), length);
    return counted_.opens;
  }
};

TEST_F(Reading, OpensNoMoreThanIsAskedFor) {
  for (const std::string path : {"/plain/parts", "/repo/main/parts"}) {
    upload(path);
    const std::string whole = std::to_string(10 * MiB + 1);
    const std::string part = std::to_string(5 * MiB);
    const auto ranged = [&](const std::string& range) {
      return Ask{.path = path, .headers = {{"Range", range}}};
    };
    EXPECT_EQ(opens_of({.method = "HEAD", .path = path}, 200, whole), 0) << path;
    EXPECT_EQ(opens_of({.method = "HEAD", .path = path, .query = "partNumber=2"}, 206, part), 0) << path;
    EXPECT_EQ(opens_of({.method = "HEAD", .path = path, .headers = {{"Range", "bytes=0-9"}}}, 206, "10"), 0);
    EXPECT_EQ(opens_of(ranged("bytes=-1"), 206, "1"), 1) << path;
    EXPECT_EQ(opens_of(ranged("bytes=5242879-5242880"), 206, "2"), 2) << path;
    EXPECT_EQ(opens_of({.path = path, .query = "partNumber=2"}, 206, part), 1) << path;
    EXPECT_EQ(opens_of({.path = path}, 200, whole), 3) << path;
    EXPECT_EQ(outcome(ask(ranged("bytes=99999999-"))), "416 InvalidRange") << path;
    EXPECT_EQ(outcome(ask({.path = path, .query = "partNumber=4"})), "416 InvalidPartNumber") << path;
  }
}

TEST_F(Reading, ACopyOfARangeOpensNoMoreThanTheRange) {
  upload("/plain/parts");
  const auto created = ask({.method = "POST", .path = "/plain/copy", .query = "uploads"});
  const auto begin = created.body.find("<UploadId>") + 10;
  const std::string id = created.body.substr(begin, created.body.find("</UploadId>") - begin);
  const auto copy = [&](const std::string& range) {
    counted_.opens = 0;
    const auto answer =
        ask({.method = "PUT",
             .path = "/plain/copy",
             .query = "partNumber=1&uploadId=" + id,
             .headers = {{"x-amz-copy-source", "plain/parts"}, {"x-amz-copy-source-range", range}}});
    return outcome(answer) + ", " + std::to_string(counted_.opens.load());
  };
  EXPECT_EQ(copy("bytes=5242880-5242890").substr(0, 6), "200, 1");
  EXPECT_EQ(copy("bytes=10485760-10485761"), "416 InvalidRange, 1");
  EXPECT_EQ(copy("bytes=18446744073709551610-18446744073709551615"), "416 InvalidRange, 0");
  EXPECT_EQ(copy("bytes=0-18446744073709551615"), "416 InvalidRange, 0");
}

TEST_F(Reading, AnIfRangeThatFailsGivesTheWhole) {
  upload("/plain/parts");
  const auto answer =
      ask({.path = "/plain/parts", .headers = {{"Range", "bytes=-1"}, {"If-Range", "\"other\""}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(run(read_all(*answer.stream, GiB)).value().size(), 10 * MiB + 1);
}

}  // namespace
}  // namespace anabranch::s3
