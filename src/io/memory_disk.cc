#include "io/memory_disk.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <utility>

#include "base/assert.h"

namespace anabranch::io {
namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::uint64_t blocks_of(std::uint64_t size_bytes) { return (size_bytes + kBlockSize - 1) / kBlockSize; }

}  // namespace

/// One file or folder (its "inode"): what reads see, and what a power cut leaves.
struct MemoryDisk::Node {
  bool folder = false;
  std::string bytes;
  std::string durable;
  std::uint64_t allocated_size = 0;       // by allocate(), since the last sync
  std::set<std::uint64_t> dirty_sectors;  // differ, maybe, between the two
  std::set<std::uint64_t> blocks;         // that take space
};

/// One change of a name that its folder has not synced. A null node: the name goes.
struct MemoryDisk::NameChange {
  std::string path;
  std::shared_ptr<Node> node;
  std::string gone = {};  // rename: the source, which goes with it
};

struct MemoryDisk::State {
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  mutable std::mutex mutex;
  Names names;
  Names durable_names;
  std::vector<NameChange> pending;  // oldest first
  std::set<std::string> locks;
  std::uint64_t incarnation = 0;
  std::uint64_t operations = 0;
  std::uint64_t fail_at = std::numeric_limits<std::uint64_t>::max();
  bool failed = false;
  bool fail_syncs = false;
  std::uint64_t capacity_bytes = std::numeric_limits<std::uint64_t>::max() / 2;

  Result<void> powered() const {
    if (failed) return fail(ErrorCode::io, "the power is off");
    return {};
  }

  /// Counts one change. False: the power failed in it (its volatile effect may stay, its durable one not).
  bool count() {
    ++operations;
    if (operations >= fail_at) failed = true;
    return !failed;
  }

  std::uint64_t used() const {
    std::set<const Node*> seen;
    std::uint64_t blocks = 0;
    for (const auto& [name, node] : names) {
      if (seen.insert(node.get()).second) blocks += node->blocks.size();
    }
    return blocks * kBlockSize;
  }

  Result<void> take_blocks(Node& node, std::uint64_t offset, std::uint64_t length) {
    std::vector<std::uint64_t> added;
    for (std::uint64_t block = offset / kBlockSize; block < blocks_of(offset + length); ++block) {
      if (!node.blocks.contains(block)) added.push_back(block);
    }
    if (!added.empty() && used() + added.size() * kBlockSize > capacity_bytes) {
      return fail(ErrorCode::no_space, "the disk is full");
    }
    node.blocks.insert(added.begin(), added.end());
    return {};
  }

  static void apply(Names& to, const NameChange& change) {
    if (!change.gone.empty()) to.erase(change.gone);
    if (change.node != nullptr) {
      to[change.path] = change.node;
    } else {
      to.erase(change.path);
    }
  }

  void change_name(NameChange change) {
    apply(names, change);
    pending.push_back(std::move(change));
  }

  static void mark(Node& node, std::uint64_t offset, std::uint64_t length) {
    for (std::uint64_t sector = offset / kSectorSize; sector * kSectorSize < offset + length; ++sector) {
      node.dirty_sectors.insert(sector);
    }
  }

  static void settle_sector(Node& node, std::uint64_t sector) {
    const std::uint64_t begin = sector * kSectorSize;
    if (begin >= node.bytes.size()) return;
    const std::uint64_t count = std::min<std::uint64_t>(kSectorSize, node.bytes.size() - begin);
    if (node.durable.size() < begin + count) node.durable.resize(begin + count);
    std::memcpy(node.durable.data() + begin, node.bytes.data() + begin, count);
  }

  static void sync(Node& node) {
    for (const std::uint64_t sector : node.dirty_sectors) settle_sector(node, sector);
    node.durable.resize(node.bytes.size());
    node.dirty_sectors.clear();
    node.allocated_size = 0;
  }

  static void tear(Node& node, std::mt19937_64& random) {
    // A truncation, or space reserved by allocate(), may have reached the drive by itself.
    if (node.bytes.size() < node.durable.size() && random() % 2 == 0) node.durable.resize(node.bytes.size());
    if (node.allocated_size > node.durable.size() && random() % 2 == 0)
      node.durable.resize(node.allocated_size);
    const std::uint64_t size = node.durable.size();
    const std::uint64_t grown = node.bytes.size() > size ? node.bytes.size() - size : 0;
    const std::uint64_t end = size + random() % (grown + 1);
    for (const std::uint64_t sector : node.dirty_sectors) {
      const bool kept = sector * kSectorSize < size ? random() % 2 == 0 : sector * kSectorSize < end;
      if (kept) settle_sector(node, sector);
    }
  }

  static void cut(Node& node, std::mt19937_64* random) {
    if (random != nullptr) tear(node, *random);
    node.bytes = node.durable;
    node.dirty_sectors.clear();
    node.allocated_size = 0;
    node.blocks.erase(node.blocks.lower_bound(blocks_of(node.bytes.size())), node.blocks.end());
  }

  void cut(std::mt19937_64* random) {
    std::size_t kept = random != nullptr ? (*random)() % (pending.size() + 1) : 0;
    for (const auto& change : pending) {
      if (kept-- == 0) break;
      apply(durable_names, change);
    }
    pending.clear();
    names.clear();
    for (const auto& [path, node] : durable_names) {  // parents sort before their children
      const std::string parent = parent_of(path);
      if (parent.empty() || names.contains(parent)) names.emplace(path, node);
    }
    durable_names = names;
    for (const auto& entry : names) cut(*entry.second, random);
    locks.clear();
    ++incarnation;
    failed = false;
    fail_at = std::numeric_limits<std::uint64_t>::max();
  }
};

class MemoryDisk::MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<State> state, std::shared_ptr<Node> node, std::string path, OpenMode mode)
      : state_(std::move(state)),
        node_(std::move(node)),
        path_(std::move(path)),
        mode_(mode),
        incarnation_(state_->incarnation) {}

  Result<void> write(std::uint64_t offset_bytes, ByteView bytes) override {
    ANABRANCH_ASSERT(mode_ != OpenMode::write_direct ||
                         (offset_bytes % kBlockSize == 0 && bytes.size() % kBlockSize == 0 &&
                          reinterpret_cast<std::uintptr_t>(bytes.data()) % kBlockSize == 0),
                     "unaligned direct write to " + path_);
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    const bool alive = state_->count();
    ANABRANCH_CHECK(state_->take_blocks(*node_, offset_bytes, bytes.size()));
    grow(offset_bytes + bytes.size());
    if (!bytes.empty()) std::memcpy(node_->bytes.data() + offset_bytes, bytes.data(), bytes.size());
    State::mark(*node_, offset_bytes, bytes.size());
    return outcome(alive);
  }

  Result<std::size_t> read(std::uint64_t offset_bytes, ByteSpan out) override {
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    if (offset_bytes >= node_->bytes.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), node_->bytes.size() - offset_bytes);
    if (count > 0) std::memcpy(out.data(), node_->bytes.data() + offset_bytes, count);
    return count;
  }

  Result<void> sync() override {
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    const bool alive = state_->count();
    if (state_->fail_syncs) return fail(ErrorCode::io, "sync " + path_ + " fails on purpose");
    if (alive) State::sync(*node_);
    return outcome(alive);
  }

  Result<void> allocate(std::uint64_t size_bytes) override {
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    const bool alive = state_->count();
    const std::uint64_t before = node_->bytes.size();
    if (size_bytes > before) {
      ANABRANCH_CHECK(state_->take_blocks(*node_, before, size_bytes - before));
      grow(size_bytes);
      node_->allocated_size = size_bytes;
    }
    return outcome(alive);
  }

  Result<void> punch(std::uint64_t offset_bytes, std::uint64_t length_bytes) override {
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    const bool alive = state_->count();
    const std::uint64_t end = std::min<std::uint64_t>(offset_bytes + length_bytes, node_->bytes.size());
    if (end > offset_bytes) {
      std::memset(node_->bytes.data() + offset_bytes, 0, end - offset_bytes);
      State::mark(*node_, offset_bytes, end - offset_bytes);
      node_->blocks.erase(node_->blocks.lower_bound(blocks_of(offset_bytes)),
                          node_->blocks.lower_bound((offset_bytes + length_bytes) / kBlockSize));
    }
    return outcome(alive);
  }

  Result<void> truncate(std::uint64_t size_bytes) override {
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    const bool alive = state_->count();
    if (size_bytes > node_->bytes.size()) {
      grow(size_bytes);
    } else {
      node_->bytes.resize(size_bytes);
      node_->blocks.erase(node_->blocks.lower_bound(blocks_of(size_bytes)), node_->blocks.end());
    }
    return outcome(alive);
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(state_->mutex);
    ANABRANCH_CHECK(usable());
    return static_cast<std::uint64_t>(node_->bytes.size());
  }

 private:
  Result<void> usable() const {
    ANABRANCH_CHECK(state_->powered());
    if (incarnation_ != state_->incarnation)
      return fail(ErrorCode::io, path_ + " was open when the power failed");
    return {};
  }
  Result<void> outcome(bool alive) const {
    if (!alive) return fail(ErrorCode::io, "the power failed at " + path_);
    return {};
  }
  void grow(std::uint64_t size_bytes) {
    const std::uint64_t before = node_->bytes.size();
    if (size_bytes <= before) return;
    node_->bytes.resize(size_bytes);
    State::mark(*node_, before, size_bytes - before);
  }

  std::shared_ptr<State> state_;
  std::shared_ptr<Node> node_;
  const std::string path_;
  const OpenMode mode_;
  const std::uint64_t incarnation_;
};

class MemoryDisk::MemoryLock final : public Lock {
 public:
  MemoryLock(std::shared_ptr<State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)), incarnation_(state_->incarnation) {}
  ~MemoryLock() override {
    const std::lock_guard lock(state_->mutex);
    if (incarnation_ == state_->incarnation) state_->locks.erase(path_);
  }
  MemoryLock(const MemoryLock&) = delete;
  MemoryLock& operator=(const MemoryLock&) = delete;

 private:
  std::shared_ptr<State> state_;
  const std::string path_;
  const std::uint64_t incarnation_;
};

MemoryDisk::MemoryDisk() : state_(std::make_shared<State>()) {}
MemoryDisk::~MemoryDisk() = default;

Result<std::unique_ptr<File>> MemoryDisk::open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  auto found = state_->names.find(path);
  if (found == state_->names.end()) {
    const std::string parent = parent_of(path);
    if (mode == OpenMode::read || (!parent.empty() && !state_->names.contains(parent))) {
      return fail(ErrorCode::not_found, "open " + path + ": no such file");
    }
    const bool alive = state_->count();
    state_->change_name({path, std::make_shared<Node>()});
    if (!alive) return fail(ErrorCode::io, "the power failed at " + path);
    found = state_->names.find(path);
  }
  if (found->second->folder) return fail(ErrorCode::io, path + " is a folder");
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(state_, found->second, path, mode));
}

Result<void> MemoryDisk::remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  if (!state_->names.contains(path)) return fail(ErrorCode::not_found, "remove " + path + ": no such file");
  const bool alive = state_->count();
  state_->change_name({path, nullptr});
  return alive ? Result<void>() : fail(ErrorCode::io, "the power failed at " + path);
}

Result<void> MemoryDisk::rename(const std::string& source, const std::string& target) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  const auto found = state_->names.find(source);
  if (found == state_->names.end()) return fail(ErrorCode::not_found, "rename " + source + ": no such file");
  const bool alive = state_->count();
  state_->change_name({target, found->second, source});
  return alive ? Result<void>() : fail(ErrorCode::io, "the power failed at " + source);
}

Result<void> MemoryDisk::make_directory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  if (state_->names.contains(path)) return {};
  const bool alive = state_->count();
  auto node = std::make_shared<Node>();
  node->folder = true;
  state_->change_name({path, std::move(node)});
  return alive ? Result<void>() : fail(ErrorCode::io, "the power failed at " + path);
}

Result<void> MemoryDisk::sync_directory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  if (!state_->count()) return fail(ErrorCode::io, "the power failed at " + path);
  if (state_->fail_syncs) return fail(ErrorCode::io, "sync " + path + " fails on purpose");
  std::vector<NameChange> left;
  for (auto& change : state_->pending) {
    if (parent_of(change.path) == path) {
      State::apply(state_->durable_names, change);
    } else {
      left.push_back(std::move(change));
    }
  }
  state_->pending = std::move(left);
  return {};
}

Result<std::vector<std::string>> MemoryDisk::list(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  if (!path.empty() && !state_->names.contains(path)) return fail(ErrorCode::not_found, "list " + path);
  std::vector<std::string> names;
  for (const auto& [name, node] : state_->names) {
    if (parent_of(name) == path) names.push_back(path.empty() ? name : name.substr(path.size() + 1));
  }
  return names;
}

Result<bool> MemoryDisk::exists(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  return path.empty() || state_->names.contains(path);
}

Result<std::unique_ptr<Lock>> MemoryDisk::lock(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  if (!state_->locks.insert(path).second) return fail(ErrorCode::conflict, path + " is held already");
  return std::unique_ptr<Lock>(std::make_unique<MemoryLock>(state_, path));
}

Result<std::uint64_t> MemoryDisk::free_bytes() {
  const std::lock_guard lock(state_->mutex);
  ANABRANCH_CHECK(state_->powered());
  const std::uint64_t used = state_->used();
  return used >= state_->capacity_bytes ? 0 : state_->capacity_bytes - used;
}

void MemoryDisk::power_cut(std::optional<std::uint64_t> tear_seed) {
  const std::lock_guard lock(state_->mutex);
  if (tear_seed) {
    std::mt19937_64 random(*tear_seed);
    state_->cut(&random);
  } else {
    state_->cut(nullptr);
  }
}

void MemoryDisk::fail_at(std::uint64_t operation) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_at = state_->operations + operation;
}

bool MemoryDisk::failed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failed;
}

std::uint64_t MemoryDisk::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->operations;
}

void MemoryDisk::set_capacity(std::uint64_t capacity_bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->capacity_bytes = capacity_bytes;
}

std::uint64_t MemoryDisk::used_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->used();
}

void MemoryDisk::fail_syncs(bool fail) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_syncs = fail;
}

Result<void> MemoryDisk::flip_bit(const std::string& path, std::uint64_t bit) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->names.find(path);
  if (found == state_->names.end()) return fail(ErrorCode::not_found, "no file " + path);
  for (std::string* bytes : {&found->second->bytes, &found->second->durable}) {
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] = static_cast<char>((*bytes)[bit / 8] ^ (1 << (bit % 8)));
  }
  return {};
}

}  // namespace anabranch::io
