// rest/run_json.h — sweeps, runs and reports as JSON. Private to rest.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "service/experiment_service.h"

namespace anabranch::rest {

/// What is absent is left out.
boost::json::object to_json(const service::Sweep& sweep);
boost::json::object to_json(const service::Run& run);
boost::json::object to_json(const service::LogPage& page, service::Stream stream);
boost::json::object to_json(const service::Series& series);
/// What the names of their metrics tell: metric → "min" or "max".
boost::json::object directions_of(const std::vector<service::Run>& runs);

/// Bodies. Errors of all: invalid_argument, naming the field.
Result<service::Sweep> parse_sweep(const boost::json::object& body);
Result<service::Run> parse_run(const boost::json::object& body);
/// Points without a step have step 0.
Result<service::Report> parse_report(const boost::json::object& body);

}  // namespace anabranch::rest
