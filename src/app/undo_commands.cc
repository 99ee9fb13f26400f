// anabranch revert | cherry-pick | reset | restore
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "app/cli.h"
#include "app/commands.h"
#include "app/json_output.h"
#include "runner/files.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;
using runner::DifferenceInfo;
using runner::Uri;

constexpr unsigned kCopiesAtATime = 8;

struct UndoOptions {
  std::string uri;
  std::string commit;
  std::string message;
  std::string from;
  std::string hard;
  unsigned parent = 0;
  bool allow_empty = false;
  bool force = false;
  bool as_json = false;
};

/// A commit of the same repository, as a ref or a whole address.
Result<std::string> ref_of(const Uri& branch, const std::string& text) {
  if (!runner::is_uri(text)) return text;
  ANABRANCH_TRY(const Uri other, runner::parse_ref_uri(text));
  if (other.repository == branch.repository) return other.ref;
  return fail(ErrorCode::invalid_argument, "'" + text + "' is of another repository");
}

void print_new_commit(const UndoOptions& options, const runner::CommitInfo& made) {
  if (options.as_json) {
    print_json(to_json(made));
  } else {
    std::cout << made.id << "\n";
  }
}

int pick(const UndoOptions& options, const char* name) {
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage(name, uri.error().message);
  const auto commit = ref_of(*uri, options.commit);
  if (!commit) return complain_usage(name, commit.error().message);
  const auto session = open_session();
  if (!session) return complain(name, session.error());
  const runner::PickOrder order{*commit, options.parent, options.message, options.allow_empty};
  const bool reverts = std::string_view(name) == "revert";
  if (reverts) {
    const auto done = session->api.revert(uri->repository, uri->ref, order);
    if (!done) return complain(name, done.error());
  }
  const auto made = reverts ? session->api.get_commit(uri->repository, uri->ref)
                            : session->api.cherry_pick(uri->repository, uri->ref, order);
  if (!made) return complain(name, made.error());
  print_new_commit(options, *made);
  return kExitOk;
}

Result<std::vector<std::string>> uncommitted(const runner::ApiClient& api, const Uri& uri) {
  std::vector<std::string> paths;
  ANABRANCH_CHECK(api.diff_branch(uri.repository, uri.ref, uri.path, [&](DifferenceInfo difference) {
    paths.push_back(std::move(difference.path));
    return true;
  }));
  return paths;
}

int reset_hard(const UndoOptions& options, const Uri& uri, const Session& session) {
  if (!uri.path.empty()) {
    return complain_usage("reset", "--hard moves a whole branch; restore puts back a path");
  }
  const auto to = ref_of(uri, options.hard);
  if (!to) return complain_usage("reset", to.error().message);
  const auto done = session.api.hard_reset(uri.repository, uri.ref, *to, options.force);
  if (!done) return complain("reset", done.error());
  const auto commit = session.api.get_commit(uri.repository, uri.ref);
  if (!commit) return complain("reset", commit.error());
  print_new_commit(options, *commit);
  return kExitOk;
}

int reset(const UndoOptions& options) {
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage("reset", uri.error().message);
  const auto session = open_session();
  if (!session) return complain("reset", session.error());
  if (!options.hard.empty()) return reset_hard(options, *uri, *session);
  const auto paths = uncommitted(session->api, *uri);
  if (!paths) return complain("reset", paths.error());
  if (paths->empty() && !uri->path.empty()) {
    return complain("reset", {ErrorCode::not_found, "nothing is uncommitted at " + uri->to_string()});
  }
  const auto done = session->api.reset(uri->repository, uri->ref, uri->path);
  if (!done) return complain("reset", done.error());
  if (options.as_json) {
    print_json(json::object{{"reset", to_json(*paths)}});
  } else {
    std::cout << count_of(paths->size(), "uncommitted change") << " thrown away\n";
  }
  return kExitOk;
}

/// What has to be done so that a path is as it was.
struct Restoration {
  std::vector<std::string> put_back, removed;
};

/// The object and the folder of that name, as far as they were there then: what was not is left alone.
Result<Restoration> plan_restore(const runner::ApiClient& api, const Uri& uri, const std::string& commit) {
  const runner::NamedPath named = runner::named_by(uri.path);
  bool had_object = false, had_folder = false;
  ANABRANCH_CHECK(api.list_named(uri.repository, commit, uri.path, "", [&](const runner::ObjectInfo& object) {
    const bool is_the_object = object.path == named.object && !named.object.empty();
    (is_the_object ? had_object : had_folder) = true;
    return is_the_object;  // one of the folder is enough
  }));
  if (!had_object && !had_folder) {
    return fail(ErrorCode::not_found, "there was no object and no folder '" + uri.path + "' at " + commit);
  }
  Restoration plan;
  const auto add = [&](DifferenceInfo difference) {
    const bool is_the_object = difference.path == named.object && !named.object.empty();
    if (is_the_object ? !had_object : !had_folder) return true;
    (difference.type == "added" ? plan.removed : plan.put_back).push_back(std::move(difference.path));
    return true;
  };
  // "branch$": with what is not committed.
  ANABRANCH_CHECK(api.diff(uri.repository, commit, uri.ref + "$", true, uri.path, add));
  return plan;
}

int restore(const UndoOptions& options) {
  const auto uri = runner::parse_object_uri(options.uri);
  if (!uri) return complain_usage("restore", uri.error().message);
  const auto from = ref_of(*uri, options.from.empty() ? uri->ref : options.from);
  if (!from) return complain_usage("restore", from.error().message);
  const auto session = open_session();
  if (!session) return complain("restore", session.error());
  const auto& api = session->api;
  const auto commit = api.get_commit(uri->repository, *from);
  if (!commit) return complain("restore", commit.error());
  const auto plan = plan_restore(api, *uri, commit->id);
  if (!plan) return complain("restore", plan.error());
  const auto copied =
      runner::for_each_parallel(plan->put_back.size(), kCopiesAtATime, [&](std::size_t i) -> Result<void> {
        const std::string& path = plan->put_back[i];
        const auto made = api.copy_object(uri->repository, uri->ref, path, commit->id, path);
        return made ? Result<void>() : fail(made.error());
      });
  if (!copied) return complain("restore", copied.error());
  const auto removed = api.delete_objects(uri->repository, uri->ref, plan->removed);
  if (!removed) return complain("restore", removed.error());
  if (options.as_json) {
    print_json(json::object{
        {"from", commit->id}, {"put_back", to_json(plan->put_back)}, {"removed", to_json(plan->removed)}});
  } else {
    std::cout << count_of(plan->put_back.size(), "object") << " put back, " << plan->removed.size()
              << " removed, as at " << short_id(commit->id) << "; not committed yet\n";
  }
  return kExitOk;
}

void add_pick(CLI::App& program, Chosen& run, const char* name, const std::string& help) {
  const auto options = std::make_shared<UndoOptions>();
  auto* command = program.add_subcommand(name, help);
  command->add_option("uri", options->uri, "anabranch://repository/branch")->required();
  command->add_option("commit", options->commit, "The commit: its id, a tag, main~1")->required();
  command
      ->add_option("-m,--parent", options->parent,
                   "Of a merge: the parent it is compared with; 1 is what it was merged into")
      ->check(CLI::PositiveNumber);
  command->add_option("--message", options->message, "The new commit's message");
  if (std::string_view(name) == "revert") {
    command->add_flag("--allow-empty", options->allow_empty, "Also where that changes nothing");
  }
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, name, &run] { run = [options, name] { return pick(*options, name); }; });
}

}  // namespace

void add_undo_commands(CLI::App& program, Chosen& run) {
  add_pick(program, run, "revert", "Undo a commit by a new one");
  add_pick(program, run, "cherry-pick", "Bring what one commit changed to a branch, as a new commit");

  const auto options = std::make_shared<UndoOptions>();
  auto* resetting = program.add_subcommand("reset", "Throw uncommitted changes of a branch away, for good");
  resetting->add_option("uri", options->uri, "anabranch://repository/branch, or /branch/path for those there")
      ->required();
  resetting->add_option("--hard", options->hard,
                        "Put the branch on this commit instead; commits that nothing else names are lost");
  resetting->add_flag("--force", options->force, "With --hard: also where changes are uncommitted");
  resetting->add_flag("--json", options->as_json, "As JSON");
  resetting->callback([options, &run] { run = [options] { return reset(*options); }; });

  auto* restoring =
      program.add_subcommand("restore", "Put an object or a folder back as it was, without copying bytes");
  restoring->add_option("uri", options->uri, "anabranch://repository/branch/path")->required();
  restoring->add_option("--from", options->from, "As it was at this ref; else as last committed");
  restoring->add_flag("--json", options->as_json, "As JSON");
  restoring->callback([options, &run] { run = [options] { return restore(*options); }; });
}

}  // namespace anabranch::app
