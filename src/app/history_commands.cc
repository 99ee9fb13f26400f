// anabranch log | diff | commit | merge
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "app/cli.h"
#include "app/commands.h"
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
  bool as_json = false;
};

json::object to_json(const runner::CommitInfo& commit) {
  json::array parents;
  for (const auto& parent : commit.parents) parents.push_back(json::value(parent));
  json::object metadata;
  for (const auto& [name, value] : commit.metadata) metadata.emplace(name, value);
  return {{"id", commit.id},
          {"parents", std::move(parents)},
          {"committer", commit.committer},
          {"message", commit.message},
          {"created_seconds", commit.created_seconds},
          {"metadata", std::move(metadata)}};
}

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
    std::cout << json::serialize(array) << "\n";
    return kExitOk;
  }
  for (const auto& commit : *commits) {
    std::cout << short_id(commit.id) << "  " << format_time(commit.created_seconds) << "  " << commit.message;
    if (!commit.committer.empty()) std::cout << "  (" << commit.committer << ")";
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
      array.push_back(json::object{{"type", difference.type}, {"path", difference.path}});
    } else {
      std::cout << mark_of(difference.type) << " " << difference.path << "\n";
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
  if (options.as_json) std::cout << json::serialize(array) << "\n";
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
  std::cout << made->id << "\n";
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
  std::cout << *made << "\n";
  return kExitOk;
}

}  // namespace

void add_history_commands(CLI::App& program, Chosen& run) {
  const auto options = std::make_shared<HistoryOptions>();
  auto* logging = program.add_subcommand("log", "Show the commits of a ref, newest first");
  logging->add_option("uri", options->uri, "anabranch://repository/ref, or /ref/prefix for what touched it")
      ->required();
  logging->add_option("-n,--amount", options->amount, "How many at most")->capture_default_str();
  logging->add_flag("--json", options->as_json, "As JSON");
  logging->callback([options, &run] { run = [options] { return show_log(*options); }; });

  auto* diffing =
      program.add_subcommand("diff", "Show a branch's uncommitted changes, or what differs between two refs");
  diffing->add_option("uri", options->uri, "anabranch://repository/ref")->required();
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
  committing->callback([options, &run] { run = [options] { return commit(*options); }; });

  auto* merging = program.add_subcommand("merge", "Merge a ref into a branch");
  merging->add_option("source", options->uri, "anabranch://repository/ref")->required();
  merging->add_option("target", options->other, "The branch, or its whole address")->required();
  merging->add_option("-m,--message", options->message, "Why");
  merging->add_option("--meta", options->metadata, "name=value; as often as wanted")->allow_extra_args(false);
  merging->add_option("--strategy", options->strategy, "Who wins where both sides changed")
      ->check(CLI::IsMember({"source-wins", "dest-wins"}));
  merging->add_option("--expect", options->expected_commit, "Refuse if the branch is at another commit");
  merging->callback([options, &run] { run = [options] { return merge(*options); }; });
}

}  // namespace anabranch::app
