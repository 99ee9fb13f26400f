// service/types.h — the words that protocols share with the use cases; protocols include service/ only.
#pragma once

#include <string>

#include "auth/credentials.h"
#include "auth/principal.h"
#include "auth/signature.h"
#include "objects/object_store.h"
#include "versioning/types.h"

namespace anabranch::service {

using auth::Action;
using auth::KeyPair;
using auth::Principal;
using auth::Resource;
using auth::SignedRequest;
using objects::BucketInfo;
using objects::BucketUsage;
using objects::Checksum;
using objects::CompletedPart;
using objects::CopyOptions;
using objects::ExpectedDigest;
using objects::ExpectedDigests;
using objects::ExpectedObject;
using objects::ListItem;
using objects::ListPage;
using objects::ListRequest;
using objects::ObjectInfo;
using objects::ObjectReader;
using objects::PartInfo;
using objects::PartPage;
using objects::ReceiveOptions;
using objects::StringPairs;
using objects::UploadInfo;
using objects::UploadOptions;
using objects::UploadPage;
using objects::WriteCondition;
using versioning::Branch;
using versioning::CherryPickRequest;
using versioning::Commit;
using versioning::CommitRequest;
using versioning::DifferenceType;
using versioning::DiffItem;
using versioning::DiffKind;
using versioning::DiffSummary;
using versioning::DiffSummaryRequest;
using versioning::GraphPage;
using versioning::GraphRefType;
using versioning::ImportSource;
using versioning::ImportSourceType;
using versioning::ImportStatus;
using versioning::ListObjectsRequest;
using versioning::LogRequest;
using versioning::MergeBase;
using versioning::MergeRequest;
using versioning::MergeStrategy;
using versioning::Metadata;
using versioning::ObjectStat;
using versioning::Page;
using versioning::PageRequest;
using versioning::Repository;
using versioning::ResetType;
using versioning::RevertRequest;
using versioning::StagingLocation;
using versioning::Tag;

/// Who asks, through which request: the first argument of every use case.
struct Caller {
  auth::Principal principal;
  std::string request_id;
  /// By a URL that the server signed for one address that it issued (staging): that address may be written,
  /// by the right that the principal has on its branch and path, and nothing else.
  bool by_issued_url = false;
};

/// An object that a client reads or writes by itself.
struct PresignRequest {
  std::string endpoint;              // "http://127.0.0.1:8000": as the client reached us
  std::string region = "us-east-1";  // the server's
};
struct PresignedUrl {
  std::string url;
  std::int64_t expires_seconds = 0;  // unix time
};

}  // namespace anabranch::service
