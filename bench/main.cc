// anabranch_bench: the load generator. `load` measures a running server, `start` how a server starts.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <memory>

#include "bench/bench.h"
#include "bench/report.h"
#include "bench/startup.h"
#include "bench/suite.h"

namespace anabranch::bench {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

using Chosen = std::function<int()>;

int complain(const Error& error) {
  std::cerr << "anabranch_bench: " << error.message << std::endl;
  return kExitFailed;
}

struct LoadArguments {
  Settings settings;
  std::vector<std::string> cases{"s3"};
  std::string output;
  double case_seconds_max = 120;
  bool keep = false;
  bool list = false;
};

int list_cases() {
  for (const auto& all : {s3_cases(), versioning_cases()}) {
    for (const Case& one : all) std::cout << one.name << ": " << one.about << "\n";
  }
  return kExitOk;
}

int load(LoadArguments& arguments) {
  if (arguments.list) return list_cases();
  Settings& settings = arguments.settings;
  if (settings.s3.url.empty()) return complain({ErrorCode::invalid_argument, "--endpoint is missing"});
  // From the environment alone: a command line is everybody's to read.
  if (const char* secret = std::getenv("AWS_SECRET_ACCESS_KEY")) settings.s3.secret_access_key = secret;
  settings.case_time_max = std::chrono::duration<double>(arguments.case_seconds_max);
  if (settings.bucket.empty()) settings.bucket = "bench-" + std::to_string(std::time(nullptr));
  const auto cases = choose_cases(arguments.cases, settings);
  if (!cases) return complain(cases.error());
  Bench bench(settings);
  const auto results = run_suite(
      bench, *cases, [](const std::string& line) { std::cerr << "-- " << line << std::endl; },
      [](const CaseResult& result) { std::cerr << table_line(result) << std::flush; });
  if (!results) return complain(results.error());
  if (results->empty()) return complain({ErrorCode::invalid_argument, "no case was run: nothing to report"});
  std::cout << table_head();
  for (const CaseResult& result : *results) std::cout << table_line(result);
  std::cout << std::flush;
  if (bench.has_repositories()) {
    std::cerr << "-- kept: bucket " << settings.bucket << ", which its repositories imported from\n";
  } else if (!arguments.keep) {
    if (auto cleaned = bench.clean_up(); !cleaned) return complain(cleaned.error());
  }
  if (arguments.output.empty()) return kExitOk;
  if (auto written = write_file(arguments.output, to_json(*results, settings)); !written) {
    return complain(written.error());
  }
  return kExitOk;
}

void add_load(CLI::App& program, Chosen& run) {
  auto* command = program.add_subcommand("load",
                                         "Measure a running S3 server, or Anabranch with its REST API. The "
                                         "secret key comes from AWS_SECRET_ACCESS_KEY");
  const auto arguments = std::make_shared<LoadArguments>();
  Settings& settings = arguments->settings;
  command->add_option("--endpoint", settings.s3.url, "The S3 server: http://HOST:PORT");
  command->add_option("--api", settings.api_url,
                      "Its REST API: http://HOST:PORT/api/v1; without: no versioning cases");
  command->add_option("--access-key-id", settings.s3.access_key_id)->envname("AWS_ACCESS_KEY_ID");
  command->add_option("--region", settings.s3.region)->capture_default_str();
  command
      ->add_option("--cases", arguments->cases,
                   "Names, or s3, versioning, all; NAME-serial: on one connection")
      ->delimiter(',')
      ->capture_default_str();
  command->add_flag("--cold", settings.is_cold, "GET cases begin at once; else all is read once before");
  command->add_flag("--list-cases", arguments->list, "Print the cases and what they do");
  command->add_option("--objects", settings.objects, "Objects of 4 KiB; fewer shrink the other cases too")
      ->check(CLI::Range(100, 90'000'000))
      ->capture_default_str();
  command->add_option("--connections", settings.connections, "Operations at a time")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->add_option("--client-threads", settings.client_threads, "Network threads of the generator")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command
      ->add_option("--seconds", arguments->case_seconds_max, "A case ends after that time, whatever is left")
      ->capture_default_str();
  command->add_option("--bucket", settings.bucket,
                      "Where to; one from an earlier run with --keep is read again");
  command
      ->add_option("--server-pid", settings.server_pids, "The server's process(es), for CPU time and memory")
      ->delimiter(',');
  command->add_flag("--keep", arguments->keep, "Leave the objects there");
  command->add_option("--output", arguments->output, "Write the results there as JSON");
  command->callback([arguments, &run] { run = [arguments] { return load(*arguments); }; });
}

struct StartArguments {
  std::string ready_url;
  std::vector<std::string> command;
  std::string output;
  unsigned runs = 5;
};

int start(const StartArguments& arguments) {
  const auto runs = measure_startup(arguments.command, arguments.ready_url, arguments.runs);
  if (!runs) return complain(runs.error());
  const std::string text = to_json(*runs);
  std::cout << text << std::flush;
  if (arguments.output.empty()) return kExitOk;
  if (auto written = write_file(arguments.output, text); !written) return complain(written.error());
  return kExitOk;
}

void add_start(CLI::App& program, Chosen& run) {
  auto* command = program.add_subcommand("start", "Measure how a server starts, rests and stops");
  const auto arguments = std::make_shared<StartArguments>();
  command->add_option("--ready-url", arguments->ready_url, "Answers 200 once the server is ready")
      ->required();
  command->add_option("--runs", arguments->runs)->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_option("--output", arguments->output, "Write the results there as JSON");
  command->add_option("command", arguments->command, "The server and its arguments, after --")->required();
  command->callback([arguments, &run] { run = [arguments] { return start(*arguments); }; });
}

}  // namespace
}  // namespace anabranch::bench

int main(int argc, char** argv) {
  CLI::App program("Measures Anabranch, or any S3 server, from outside.", "anabranch_bench");
  program.require_subcommand(1);
  anabranch::bench::Chosen run;
  anabranch::bench::add_load(program, run);
  anabranch::bench::add_start(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? anabranch::bench::kExitOk : anabranch::bench::kExitUsage;
  }
  return run();
}
