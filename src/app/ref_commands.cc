// anabranch branch create | list | delete, and the same for tags.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <functional>
#include <iostream>
#include <memory>

#include "app/cli.h"
#include "app/commands.h"
#include "app/json_output.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;
using runner::ApiClient;
using runner::RefInfo;
using runner::Uri;

/// Branches and tags differ in three calls.
struct RefKind {
  const char* noun;
  std::function<Result<std::string>(const ApiClient&, const Uri&, const std::string& from)> create;
  std::function<Result<std::vector<RefInfo>>(const ApiClient&, const Uri&)> list;
  std::function<Result<void>(const ApiClient&, const Uri&)> remove;
};

struct RefOptions {
  std::string uri;
  std::string from = "main";
  bool as_json = false;
};

int create(const RefKind& kind, const RefOptions& options) {
  const std::string name = std::string(kind.noun) + " create";
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage(name, uri.error().message);
  const auto session = open_session();
  if (!session) return complain(name, session.error());
  const auto commit = kind.create(session->api, *uri, options.from);
  if (!commit) return complain(name, commit.error());
  if (options.as_json) {
    print_json(json::object{{"name", uri->ref}, {"commit", *commit}});
  } else {
    std::cout << shown(uri->to_string()) << " at " << *commit << "\n";
  }
  return kExitOk;
}

int list(const RefKind& kind, const RefOptions& options) {
  const std::string name = std::string(kind.noun) + " list";
  const auto uri = runner::parse_uri(options.uri);
  if (!uri) return complain_usage(name, uri.error().message);
  const auto session = open_session();
  if (!session) return complain(name, session.error());
  const auto refs = kind.list(session->api, *uri);
  if (!refs) return complain(name, refs.error());
  if (options.as_json) {
    json::array array;
    for (const auto& ref : *refs)
      array.push_back(json::object{{"name", ref.name}, {"commit", ref.commit_id}});
    print_json(array);
    return kExitOk;
  }
  for (const auto& ref : *refs) std::cout << short_id(ref.commit_id) << "  " << shown(ref.name) << "\n";
  return kExitOk;
}

int remove(const RefKind& kind, const RefOptions& options) {
  const std::string name = std::string(kind.noun) + " delete";
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage(name, uri.error().message);
  const auto session = open_session();
  if (!session) return complain(name, session.error());
  const auto removed = kind.remove(session->api, *uri);
  if (!removed) return complain(name, removed.error());
  if (options.as_json) print_json(json::object{{"deleted", uri->ref}});
  return kExitOk;
}

void add_ref_command(CLI::App& program, Chosen& run, const RefKind& kind) {
  const std::string noun = kind.noun;
  auto* command =
      program.add_subcommand(noun, "Create, list and delete " + noun + (noun == "branch" ? "es" : "s"));
  command->require_subcommand(1);
  const auto options = std::make_shared<RefOptions>();
  const auto add = [&](const char* verb, const std::string& help, const std::string& form, auto what) {
    auto* sub = command->add_subcommand(verb, help);
    sub->add_option("uri", options->uri, form)->required();
    sub->callback(
        [options, kind, what, &run] { run = [options, kind, what] { return what(kind, *options); }; });
    return sub;
  };
  auto* creation = add("create", "Create a " + noun, "anabranch://repository/" + noun, create);
  creation->add_option("--from", options->from, "The branch, tag or commit that it starts at")
      ->capture_default_str();
  creation->add_flag("--json", options->as_json, "As JSON");
  add("list", "List them with their commits", "anabranch://repository", list)
      ->add_flag("--json", options->as_json, "As JSON");
  add("delete", "Delete a " + noun, "anabranch://repository/" + noun, remove)
      ->add_flag("--json", options->as_json, "As JSON");
}

}  // namespace

void add_branch_command(CLI::App& program, Chosen& run) {
  add_ref_command(
      program, run,
      {"branch",
       [](const ApiClient& api, const Uri& uri, const std::string& from) {
         return api.create_branch(uri.repository, uri.ref, from);
       },
       [](const ApiClient& api, const Uri& uri) { return api.list_branches(uri.repository, uri.ref); },
       [](const ApiClient& api, const Uri& uri) { return api.delete_branch(uri.repository, uri.ref); }});
}

void add_tag_command(CLI::App& program, Chosen& run) {
  add_ref_command(
      program, run,
      {"tag",
       [](const ApiClient& api, const Uri& uri, const std::string& from) -> Result<std::string> {
         ANABRANCH_TRY(const auto tag, api.create_tag(uri.repository, uri.ref, from));
         return tag.commit_id;
       },
       [](const ApiClient& api, const Uri& uri) { return api.list_tags(uri.repository); },
       [](const ApiClient& api, const Uri& uri) { return api.delete_tag(uri.repository, uri.ref); }});
}

}  // namespace anabranch::app
