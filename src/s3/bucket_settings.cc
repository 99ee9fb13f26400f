// Sub-resources of a bucket that nothing is set for: their GETs say so as S3 does, so that clients that probe
// go on; setting them is refused as not implemented. Also an object's tags and ACL, for the same reason.
#include <algorithm>
#include <array>

#include "base/assert.h"
#include "s3/call.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

struct Setting {
  std::string_view name;
  int status;               // 200: `answer` is the root of an empty document
  std::string_view answer;  // else S3's code for "not set"
};

constexpr std::array<Setting, 17> kSettings{{
    {"accelerate", 200, "AccelerateConfiguration"},
    {"cors", 404, "NoSuchCORSConfiguration"},
    {"encryption", 404, "ServerSideEncryptionConfigurationNotFoundError"},
    {"lifecycle", 404, "NoSuchLifecycleConfiguration"},
    {"logging", 200, "BucketLoggingStatus"},
    {"notification", 200, "NotificationConfiguration"},
    {"object-lock", 404, "ObjectLockConfigurationNotFoundError"},
    {"ownershipControls", 404, "OwnershipControlsNotFoundError"},
    {"policy", 404, "NoSuchBucketPolicy"},
    {"policyStatus", 404, "NoSuchBucketPolicy"},
    {"publicAccessBlock", 404, "NoSuchPublicAccessBlockConfiguration"},
    {"replication", 404, "ReplicationConfigurationNotFoundError"},
    {"requestPayment", 200, "RequestPaymentConfiguration"},
    {"tagging", 404, "NoSuchTagSet"},
    {"versioning", 200, "VersioningConfiguration"},
    {"website", 404, "NoSuchWebsiteConfiguration"},
    {"acl", 200, "AccessControlPolicy"},
}};

/// What every bucket and object has: its owner may do everything.
std::string owner_acl() {
  XmlWriter xml;
  xml.open_root("AccessControlPolicy");
  xml.open("Owner");
  xml.element("ID", kOwnerId);
  xml.element("DisplayName", kOwnerName);
  xml.close("Owner");
  xml.open("AccessControlList");
  xml.open("Grant");
  xml.open("Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"");
  xml.element("ID", kOwnerId);
  xml.element("DisplayName", kOwnerName);
  xml.close("Grantee");
  xml.element("Permission", "FULL_CONTROL");
  xml.close("Grant");
  xml.close("AccessControlList");
  xml.close("AccessControlPolicy");
  return xml.take();
}

std::string empty_document(std::string_view root) {
  if (root == "AccessControlPolicy") return owner_acl();
  XmlWriter xml;
  xml.open_root(root);
  if (root == "RequestPaymentConfiguration") xml.element("Payer", "BucketOwner");
  xml.close(root);
  return xml.take();
}

/// Takes the one ACL there is, as an owner that spells it out sends it; any other is refused. A canned one in
/// a header was held against it before.
http::Response put_acl(const Call& call) {
  if (!call.header("x-amz-acl").empty() || is_owner_acl(call.text, kOwnerId)) return {};
  const S3Error refused{400, "AccessControlListNotSupported", "The bucket does not allow ACLs"};
  return error_response(refused, call.resource(), call.caller.request_id);
}

}  // namespace

Task<http::Response> bucket_setting(const Context& context, Call call) {
  auto task = context.objects.head_bucket(call.caller, call.bucket);
  auto bucket = co_await std::move(task);
  if (!bucket) co_return call.error(bucket.error());
  const auto setting = std::find_if(kSettings.begin(), kSettings.end(),
                                    [&](const Setting& each) { return call.has_parameter(each.name); });
  // The table of operations leads here for these only.
  ANABRANCH_ASSERT(setting != kSettings.end(), call.request.query);
  if (setting->status == 200) co_return xml_response(empty_document(setting->answer));
  const S3Error unset{setting->status, std::string(setting->answer),
                      "No " + std::string(setting->name) + " is set for bucket " + call.bucket};
  co_return error_response(unset, call.resource(), call.caller.request_id);
}

Task<http::Response> put_bucket_acl(const Context& context, Call call) {
  auto task = context.objects.head_bucket(call.caller, call.bucket);
  auto bucket = co_await std::move(task);
  if (!bucket) co_return call.error(bucket.error());
  co_return put_acl(call);
}

Task<http::Response> get_object_tagging(const Context& context, Call call) {
  auto task = context.objects.head_object(call.caller, call.bucket, call.key);
  auto info = co_await std::move(task);
  if (!info) co_return call.error(info.error());
  XmlWriter xml;
  xml.open_root("Tagging");
  xml.open("TagSet");
  xml.close("TagSet");
  xml.close("Tagging");
  co_return xml_response(xml.take());
}

Task<http::Response> get_object_acl(const Context& context, Call call) {
  auto task = context.objects.head_object(call.caller, call.bucket, call.key);
  auto info = co_await std::move(task);
  if (!info) co_return call.error(info.error());
  co_return xml_response(owner_acl());
}

Task<http::Response> put_object_acl(const Context& context, Call call) {
  auto task = context.objects.head_object(call.caller, call.bucket, call.key);
  auto info = co_await std::move(task);
  if (!info) co_return call.error(info.error());
  co_return put_acl(call);
}

}  // namespace anabranch::s3
