// anabranch ls | cat | rm
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <string_view>

#include "app/cli.h"
#include "app/commands.h"
#include "app/json_output.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kTimeWidth = std::string_view("2026-11-22 10:11:12 UTC").size();

struct ObjectOptions {
  std::string uri = "anabranch://";
  bool recursive = false;
  bool as_json = false;
};

/// Without a repository: the repositories; without a ref: the branches and tags.
int list_names(const Session& session, const runner::Uri& uri, bool as_json) {
  json::array array;
  const auto show = [&](const char* type, const std::string& name, const std::string& line) {
    if (as_json) {
      array.push_back(json::object{{"type", type}, {"name", name}});
    } else {
      std::cout << shown(line) << "\n";
    }
  };
  if (uri.repository.empty()) {
    const auto repositories = session.api.list_repositories();
    if (!repositories) return complain("ls", repositories.error());
    for (const auto& repository : *repositories) {
      show("repository", repository.name, "anabranch://" + repository.name);
    }
  } else {
    const auto branches = session.api.list_branches(uri.repository);
    if (!branches) return complain("ls", branches.error());
    const auto tags = session.api.list_tags(uri.repository);
    if (!tags) return complain("ls", tags.error());
    for (const auto& branch : *branches) show("branch", branch.name, "branch  " + branch.name);
    for (const auto& tag : *tags) show("tag", tag.name, "tag     " + tag.name);
  }
  if (as_json) print_json(array);
  return kExitOk;
}

int list(const ObjectOptions& options) {
  const auto uri = runner::parse_uri(options.uri);
  if (!uri) return complain_usage("ls", uri.error().message);
  const auto session = open_session();
  if (!session) return complain("ls", session.error());
  if (uri->ref.empty()) return list_names(*session, *uri, options.as_json);
  json::array array;
  const auto show = [&](const runner::ObjectInfo& object) {
    if (options.as_json) {
      array.push_back(to_json(object));
    } else if (object.is_prefix) {
      std::cout << std::string(kTimeWidth, ' ') << "            -  " << shown(object.path) << "\n";
    } else {
      const std::string size = format_size(object.size_bytes);
      std::cout << format_time(object.modified_seconds) << "  "
                << std::string(11 - std::min<std::size_t>(size.size(), 11), ' ') << size << "  "
                << shown(object.path) << "\n";
    }
    return true;
  };
  const auto done =
      session->api.list_named(uri->repository, uri->ref, uri->path, options.recursive ? "" : "/", show);
  if (!done) return complain("ls", done.error());
  if (options.as_json) print_json(array);
  return kExitOk;
}

int cat(const ObjectOptions& options) {
  const auto uri = runner::parse_object_uri(options.uri);
  if (!uri) return complain_usage("cat", uri.error().message);
  const auto session = open_session();
  if (!session) return complain("cat", session.error());
  const auto done =
      session->api.download(uri->repository, uri->ref, uri->path, [](ByteView piece) -> Result<void> {
        const auto text = as_text(piece);
        if (std::cout.write(text.data(), static_cast<std::streamsize>(text.size()))) return {};
        return fail(ErrorCode::io, "cannot write to standard output");
      });
  std::cout.flush();
  return done ? kExitOk : complain("cat", done.error());
}

int remove(const ObjectOptions& options) {
  const auto uri =
      options.recursive ? runner::parse_ref_uri(options.uri) : runner::parse_object_uri(options.uri);
  if (!uri) return complain_usage("rm", uri.error().message);
  const auto session = open_session();
  if (!session) return complain("rm", session.error());
  std::vector<std::string> paths{uri->path};
  if (options.recursive) {
    paths.clear();
    const auto listed = session->api.list_named(uri->repository, uri->ref, uri->path, "", [&](auto object) {
      paths.push_back(std::move(object.path));
      return true;
    });
    if (!listed) return complain("rm", listed.error());
    if (paths.empty()) {
      return complain("rm", {ErrorCode::not_found, "there is no object and no folder " + uri->to_string()});
    }
  } else if (const auto found = session->api.stat_object(uri->repository, uri->ref, uri->path); !found) {
    return complain(
        "rm",
        found.error());  // a delete of what is not there succeeds, as in S3; a typing mistake should not
  }
  const auto removed = session->api.delete_objects(uri->repository, uri->ref, paths);
  if (!removed) return complain("rm", removed.error());
  if (options.as_json) {
    print_json(json::object{{"removed", to_json(paths)}});
  } else {
    std::cout << count_of(paths.size(), "object") << " removed, not committed yet\n";
  }
  return kExitOk;
}

}  // namespace

void add_object_commands(CLI::App& program, Chosen& run) {
  const auto options = std::make_shared<ObjectOptions>();
  auto* listing = program.add_subcommand("ls", "List repositories, branches, or the objects of a ref");
  listing->add_option("uri", options->uri, "anabranch://repository/ref/path, or less of it");
  listing->add_flag("-r,--recursive", options->recursive, "Everything below, not only the next level");
  listing->add_flag("--json", options->as_json, "As JSON");
  listing->callback([options, &run] { run = [options] { return list(*options); }; });

  auto* printing = program.add_subcommand("cat", "Print an object");
  printing->add_option("uri", options->uri, "anabranch://repository/ref/path")->required();
  printing->callback([options, &run] { run = [options] { return cat(*options); }; });

  auto* removal = program.add_subcommand("rm", "Remove objects from a branch; commit does it for good");
  removal->add_option("uri", options->uri, "anabranch://repository/branch/path")->required();
  removal->add_flag("-r,--recursive", options->recursive,
                    "The object of this name and the folder of this name");
  removal->add_flag("--json", options->as_json, "As JSON");
  removal->callback([options, &run] { run = [options] { return remove(*options); }; });
}

}  // namespace anabranch::app
