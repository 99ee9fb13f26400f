// anabranch cp: files up, objects down, objects within a repository.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/cli.h"
#include "app/commands.h"
#include "runner/files.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace fs = std::filesystem;
using runner::Uri;

struct CopyOptions {
  std::string source;
  std::string target;
  bool recursive = false;
  unsigned parallel = 8;
};

/// One file or object on its way: a path here, or on a branch.
struct Step {
  std::string source;
  std::string target;
  std::uint64_t size_bytes = 0;
};
using Steps = std::vector<Step>;

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// `target/name` where the target is a folder (it ends with a slash, or is empty), else `target`.
std::string into(const std::string& target, const std::string& name) {
  return target.empty() || target.ends_with('/') ? target + name : target;
}

std::string as_folder(const std::string& path) {
  return path.empty() || path.ends_with('/') ? path : path + "/";
}

Result<Steps> plan_upload(const CopyOptions& options, const Uri& target) {
  Steps steps;
  if (!options.recursive) {
    steps.push_back({options.source, into(target.path, base_name(options.source)), 0});
  } else {
    std::error_code error;
    if (!fs::is_directory(options.source, error)) {
      return fail(ErrorCode::not_found, options.source + " is no folder");
    }
    ANABRANCH_TRY(const auto files, runner::files_below(options.source, options.source));
    for (const auto& file : files) {
      steps.push_back({options.source + "/" + file, as_folder(target.path) + file, 0});
    }
  }
  for (auto& step : steps) {
    std::error_code error;
    step.size_bytes = fs::file_size(step.source, error);
    if (error) return fail(ErrorCode::not_found, "cannot read " + step.source + ": " + error.message());
  }
  return steps;
}

/// The objects of `source` and the names that they have below it.
Result<std::vector<std::pair<runner::ObjectInfo, std::string>>> find_objects(const runner::ApiClient& api,
                                                                             const CopyOptions& options,
                                                                             const Uri& source) {
  std::vector<std::pair<runner::ObjectInfo, std::string>> found;
  if (!options.recursive) {
    ANABRANCH_TRY(auto object, api.stat_object(source.repository, source.ref, source.path));
    std::string name = base_name(object.path);
    found.emplace_back(std::move(object), std::move(name));
    return found;
  }
  const std::string prefix = as_folder(source.path);
  ANABRANCH_CHECK(api.list_objects(source.repository, source.ref, prefix, "", [&](runner::ObjectInfo object) {
    std::string name = object.path.substr(prefix.size());
    if (!name.empty() && !name.ends_with('/')) found.emplace_back(std::move(object), std::move(name));
    return true;
  }));
  if (found.empty()) return fail(ErrorCode::not_found, "there is no object below " + source.to_string());
  return found;
}

Result<Steps> plan_download(const runner::ApiClient& api, const CopyOptions& options, const Uri& source) {
  ANABRANCH_TRY(const auto found, find_objects(api, options, source));
  std::error_code error;
  const bool is_folder = options.recursive || fs::is_directory(options.target, error);
  Steps steps;
  for (const auto& [object, name] : found) {
    if (!runner::is_safe_relative_path(name)) {
      return fail(ErrorCode::invalid_argument, "object '" + object.path + "' cannot be a file's path");
    }
    steps.push_back(
        {object.path, into(is_folder ? as_folder(options.target) : options.target, name), object.size_bytes});
  }
  return steps;
}

Result<Steps> plan_copy(const runner::ApiClient& api, const CopyOptions& options, const Uri& source,
                        const Uri& target) {
  if (source.repository != target.repository) {
    return fail(ErrorCode::not_implemented,
                "objects are copied within one repository only: download and upload them");
  }
  ANABRANCH_TRY(const auto found, find_objects(api, options, source));
  Steps steps;
  for (const auto& [object, name] : found) {
    steps.push_back({object.path, into(options.recursive ? as_folder(target.path) : target.path, name),
                     object.size_bytes});
  }
  return steps;
}

/// Written beside and renamed: a file is there whole or not at all.
Result<void> download(const runner::ApiClient& api, const Uri& source, const Step& step) {
  const std::string beside = step.target + ".part";
  const std::string folder = fs::path(step.target).parent_path().string();
  if (!folder.empty()) ANABRANCH_CHECK(runner::make_folders(folder));
  std::ofstream out(beside, std::ios::binary);
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

int copy(const CopyOptions& options) {
  const bool up = runner::is_uri(options.target);
  const bool down = runner::is_uri(options.source);
  if (!up && !down) return complain_usage("cp", "one side must be anabranch://repository/ref/path");
  const auto need = [&](const std::string& text) {
    return options.recursive || text == options.target ? runner::parse_ref_uri(text)
                                                       : runner::parse_object_uri(text);
  };
  const Result<Uri> source = down ? need(options.source) : Uri{};
  const Result<Uri> target = up ? need(options.target) : Uri{};
  if (!source) return complain_usage("cp", source.error().message);
  if (!target) return complain_usage("cp", target.error().message);
  const auto session = open_session();
  if (!session) return complain("cp", session.error());
  const auto& api = session->api;
  const auto steps = up && down ? plan_copy(api, options, *source, *target)
                     : up       ? plan_upload(options, *target)
                                : plan_download(api, options, *source);
  if (!steps) return complain("cp", steps.error());
  std::atomic<std::uint64_t> size_bytes{0};
  const auto done =
      runner::for_each_parallel(steps->size(), options.parallel, [&](std::size_t i) -> Result<void> {
        const Step& step = (*steps)[i];
        ANABRANCH_CHECK(
            up && down ? forget(api.copy_object(target->repository, target->ref, step.target, source->ref,
                                                step.source))
            : up       ? forget(api.upload_file(target->repository, target->ref, step.target, step.source))
                       : download(api, *source, step));
        size_bytes += step.size_bytes;
        return {};
      });
  if (!done) return complain("cp", done.error());
  std::cout << count_of(steps->size(), down ? "object" : "file") << ", " << format_size(size_bytes)
            << (up ? ", not committed yet" : "") << "\n";
  return kExitOk;
}

}  // namespace

void add_cp_command(CLI::App& program, Chosen& run) {
  auto* command =
      program.add_subcommand("cp", "Copy files to a branch, objects to files, objects within a repository");
  const auto options = std::make_shared<CopyOptions>();
  command->add_option("source", options->source, "A path, or anabranch://repository/ref/path")->required();
  command->add_option("target", options->target, "A path, or anabranch://repository/branch/path")->required();
  command->add_flag("-r,--recursive", options->recursive, "Everything in a folder or below a prefix");
  command->add_option("--parallel", options->parallel, "How many at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->callback([options, &run] { run = [options] { return copy(*options); }; });
}

}  // namespace anabranch::app
