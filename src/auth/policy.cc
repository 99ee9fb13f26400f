// What principals may do: see auth/principal.h.
#include <algorithm>

#include "auth/principal.h"

namespace anabranch::auth {
namespace {

/// A name or ref as one segment of a printed resource.
void append_segment(std::string& out, std::string_view text) {
  out.push_back('/');
  for (const char c : text) {
    if (c == '/') {
      out.append("%2F");
    } else if (c == '%') {
      out.append("%25");
    } else {
      out.push_back(c);
    }
  }
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_pattern(pattern, text); });
}

}  // namespace

std::string_view to_string(Action action) {
  // No default: -Wswitch names the enumerator that a change forgot here.
  switch (action) {
#define ANABRANCH_NAME(name) \
  case Action::name:         \
    return #name
    ANABRANCH_NAME(list_buckets);
    ANABRANCH_NAME(create_bucket);
    ANABRANCH_NAME(read_bucket);
    ANABRANCH_NAME(delete_bucket);
    ANABRANCH_NAME(list_objects);
    ANABRANCH_NAME(read_object);
    ANABRANCH_NAME(write_object);
    ANABRANCH_NAME(delete_object);
    ANABRANCH_NAME(list_repositories);
    ANABRANCH_NAME(create_repository);
    ANABRANCH_NAME(read_repository);
    ANABRANCH_NAME(update_repository);
    ANABRANCH_NAME(delete_repository);
    ANABRANCH_NAME(list_branches);
    ANABRANCH_NAME(read_branch);
    ANABRANCH_NAME(create_branch);
    ANABRANCH_NAME(delete_branch);
    ANABRANCH_NAME(revert_branch);
    ANABRANCH_NAME(commit);
    ANABRANCH_NAME(import);
    ANABRANCH_NAME(list_tags);
    ANABRANCH_NAME(read_tag);
    ANABRANCH_NAME(create_tag);
    ANABRANCH_NAME(delete_tag);
    ANABRANCH_NAME(read_commit);
    ANABRANCH_NAME(list_commits);
    ANABRANCH_NAME(merge);
    ANABRANCH_NAME(read_config);
    ANABRANCH_NAME(read_server);
    ANABRANCH_NAME(manage_credentials);
#undef ANABRANCH_NAME
  }
  return "unknown";
}

std::string Resource::to_string() const {
  if (kind == Kind::server) return "server";
  std::string out = kind == Kind::bucket ? "bucket" : "repository";
  if (name.empty()) return out;
  append_segment(out, name);
  if (kind == Kind::repository) {
    if (ref.empty()) return out;
    append_segment(out, ref);
  }
  if (!path.empty()) out.append("/").append(path);
  return out;
}

std::string escape_pattern(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '*' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t at = 0;         // in pattern
  std::size_t seen = 0;       // in text
  std::size_t star = kNone;   // the last `*` met in pattern ...
  std::size_t star_seen = 0;  // ... and how much of text it may end before
  while (seen < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_seen = seen;
      continue;
    }
    const std::size_t escape = at + 1 < pattern.size() && pattern[at] == '\\' ? 1 : 0;
    if (at < pattern.size() && pattern[at + escape] == text[seen]) {
      at += escape + 1;
      ++seen;
    } else if (star != kNone) {
      at = star + 1;
      seen = ++star_seen;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == kNone;
}

Policy Policy::everything() { return {{{true, {"*"}, {"*"}}}}; }

Policy Policy::run(const std::string& repository, const std::string& branch) {
  // Printed and escaped as authorize() prints what is asked for, so that no name can widen a pattern.
  std::string all = "repository";
  append_segment(all, repository);
  std::string own = all;
  append_segment(own, branch);
  all = escape_pattern(all);
  own = escape_pattern(own);

  Policy policy;
  policy.statements.push_back({true, {"list_*", "read_*"}, {all, all + "/*"}});
  policy.statements.push_back(
      {true, {"write_object", "delete_object", "commit", "revert_branch"}, {own, own + "/*"}});
  policy.statements.push_back({true, {"read_config"}, {"server"}});
  return policy;
}

Result<void> authorize(const Principal& principal, Action action, const Resource& resource) {
  const std::string_view action_name = to_string(action);
  const std::string resource_name = resource.to_string();
  bool allowed = false;
  bool denied = false;
  for (const Statement& statement : principal.policy.statements) {
    if (!any_matches(statement.actions, action_name) || !any_matches(statement.resources, resource_name))
      continue;
    (statement.allow ? allowed : denied) = true;
  }
  if (allowed && !denied) return {};
  return fail(ErrorCode::access_denied, "user '" + principal.user_id + "' may not " +
                                            std::string(action_name) + " on " + resource_name +
                                            (denied ? ": a policy denies it" : ": no policy allows it"));
}

}  // namespace anabranch::auth
