// rest/json.h — the nouns of versioning as lakeFS's JSON, and JSON fields as typed values. Private to rest.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "service/types.h"

namespace anabranch::rest {

http::Response json_response(int status, const boost::json::value& body);

boost::json::object to_json(const service::Repository& repository);
boost::json::object to_json(const service::Branch& branch);
boost::json::object to_json(const service::Tag& tag);
boost::json::object to_json(const service::Commit& commit);
boost::json::object to_json(const service::ObjectStat& stat, bool user_metadata = true);
boost::json::object to_json(const service::DiffItem& item);
boost::json::object to_json(const service::DiffSummary& summary);
boost::json::object to_json(const service::ImportStatus& status);
boost::json::object to_json(const service::Metadata& metadata);

/// {"pagination": {...}, "results": [...]}
template <class T, class Print>
boost::json::object page_json(const service::Page<T>& page, unsigned amount, Print print) {
  boost::json::array results;
  results.reserve(page.items.size());
  for (const auto& item : page.items) results.push_back(print(item));
  boost::json::object pagination{{"has_more", page.has_more},
                                 {"max_per_page", amount},
                                 {"next_offset", page.next_offset},
                                 {"results", page.items.size()}};
  return {{"pagination", std::move(pagination)}, {"results", std::move(results)}};
}

/// Fields of a request. Unknown ones are ignored; null is absent. Errors: invalid_argument, naming the field.
Result<std::optional<std::string>> string_field(const boost::json::object& object, std::string_view name);
Result<std::string> required_string(const boost::json::object& object, std::string_view name);
Result<bool> bool_field(const boost::json::object& object, std::string_view name);
Result<std::optional<std::int64_t>> int_field(const boost::json::object& object, std::string_view name);
Result<service::Metadata> metadata_field(const boost::json::object& object, std::string_view name);
Result<std::vector<std::string>> strings_field(const boost::json::object& object, std::string_view name);

/// "2026-11-22T10:11:12.345Z"
std::string format_iso_time(TimeMs time_ms);

}  // namespace anabranch::rest
