// app/json_output.h — results of commands as JSON on stdout. Apart from cli.h, since it brings boost::json.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "runner/api_types.h"

namespace anabranch::app {

/// As boost::json::serialize(), but numbers as one would write them (50, not 5E1), and no character that a
/// terminal would obey.
std::string to_json_text(const boost::json::value& value);
/// That and a line's end, on stdout.
void print_json(const boost::json::value& value);

boost::json::array to_json(const std::vector<std::string>& texts);
boost::json::object to_json(const runner::CommitInfo& commit);
boost::json::object to_json(const runner::DifferenceInfo& difference);
boost::json::object to_json(const runner::ObjectInfo& object);

}  // namespace anabranch::app
