// runner/api_transport.h — one request to the REST API and its answer as JSON or as an Error; repetition.
// Private to runner: it brings boost::json.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "runner/connection.h"

namespace anabranch::runner {

/// Thread safety: every method from any thread.
class ApiTransport {
 public:
  /// `patience`: for how long a request that may be repeated is, while the server does not answer. Zero:
  /// never.
  ApiTransport(http::Client& http, Connection connection, std::chrono::milliseconds patience);

  const Connection& connection() const { return connection_; }
  http::Client& http() const { return *http_; }
  std::chrono::milliseconds patience() const { return patience_; }

  enum class Repeat : unsigned char { never, while_unavailable };
  /// `path` begins after /api/v1 and is percent-encoded. An answer of 400 and above is an Error with its
  /// message.
  Result<boost::json::object> get(const std::string& path) const;
  Result<boost::json::object> post(const std::string& path, const boost::json::object& body,
                                   Repeat repeat = Repeat::never) const;
  Result<void> put(const std::string& path, const boost::json::object& body) const;
  Result<void> remove(const std::string& path) const;
  /// As post(), but gives the body as it is.
  Result<std::string> post_for_text(const std::string& path, const boost::json::object& body) const;

  /// Pulls the pages of `path` (which holds its query, if any) and gives each result until it says false.
  using Each = std::function<Result<bool>(const boost::json::object&)>;
  Result<void> pages(const std::string& path, const Each& each) const;
  /// The same, of the first result alone.
  Result<void> first(const std::string& path, const Each& each) const;

  http::ClientRequest request(const std::string& method, const std::string& path) const;
  /// Sends what `make` gives, again and again where that is allowed.
  using Make = std::function<Result<http::ClientRequest>()>;
  Result<http::Client::Answer> send(const Make& make, Repeat repeat) const;

 private:
  Result<void> pages(const std::string& path, int amount, const Each& each) const;

  http::Client* http_;
  Connection connection_;
  std::chrono::milliseconds patience_;
  Secret authorization_;
};

/// The Error of an answer of 400 and above: its code by the status, its message by the body's field
/// `message`.
Error api_error(int status, std::string_view body);

/// Fields of an answer; absent or of another type: the empty value (a server may leave out what is empty).
std::string text_of(const boost::json::object& object, std::string_view name);
std::int64_t number_of(const boost::json::object& object, std::string_view name);
bool truth_of(const boost::json::object& object, std::string_view name);

}  // namespace anabranch::runner
