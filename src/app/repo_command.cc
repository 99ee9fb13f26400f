// anabranch repo create | list | delete
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "app/cli.h"
#include "app/commands.h"
#include "app/json_output.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;

struct RepoOptions {
  std::string name;
  std::string storage_namespace;
  std::string default_branch = "main";
  bool as_json = false;
};

/// A repository's bare name, or its address.
Result<std::string> repository_name(const std::string& text) {
  if (!runner::is_uri(text)) return text;
  ANABRANCH_TRY(const auto uri, runner::parse_uri(text));
  return uri.repository;
}

json::object to_json(const runner::RepositoryInfo& repository) {
  return {{"name", repository.name},
          {"storage_namespace", repository.storage_namespace},
          {"default_branch", repository.default_branch},
          {"created_seconds", repository.created_seconds}};
}

int create(const RepoOptions& options) {
  const auto session = open_session();
  if (!session) return complain("repo create", session.error());
  const auto name = repository_name(options.name);
  if (!name) return complain_usage("repo create", name.error().message);
  const auto made = session->api.create_repository(*name, options.storage_namespace, options.default_branch);
  if (!made) return complain("repo create", made.error());
  if (options.as_json) {
    print_json(to_json(*made));
  } else {
    std::cout << shown("anabranch://" + made->name + "/" + made->default_branch) << "\n";
  }
  return kExitOk;
}

int list(const RepoOptions& options) {
  const auto session = open_session();
  if (!session) return complain("repo list", session.error());
  const auto repositories = session->api.list_repositories();
  if (!repositories) return complain("repo list", repositories.error());
  if (options.as_json) {
    json::array array;
    for (const auto& repository : *repositories) {
      array.push_back(to_json(repository));
    }
    print_json(array);
    return kExitOk;
  }
  Table table({"REPOSITORY", "DEFAULT BRANCH", "CREATED", "STORAGE NAMESPACE"});
  for (const auto& repository : *repositories) {
    table.add({repository.name, repository.default_branch, format_time(repository.created_seconds),
               repository.storage_namespace});
  }
  std::cout << table.render();
  return kExitOk;
}

int remove(const RepoOptions& options) {
  const auto session = open_session();
  if (!session) return complain("repo delete", session.error());
  const auto name = repository_name(options.name);
  if (!name) return complain_usage("repo delete", name.error().message);
  const auto removed = session->api.delete_repository(*name);
  if (!removed) return complain("repo delete", removed.error());
  if (options.as_json) print_json(json::object{{"deleted", *name}});
  return kExitOk;
}

}  // namespace

void add_repo_command(CLI::App& program, Chosen& run) {
  auto* command = program.add_subcommand("repo", "Create, list and delete repositories");
  command->require_subcommand(1);
  const auto options = std::make_shared<RepoOptions>();

  auto* creation = command->add_subcommand("create", "Create a repository");
  creation->add_option("name", options->name, "Its name: a-z, 0-9 and '-'")->required();
  creation
      ->add_option("namespace", options->storage_namespace,
                   "Where it keeps its own files: s3://bucket/prefix")
      ->required();
  creation->add_option("--default-branch", options->default_branch, "Its first branch")
      ->capture_default_str();
  creation->add_flag("--json", options->as_json, "As JSON");
  creation->callback([options, &run] { run = [options] { return create(*options); }; });

  auto* listing = command->add_subcommand("list", "List the repositories");
  listing->add_flag("--json", options->as_json, "As JSON");
  listing->callback([options, &run] { run = [options] { return list(*options); }; });

  auto* deletion = command->add_subcommand("delete", "Delete a repository; its files in the bucket stay");
  deletion->add_option("name", options->name, "Its name")->required();
  deletion->add_flag("--json", options->as_json, "As JSON");
  deletion->callback([options, &run] { run = [options] { return remove(*options); }; });
}

}  // namespace anabranch::app
