// anabranch cp: files up, objects down, objects within a repository; "-" is standard input or output.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>

#include "app/cli.h"
#include "app/commands.h"
#include "app/copy_plan.h"
#include "app/json_output.h"
#include "runner/file_source.h"
#include "runner/files.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using runner::Uri;

constexpr const char* kStream = "-";
constexpr std::string_view kBucketScheme = "s3://";
constexpr auto kProgressPause = std::chrono::milliseconds(100);
/// Problems told one by one; past them only their count.
constexpr std::size_t kProblemsShownMax = 20;

struct CopyOptions {
  std::string source;
  std::string target;
  bool recursive = false;
  unsigned parallel = 8;
  bool as_json = false;
};

/// How far it is, on a terminal's stderr. Thread safety: every method from any thread.
class CopyProgress {
 public:
  CopyProgress(bool is_wanted, std::size_t total)
      : is_shown_(is_wanted && isatty(STDERR_FILENO) == 1), total_(total) {}
  ~CopyProgress() {
    if (is_shown_) std::cerr << "\r\033[K" << std::flush;
  }
  void add(std::uint64_t size_bytes) {
    if (!is_shown_) return;
    const std::lock_guard lock(mutex_);
    ++done_;
    size_bytes_ += size_bytes;
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_at_ < kProgressPause) return;
    shown_at_ = now;
    std::cerr << "\r\033[K" << done_ << "/" << total_ << ", " << format_size(size_bytes_) << std::flush;
  }

 private:
  const bool is_shown_;
  const std::size_t total_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::uint64_t size_bytes_ = 0;
  std::chrono::steady_clock::time_point shown_at_;
};

/// A name beside the file, of a length that fits wherever the file's fits, and that no object can have taken.
std::string name_beside(const std::string& file) {
  static std::atomic<unsigned> count{0};
  const fs::path folder = fs::path(file).parent_path();
  return (folder / (".anabranch-" + std::to_string(getpid()) + "-" + std::to_string(++count) + ".part"))
      .string();
}

/// Written beside and renamed: a file is there whole or not at all.
Result<void> download(const runner::ApiClient& api, const Uri& source, const CopyStep& step) {
  const std::string folder = fs::path(step.target).parent_path().string();
  if (!folder.empty()) ANABRANCH_CHECK(runner::make_folders(folder));
  const std::string beside = name_beside(step.target);
  std::ofstream out(beside, std::ios::binary);
  if (!out) return fail(ErrorCode::io, "cannot write " + beside);
  auto done = api.download(source.repository, source.ref, step.source, [&](ByteView piece) -> Result<void> {
    const auto text = as_text(piece);
    if (out.write(text.data(), static_cast<std::streamsize>(text.size()))) return {};
    return fail(ErrorCode::io, "cannot write " + beside);
  });
  out.close();
  if (done && !out) done = fail(ErrorCode::io, "cannot write " + beside);
  std::error_code error;
  if (done) {
    fs::rename(beside, step.target, error);
    if (error) done = fail(ErrorCode::io, "cannot write " + step.target + ": " + error.message());
  }
  if (!done) fs::remove(beside, error);
  return done;
}

Result<void> forget(Result<runner::ObjectInfo> stored) {
  if (!stored) return fail(std::move(stored).error());
  return {};
}

Result<void> carry_out(const runner::ApiClient& api, const CopyOrder& order, const CopyStep& step) {
  switch (order.direction) {
    case CopyDirection::up:
      return forget(api.upload_file(order.to.repository, order.to.ref, step.target, step.source));
    case CopyDirection::down:
      return download(api, order.from, step);
    case CopyDirection::within:
      break;
  }
  return forget(api.copy_object(order.to.repository, order.to.ref, step.target, order.from.ref, step.source));
}

/// True where it lies in the one file or object: another one may do well.
bool concerns_only_it(const Error& error) {
  return error.code == ErrorCode::invalid_argument || error.code == ErrorCode::not_found ||
         error.code == ErrorCode::io || error.code == ErrorCode::source_changed ||
         error.code == ErrorCode::entity_too_large;
}

struct CopyResult {
  std::atomic<std::size_t> copied{0}, unchanged{0};
  std::atomic<std::uint64_t> size_bytes{0};
  std::mutex mutex;
  std::vector<CopyProblem> problems;  // guarded by mutex
};

Result<void> copy_all(const runner::ApiClient& api, const CopyOrder& order, const CopyPlan& plan,
                      CopyResult& result) {
  CopyProgress progress(order.is_recursive, plan.steps.size());
  return runner::for_each_parallel(plan.steps.size(), order.parallel, [&](std::size_t i) -> Result<void> {
    const CopyStep& step = plan.steps[i];
    const auto one = [&]() -> Result<void> {
      ANABRANCH_TRY(const bool unchanged, is_unchanged(order, step));
      if (unchanged) {
        ++result.unchanged;
        return {};
      }
      ANABRANCH_CHECK(carry_out(api, order, step));
      ++result.copied;
      result.size_bytes += step.size_bytes;
      return {};
    };
    auto done = one();
    progress.add(step.size_bytes);
    if (done || !order.is_recursive || !concerns_only_it(done.error())) return done;
    const std::lock_guard lock(result.mutex);
    result.problems.push_back({step.source, done.error().message});
    return {};
  });
}

/// All of what went wrong; gives how much of it is a failure.
std::size_t tell_problems(const std::vector<CopyProblem>& problems) {
  std::size_t failures = 0, told = 0;
  for (const auto& problem : problems) {
    failures += problem.is_failure ? 1 : 0;
    if (++told > kProblemsShownMax) continue;
    std::cerr << "anabranch cp: skipped " << shown(problem.path) << ": " << shown(problem.why) << "\n";
  }
  if (told > kProblemsShownMax) {
    std::cerr << "anabranch cp: and " << told - kProblemsShownMax << " more were skipped\n";
  }
  return failures;
}

json::object to_json(const CopyResult& result) {
  json::array skipped;
  for (const auto& problem : result.problems) {
    skipped.push_back(json::object{{"path", shown(problem.path)}, {"why", shown(problem.why)}});
  }
  return {{"copied", result.copied.load()},
          {"size_bytes", result.size_bytes.load()},
          {"unchanged", result.unchanged.load()},
          {"skipped", std::move(skipped)}};
}

int copy_steps(const CopyOptions& options, const CopyOrder& order, const Session& session) {
  const auto plan = plan_copy(session.api, order);
  if (!plan) return complain("cp", plan.error());
  CopyResult result;
  result.problems = plan->problems;
  const auto done = copy_all(session.api, order, *plan, result);
  const std::size_t failures = tell_problems(result.problems);
  if (!done) return complain("cp", done.error());
  if (options.as_json) {
    print_json(to_json(result));
  } else {
    std::cout << count_of(result.copied, order.direction == CopyDirection::up ? "file" : "object") << ", "
              << format_size(result.size_bytes);
    if (result.unchanged > 0) std::cout << ", " << result.unchanged << " unchanged and skipped";
    if (failures > 0) std::cout << ", " << failures << " failed";
    if (order.direction != CopyDirection::down && result.copied > 0) std::cout << ", not committed yet";
    std::cout << "\n";
  }
  return failures > 0 ? kExitFailed : kExitOk;
}

int copy_to_stdout(const Uri& source, const Session& session) {
  const auto done =
      session.api.download(source.repository, source.ref, source.path, [](ByteView piece) -> Result<void> {
        const auto text = as_text(piece);
        if (std::cout.write(text.data(), static_cast<std::streamsize>(text.size()))) return {};
        return fail(ErrorCode::io, "cannot write to standard output");
      });
  if (!done) return complain("cp", done.error());
  if (!std::cout.flush()) return complain("cp", {ErrorCode::io, "cannot write to standard output"});
  return kExitOk;
}

int copy_from_stdin(const CopyOptions& options, const Uri& target, const Session& session) {
  auto input = std::make_unique<runner::StreamSource>(STDIN_FILENO, "standard input");
  const auto stored = session.api.upload_stream(target.repository, target.ref, target.path, std::move(input));
  if (!stored) return complain("cp", stored.error());
  if (options.as_json) {
    print_json(json::object{{"copied", 1}, {"size_bytes", stored->size_bytes}});
  } else {
    std::cout << "1 file, " << format_size(stored->size_bytes) << ", not committed yet\n";
  }
  return kExitOk;
}

/// What cp is not for; empty where it is.
std::string not_for_cp(const CopyOptions& options) {
  if (options.source.starts_with(kBucketScheme) && runner::is_uri(options.target)) {
    return "objects of a bucket are not copied but imported: anabranch import " + options.source + " " +
           options.target;
  }
  if (options.source.starts_with(kBucketScheme) || options.target.starts_with(kBucketScheme)) {
    return "buckets are read and written with any S3 client, at the same endpoint; a repository is a bucket "
           "there, too: s3://repository/ref/path";
  }
  if (!runner::is_uri(options.source) && !runner::is_uri(options.target)) {
    return "one side must be anabranch://repository/ref/path";
  }
  if (options.recursive && (options.source == kStream || options.target == kStream)) {
    return "-r and - do not go together: a stream is one object";
  }
  return {};
}

int copy(const CopyOptions& options) {
  if (const auto why = not_for_cp(options); !why.empty()) return complain_usage("cp", why);
  CopyOrder order{CopyDirection::up, options.source,  options.target, {}, {},
                  options.recursive, options.parallel};
  const bool up = runner::is_uri(options.target), down = runner::is_uri(options.source);
  if (down) {
    order.direction = up ? CopyDirection::within : CopyDirection::down;
    const auto source =
        options.recursive ? runner::parse_ref_uri(options.source) : runner::parse_object_uri(options.source);
    if (!source) return complain_usage("cp", source.error().message);
    order.from = *source;
  }
  if (up) {
    const auto target = runner::parse_ref_uri(options.target);
    if (!target) return complain_usage("cp", target.error().message);
    order.to = *target;
  }
  const auto session = open_session();
  if (!session) return complain("cp", session.error());
  if (options.target == kStream) return copy_to_stdout(order.from, *session);
  if (options.source == kStream) {
    if (order.to.path.empty() || order.to.path.ends_with('/')) {
      return complain_usage("cp", "standard input needs an object's whole path as its target");
    }
    return copy_from_stdin(options, order.to, *session);
  }
  return copy_steps(options, order, *session);
}

}  // namespace

void add_cp_command(CLI::App& program, Chosen& run) {
  auto* command =
      program.add_subcommand("cp", "Copy files to a branch, objects to files, objects within a repository");
  const auto options = std::make_shared<CopyOptions>();
  command->footer(
      "With -r, what is there unchanged (the same size and MD5) is skipped, and what cannot be copied is "
      "told,\n"
      "skipped, and makes the exit code 1.");
  command->add_option("source", options->source, "A path, anabranch://repository/ref/path, or - for stdin")
      ->required();
  command
      ->add_option("target", options->target, "A path, anabranch://repository/branch/path, or - for stdout")
      ->required();
  command->add_flag("-r,--recursive", options->recursive, "A folder and all below it");
  command->add_option("--parallel", options->parallel, "How many at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &run] { run = [options] { return copy(*options); }; });
}

}  // namespace anabranch::app
