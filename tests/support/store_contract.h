// tests/support/store_contract.h — what kv/store.h and blob/store.h promise, as tests over any pair of
// stores.
//
// A backend's test includes this once and says:
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(&make_memory_pair));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/seed.h"
#include "support/store_helpers.h"

namespace anabranch::testing_support {

using MakeStorePair = std::unique_ptr<StorePair> (*)();

class StoreContract : public testing::TestWithParam<MakeStorePair> {
 protected:
  StoreContract() : stores_(GetParam()()) {}

  kv::Store& keys() { return stores_->keys(); }
  blob::Store& blobs() { return stores_->blobs(); }
  Result<void> commit(kv::Batch batch) { return kv::commit_blocking(keys(), std::move(batch)); }
  void put(std::string key, std::string value) {
    kv::Batch batch;
    batch.put(std::move(key), std::move(value));
    ASSERT_TRUE(commit(std::move(batch)));
  }
  std::optional<std::string> get(std::string_view key) {
    auto value = keys().get(key);
    EXPECT_TRUE(value) << value.error().message;
    return value ? *value : std::nullopt;
  }
  static ErrorCode code_of(const Result<void>& result) {
    return result ? ErrorCode::internal : result.error().code;
  }

  std::unique_ptr<StorePair> stores_;
};

TEST_P(StoreContract, AKeyThatWasPutIsRead) {
  put("a", "1");

  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("b"), std::nullopt);
}

TEST_P(StoreContract, AnEmptyValueAndZeroBytesAreValues) {
  const std::string binary("\0\xff\0", 3);
  put("empty", "");
  put(binary, binary);

  EXPECT_EQ(get("empty"), "");
  EXPECT_EQ(get(binary), binary);
}

TEST_P(StoreContract, AnErasedKeyIsAbsent) {
  put("a", "1");
  kv::Batch batch;
  batch.erase("a");
  ASSERT_TRUE(commit(std::move(batch)));

  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_THAT(entries_of(keys()), testing::IsEmpty());
}

TEST_P(StoreContract, TheLastChangeToAKeyWins) {
  kv::Batch batch;
  batch.put("a", "1");
  batch.erase("a");
  batch.put("a", "2");
  batch.put("b", "1");
  batch.erase("b");
  ASSERT_TRUE(commit(std::move(batch)));

  EXPECT_EQ(get("a"), "2");
  EXPECT_EQ(get("b"), std::nullopt);
}

TEST_P(StoreContract, CountersAddUp) {
  for (const std::int64_t delta : {5, -7, 40}) {
    kv::Batch batch;
    batch.add("n", delta);
    batch.add("n", delta);
    ASSERT_TRUE(commit(std::move(batch)));
  }
  kv::Batch mixed;
  mixed.put("m", kv::encode_counter(100));
  mixed.add("m", 1);
  mixed.add("gone", 1);
  mixed.erase("gone");
  ASSERT_TRUE(commit(std::move(mixed)));

  EXPECT_EQ(kv::decode_counter(get("n").value_or("")), 76);
  EXPECT_EQ(kv::decode_counter(get("m").value_or("")), 101);
  EXPECT_EQ(get("gone"), std::nullopt);
}

TEST_P(StoreContract, ABatchWhoseConditionFailsChangesNothing) {
  put("a", "1");
  kv::Batch absent, equals, missing;
  absent.require_absent("a");
  absent.put("x", "1");
  equals.require_equals("a", "2");
  equals.put("x", "1");
  missing.require_equals("b", "");
  missing.put("x", "1");

  EXPECT_EQ(code_of(commit(std::move(absent))), ErrorCode::precondition_failed);
  EXPECT_EQ(code_of(commit(std::move(equals))), ErrorCode::precondition_failed);
  EXPECT_EQ(code_of(commit(std::move(missing))), ErrorCode::precondition_failed);
  EXPECT_EQ(get("x"), std::nullopt);
}

TEST_P(StoreContract, AFailedConditionNamesItsKey) {
  kv::Batch batch;
  batch.require_equals("the/key", "v");
  const auto done = commit(std::move(batch));

  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, testing::HasSubstr("the/key"));
}

TEST_P(StoreContract, ConditionsSeeTheStateBeforeTheBatch) {
  kv::Batch batch;
  batch.require_absent("a");
  batch.put("a", "1");
  ASSERT_TRUE(commit(std::move(batch)));
  kv::Batch next;
  next.put("a", "2");
  next.require("a", get("a"));
  ASSERT_TRUE(commit(std::move(next)));

  EXPECT_EQ(get("a"), "2");
}

TEST_P(StoreContract, ConditionsSeeEveryEarlierBatchEvenUnacknowledgedOnes) {
  // Sent without waiting: exactly the first of each pair may win.
  constexpr int kPairs = 50;
  std::atomic<int> won = 0, lost = 0;
  for (int i = 0; i < 2 * kPairs; ++i) {
    kv::Batch batch;
    batch.require_absent("k" + std::to_string(i / 2));
    batch.put("k" + std::to_string(i / 2), std::to_string(i));
    keys().commit(std::move(batch), [&](Result<void> done) { ++(done ? won : lost); });
  }
  put("last", "");
  while (won + lost < 2 * kPairs) std::this_thread::yield();

  EXPECT_EQ(won, kPairs);
  for (int i = 0; i < kPairs; ++i) EXPECT_EQ(get("k" + std::to_string(i)), std::to_string(2 * i));
}

TEST_P(StoreContract, OneOfManyRacingCompareAndSetsWins) {
  put("head", "0");
  constexpr int kThreads = 4, kRounds = 25;
  std::atomic<int> wins = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const std::string seen = get("head").value_or("");
        kv::Batch batch;
        batch.require_equals("head", seen);
        batch.put("head", std::to_string(std::stoi(seen) + 1));
        batch.add("wins", 1);
        if (commit(std::move(batch))) ++wins;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(get("head"), std::to_string(wins));
  EXPECT_EQ(kv::decode_counter(get("wins").value_or("")), wins);
}

TEST_P(StoreContract, BatchesOverTheLimitsAreRefused) {
  kv::Batch key, value, batch;
  key.put(std::string(kv::kKeySizeMax + 1, 'k'), "");
  value.put("k", std::string(kv::kValueSizeMax + 1, 'v'));
  for (int i = 0; i < 17; ++i) batch.put("k" + std::to_string(i), std::string(kv::kValueSizeMax, 'v'));

  EXPECT_EQ(code_of(commit(std::move(key))), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(commit(std::move(value))), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(commit(std::move(batch))), ErrorCode::invalid_argument);
  EXPECT_THAT(entries_of(keys()), testing::IsEmpty());
}

TEST_P(StoreContract, KeysAndValuesAtTheLimitsAreTaken) {
  const std::string key(kv::kKeySizeMax, 'k');
  const std::string value = pattern_bytes(kv::kValueSizeMax, 1);
  kv::Batch batch;
  batch.put(key, value);
  for (int i = 0; i < 8; ++i) batch.put("k" + std::to_string(i), value);
  ASSERT_TRUE(commit(std::move(batch)));

  EXPECT_EQ(get(key), value);
  EXPECT_EQ(get("k7"), value);
}

TEST_P(StoreContract, ScansGiveARangeInByteOrder) {
  for (const char* key : {"b", "a", "c", "a\xff", "B"}) put(key, key);

  EXPECT_EQ(entries_of(keys(), "a", "c"), (Entries{{"a", "a"}, {"a\xff", "a\xff"}, {"b", "b"}}));
  EXPECT_EQ(entries_of(keys()).size(), 5u);
  EXPECT_THAT(entries_of(keys(), "c", "a"), testing::IsEmpty());
}

TEST_P(StoreContract, ScansStopAndSeekAsTheirVisitorSays) {
  kv::Batch batch;
  for (int i = 100; i < 900; ++i) batch.put(std::to_string(i), "");
  ASSERT_TRUE(commit(std::move(batch)));
  std::vector<std::string> seen;
  const auto done = keys().scan("1", "9", [&](std::string_view key, std::string_view) {
    seen.emplace_back(key);
    if (key.starts_with("8")) return kv::ScanStep::stop();
    return kv::ScanStep::seek(std::string(1, static_cast<char>(key[0] + 1)));
  });

  ASSERT_TRUE(done);
  EXPECT_THAT(seen, testing::ElementsAre("100", "200", "300", "400", "500", "600", "700", "800"));
}

TEST_P(StoreContract, ASnapshotStaysAsItWas) {
  put("a", "1");
  put("b", "1");
  const auto snapshot = keys().snapshot();
  kv::Batch batch;
  batch.put("a", "2");
  batch.erase("b");
  batch.put("c", "2");
  ASSERT_TRUE(commit(std::move(batch)));

  EXPECT_EQ(snapshot->get("a").value(), "1");
  EXPECT_EQ(entries_of(*snapshot), (Entries{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(entries_of(keys()), (Entries{{"a", "2"}, {"c", "2"}}));
}

TEST_P(StoreContract, AScanSeesOneStateWhileOthersWrite) {
  kv::Batch first;
  for (int i = 0; i < 600; ++i) first.put("k" + std::to_string(1000 + i), "0");
  ASSERT_TRUE(commit(std::move(first)));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int round = 1; !stop; ++round) {
      kv::Batch batch;
      for (int i = 0; i < 600; ++i) batch.put("k" + std::to_string(1000 + i), std::to_string(round));
      if (!commit(std::move(batch))) return;
    }
  });
  for (int i = 0; i < 20; ++i) {
    const auto entries = entries_of(keys());
    ASSERT_EQ(entries.size(), 600u);
    for (const auto& entry : entries) ASSERT_EQ(entry.second, entries.front().second);
  }
  stop = true;
  writer.join();
}

TEST_P(StoreContract, ARandomRunEndsLikeAMap) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::map<std::string, std::string> model;
  std::vector<std::pair<std::unique_ptr<kv::Reader>, Entries>> snapshots;
  for (int step = 0; step < 300; ++step) {
    kv::Batch batch;
    for (std::uint64_t change = random() % 4 + 1; change > 0; --change) {
      const std::string key = "k" + std::to_string(random() % 20);
      switch (random() % 3) {
        case 0:
          batch.erase(key);
          model.erase(key);
          break;
        case 1:
          batch.put(key, std::to_string(step));
          model[key] = std::to_string(step);
          break;
        default: {
          const auto delta = static_cast<std::int64_t>(random() % 100);
          batch.add(key, delta);
          const auto found = model.find(key);
          const std::int64_t before = found == model.end() ? 0 : kv::decode_counter(found->second);
          model[key] = kv::encode_counter(before + delta);
        }
      }
    }
    ASSERT_TRUE(commit(std::move(batch)));
    if (random() % 10 == 0) snapshots.emplace_back(keys().snapshot(), Entries(model.begin(), model.end()));
    if (snapshots.size() > 3) snapshots.erase(snapshots.begin() + static_cast<std::ptrdiff_t>(random() % 3));
    for (const auto& [snapshot, entries] : snapshots)
      ASSERT_EQ(entries_of(*snapshot), entries) << "step " << step;
    ASSERT_EQ(entries_of(keys()), Entries(model.begin(), model.end())) << "step " << step;
  }
}

TEST_P(StoreContract, APublishedBlobIsReadFromAnyOffset) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{65'536},
                                 std::size_t{200'001}, std::size_t{3'000'017}}) {
    const std::string bytes = pattern_bytes(size, size);
    const BlobId id = put_blob(*stores_, "k", bytes);
    auto reader = blobs().open(id);
    ASSERT_TRUE(reader) << reader.error().message;

    EXPECT_EQ((*reader)->size_bytes(), size);
    EXPECT_EQ(read_range(**reader, 0, size + 10).value(), bytes);
    EXPECT_EQ(read_range(**reader, size, 10).value(), "");
    EXPECT_EQ(read_range(**reader, size + 5, 10).value(), "");
    for (const std::size_t offset : {size / 3, size / 2, size - std::min<std::size_t>(size, 5)}) {
      EXPECT_EQ(read_range(**reader, offset, 70'000).value(), bytes.substr(offset, 70'000))
          << size << " at " << offset;
    }
  }
}

TEST_P(StoreContract, ABlobComesInPiecesOfAnySize) {
  const std::string bytes = pattern_bytes(1'500'000, 7);
  for (const std::size_t piece : {997u, 65'536u, 131'071u}) {
    const auto writer = write_blob(blobs(), bytes, piece);
    kv::Batch batch;
    batch.publish(writer->id());
    ASSERT_TRUE(commit(std::move(batch)));

    EXPECT_EQ(read_blob(blobs(), writer->id()).value(), bytes);
  }
}

TEST_P(StoreContract, AnUnpublishedBlobIsNotThere) {
  BlobId finished, unfinished;
  {
    const auto writer = write_blob(blobs(), "bytes");
    finished = writer->id();
    const auto half = blobs().create(std::nullopt);
    ASSERT_TRUE(append(*half, "by"));
    unfinished = half->id();

    EXPECT_EQ(blobs().open(finished).error().code, ErrorCode::not_found);
    kv::Batch batch;
    batch.publish(unfinished);
    EXPECT_EQ(code_of(commit(std::move(batch))), ErrorCode::invalid_argument);
  }
  for (const BlobId id : {finished, unfinished}) {
    kv::Batch batch;
    batch.publish(id);
    EXPECT_EQ(code_of(commit(std::move(batch))), ErrorCode::invalid_argument);
  }
}

TEST_P(StoreContract, ABlobWhoseBatchFailedMayBePublishedByAnother) {
  put("a", "1");
  const auto writer = write_blob(blobs(), "bytes");
  kv::Batch refused;
  refused.require_absent("a");
  refused.publish(writer->id());
  ASSERT_EQ(code_of(commit(std::move(refused))), ErrorCode::precondition_failed);
  EXPECT_EQ(blobs().open(writer->id()).error().code, ErrorCode::not_found);
  kv::Batch batch;
  batch.publish(writer->id());
  ASSERT_TRUE(commit(std::move(batch)));

  EXPECT_EQ(read_blob(blobs(), writer->id()).value(), "bytes");
}

TEST_P(StoreContract, ABlobIsPublishedOnce) {
  const auto writer = write_blob(blobs(), "bytes");
  kv::Batch once, again, twice;
  once.publish(writer->id());
  again.publish(writer->id());
  const auto other = write_blob(blobs(), "bytes");
  twice.publish(other->id());
  twice.publish(other->id());

  ASSERT_TRUE(commit(std::move(once)));
  EXPECT_EQ(code_of(commit(std::move(again))), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(commit(std::move(twice))), ErrorCode::invalid_argument);
}

TEST_P(StoreContract, ABlobLivesUntilItsLastReferenceIsReleased) {
  const BlobId id = put_blob(*stores_, "k", "bytes");
  kv::Batch share, release, last, late;
  share.share(id);
  release.release(id);
  last.release(id);
  late.share(id);

  ASSERT_TRUE(commit(std::move(share)));
  ASSERT_TRUE(commit(std::move(release)));
  EXPECT_EQ(read_blob(blobs(), id).value(), "bytes");
  ASSERT_TRUE(commit(std::move(last)));
  EXPECT_EQ(blobs().open(id).error().code, ErrorCode::not_found);
  EXPECT_EQ(code_of(commit(std::move(late))), ErrorCode::not_found);
}

TEST_P(StoreContract, ABatchThatNamesAMissingBlobChangesNothing) {
  const BlobId id = put_blob(*stores_, "k", "bytes");
  kv::Batch share, release;
  share.share(id);
  share.share(BlobId{1, 2});
  share.put("x", "1");
  release.release(id);
  release.release(id);
  release.put("x", "1");

  EXPECT_EQ(code_of(commit(std::move(share))), ErrorCode::not_found);
  EXPECT_EQ(code_of(commit(std::move(release))), ErrorCode::not_found);
  EXPECT_EQ(get("x"), std::nullopt);
  kv::Batch once;
  once.release(id);
  ASSERT_TRUE(commit(std::move(once)));
  EXPECT_EQ(blobs().open(id).error().code, ErrorCode::not_found);
}

TEST_P(StoreContract, ReferencesCountOverTheWholeBatch) {
  const auto writer = write_blob(blobs(), "bytes");
  kv::Batch both;
  both.publish(writer->id());
  both.share(writer->id());
  ASSERT_TRUE(commit(std::move(both)));
  kv::Batch swap;
  swap.release(writer->id());
  swap.release(writer->id());
  swap.share(writer->id());
  ASSERT_TRUE(commit(std::move(swap)));

  EXPECT_EQ(read_blob(blobs(), writer->id()).value(), "bytes");
  kv::Batch last;
  last.release(writer->id());
  ASSERT_TRUE(commit(std::move(last)));
  EXPECT_EQ(blobs().open(writer->id()).error().code, ErrorCode::not_found);
}

TEST_P(StoreContract, AnOpenReaderKeepsReadingAReleasedBlob) {
  for (const std::size_t size : {std::size_t{5'000}, std::size_t{2'500'000}}) {
    const std::string bytes = pattern_bytes(size, 11);
    const BlobId id = put_blob(*stores_, "k", bytes);
    auto reader = blobs().open(id);
    ASSERT_TRUE(reader);
    kv::Batch release;
    release.release(id);
    ASSERT_TRUE(commit(std::move(release)));
    for (std::uint64_t i = 0; i < 20; ++i)
      put_blob(*stores_, "n" + std::to_string(i), pattern_bytes(size, 100 + i));

    EXPECT_EQ(read_range(**reader, 0, size).value(), bytes);
  }
}

TEST_P(StoreContract, ManyWritersAtOnceKeepTheirOwnBytes) {
  constexpr std::uint64_t kThreads = 4, kBlobs = 12;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kBlobs; ++i) {
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        const std::string bytes = pattern_bytes(i % 3 == 0 ? 1'300'000 : 4'096 + i, t * 100 + i);
        const BlobId id = put_blob(*stores_, key, bytes);
        EXPECT_EQ(read_blob(blobs(), id).value(), bytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    for (std::uint64_t i = 0; i < kBlobs; ++i) {
      const auto id = BlobId::decode(get(std::to_string(t) + "/" + std::to_string(i)).value());
      EXPECT_EQ(read_blob(blobs(), id).value(),
                pattern_bytes(i % 3 == 0 ? 1'300'000 : 4'096 + i, t * 100 + i));
    }
  }
}

}  // namespace anabranch::testing_support
