#include "bench/report.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>

namespace anabranch::bench {
namespace {

namespace json = boost::json;

constexpr double kPercentiles[] = {50, 90, 99, 99.9};

double per_operation(double total, const LoadResult& load) {
  return total / static_cast<double>(load.operations);
}
double to_mib(std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(MiB); }

json::object to_object(const CaseResult& result) {
  const LoadResult& load = result.load;
  json::object latency;
  for (const double percent : kPercentiles) {
    latency.emplace(fmt::format("p{}", percent), load.percentile_ms(percent));
  }
  latency.emplace("max", load.percentile_ms(100));
  json::object object{
      {"name", result.name},
      {"about", result.about},
      {"connections", result.connections},
      {"operations", load.operations},
      {"errors", load.errors},
      {"bytes", load.moved.bytes},
      {"entries", load.moved.entries},
      {"wall_seconds", load.wall_seconds},
      {"latency_ms", std::move(latency)},
      {"client_cpu_ms_per_operation", per_operation(load.client_cpu_seconds * 1e3, load)},
  };
  if (result.server) {
    const ServerCost& server = *result.server;
    object.emplace("server_cpu_ms_per_operation", per_operation(server.cpu_seconds * 1e3, load));
    object.emplace("server_cpu_seconds", server.cpu_seconds);
    object.emplace("peak_rss_mib", to_mib(server.peak_resident_bytes));
    object.emplace("peak_rss_is_since_start", server.is_peak_since_start);
    object.emplace("idle_after_seconds",
                   server.idle_after_s ? json::value(*server.idle_after_s) : json::value());
  }
  return object;
}

}  // namespace

std::string table_head() {
  return fmt::format(
      "{:<18} {:>8} {:>9} {:>8} {:>9} {:>9} {:>9} {:>10} {:>10} {:>8}\n{:<18} {:>8} {:>9} {:>8} {:>9} {:>9} "
      "{:>9} {:>10} {:>10} {:>8}\n",
      "case", "ops", "ops/s", "MiB/s", "p50", "p99", "max", "server", "client", "peak RSS", "", "", "", "",
      "ms", "ms", "ms", "CPU ms/op", "CPU ms/op", "MiB");
}

std::string table_line(const CaseResult& result) {
  const LoadResult& load = result.load;
  const auto operations = static_cast<double>(load.operations);
  return fmt::format(
      "{:<18} {:>8} {:>9.1f} {:>8.1f} {:>9.3f} {:>9.3f} {:>9.3f} {:>10} {:>10.4f} {:>8}\n", result.name,
      load.operations, operations / load.wall_seconds, to_mib(load.moved.bytes) / load.wall_seconds,
      load.percentile_ms(50), load.percentile_ms(99), load.percentile_ms(100),
      result.server ? fmt::format("{:.4f}", per_operation(result.server->cpu_seconds * 1e3, load)) : "-",
      per_operation(load.client_cpu_seconds * 1e3, load),
      result.server ? fmt::format("{:.0f}", to_mib(result.server->peak_resident_bytes)) : "-");
}

std::string to_json(const std::vector<CaseResult>& results, const Settings& settings) {
  json::array cases;
  for (const CaseResult& result : results) cases.push_back(to_object(result));
  return json::serialize(json::object{{"objects", settings.objects},
                                      {"connections", settings.connections},
                                      {"client_threads", settings.client_threads},
                                      {"cases", std::move(cases)}}) +
         "\n";
}

std::string to_json(const std::vector<StartupRun>& runs) {
  json::array all;
  for (const StartupRun& run : runs) {
    all.push_back(json::object{{"ready_ms", run.ready_ms},
                               {"idle_rss_mib", to_mib(run.idle_resident_bytes)},
                               {"stop_ms", run.stop_ms}});
  }
  return json::serialize(json::object{{"runs", std::move(all)}}) + "\n";
}

Result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file) return fail(ErrorCode::io, "cannot write " + path);
  return {};
}

}  // namespace anabranch::bench
