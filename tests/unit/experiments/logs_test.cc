// What this proves: output is kept byte for byte, however it was cut; of a long stream the middle goes, and
// pages are whole characters.
#include "experiments/logs.h"

#include <random>

#include "fixture.h"
#include "support/seed.h"
#include "support/store_helpers.h"

namespace anabranch::experiments {
namespace {

using testing::HasSubstr;

class LogsTest : public testing::Test {
 protected:
  void add(std::uint64_t offset, std::string text) {
    kv::Batch batch;
    const auto size = add_text(kv_, batch, "u", "r", Stream::out, size_, {offset, std::move(text)});
    ASSERT_TRUE(size) << size.error().message;
    size_ = *size;
    ASSERT_TRUE(kv::commit_blocking(kv_, std::move(batch)));
  }
  LogPage read(std::int64_t offset, std::uint64_t amount) {
    return read_text(kv_, "u", "r", Stream::out, size_, offset, amount).value();
  }

  kv::MemoryStore kv_;
  std::uint64_t size_ = 0;
};

TEST_F(LogsTest, PiecesOfAnySizeJoin) {
  const auto seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string all;
  for (int i = 0; i < 50; ++i) {
    std::string text;
    for (std::uint64_t size = random() % 5'000; size > 0; --size)
      text.push_back(static_cast<char>('a' + random() % 26));
    const std::uint64_t again = std::min<std::uint64_t>(all.size(), random() % 100);  // said before already
    add(all.size() - again, all.substr(all.size() - again) + text);
    all += text;
  }

  EXPECT_EQ(read(0, MiB).text, all);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t offset = random() % all.size();
    const std::uint64_t amount = 4 + random() % 40'000;
    EXPECT_EQ(read(static_cast<std::int64_t>(offset), amount).text, all.substr(offset, amount));
    EXPECT_EQ(read(-static_cast<std::int64_t>(offset) - 1, MiB).text, all.substr(all.size() - offset - 1));
  }
}

TEST_F(LogsTest, AGapIsRefused) {
  add(0, "hello");
  kv::Batch batch;

  const auto refused = add_text(kv_, batch, "u", "r", Stream::out, size_, {6, "x"});

  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("'stdout.offset' is 6"));
}

TEST_F(LogsTest, OfALongStreamTheMiddleIsDropped) {
  const std::uint64_t total = 3 * kLogKeptBytesMax / 2;
  const auto letter = [](std::uint64_t at) { return static_cast<char>('a' + at / 1'000 % 26); };
  while (size_ < total) {
    std::string text(1'000, letter(size_));
    add(size_, text);
  }

  EXPECT_EQ(read(0, 5).text, "aaaaa");
  const LogPage jumped = read(static_cast<std::int64_t>(kLogKeptBytesMax / 2), 10);
  EXPECT_GT(jumped.offset, kLogKeptBytesMax / 2);
  EXPECT_LE(size_ - jumped.offset, kLogKeptBytesMax / 2 + kLogChunkBytes);
  EXPECT_EQ(jumped.text, std::string(10, letter(jumped.offset)));
  const LogPage before = read(static_cast<std::int64_t>(kLogKeptBytesMax / 2) - 10, 1'000);
  EXPECT_EQ(before.text.size(), 10);
  EXPECT_EQ(read(-7, 100).text, std::string(7, letter(size_ - 1)));
  std::size_t kept = 0;
  for (const auto& [key, value] : testing_support::entries_of(kv_)) kept += value.size();
  EXPECT_LE(kept, kLogKeptBytesMax + 2 * kLogChunkBytes);
}

TEST_F(LogsTest, PagesAreWholeCharacters) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "aü€😀";
  add(0, text);

  std::string read_back;
  while (read_back.size() < text.size()) {
    const LogPage page = read(static_cast<std::int64_t>(read_back.size()), 5);
    ASSERT_FALSE(page.text.empty());
    EXPECT_EQ(page.offset, read_back.size());
    read_back += page.text;
  }
  EXPECT_EQ(read_back, text);
  EXPECT_EQ(read(2, 10).offset, 3);  // within the ü
}

}  // namespace
}  // namespace anabranch::experiments
