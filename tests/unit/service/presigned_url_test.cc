// What this proves: a URL that the server signs with its own key is worth what the key that asked for it is
// worth when it is used, and writes only what was issued, as long as it is.
#include "auth/canonical.h"
#include "fixture.h"

namespace anabranch::service {
namespace {

using testing::HasSubstr;

class PresignedUrlTest : public ServiceTest {
 protected:
  PresignedUrlTest() { EXPECT_TRUE(put(root_, "repo", "main/data/a", "bytes")); }

  static constexpr const char* kHost = "127.0.0.1:8000";

  /// What a client sends that was given the URL.
  static SignedRequest request_of(const std::string& method, const std::string& url) {
    const std::string rest = url.substr(std::string("http://").size() + std::string(kHost).size());
    const auto question = rest.find('?');
    return {method, rest.substr(0, question), rest.substr(question + 1), {{"Host", kHost}}};
  }
  Result<Caller> caller_of(const SignedRequest& request) {
    auto found = run(identity_.authenticate_s3(request, "127.0.0.1:5", "r"));
    if (!found) return fail(found.error());
    EXPECT_TRUE(*found);
    return (*found)->caller;
  }
  std::string read_url(const Caller& caller) {
    const auto made =
        run(repositories_.presign_read(caller, "repo", "main", "data/a", {"http://" + std::string(kHost)}));
    EXPECT_TRUE(made);
    return made ? made->url : "";
  }
  std::string fetched(const std::string& url) {
    const auto caller = caller_of(request_of("GET", url));
    if (!caller) return std::string(to_string(caller.error().code));
    const auto bytes = get(*caller, "repo", "main/data/a");
    return bytes ? *bytes : std::string(to_string(bytes.error().code));
  }
  struct Address {
    StagingLocation location;
    std::string url;
  };
  Address issue(const Caller& caller, const std::string& branch = "main",
                const std::string& path = "data/b") {
    const auto location = run(repositories_.issue_address(caller, "repo", branch, path));
    EXPECT_TRUE(location);
    const auto made = run(repositories_.presign_write(caller, *location, {"http://" + std::string(kHost)}));
    EXPECT_TRUE(made);
    return {*location, made->url};
  }
  std::string stored(const Address& address, const std::string& bytes = "new") {
    const auto caller = caller_of(request_of("PUT", address.url));
    if (!caller) return std::string(to_string(caller.error().code));
    const auto done = put(*caller, address.location.bucket, address.location.key, bytes);
    return done ? "stored" : std::string(to_string(done.error().code));
  }
  Result<ObjectStat> link(const Address& address) {
    versioning::Repositories::LinkRequest request;
    request.physical_address = address.location.physical_address;
    request.etag = "any";
    return run(repositories_.link_address(root_, "repo", "main", "data/b", request));
  }
  Caller key_caller() {
    const auto made = run(identity_.create_key(root_, "laptop"));
    EXPECT_TRUE(made);
    return {{"admin", made->key.access_key_id, auth::Policy::everything()}, "r"};
  }
};

TEST_F(PresignedUrlTest, AUrlToReadEndsWithTheKeyThatAskedAndComesBackWithIt) {
  const Caller caller = key_caller();
  const std::string& id = caller.principal.access_key_id;
  const std::string url = read_url(caller);
  EXPECT_EQ(fetched(url), "bytes");

  ASSERT_TRUE(run(identity_.set_key_disabled(root_, id, true)));
  EXPECT_EQ(fetched(url), "access_denied");
  ASSERT_TRUE(run(identity_.set_key_disabled(root_, id, false)));
  EXPECT_EQ(fetched(url), "bytes");
  ASSERT_TRUE(run(identity_.remove_key(root_, id)));
  EXPECT_EQ(fetched(url), "access_denied");
}

TEST_F(PresignedUrlTest, AUrlToWriteEndsWithTheKeyThatAskedAndComesBackWithIt) {
  const Caller caller = key_caller();
  const std::string& id = caller.principal.access_key_id;
  const Address address = issue(caller);
  EXPECT_EQ(stored(address), "stored");

  ASSERT_TRUE(run(identity_.set_key_disabled(root_, id, true)));
  EXPECT_EQ(stored(address), "access_denied");
  ASSERT_TRUE(run(identity_.set_key_disabled(root_, id, false)));
  EXPECT_EQ(stored(address), "stored");
  ASSERT_TRUE(run(identity_.remove_key(root_, id)));
  EXPECT_EQ(stored(address), "access_denied");
}

TEST_F(PresignedUrlTest, ARunsUrlsDoWhatTheRunMayAndEndWithIt) {
  const Caller caller = run_caller("main");
  const std::string url = read_url(caller);
  const Address address = issue(caller);
  EXPECT_EQ(fetched(url), "bytes");
  EXPECT_EQ(stored(address), "stored");

  ASSERT_TRUE(run(identity_.remove_key(caller, caller.principal.access_key_id)));

  EXPECT_EQ(fetched(url), "access_denied");
  EXPECT_EQ(stored(address), "access_denied");
}

TEST_F(PresignedUrlTest, TheRightIsThatOfTheKeyNow) {
  ASSERT_TRUE(run(repositories_.create_branch(root_, "repo", "other", "main")));
  const Caller caller = run_caller("main");
  const auto foreign = run(repositories_.issue_address(root_, "repo", "other", "data/b"));
  ASSERT_TRUE(foreign);
  const auto made = run(repositories_.presign_write(caller, *foreign, {"http://" + std::string(kHost)}));
  ASSERT_TRUE(made);

  EXPECT_EQ(stored({*foreign, made->url}), "access_denied") << "it may not write to that branch";
}

TEST_F(PresignedUrlTest, AnAddressIsWrittenUntilItIsLinked) {
  const Address address = issue(root_);
  EXPECT_EQ(stored(address, "first"), "stored");
  EXPECT_EQ(stored(address, "second"), "stored");

  ASSERT_TRUE(link(address));

  EXPECT_EQ(stored(address, "third"), "access_denied");
  EXPECT_EQ(get(root_, "repo", "main/data/b").value(), "second");
}

/// A body that does something before it ends.
class BusyBody final : public ByteSource {
 public:
  BusyBody(std::string bytes, std::function<void()> then)
      : bytes_(std::move(bytes)), then_(std::move(then)) {}
  Task<Result<ByteView>> next() override {
    if (!sent_) {
      sent_ = true;
      co_return as_bytes(bytes_);
    }
    if (then_) std::exchange(then_, nullptr)();
    co_return ByteView();
  }

 private:
  const std::string bytes_;
  std::function<void()> then_;
  bool sent_ = false;
};

TEST_F(PresignedUrlTest, WhatIsStillBeingSentWhenTheAddressIsLinkedChangesNothing) {
  const Address address = issue(root_);
  ASSERT_EQ(stored(address, "first"), "stored");
  for (const bool by_url : {true, false}) {
    const auto caller = caller_of(request_of("PUT", address.url));
    BusyBody body("late", [&] {
      if (!by_url) return;
      EXPECT_TRUE(link(address));
    });

    const auto done = run(objects_.put_object(by_url && caller ? *caller : root_, address.location.bucket,
                                              address.location.key, {}, body, {}));

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::access_denied);
  }
  EXPECT_EQ(get(root_, "repo", "main/data/b").value(), "first");
}

TEST_F(PresignedUrlTest, AnUploadInPartsThatIsCompletedAfterTheLinkChangesNothing) {
  const Address address = issue(root_);
  ASSERT_EQ(stored(address, "first"), "stored");
  const auto& [bucket, key] = std::pair(address.location.bucket, address.location.key);
  const auto upload = run(objects_.create_upload(root_, bucket, key, {}));
  ASSERT_TRUE(upload);
  const auto body = make_source(std::string("part"));
  const auto part = run(objects_.put_part(root_, bucket, key, upload->upload_id, 1, {}, *body));
  ASSERT_TRUE(part);
  ASSERT_TRUE(link(address));

  const auto done =
      run(objects_.complete_upload(root_, bucket, key, upload->upload_id, {{1, part->etag, {}}}, {}, {}));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::access_denied);
  EXPECT_EQ(get(root_, "repo", "main/data/b").value(), "first");
}

TEST_F(PresignedUrlTest, AUrlToWriteDoesNothingElse) {
  const Address address = issue(root_);
  const auto caller = caller_of(request_of("PUT", address.url));
  ASSERT_TRUE(caller);

  for (const auto& [bucket, key] : std::vector<std::pair<std::string, std::string>>{
           {"store", "plain"}, {"store", "repo/data/other"}, {"repo", "main/data/a"}}) {
    const auto done = put(*caller, bucket, key, "x");
    ASSERT_FALSE(done) << bucket << "/" << key;
    EXPECT_EQ(done.error().code, ErrorCode::access_denied);
  }
  EXPECT_EQ(
      run(objects_.delete_object(*caller, address.location.bucket, address.location.key, {})).error().code,
      ErrorCode::access_denied);
}

TEST_F(PresignedUrlTest, WhoAskedIsSignedAndNeverLeftOut) {
  const Caller caller = run_caller("main");
  const std::string url = read_url(caller);
  const std::string asked_by = "&X-Anabranch-Asked-By=" + caller.principal.access_key_id;
  ASSERT_THAT(url, HasSubstr(asked_by));

  std::string other = url;
  other.replace(url.find(asked_by), asked_by.size(), "&X-Anabranch-Asked-By=AKIAROOT");
  EXPECT_EQ(fetched(other), "signature_mismatch");
  std::string none = url;
  none.erase(url.find(asked_by), asked_by.size());
  EXPECT_EQ(fetched(none), "signature_mismatch");

  // As the server signed them before it said who asked.
  const auto key = run(credentials_.presigner());
  ASSERT_TRUE(key);
  const std::string path = "/repo/main/data/a";
  const std::string old = "http://" + std::string(kHost) + path + "?" +
                          auth::presign_v4("GET", kHost, path, "", key->access_key_id, key->secret_access_key,
                                           "us-east-1", system_clock().now_ms(), 60);
  EXPECT_EQ(fetched(old), "access_denied");
}

}  // namespace
}  // namespace anabranch::service
