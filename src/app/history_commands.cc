// anabranch log | show | diff | commit | merge
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "app/cli.h"
#include "app/commands.h"
#include "app/json_output.h"
#include "runner/uri.h"

namespace anabranch::app {
namespace {

namespace json = boost::json;

struct HistoryOptions {
  std::string uri;
  std::string other;
  std::string message;
  std::vector<std::string> metadata;
  std::string strategy;
  std::string expected_commit;
  std::size_t amount = 20;
  bool allow_empty = false;
  bool two_dot = false;
  unsigned parent = 1;
  bool as_json = false;
};

int show_log(const HistoryOptions& options) {
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage("log", uri.error().message);
  const auto session = open_session();
  if (!session) return complain("log", session.error());
  const auto commits = session->api.log(uri->repository, uri->ref, options.amount, uri->path);
  if (!commits) return complain("log", commits.error());
  if (options.as_json) {
    json::array array;
    for (const auto& commit : *commits) array.push_back(to_json(commit));
    print_json(array);
    return kExitOk;
  }
  for (const auto& commit : *commits) {
    const std::string title = commit.message.substr(0, commit.message.find('\n'));
    std::cout << short_id(commit.id) << "  " << format_time(commit.created_seconds) << "  " << shown(title);
    if (!commit.committer.empty()) std::cout << "  (" << shown(commit.committer) << ")";
    if (commit.parents.size() > 1) std::cout << "  merge of " << short_id(commit.parents[1]);
    std::cout << "\n";
  }
  return kExitOk;
}

char mark_of(const std::string& type) {
  if (type == "added") return '+';
  if (type == "removed") return '-';
  return type == "conflict" ? '!' : '~';
}

void print_difference(const runner::DifferenceInfo& difference) {
  std::cout << mark_of(difference.type) << " " << shown(difference.path) << "\n";
}

void print_commit(const runner::CommitInfo& commit) {
  std::cout << "commit " << commit.id << "\n";
  for (std::size_t i = 0; commit.parents.size() > 1 && i < commit.parents.size(); ++i) {
    std::cout << "parent " << i + 1 << " " << commit.parents[i] << "\n";
  }
  std::cout << "committer " << shown(commit.committer) << "\n"
            << "date " << format_time(commit.created_seconds) << "\n\n";
  std::istringstream message(commit.message);
  for (std::string line; std::getline(message, line);) std::cout << "    " << shown(line) << "\n";
  for (const auto& [name, value] : commit.metadata) {
    std::cout << "    " << shown(name) << ": " << shown(value) << "\n";
  }
  std::cout << "\n";
}

/// What a commit changed against one of its parents; of the first commit, all that it holds.
Result<void> changes_of(const runner::ApiClient& api, const runner::Uri& uri,
                        const runner::CommitInfo& commit, unsigned parent,
                        const runner::ApiClient::EachDifference& each) {
  if (commit.parents.empty()) {
    return api.list_named(uri.repository, commit.id, uri.path, "", [&](const runner::ObjectInfo& object) {
      return each({"added", object.path, false});
    });
  }
  return api.diff(uri.repository, commit.parents[parent - 1], commit.id, true, uri.path, each);
}

int show_commit(const HistoryOptions& options) {
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage("show", uri.error().message);
  const auto session = open_session();
  if (!session) return complain("show", session.error());
  const auto commit = session->api.get_commit(uri->repository, uri->ref);
  if (!commit) return complain("show", commit.error());
  if (options.parent > std::max<std::size_t>(1, commit->parents.size())) {
    return complain_usage("show", "commit " + commit->id + " has " +
                                      count_of(commit->parents.size(), "parent") + ", there is no " +
                                      std::to_string(options.parent));
  }
  if (!options.as_json) print_commit(*commit);
  json::array changes;
  const auto done =
      changes_of(session->api, *uri, *commit, options.parent, [&](const runner::DifferenceInfo& difference) {
        if (options.as_json) {
          changes.push_back(to_json(difference));
        } else {
          print_difference(difference);
        }
        return true;
      });
  if (!done) return complain("show", done.error());
  if (options.as_json) {
    json::object object = to_json(*commit);
    object.emplace("changes", std::move(changes));
    print_json(object);
  }
  return kExitOk;
}

/// The second side may leave out the repository.
Result<runner::Uri> other_side(const runner::Uri& uri, const std::string& text) {
  if (!runner::is_uri(text)) return runner::Uri{uri.repository, text, uri.path};
  ANABRANCH_TRY(auto other, runner::parse_ref_uri(text));
  if (other.repository == uri.repository) return other;
  return fail(ErrorCode::invalid_argument, "both refs must be of one repository");
}

int show_diff(const HistoryOptions& options) {
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage("diff", uri.error().message);
  json::array array;
  const auto show = [&](const runner::DifferenceInfo& difference) {
    if (options.as_json) {
      array.push_back(to_json(difference));
    } else {
      print_difference(difference);
    }
    return true;
  };
  const auto session = open_session();
  if (!session) return complain("diff", session.error());
  if (options.other.empty()) {
    const auto done = session->api.diff_branch(uri->repository, uri->ref, uri->path, show);
    if (!done) return complain("diff", done.error());
  } else {
    const auto other = other_side(*uri, options.other);
    if (!other) return complain_usage("diff", other.error().message);
    const auto done =
        session->api.diff(uri->repository, uri->ref, other->ref, options.two_dot, uri->path, show);
    if (!done) return complain("diff", done.error());
  }
  if (options.as_json) print_json(array);
  return kExitOk;
}

/// "name=value" each.
Result<runner::Metadata> parse_metadata(const std::vector<std::string>& texts) {
  runner::Metadata metadata;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(ErrorCode::invalid_argument, "--meta '" + text + "' is not of the form name=value");
    }
    metadata[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return metadata;
}

int commit(const HistoryOptions& options) {
  const auto uri = runner::parse_ref_uri(options.uri);
  if (!uri) return complain_usage("commit", uri.error().message);
  auto metadata = parse_metadata(options.metadata);
  if (!metadata) return complain_usage("commit", metadata.error().message);
  const auto session = open_session();
  if (!session) return complain("commit", session.error());
  const auto made = session->api.commit(uri->repository, uri->ref,
                                        {options.message, *std::move(metadata), options.allow_empty});
  if (!made) return complain("commit", made.error());
  if (options.as_json) {
    print_json(to_json(*made));
  } else {
    std::cout << made->id << "\n";
  }
  return kExitOk;
}

int merge(const HistoryOptions& options) {
  const auto source = runner::parse_ref_uri(options.uri);
  if (!source) return complain_usage("merge", source.error().message);
  const auto target = other_side(*source, options.other);
  if (!target) return complain_usage("merge", target.error().message);
  auto metadata = parse_metadata(options.metadata);
  if (!metadata) return complain_usage("merge", metadata.error().message);
  const auto session = open_session();
  if (!session) return complain("merge", session.error());
  runner::MergeOrder order{options.message, *std::move(metadata), options.strategy, std::nullopt};
  if (!options.expected_commit.empty()) order.expected_destination_commit = options.expected_commit;
  const auto made = session->api.merge(source->repository, source->ref, target->ref, order);
  if (!made) return complain("merge", made.error());
  if (options.as_json) {
    print_json(json::object{{"id", *made}});
  } else {
    std::cout << *made << "\n";
  }
  return kExitOk;
}

}  // namespace

void add_history_commands(CLI::App& program, Chosen& run) {
  const auto options = std::make_shared<HistoryOptions>();
  auto* logging = program.add_subcommand("log", "Show the commits of a ref, newest first");
  logging->add_option("uri", options->uri, "anabranch://repository/ref, or /ref/path for what touched it")
      ->required();
  logging->add_option("-n,--amount", options->amount, "How many at most")->capture_default_str();
  logging->add_flag("--json", options->as_json, "As JSON");
  logging->callback([options, &run] { run = [options] { return show_log(*options); }; });

  auto* showing = program.add_subcommand("show", "Show a commit: who, when, why, and what it changed");
  showing->add_option("uri", options->uri, "anabranch://repository/ref, or /ref/path for changes there")
      ->required();
  showing
      ->add_option("-m,--parent", options->parent, "Of a merge: the parent that it is compared with, from 1")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  showing->add_flag("--json", options->as_json, "As JSON");
  showing->callback([options, &run] { run = [options] { return show_commit(*options); }; });

  auto* diffing =
      program.add_subcommand("diff", "Show a branch's uncommitted changes, or what differs between two refs");
  diffing->add_option("uri", options->uri, "anabranch://repository/ref, or /ref/path")->required();
  diffing->add_option("other", options->other, "The ref whose changes since they parted are shown");
  diffing->add_flag("--two-dot", options->two_dot, "Compare the two as they are");
  diffing->add_flag("--json", options->as_json, "As JSON");
  diffing->callback([options, &run] { run = [options] { return show_diff(*options); }; });

  auto* committing = program.add_subcommand("commit", "Commit a branch's changes");
  committing->add_option("uri", options->uri, "anabranch://repository/branch")->required();
  committing->add_option("-m,--message", options->message, "Why")->required();
  committing->add_option("--meta", options->metadata, "name=value; as often as wanted")
      ->allow_extra_args(false);
  committing->add_flag("--allow-empty", options->allow_empty, "Also without changes");
  committing->add_flag("--json", options->as_json, "As JSON");
  committing->callback([options, &run] { run = [options] { return commit(*options); }; });

  auto* merging = program.add_subcommand("merge", "Merge a ref into a branch");
  merging->add_option("source", options->uri, "anabranch://repository/ref")->required();
  merging->add_option("target", options->other, "The branch, or its whole address")->required();
  merging->add_option("-m,--message", options->message, "Why");
  merging->add_option("--meta", options->metadata, "name=value; as often as wanted")->allow_extra_args(false);
  merging->add_option("--strategy", options->strategy, "Who wins where both sides changed")
      ->check(CLI::IsMember({"source-wins", "dest-wins"}));
  merging->add_option("--expect", options->expected_commit, "Refuse if the branch is at another commit");
  merging->add_flag("--json", options->as_json, "As JSON");
  merging->callback([options, &run] { run = [options] { return merge(*options); }; });
}

}  // namespace anabranch::app
