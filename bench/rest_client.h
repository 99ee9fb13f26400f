// bench/rest_client.h — calls of the lakeFS-compatible REST API: JSON in, JSON out, any status but 2xx is an
// Error.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "base/task.h"
#include "http/client.h"

namespace anabranch::bench {

/// Thread safety: every method from any thread.
class RestClient {
 public:
  /// `base_url`: "http://127.0.0.1:8000/api/v1".
  RestClient(http::Client& http, std::string base_url, const std::string& access_key_id,
             const std::string& secret_access_key);

  /// `body` is JSON or empty; so is the answer. `path` begins with "/", percent-encoded.
  /// Errors: those of http::Client; internal (the answer is no 2xx; the message quotes it).
  Task<Result<std::string>> send(std::string method, std::string path, std::string body = {});
  /// The same, blocking; not on the client's threads.
  Result<std::string> call(std::string method, std::string path, std::string body = {});

 private:
  http::Client& http_;
  const std::string base_url_;
  const std::string authorization_;
};

/// Errors: malformed.
Result<boost::json::object> parse_object(const std::string& text);

}  // namespace anabranch::bench
