// How a body comes in: hashed, checked and stored in pieces. Of a large body, piece n is hashed on a worker
// while it is appended to the blob and piece n+1 arrives; two buffers, whatever the size.
#include <algorithm>
#include <mutex>
#include <utility>

#include "objects/core.h"

namespace anabranch::objects {
namespace {

/// Up to this size hashing on the spot costs less than a hop to a worker (128 KiB of MD5 is about 0.2 ms).
constexpr std::size_t kInlineHashSizeMax = 128 * KiB;
constexpr std::size_t kPieceSize = 1 * MiB;

using Digests = std::vector<std::pair<HashAlgorithm, std::string>>;

/// MD5, which every object has, and what else was asked for.
class HasherSet {
 public:
  void add(HashAlgorithm algorithm) {
    const bool there = algorithm == HashAlgorithm::md5 ||
                       std::any_of(others_.begin(), others_.end(),
                                   [&](const auto& entry) { return entry.first == algorithm; });
    if (!there) others_.emplace_back(algorithm, make_hasher(algorithm));
  }
  void update(ByteView bytes) {
    md5_.update(bytes);
    update_others(bytes);
  }
  /// All but MD5, which is then md5()'s to add.
  void update_others(ByteView bytes) {
    for (auto& [algorithm, hasher] : others_) hasher->update(bytes);
  }
  Md5Stream& md5() { return md5_; }
  Digests finish() {
    Digests digests;
    digests.emplace_back(HashAlgorithm::md5, md5_.finish());
    for (auto& [algorithm, hasher] : others_) digests.emplace_back(algorithm, hasher->finish());
    return digests;
  }

 private:
  Md5Stream md5_;
  std::vector<std::pair<HashAlgorithm, std::unique_ptr<Hasher>>> others_;
};

/// Hashes pieces one after the other on workers. The job owns what it touches, so nothing need wait for it to
/// be safe. Thread safety: start() and idle() from one coroutine.
class HashLane {
 public:
  using Piece = std::shared_ptr<std::vector<std::byte>>;

  /// Only while idle.
  HasherSet& hashers() { return hashers_; }

  /// Begins to hash a piece; only while idle.
  static void start(const std::shared_ptr<HashLane>& lane, const Core& core, const Piece& piece,
                    std::size_t size) {
    {
      const std::lock_guard lock(lane->mutex_);
      lane->busy_ = true;
    }
    core.workers.run([lane, piece, size, &core] {
      const ByteView bytes = ByteView(*piece).first(size);
      lane->hashers_.update_others(bytes);
      core.md5_lanes.update(lane->hashers_.md5(), bytes, [lane, piece] { end(*lane); });
    });
  }

  static Task<void> idle(std::shared_ptr<HashLane> lane) {
    {
      const std::lock_guard lock(lane->mutex_);
      if (!lane->busy_) co_return;
    }
    Callback<bool> ended([lane](Callback<bool>::Resume resume) {
      {
        const std::lock_guard lock(lane->mutex_);
        if (lane->busy_) {
          lane->resume_ = std::move(resume);
          return;
        }
      }
      resume(true);
    });
    co_await ended;
  }

 private:
  static void end(HashLane& lane) {
    std::function<void(bool)> resume;
    {
      const std::lock_guard lock(lane.mutex_);
      lane.busy_ = false;
      resume = std::move(lane.resume_);
      lane.resume_ = nullptr;
    }
    if (resume) resume(true);
  }

  HasherSet hashers_;  // the job's while busy_, else the coroutine's
  std::mutex mutex_;
  bool busy_ = false;                 // guarded by mutex_
  std::function<void(bool)> resume_;  // guarded by mutex_
};

Error too_large(std::uint64_t size_max_bytes) {
  return Error{ErrorCode::entity_too_large, "the body is over " + std::to_string(size_max_bytes) + " bytes"};
}
Error other_size(std::uint64_t announced, std::uint64_t received) {
  return Error{ErrorCode::incomplete_body, "the body has " + std::to_string(received) +
                                               " bytes or more, announced were " + std::to_string(announced)};
}

/// What receive_body() holds while the bytes come.
struct Intake {
  const Core& core;
  ByteSource& body;
  std::optional<std::uint64_t> announced_bytes;
  std::uint64_t size_max_bytes;
  std::shared_ptr<HashLane> lane = std::make_shared<HashLane>();
  std::shared_ptr<blob::Writer> writer = nullptr;  // none before the first byte: an empty object has no blob
  std::uint64_t received_bytes = 0;

  Result<void> count(std::size_t size) {
    received_bytes += size;
    if (received_bytes > size_max_bytes) return fail(too_large(size_max_bytes));
    if (announced_bytes && received_bytes > *announced_bytes)
      return fail(other_size(*announced_bytes, received_bytes));
    if (!writer) writer = core.blobs.create(announced_bytes);
    return {};
  }
};

/// A body announced as small: hashed here, appended as it comes, never copied.
Task<Result<void>> take_small(Intake& intake) {
  for (;;) {
    auto reading = intake.body.next();
    Result<ByteView> bytes = co_await std::move(reading);
    if (!bytes) co_return fail(std::move(bytes).error());
    if (bytes->empty()) co_return Result<void>{};
    Result<void> counted = intake.count(bytes->size());
    if (!counted) co_return counted;
    intake.lane->hashers().update(*bytes);
    auto appending = intake.writer->append(*bytes);
    Result<void> appended = co_await std::move(appending);
    if (!appended) co_return appended;
  }
}

/// Copies the next bytes of the body into `piece` until it is full or the body ends; gives how many.
/// `rest` is what the last view of the source still holds.
Task<Result<std::size_t>> fill(ByteSource& body, ByteSpan piece, ByteView& rest) {
  std::size_t used = 0;
  while (used < piece.size()) {
    if (rest.empty()) {
      auto reading = body.next();
      Result<ByteView> bytes = co_await std::move(reading);
      if (!bytes) co_return fail(std::move(bytes).error());
      if (bytes->empty()) break;
      rest = *bytes;
    }
    const std::size_t size = std::min(rest.size(), piece.size() - used);
    std::copy_n(rest.begin(), size, piece.begin() + static_cast<std::ptrdiff_t>(used));
    rest = rest.subspan(size);
    used += size;
  }
  co_return used;
}

std::size_t piece_size(const Intake& intake, std::size_t index) {
  if (intake.announced_bytes) {
    return static_cast<std::size_t>(
        std::clamp<std::uint64_t>(*intake.announced_bytes, kInlineHashSizeMax, kPieceSize));
  }
  return index == 0 ? kInlineHashSizeMax : kPieceSize;  // of unknown size: most are small
}

Task<Result<void>> take_large(Intake& intake) {
  HashLane::Piece pieces[2];
  ByteView rest;
  for (std::size_t index = 0;; ++index) {
    HashLane::Piece& piece = pieces[index % 2];
    const std::size_t capacity = piece_size(intake, index);
    if (!piece || piece->size() < capacity) piece = std::make_shared<std::vector<std::byte>>(capacity);
    auto filling = fill(intake.body, *piece, rest);
    Result<std::size_t> filled = co_await std::move(filling);
    // The piece before must be hashed before this one is, and before its buffer is filled again.
    auto waiting = HashLane::idle(intake.lane);
    co_await std::move(waiting);
    if (!filled) co_return fail(std::move(filled).error());
    if (*filled == 0) co_return Result<void>{};
    Result<void> counted = intake.count(*filled);
    if (!counted) co_return counted;

    const ByteView bytes = ByteView(*piece).first(*filled);
    if (bytes.size() <= kInlineHashSizeMax) {
      intake.lane->hashers().update(bytes);
    } else {
      HashLane::start(intake.lane, intake.core, piece, bytes.size());
    }
    auto appending = intake.writer->append(bytes);
    Result<void> appended = co_await std::move(appending);
    if (!appended) {
      auto ending = HashLane::idle(intake.lane);
      co_await std::move(ending);
      co_return appended;
    }
  }
}

const std::string* find_digest(const Digests& digests, HashAlgorithm algorithm) {
  for (const auto& [name, value] : digests) {
    if (name == algorithm) return &value;
  }
  return nullptr;
}

Result<void> check_digests(const Digests& computed, const ExpectedDigests& expected) {
  for (const auto& [algorithm, value, mismatch] : expected) {
    const std::string* const digest = find_digest(computed, algorithm);
    if (digest == nullptr) {
      return fail(ErrorCode::invalid_argument, "a trailer holds a checksum that was not announced");
    }
    if (*digest != value) {
      if (!mismatch.empty()) return fail(ErrorCode::bad_digest, mismatch);
      return fail(ErrorCode::bad_digest, "the bytes received have the digest " + to_hex(*digest) +
                                             ", announced was " + to_hex(value));
    }
  }
  return {};
}

Result<PendingObject> make_pending(Intake& intake, ReceiveOptions options, const Digests& digests) {
  PendingObject pending;
  pending.info.size_bytes = intake.received_bytes;
  pending.info.etag = to_hex(*find_digest(digests, HashAlgorithm::md5));
  pending.info.last_modified_ms = intake.core.clock.now_ms();
  pending.info.content_type = std::move(options.content_type);
  pending.info.headers = std::move(options.headers);
  pending.info.user_metadata = std::move(options.user_metadata);
  std::sort(options.stored_checksums.begin(), options.stored_checksums.end());
  const auto end = std::unique(options.stored_checksums.begin(), options.stored_checksums.end());
  for (auto algorithm = options.stored_checksums.begin(); algorithm != end; ++algorithm) {
    if (*algorithm == HashAlgorithm::md5) continue;
    pending.info.checksums.push_back({*algorithm, *find_digest(digests, *algorithm), false});
  }
  if (intake.writer) {
    pending.slices.push_back({intake.writer->id(), 0, intake.received_bytes});
    pending.batch.publish(intake.writer->id());
    pending.held.push_back(std::move(intake.writer));
  }
  return pending;
}

}  // namespace

Task<Result<PendingObject>> receive_body(const Core& core, ReceiveOptions options, ByteSource& body,
                                         std::uint64_t size_max_bytes) {
  Result<void> allowed = check_user_metadata(options.user_metadata);
  if (!allowed) co_return fail(std::move(allowed).error());
  if (options.size_bytes && *options.size_bytes > size_max_bytes) co_return fail(too_large(size_max_bytes));

  Intake intake{core, body, options.size_bytes, size_max_bytes};
  HasherSet& hashers = intake.lane->hashers();
  for (const ExpectedDigest& digest : options.expected) hashers.add(digest.algorithm);
  for (const HashAlgorithm algorithm : options.stored_checksums) hashers.add(algorithm);

  const bool small = options.size_bytes && *options.size_bytes <= kInlineHashSizeMax;
  auto taking = small ? take_small(intake) : take_large(intake);
  Result<void> taken = co_await std::move(taking);
  if (!taken) co_return fail(std::move(taken).error());
  if (options.size_bytes && intake.received_bytes != *options.size_bytes) {
    co_return fail(other_size(*options.size_bytes, intake.received_bytes));
  }

  const Digests digests = hashers.finish();
  Result<void> checked = check_digests(digests, options.expected);
  if (!checked) co_return fail(std::move(checked).error());
  if (options.trailing_expected) {
    Result<ExpectedDigests> trailing = options.trailing_expected();
    if (!trailing) co_return fail(std::move(trailing).error());
    Result<void> trailing_checked = check_digests(digests, *trailing);
    if (!trailing_checked) co_return fail(std::move(trailing_checked).error());
  }
  if (intake.writer) {
    auto finishing = intake.writer->finish();
    Result<void> finished = co_await std::move(finishing);
    if (!finished) co_return fail(std::move(finished).error());
  }
  co_return make_pending(intake, std::move(options), digests);
}

Task<Result<PendingObject>> ObjectStore::receive(ReceiveOptions options, ByteSource& body) {
  return receive_body(*impl_, std::move(options), body, kPutSizeMax);
}

}  // namespace anabranch::objects
