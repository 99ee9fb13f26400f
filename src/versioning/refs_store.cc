#include "versioning/refs_store.h"

#include <algorithm>
#include <mutex>

#include "versioning/repositories.h"

namespace anabranch::versioning {
namespace {

constexpr std::size_t kCommitIdSize = 64;
constexpr std::size_t kCommitsCachedMax = 20'000;

bool is_hex(std::string_view text) {
  return !text.empty() && text.size() <= kCommitIdSize && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

tl::unexpected<Error> no_such_ref(const std::string& ref) {
  return fail(ErrorCode::no_such_ref, "reference '" + ref + "' does not exist");
}

/// One page of names under `all` (a key prefix); `make` decodes a value.
template <class T, class Make>
Result<Page<T>> list_names(const kv::Store& kv, const std::string& all, const PageRequest& page, Make make) {
  const std::size_t amount = std::min(page.amount, kPageMax);
  const bool goes_on = !page.after.empty() && page.after >= page.prefix;
  const std::string begin = all + (goes_on ? page.after + '\0' : page.prefix);
  Page<T> result;
  Result<void> good;
  ANABRANCH_CHECK(
      kv.scan(begin, kv::prefix_end(all + page.prefix), [&](std::string_view key, std::string_view value) {
        if (!page.is_wanted(key.substr(all.size()))) return kv::ScanStep::next();
        if (result.items.size() == amount) {
          result.has_more = amount > 0;
          return kv::ScanStep::stop();
        }
        Result<T> item = make(std::string(key.substr(all.size())), value);
        if (!item) {
          good = fail(std::move(item).error());
          return kv::ScanStep::stop();
        }
        result.items.push_back(*std::move(item));
        return kv::ScanStep::next();
      }));
  ANABRANCH_CHECK(good);
  if (result.has_more) result.next_offset = result.items.back().id;
  return result;
}

}  // namespace

Result<std::optional<BranchState>> RefStore::find_branch(const kv::Reader& reader,
                                                         const OpenRepository& repository,
                                                         const std::string& name) const {
  BranchState state;
  state.name = name;
  state.key = keys::branch(repository.uid, name);
  ANABRANCH_TRY(auto raw, reader.get(state.key));
  if (!raw) return std::optional<BranchState>{};
  ANABRANCH_TRY(state.record, decode_branch(*raw));
  state.raw = *std::move(raw);
  return std::optional<BranchState>(std::move(state));
}

Result<BranchState> RefStore::branch(const kv::Reader& reader, const OpenRepository& repository,
                                     const std::string& name) const {
  ANABRANCH_TRY(auto found, find_branch(reader, repository, name));
  if (!found) return fail(ErrorCode::no_such_branch, "branch '" + name + "' does not exist");
  return *std::move(found);
}

Result<BranchState> RefStore::writable_branch(const kv::Reader& reader, const OpenRepository& repository,
                                              const std::string& name) const {
  ANABRANCH_TRY(auto found, find_branch(reader, repository, name));
  if (!found) {
    if (const auto other = resolve(reader, repository, name); other) {
      return fail(ErrorCode::not_allowed,
                  "'" + name + "' is no branch: tags and commits cannot be written to");
    } else if (other.error().code != ErrorCode::no_such_ref &&
               other.error().code != ErrorCode::invalid_argument) {
      return fail(other.error());
    }
    return fail(ErrorCode::no_such_branch, "branch '" + name + "' does not exist");
  }
  if (repository.info.read_only) {
    return fail(ErrorCode::not_allowed, "repository '" + repository.info.id + "' is read-only");
  }
  return *std::move(found);
}

Result<CommitHandle> RefStore::commit(const kv::Reader& reader, const OpenRepository& repository,
                                      const std::string& id) const {
  const std::string key = keys::commit(repository.uid, id);
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = commits_.find(key); found != commits_.end()) return found->second;
  }
  ANABRANCH_TRY(const auto raw, reader.get(key));
  if (!raw) return fail(ErrorCode::no_such_commit, "commit '" + id + "' does not exist");
  ANABRANCH_TRY(auto decoded, decode_commit(id, *raw));
  auto handle = std::make_shared<const Commit>(std::move(decoded));
  const std::unique_lock lock(mutex_);
  if (commits_.size() >= kCommitsCachedMax)
    commits_.clear();  // simple, and rare: all of it comes back in a scan or two
  commits_[key] = handle;
  return handle;
}

Result<std::optional<std::string>> RefStore::find_by_prefix(const kv::Reader& reader,
                                                            const OpenRepository& repository,
                                                            const std::string& prefix) const {
  const std::string all = keys::commits(repository.uid);
  const std::string begin = all + prefix;
  std::vector<std::string> found;
  ANABRANCH_CHECK(reader.scan(begin, kv::prefix_end(begin), [&](std::string_view key, std::string_view) {
    found.emplace_back(key.substr(all.size()));
    return found.size() < 2 ? kv::ScanStep::next() : kv::ScanStep::stop();
  }));
  if (found.size() > 1) {
    return fail(ErrorCode::no_such_ref, "'" + prefix + "' is the beginning of more than one commit id");
  }
  if (found.empty()) return std::optional<std::string>{};
  return std::optional<std::string>(std::move(found.front()));
}

/// In lakeFS's order: a whole commit id, a branch, a tag, the beginning of a commit id.
Result<NamedCommit> RefStore::resolve_base(const kv::Reader& reader, const OpenRepository& repository,
                                           const std::string& base) const {
  if (base.size() == kCommitIdSize && is_hex(base)) {
    const auto whole = commit(reader, repository, lower(base));
    if (whole) return NamedCommit{(*whole)->id, {}, false, false};
    if (whole.error().code != ErrorCode::no_such_commit) return fail(whole.error());
  }
  ANABRANCH_TRY(auto branch, find_branch(reader, repository, base));
  if (branch) {
    std::string head = branch->record.commit_id;
    return NamedCommit{std::move(head), std::move(branch), false, true};
  }
  ANABRANCH_TRY(auto tagged, reader.get(keys::tag(repository.uid, base)));
  if (tagged) return NamedCommit{*std::move(tagged), {}, false, false};
  if (is_hex(base)) {
    ANABRANCH_TRY(auto id, find_by_prefix(reader, repository, lower(base)));
    if (id) return NamedCommit{*std::move(id), {}, false, false};
  }
  return no_such_ref(base);
}

Result<NamedCommit> RefStore::resolve(const kv::Reader& reader, const OpenRepository& repository,
                                      const std::string& ref) const {
  ANABRANCH_TRY(const RefExpression expression, parse_ref(ref));
  ANABRANCH_TRY(NamedCommit named, resolve_base(reader, repository, expression.base));
  for (const RefModifier& modifier : expression.modifiers) {
    using Kind = RefModifier::Kind;
    if (modifier.kind == Kind::at || modifier.kind == Kind::dollar) {
      if (!named.is_branch || expression.modifiers.size() != 1) {
        return fail(ErrorCode::invalid_argument,
                    "ref '" + ref + "': '@' and '$' follow the name of a branch, alone");
      }
      named.staged_only_name = modifier.kind == Kind::dollar;
      if (modifier.kind == Kind::at) named.branch.reset();
      return named;
    }
    named.branch.reset();
    const unsigned steps = modifier.kind == Kind::tilde ? modifier.value : 1;
    const unsigned parent = modifier.kind == Kind::tilde ? 1 : modifier.value;
    if (parent == 0) continue;  // ^0: the commit itself
    for (unsigned step = 0; step < steps; ++step) {
      ANABRANCH_TRY(const auto at, commit(reader, repository, named.commit_id));
      if (at->parents.size() < parent) return no_such_ref(ref);
      named.commit_id = at->parents[parent - 1];
    }
  }
  return named;
}

Result<CommitHandle> RefStore::resolve_commit(const kv::Reader& reader, const OpenRepository& repository,
                                              const std::string& ref) const {
  ANABRANCH_TRY(const NamedCommit named, resolve(reader, repository, ref));
  if (named.staged_only_name) {
    return fail(ErrorCode::invalid_argument,
                "ref '" + ref + "' names uncommitted changes; a commit is needed here");
  }
  return commit(reader, repository, named.commit_id);
}

Result<Page<Branch>> RefStore::list_branches(const OpenRepository& repository,
                                             const PageRequest& page) const {
  return list_names<Branch>(services_.kv, keys::branches(repository.uid), page,
                            [](std::string name, std::string_view value) -> Result<Branch> {
                              ANABRANCH_TRY(auto record, decode_branch(value));
                              return Branch{std::move(name), std::move(record.commit_id)};
                            });
}

Result<Tag> RefStore::tag(const OpenRepository& repository, const std::string& name) const {
  ANABRANCH_TRY(auto commit_id, services_.kv.get(keys::tag(repository.uid, name)));
  if (!commit_id) return fail(ErrorCode::no_such_tag, "tag '" + name + "' does not exist");
  return Tag{name, *std::move(commit_id)};
}

Result<Page<Tag>> RefStore::list_tags(const OpenRepository& repository, const PageRequest& page) const {
  return list_names<Tag>(services_.kv, keys::tags(repository.uid), page,
                         [](std::string name, std::string_view value) -> Result<Tag> {
                           return Tag{std::move(name), std::string(value)};
                         });
}

/// A branch must not have the name of a tag or a commit, nor the other way round: one would hide the other.
Result<void> RefStore::check_new_name(const OpenRepository& repository, const std::string& name) const {
  if (repository.info.read_only) {
    return fail(ErrorCode::not_allowed, "repository '" + repository.info.id + "' is read-only");
  }
  ANABRANCH_TRY(const auto alive, services_.kv.get(keys::alive(repository.uid)));
  if (!alive)
    return fail(ErrorCode::no_such_repository, "repository '" + repository.info.id + "' was removed");
  ANABRANCH_TRY(const auto branch, services_.kv.get(keys::branch(repository.uid, name)));
  if (branch) return fail(ErrorCode::already_exists, "branch '" + name + "' exists already");
  ANABRANCH_TRY(const auto tag, services_.kv.get(keys::tag(repository.uid, name)));
  if (tag) return fail(ErrorCode::already_exists, "tag '" + name + "' exists already");
  if (name.size() == kCommitIdSize && is_hex(name)) {
    ANABRANCH_TRY(const auto commit, services_.kv.get(keys::commit(repository.uid, lower(name))));
    if (commit) return fail(ErrorCode::already_exists, "'" + name + "' is the id of a commit");
  }
  return {};
}

Task<Result<Branch>> RefStore::create_branch(RepositoryHandle repository, std::string name,
                                             std::string source) {
  if (auto good = check_branch_name(name); !good) co_return fail(std::move(good).error());
  Branch created{name, {}};
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    ANABRANCH_TRY(const auto head, resolve_commit(services_.kv, *repository, source));
    ANABRANCH_CHECK(check_new_name(*repository, name));
    created.commit_id = head->id;
    const BranchRecord record{head->id, make_xid(services_.clock.now_ms()), {}};
    kv::Batch batch;
    batch.require_equals(keys::alive(repository->uid), "");
    batch.require_absent(keys::branch(repository->uid, name));
    batch.require_absent(keys::tag(repository->uid, name));
    batch.put(keys::branch(repository->uid, name), encode(record));
    batch.put(keys::open_token(record.staging_token), repository->uid);
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return created;
}

Task<Result<std::vector<std::string>>> RefStore::delete_branch(RepositoryHandle repository,
                                                               std::string name) {
  std::vector<std::string> tokens;
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    ANABRANCH_TRY(const BranchState state, branch(services_.kv, *repository, name));
    if (name == repository->info.default_branch) {
      return fail(ErrorCode::not_allowed,
                  "branch '" + name + "' is the default branch: it cannot be deleted");
    }
    if (repository->info.read_only) {
      return fail(ErrorCode::not_allowed, "repository '" + repository->info.id + "' is read-only");
    }
    kv::Batch batch;
    batch.require_equals(state.key, state.raw);
    batch.erase(state.key);
    batch.erase(keys::open_token(state.record.staging_token));
    tokens = state.record.tokens();
    for (const auto& token : tokens) batch.put(keys::dropped_token(token), "");
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return tokens;
}

Task<Result<Tag>> RefStore::create_tag(RepositoryHandle repository, std::string name, std::string ref) {
  if (auto good = check_tag_name(name); !good) co_return fail(std::move(good).error());
  Tag created{name, {}};
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    ANABRANCH_CHECK(check_new_name(*repository, name));
    ANABRANCH_TRY(const auto commit, resolve_commit(services_.kv, *repository, ref));
    created.commit_id = commit->id;
    kv::Batch batch;
    batch.require_equals(keys::alive(repository->uid), "");
    batch.require_absent(keys::branch(repository->uid, name));
    batch.require_absent(keys::tag(repository->uid, name));
    batch.put(keys::tag(repository->uid, name), commit->id);
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return created;
}

Task<Result<void>> RefStore::delete_tag(RepositoryHandle repository, std::string name) {
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const std::string key = keys::tag(repository->uid, name);
    ANABRANCH_TRY(const auto found, services_.kv.get(key));
    if (!found) return fail(ErrorCode::no_such_tag, "tag '" + name + "' does not exist");
    if (repository->info.read_only) {
      return fail(ErrorCode::not_allowed, "repository '" + repository->info.id + "' is read-only");
    }
    kv::Batch batch;
    batch.require(key, found);
    batch.erase(key);
    return batch;
  });
  co_return co_await std::move(committing);
}

}  // namespace anabranch::versioning
