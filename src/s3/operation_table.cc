// The table of S3's operations: see s3/operations.h. Its order within a method and level is the order of
// matching. docs/reference/s3.md shows it (a unit test holds the two together).
#include <array>

#include "s3/operations.h"

namespace anabranch::s3 {
namespace {

// Why an operation is not offered.
constexpr std::string_view kNoArchive = "objects are never archived";
constexpr std::string_view kNoDirectory = "directory buckets are not offered";
constexpr std::string_view kNoLambda = "for AWS Lambda only";
constexpr std::string_view kNoLocks = "objects are not locked; commits cannot be changed";
constexpr std::string_view kNoMetadata = "annotations and metadata tables are not offered";
constexpr std::string_view kNoReports = "reports on buckets are not offered";
constexpr std::string_view kNoSelect = "objects are not queried";
constexpr std::string_view kNoSettings = "this setting of a bucket is not offered";
constexpr std::string_view kNoTags = "tags are not stored";
constexpr std::string_view kNoTorrents = "torrents are not offered";
constexpr std::string_view kNoEncryption = "objects are not encrypted by the server";

// Headers that not every operation understands: see OperationRow::headers.
constexpr std::string_view kBodyHeaders =
    "x-amz-checksum-algorithm x-amz-checksum-crc32 x-amz-checksum-crc32c x-amz-checksum-crc64nvme "
    "x-amz-checksum-sha1 x-amz-checksum-sha256 x-amz-checksum-type";
constexpr std::string_view kPutHeaders =
    "if-match if-none-match x-amz-checksum-algorithm x-amz-checksum-crc32 x-amz-checksum-crc32c "
    "x-amz-checksum-crc64nvme x-amz-checksum-sha1 x-amz-checksum-sha256 x-amz-checksum-type "
    "x-amz-website-redirect-location";
constexpr std::string_view kCompleteHeaders =
    "if-match if-none-match x-amz-checksum-algorithm x-amz-checksum-crc32 x-amz-checksum-crc32c "
    "x-amz-checksum-crc64nvme x-amz-checksum-sha1 x-amz-checksum-sha256 x-amz-checksum-type "
    "x-amz-mp-object-size";
constexpr std::string_view kPartCopyHeaders =
    "x-amz-copy-source x-amz-copy-source-if-match x-amz-copy-source-if-modified-since "
    "x-amz-copy-source-if-none-match x-amz-copy-source-if-unmodified-since x-amz-copy-source-range";
constexpr std::string_view kCopyHeaders =
    "if-match if-none-match x-amz-checksum-algorithm x-amz-copy-source x-amz-copy-source-if-match "
    "x-amz-copy-source-if-modified-since x-amz-copy-source-if-none-match "
    "x-amz-copy-source-if-unmodified-since x-amz-metadata-directive x-amz-website-redirect-location";

constexpr std::string_view kListParameters = "delimiter encoding-type list-type marker max-keys prefix";
constexpr std::string_view kListV2Parameters =
    "continuation-token delimiter encoding-type fetch-owner max-keys prefix start-after";
constexpr std::string_view kReadParameters =
    "partNumber response-cache-control response-content-disposition response-content-encoding "
    "response-content-language response-content-type response-expires versionId";

constexpr OperationRow refused(std::string_view name, std::string_view method, Level level,
                               std::string_view sub_resource, std::string_view why,
                               std::string_view header = {}) {
  return {.name = name,
          .method = method,
          .level = level,
          .sub_resource = sub_resource,
          .header = header,
          .note = why};
}

/// What nothing is set for: reading it says so as S3 does.
constexpr OperationRow setting(std::string_view name, std::string_view sub_resource, std::string_view says) {
  return {.name = name,
          .method = "GET",
          .level = Level::bucket,
          .sub_resource = sub_resource,
          .run = bucket_setting,
          .action = Action::read_bucket,
          .asked_on = AskedOn::bucket,
          .note = says};
}

constexpr auto kOperations = std::to_array<OperationRow>({
    // The service.
    refused("ListDirectoryBuckets", "GET", Level::service, "max-directory-buckets", kNoDirectory),
    {.name = "ListBuckets",
     .method = "GET",
     .level = Level::service,
     .run = list_buckets,
     .action = Action::list_buckets,
     .asked_on = AskedOn::server,
     .parameters = "bucket-region continuation-token max-buckets prefix",
     .note = "repositories are among them"},

    // Buckets: GET.
    {.name = "GetBucketLocation",
     .method = "GET",
     .level = Level::bucket,
     .sub_resource = "location",
     .run = get_bucket_location,
     .action = Action::read_bucket,
     .asked_on = AskedOn::bucket},
    setting("GetBucketAccelerateConfiguration", "accelerate", "says: none"),
    setting("GetBucketAcl", "acl", "says: the owner's full control"),
    setting("GetBucketCors", "cors", "says: none"),
    setting("GetBucketEncryption", "encryption", "says: none"),
    setting("GetBucketLifecycleConfiguration", "lifecycle", "says: none; also as GetBucketLifecycle"),
    setting("GetBucketLogging", "logging", "says: none"),
    setting("GetBucketNotificationConfiguration", "notification",
            "says: none; also as GetBucketNotification"),
    setting("GetObjectLockConfiguration", "object-lock", "says: none"),
    setting("GetBucketOwnershipControls", "ownershipControls", "says: none, for ACLs are not offered"),
    setting("GetBucketPolicy", "policy", "says: none"),
    setting("GetBucketPolicyStatus", "policyStatus", "says: none"),
    setting("GetPublicAccessBlock", "publicAccessBlock", "says: none, for nothing is public"),
    setting("GetBucketReplication", "replication", "says: none"),
    setting("GetBucketRequestPayment", "requestPayment", "says: the owner pays"),
    setting("GetBucketTagging", "tagging", "says: none"),
    setting("GetBucketVersioning", "versioning", "says: off; branches and commits are how data is versioned"),
    setting("GetBucketWebsite", "website", "says: none"),
    refused("GetBucketAbac", "GET", Level::bucket, "abac", kNoSettings),
    refused("GetBucketAnalyticsConfiguration", "GET", Level::bucket, "analytics id", kNoReports),
    refused("ListBucketAnalyticsConfigurations", "GET", Level::bucket, "analytics", kNoReports),
    refused("GetBucketIntelligentTieringConfiguration", "GET", Level::bucket, "intelligent-tiering id",
            kNoSettings),
    refused("ListBucketIntelligentTieringConfigurations", "GET", Level::bucket, "intelligent-tiering",
            kNoSettings),
    refused("GetBucketInventoryConfiguration", "GET", Level::bucket, "inventory id", kNoReports),
    refused("ListBucketInventoryConfigurations", "GET", Level::bucket, "inventory", kNoReports),
    refused("GetBucketMetadataConfiguration", "GET", Level::bucket, "metadataConfiguration", kNoMetadata),
    refused("GetBucketMetadataTableConfiguration", "GET", Level::bucket, "metadataTable", kNoMetadata),
    refused("GetBucketMetricsConfiguration", "GET", Level::bucket, "metrics id", kNoReports),
    refused("ListBucketMetricsConfigurations", "GET", Level::bucket, "metrics", kNoReports),
    refused("CreateSession", "GET", Level::bucket, "session", kNoDirectory),
    {.name = "ListMultipartUploads",
     .method = "GET",
     .level = Level::bucket,
     .sub_resource = "uploads",
     .run = list_multipart_uploads,
     .action = Action::list_objects,
     .asked_on = AskedOn::prefix,
     .parameters = "delimiter encoding-type key-marker max-uploads prefix upload-id-marker"},
    {.name = "ListObjectVersions",
     .method = "GET",
     .level = Level::bucket,
     .sub_resource = "versions",
     .run = list_object_versions,
     .action = Action::list_objects,
     .asked_on = AskedOn::prefix,
     .parameters = "delimiter encoding-type key-marker max-keys prefix version-id-marker",
     .note = "each object has one version, `null`"},
    {.name = "ListObjectsV2",
     .method = "GET",
     .level = Level::bucket,
     .sub_resource = "list-type=2",
     .run = list_objects_v2,
     .action = Action::list_objects,
     .asked_on = AskedOn::prefix,
     .parameters = kListV2Parameters},
    {.name = "ListObjects",
     .method = "GET",
     .level = Level::bucket,
     .run = list_objects_v1,
     .action = Action::list_objects,
     .asked_on = AskedOn::prefix,
     .parameters = kListParameters},

    // Buckets: HEAD, PUT, DELETE, POST.
    {.name = "HeadBucket",
     .method = "HEAD",
     .level = Level::bucket,
     .run = head_bucket,
     .action = Action::read_bucket,
     .asked_on = AskedOn::bucket},
    {.name = "PutBucketAcl",
     .method = "PUT",
     .level = Level::bucket,
     .sub_resource = "acl",
     .run = put_bucket_acl,
     .action = Action::read_bucket,
     .asked_on = AskedOn::bucket,
     .body = BodyKind::xml,
     .headers = kBodyHeaders,
     .note = "takes the owner's full control, which is what there is"},
    refused("PutBucketAbac", "PUT", Level::bucket, "abac", kNoSettings),
    refused("PutBucketAccelerateConfiguration", "PUT", Level::bucket, "accelerate", kNoSettings),
    refused("PutBucketAnalyticsConfiguration", "PUT", Level::bucket, "analytics", kNoReports),
    refused("PutBucketCors", "PUT", Level::bucket, "cors", kNoSettings),
    refused("PutBucketEncryption", "PUT", Level::bucket, "encryption", kNoEncryption),
    refused("PutBucketIntelligentTieringConfiguration", "PUT", Level::bucket, "intelligent-tiering",
            kNoSettings),
    refused("PutBucketInventoryConfiguration", "PUT", Level::bucket, "inventory", kNoReports),
    refused("PutBucketLifecycleConfiguration", "PUT", Level::bucket, "lifecycle", kNoSettings),
    refused("PutBucketLogging", "PUT", Level::bucket, "logging", kNoSettings),
    refused("PutBucketMetricsConfiguration", "PUT", Level::bucket, "metrics", kNoReports),
    refused("PutBucketNotificationConfiguration", "PUT", Level::bucket, "notification", kNoSettings),
    refused("PutObjectLockConfiguration", "PUT", Level::bucket, "object-lock", kNoLocks),
    refused("PutBucketOwnershipControls", "PUT", Level::bucket, "ownershipControls", kNoSettings),
    refused("PutBucketPolicy", "PUT", Level::bucket, "policy", kNoSettings),
    refused("PutPublicAccessBlock", "PUT", Level::bucket, "publicAccessBlock", kNoSettings),
    refused("PutBucketReplication", "PUT", Level::bucket, "replication", kNoSettings),
    refused("PutBucketRequestPayment", "PUT", Level::bucket, "requestPayment", kNoSettings),
    refused("PutBucketTagging", "PUT", Level::bucket, "tagging", kNoTags),
    refused("PutBucketVersioning", "PUT", Level::bucket, "versioning",
            "branches and commits are how data is versioned"),
    refused("PutBucketWebsite", "PUT", Level::bucket, "website", kNoSettings),
    refused("UpdateBucketMetadataAnnotationTableConfiguration", "PUT", Level::bucket,
            "metadataAnnotationTable", kNoMetadata),
    refused("UpdateBucketMetadataInventoryTableConfiguration", "PUT", Level::bucket, "metadataInventoryTable",
            kNoMetadata),
    refused("UpdateBucketMetadataJournalTableConfiguration", "PUT", Level::bucket, "metadataJournalTable",
            kNoMetadata),
    {.name = "CreateBucket",
     .method = "PUT",
     .level = Level::bucket,
     .run = create_bucket,
     .action = Action::create_bucket,
     .asked_on = AskedOn::bucket,
     .body = BodyKind::xml,
     .headers = kBodyHeaders,
     .note = "a repository is made through the REST API"},
    refused("DeleteBucketAnalyticsConfiguration", "DELETE", Level::bucket, "analytics", kNoReports),
    refused("DeleteBucketCors", "DELETE", Level::bucket, "cors", kNoSettings),
    refused("DeleteBucketEncryption", "DELETE", Level::bucket, "encryption", kNoEncryption),
    refused("DeleteBucketIntelligentTieringConfiguration", "DELETE", Level::bucket, "intelligent-tiering",
            kNoSettings),
    refused("DeleteBucketInventoryConfiguration", "DELETE", Level::bucket, "inventory", kNoReports),
    refused("DeleteBucketLifecycle", "DELETE", Level::bucket, "lifecycle", kNoSettings),
    refused("DeleteBucketMetadataConfiguration", "DELETE", Level::bucket, "metadataConfiguration",
            kNoMetadata),
    refused("DeleteBucketMetadataTableConfiguration", "DELETE", Level::bucket, "metadataTable", kNoMetadata),
    refused("DeleteBucketMetricsConfiguration", "DELETE", Level::bucket, "metrics", kNoReports),
    refused("DeleteBucketOwnershipControls", "DELETE", Level::bucket, "ownershipControls", kNoSettings),
    refused("DeleteBucketPolicy", "DELETE", Level::bucket, "policy", kNoSettings),
    refused("DeletePublicAccessBlock", "DELETE", Level::bucket, "publicAccessBlock", kNoSettings),
    refused("DeleteBucketReplication", "DELETE", Level::bucket, "replication", kNoSettings),
    refused("DeleteBucketTagging", "DELETE", Level::bucket, "tagging", kNoTags),
    refused("DeleteBucketWebsite", "DELETE", Level::bucket, "website", kNoSettings),
    {.name = "DeleteBucket",
     .method = "DELETE",
     .level = Level::bucket,
     .run = delete_bucket,
     .action = Action::delete_bucket,
     .asked_on = AskedOn::bucket,
     .note = "a repository is deleted through the REST API"},
    {.name = "DeleteObjects",
     .method = "POST",
     .level = Level::bucket,
     .sub_resource = "delete",
     .run = delete_objects,
     .action = Action::delete_object,
     .asked_on = AskedOn::each_key,
     .body = BodyKind::xml,
     .headers = kBodyHeaders},
    refused("CreateBucketMetadataConfiguration", "POST", Level::bucket, "metadataConfiguration", kNoMetadata),
    refused("CreateBucketMetadataTableConfiguration", "POST", Level::bucket, "metadataTable", kNoMetadata),
    refused("WriteGetObjectResponse", "POST", Level::bucket, "", kNoLambda, "x-amz-request-route"),

    // Objects: GET and HEAD.
    {.name = "ListParts",
     .method = "GET",
     .sub_resource = "uploadId",
     .run = list_parts,
     .action = Action::write_object,
     .parameters = "max-parts part-number-marker"},
    {.name = "GetObjectAttributes",
     .method = "GET",
     .sub_resource = "attributes",
     .run = get_object_attributes,
     .parameters = "versionId"},
    {.name = "GetObjectAcl",
     .method = "GET",
     .sub_resource = "acl",
     .run = get_object_acl,
     .parameters = "versionId",
     .note = "says: the owner's full control"},
    {.name = "GetObjectTagging",
     .method = "GET",
     .sub_resource = "tagging",
     .run = get_object_tagging,
     .parameters = "versionId",
     .note = "says: none"},
    refused("GetObjectAnnotation", "GET", Level::object, "annotation annotationName", kNoMetadata),
    refused("ListObjectAnnotations", "GET", Level::object, "annotation", kNoMetadata),
    refused("GetObjectLegalHold", "GET", Level::object, "legal-hold", kNoLocks),
    refused("GetObjectRetention", "GET", Level::object, "retention", kNoLocks),
    refused("GetObjectTorrent", "GET", Level::object, "torrent", kNoTorrents),
    {.name = "GetObject", .method = "GET", .run = get_object, .parameters = kReadParameters},
    {.name = "HeadObject", .method = "HEAD", .run = get_object, .parameters = kReadParameters},

    // Objects: PUT.
    {.name = "PutObjectAcl",
     .method = "PUT",
     .sub_resource = "acl",
     .run = put_object_acl,
     .action = Action::read_object,
     .body = BodyKind::xml,
     .parameters = "versionId",
     .headers = kBodyHeaders,
     .note = "takes the owner's full control, which is what there is"},
    refused("PutObjectAnnotation", "PUT", Level::object, "annotation", kNoMetadata),
    refused("PutObjectLegalHold", "PUT", Level::object, "legal-hold", kNoLocks),
    refused("PutObjectRetention", "PUT", Level::object, "retention", kNoLocks),
    refused("PutObjectTagging", "PUT", Level::object, "tagging", kNoTags),
    refused("RenameObject", "PUT", Level::object, "renameObject", kNoDirectory),
    refused("UpdateObjectEncryption", "PUT", Level::object, "encryption", kNoEncryption),
    {.name = "UploadPartCopy",
     .method = "PUT",
     .sub_resource = "uploadId",
     .header = "x-amz-copy-source",
     .run = upload_part_copy,
     .action = Action::write_object,
     .parameters = "partNumber",
     .headers = kPartCopyHeaders},
    {.name = "UploadPart",
     .method = "PUT",
     .sub_resource = "uploadId",
     .run = upload_part,
     .action = Action::write_object,
     .body = BodyKind::bytes,
     .parameters = "partNumber",
     .headers = kBodyHeaders},
    {.name = "CopyObject",
     .method = "PUT",
     .header = "x-amz-copy-source",
     .run = copy_object,
     .action = Action::write_object,
     .headers = kCopyHeaders},
    {.name = "PutObject",
     .method = "PUT",
     .run = put_object,
     .action = Action::write_object,
     .body = BodyKind::bytes,
     .headers = kPutHeaders},

    // Objects: DELETE, POST.
    refused("DeleteObjectAnnotation", "DELETE", Level::object, "annotation", kNoMetadata),
    refused("DeleteObjectTagging", "DELETE", Level::object, "tagging", kNoTags),
    {.name = "AbortMultipartUpload",
     .method = "DELETE",
     .sub_resource = "uploadId",
     .run = abort_multipart_upload,
     .action = Action::write_object},
    {.name = "DeleteObject",
     .method = "DELETE",
     .run = delete_object,
     .action = Action::delete_object,
     .parameters = "versionId",
     .headers = "if-match x-amz-if-match-last-modified-time x-amz-if-match-size"},
    refused("RestoreObject", "POST", Level::object, "restore", kNoArchive),
    refused("SelectObjectContent", "POST", Level::object, "select", kNoSelect),
    {.name = "CompleteMultipartUpload",
     .method = "POST",
     .sub_resource = "uploadId",
     .run = complete_multipart_upload,
     .action = Action::write_object,
     .body = BodyKind::xml_for_object,
     .headers = kCompleteHeaders},
    {.name = "CreateMultipartUpload",
     .method = "POST",
     .sub_resource = "uploads",
     .run = create_multipart_upload,
     .action = Action::write_object,
     .headers = "x-amz-website-redirect-location x-amz-checksum-algorithm x-amz-checksum-type"},
});

}  // namespace

std::span<const OperationRow> operations() { return kOperations; }

}  // namespace anabranch::s3
