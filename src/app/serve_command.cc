// anabranch serve: the server on one data folder.
#include <malloc.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

#include "app/commands.h"
#include "app/config_file.h"
#include "app/root_key.h"
#include "app/server.h"
#include "app/shutdown_signal.h"
#include "base/log.h"
#include "engine/engine.h"
#include "io/posix_disk.h"

namespace anabranch::app {
namespace {

struct ServeOptions {
  std::string config;
  std::string data;
  ServerOptions server;
  std::string log_level = "info";
  std::string log_format = "text";
  int stop_grace_seconds = 10;
  int lost_key_hours = 24;
};

/// Larger buffers go back to the system when they are freed.
constexpr int kReturnedAllocationMin = 8 << 20;
constexpr int kLostKeyHoursMax = 7 * 24;  // the longest that the key of a run can live

/// By its defaults malloc keeps what each of our threads once needed, in an arena of its own: 60 MiB more at
/// 16 parallel commits. Source: mallopt(3).
void limit_kept_memory() {
  const unsigned cores = std::max(2U, std::thread::hardware_concurrency());
  mallopt(M_ARENA_MAX, static_cast<int>(cores));
  mallopt(M_MMAP_THRESHOLD, kReturnedAllocationMin);
  mallopt(M_TRIM_THRESHOLD, kReturnedAllocationMin);
}

int complain(const Error& error) {
  std::cerr << "anabranch serve: " << error.message << "\n";
  return kExitFailed;
}

Result<void> make_data_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(ErrorCode::io, "cannot make the data folder " + path + ": " + error.message());
  chmod(path.c_str(), S_IRWXU);  // it holds secrets and everybody's data
  return {};
}

/// Each option by name, so that one that holds a secret is never told by accident.
std::vector<std::pair<std::string, std::string>> configured(const ServeOptions& options) {
  const auto joined = [](const std::vector<std::string>& items) {
    std::string all;
    for (const auto& item : items) all += (all.empty() ? "" : " ") + item;
    return all;
  };
  return {{"config", options.config},
          {"data", options.data},
          {"listen", options.server.listen},
          {"s3-listen", options.server.s3_listen},
          {"region", options.server.region},
          {"domain", joined(options.server.domains)},
          {"trusted-proxies", joined(options.server.trusted_proxies)},
          {"network-threads", std::to_string(options.server.network_threads)},
          {"worker-threads", std::to_string(options.server.worker_threads)},
          {"stop-grace-seconds", std::to_string(options.stop_grace_seconds)},
          {"lost-key-hours", std::to_string(options.lost_key_hours)},
          {"log-level", options.log_level},
          {"log-format", options.log_format},
          {"log-requests", options.server.log_requests ? "true" : "false"}};
}

service::StorageState storage_state(const engine::Engine& engine, const std::string& data) {
  service::StorageState state;
  const auto health = engine.health();
  state.read_only = !health;
  if (!health) state.reason = health.error().message;
  struct statvfs drive {};
  if (statvfs(data.c_str(), &drive) == 0) {
    const auto bytes = [&drive](fsblkcnt_t blocks) { return std::uint64_t{blocks} * drive.f_frsize; };
    state.drives.push_back(
        {data, bytes(drive.f_blocks), bytes(drive.f_bavail), bytes(drive.f_blocks - drive.f_bfree)});
  }
  const engine::Stats stats = engine.stats();
  state.engine = {stats.blob_count,    stats.blob_bytes,    stats.live_bytes,       stats.log_segments,
                  stats.data_segments, stats.free_segments, stats.index_disk_bytes, stats.index_memory_bytes};
  return state;
}

void announce(const RootKey& root, const Server::Addresses& addresses) {
  if (root.made) {
    // The one time that a secret is printed: whoever starts the server for the first time needs it.
    std::cout << "Root access key (made now, kept in the data folder, printed this once):\n"
              << "  access key id:     " << root.pair.access_key_id << "\n"
              << "  secret access key: " << root.pair.secret_access_key << std::endl;
  }
  log::info("serving", {{"listen", addresses.listen},
                        {"s3_listen", addresses.s3_listen},
                        {"web_ui", "http://" + addresses.listen + "/ui/"},
                        {"version", Server::version()}});
}

int serve(const ServeOptions& options) {
  limit_kept_memory();
  const ShutdownSignal shutdown;
  const auto level = log::parse_level(options.log_level);
  if (!level) return complain(level.error());
  const auto format = log::parse_format(options.log_format);
  if (!format) return complain(format.error());
  log::init({*level, *format, {}});
  if (auto made = make_data_folder(options.data); !made) return complain(made.error());
  const auto root = load_root_key(options.data);
  if (!root) return complain(root.error());
  io::PosixDisk disk(options.data);
  auto engine = engine::Engine::open(disk, {});
  if (!engine) return complain(engine.error());
  metrics::Registry metrics;
  {
    ServerOptions server_options = options.server;
    server_options.lost_key_lifetime = std::chrono::hours(options.lost_key_hours);
    server_options.stop_grace = std::chrono::seconds(options.stop_grace_seconds);
    server_options.data_folder = std::filesystem::absolute(options.data).lexically_normal().string();
    server_options.configured = configured(options);
    server_options.storage = [&engine, folder = server_options.data_folder] {
      return storage_state(**engine, folder);
    };
    Server server((*engine)->kv(), (*engine)->blobs(), system_clock(), root->pair, metrics, server_options);
    const auto addresses = server.start();
    if (!addresses) return complain(addresses.error());
    announce(*root, *addresses);
    const int signal_number = shutdown.wait();
    log::info("stopping", {{"signal", signal_number}});
    server.stop();
  }
  engine->reset();
  log::info("stopped");
  log::flush();
  return kExitOk;
}

}  // namespace

void add_serve_command(CLI::App& program, Chosen& run) {
  auto* command =
      program.add_subcommand("serve", "Serve S3, the REST API and the repositories of a data folder");
  const auto options = std::make_shared<ServeOptions>();
  command->add_option("--data", options->data, "The data folder; made where it is absent")
      ->envname("ANABRANCH_DATA");
  command->add_option("--listen", options->server.listen, "Address of the REST API, S3 and health checks")
      ->capture_default_str();
  command->add_option("--s3-listen", options->server.s3_listen, "Address of S3 alone; empty for none")
      ->capture_default_str();
  command->add_option("--region", options->server.region, "The region that S3 clients are told")
      ->capture_default_str();
  command->add_option(
      "--domain", options->server.domains,
      "Host suffix for virtual-host style S3: with example.org, data.example.org is bucket data");
  command
      ->add_option(
          "--trusted-proxies", options->server.trusted_proxies,
          "Networks (10.0.0.0/8, ::1) of proxies in front whose X-Forwarded-For and X-Forwarded-Proto "
          "are believed; by default nobody's are")
      ->delimiter(',');
  command
      ->add_option("--network-threads", options->server.network_threads, "Network threads; 0: one per core")
      ->capture_default_str();
  command
      ->add_option("--worker-threads", options->server.worker_threads,
                   "Threads for blocking work; 0: four per core")
      ->capture_default_str();
  command
      ->add_option("--stop-grace-seconds", options->stop_grace_seconds,
                   "How long running requests may take at a stop")
      ->capture_default_str();
  command
      ->add_option("--lost-key-hours", options->lost_key_hours,
                   "How long the key of a run that is not heard of is kept, suspended")
      ->check(CLI::Range(0, kLostKeyHoursMax))
      ->capture_default_str();
  command->add_option("--log-level", options->log_level, "debug, info, warning, error or off")
      ->capture_default_str();
  command->add_option("--log-format", options->log_format, "text or json")->capture_default_str();
  command->add_flag("--log-requests", options->server.log_requests, "Log every request");
  command->add_option("--config", options->config, "A TOML file with any of these options");
  command->callback([options, command, &run] {
    if (!options->config.empty()) apply_config_file(*command, options->config);
    if (options->data.empty()) throw CLI::RequiredError("--data");
    run = [options] { return serve(*options); };
  });
}

}  // namespace anabranch::app
