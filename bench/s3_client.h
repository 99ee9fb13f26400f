// bench/s3_client.h — the S3 requests that are measured: path style, signed (version 4), answers checked.
//
// In:  an endpoint and a key pair; sets of numbered objects. Out: requests by http::Client. What it costs the
// client beyond the request itself is kept small: signing keys are kept, payload hashes can be made
// beforehand.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "bench/load.h"
#include "bench/payload.h"
#include "http/client.h"

namespace anabranch::bench {

struct S3Endpoint {
  std::string url;  // "http://127.0.0.1:9000", no path
  std::string access_key_id;
  std::string secret_access_key;
  std::string region = "us-east-1";
};

/// Objects of one size under one prefix of one bucket (or of one branch: bucket "<repository>", folder
/// "<branch>/").
struct ObjectSet {
  std::string bucket;
  std::string folder;        // what its keys begin with: "4k/"
  std::uint64_t number = 0;  // sets of different numbers have no payload in common
  std::uint64_t size_bytes = 0;
  std::uint64_t count = 0;
  std::vector<std::string> sha256_hex = {};  // of the first objects, where made beforehand

  /// "4k/00012/00012345": a thousand to a folder.
  std::string key(std::uint64_t i) const;
  std::string path(std::uint64_t i) const { return "/" + bucket + "/" + key(i); }
  Payload payload(std::uint64_t i) const { return {(number << 40) + i, size_bytes}; }
};

inline constexpr std::uint64_t kObjectsPerFolder = 1'000;
std::string folder_name(std::uint64_t number);

/// Makes `sha256_hex` of the first `count` objects, on all cores.
void hash_payloads(ObjectSet& set, std::uint64_t count);

/// Thread safety: every method from any thread.
class S3Client {
 public:
  S3Client(http::Client& http, S3Endpoint endpoint);

  // Each checks status and, where there is one, the body. Errors: those of http::Client; internal (any other
  // answer; the message quotes it).
  Task<Result<Moved>> put_object(const ObjectSet& set, std::uint64_t i);
  Task<Result<Moved>> get_object(const ObjectSet& set, std::uint64_t i);
  Task<Result<Moved>> head_object(const ObjectSet& set, std::uint64_t i);
  Task<Result<Moved>> delete_object(const ObjectSet& set, std::uint64_t i);
  /// DeleteObjects of `count` (at most 1,000) objects from `first` on; each must be told as deleted.
  Task<Result<Moved>> delete_objects(const ObjectSet& set, std::uint64_t first, std::uint64_t count);
  /// One page of ListObjectsV2 from after object i; there must be min(1000, what is left) entries.
  Task<Result<Moved>> list_page(const ObjectSet& set, std::uint64_t i);
  /// Is it there?
  Task<Result<bool>> has_object(const ObjectSet& set, std::uint64_t i);

  /// Blocking. One that is there already is as good.
  Result<void> create_bucket(const std::string& bucket);
  Result<void> delete_bucket(const std::string& bucket);

 private:
  struct Call {
    std::string method;
    std::string path;
    std::string query = {};  // in canonical form
    std::string sha256_hex = {};
    Payload payload = {};
    std::string text = {};  // the body instead of a payload
  };
  Task<Result<http::ClientResponse>> send(Call call);
  http::Headers sign(const Call& call);
  std::string signing_key(const std::string& date);

  http::Client& http_;
  const S3Endpoint endpoint_;
  const std::string host_;
  std::mutex mutex_;
  std::string key_date_;  // guarded by mutex_
  std::string key_;       // guarded by mutex_
};

/// An Error that quotes the answer.
Task<Result<Moved>> unexpected_answer(std::string what, http::ClientResponse response);

}  // namespace anabranch::bench
