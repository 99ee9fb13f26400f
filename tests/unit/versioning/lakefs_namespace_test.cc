// What these prove, on files that lakeFS wrote: all are read; every id comes out of the content; and the same
// content, written by us, gives the same files byte for byte. The sample and its format:
// tests/data/lakefs-namespace/README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/hash.h"
#include "unit/versioning/tree_testing.h"
#include "versioning/identity.h"
#include "versioning/metarange.h"
#include "versioning/sstable.h"
#include "versioning/sstable_writer.h"

namespace anabranch::versioning {
namespace {

const std::filesystem::path kSample = "tests/data/lakefs-namespace";

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

/// The sample's tables by id.
std::map<std::string, std::string> sample_files() {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kSample / "_lakefs")) {
    if (entry.path().filename().string().size() == 64)
      files[entry.path().filename()] = read_file(entry.path());
  }
  return files;
}

boost::json::object expected() {
  return boost::json::parse(read_file(kSample / "expected.json")).as_object();
}

std::string text(const boost::json::value& value) { return std::string(value.as_string()); }

class LakefsNamespace : public testing::Test {
 protected:
  LakefsNamespace() : lakefs_(SplitParameters::lakefs()) { lakefs_.files.files = files_; }

  const std::map<std::string, std::string> files_ = sample_files();
  tree_testing::TreeFixture lakefs_;
};

TEST_F(LakefsNamespace, TheIdOfEveryTableComesOutOfItsContent) {
  ASSERT_EQ(files_.size(), 12u);
  for (const auto& [id, bytes] : files_) {
    const auto table = Sstable::decode(bytes);
    ASSERT_TRUE(table) << id << ": " << table.error().message;
    EXPECT_EQ((*table)->content_id(), id);
    EXPECT_EQ(std::to_string((*table)->size()), (*table)->properties().at("count"));
  }
}

TEST_F(LakefsNamespace, TheIdentityOfEveryEntryComesOutOfItsContent) {
  std::size_t entries = 0;
  for (const auto& [id, bytes] : files_) {
    const auto table = Sstable::decode(bytes).value();
    if (table->properties().contains("entity") || table->properties().at("type") != "ranges") continue;
    for (std::size_t i = 0; i < table->size(); ++i, ++entries) {
      const auto record = ValueRecord::decode(table->value(i)).value();
      const auto entry = Entry::decode(record.data);
      ASSERT_TRUE(entry) << table->key(i);
      EXPECT_EQ(to_hex(entry->identity()), to_hex(record.identity)) << table->key(i);
      EXPECT_EQ(to_hex(entry->encode()), to_hex(record.data)) << table->key(i);
    }
  }
  EXPECT_EQ(entries, 128u);
}

TEST_F(LakefsNamespace, TheIdOfEveryCommitComesOutOfItsFields) {
  const auto root = expected();
  const auto& log = root.at("log of main").as_array();
  ASSERT_EQ(log.size(), 4u);
  for (const auto& value : log) {
    const auto& json = value.as_object();
    CommitFields commit;
    commit.committer = text(json.at("committer"));
    commit.message = text(json.at("message"));
    commit.metarange_id = text(json.at("meta_range_id"));
    commit.seconds = json.at("creation_date").as_int64();
    for (const auto& [key, metadata] : json.at("metadata").as_object()) {
      commit.metadata.emplace(key, text(metadata));
    }
    for (const auto& parent : json.at("parents").as_array()) commit.parents.push_back(text(parent));

    EXPECT_EQ(commit_id(commit), text(json.at("id")));
  }
}

TEST_F(LakefsNamespace, TheSameRecordsGiveTheSameFiles) {
  for (const auto& [id, bytes] : files_) {
    const auto table = Sstable::decode(bytes).value();
    Sstable::Properties properties = table->properties();
    for (const char* own : {"count", "estimated_size_bytes", "max_key", "min_key"}) properties.erase(own);
    SstableWriter writer(properties);
    for (std::size_t i = 0; i < table->size(); ++i) writer.add(table->key(i), table->value(i));

    const auto written = writer.finish();

    EXPECT_EQ(written.id, id);
    EXPECT_EQ(std::to_string(written.estimated_size_bytes), table->properties().at("estimated_size_bytes"))
        << id;
    EXPECT_EQ(to_hex(written.file), to_hex(bytes)) << id;
  }
}

TEST_F(LakefsNamespace, TreesBuiltFromTheirEntriesHaveTheirIds) {
  std::size_t trees = 0;
  for (const auto& [id, bytes] : files_) {
    const auto table = Sstable::decode(bytes).value();
    if (table->properties().at("type") != kMetarangesType) continue;
    if (files_.contains(ValueRecord::decode(table->value(0)).value().identity) &&
        Sstable::decode(files_.at(ValueRecord::decode(table->value(0)).value().identity))
            .value()
            ->properties()
            .contains("entity")) {
      continue;  // a dump of refs
    }
    const tree_testing::Model model = lakefs_.read(id);
    ASSERT_FALSE(model.empty());
    tree_testing::TreeFixture fresh(SplitParameters::lakefs());

    EXPECT_EQ(fresh.build(model), id);

    for (const auto& [written_id, written] : fresh.files.files) {
      ASSERT_TRUE(files_.contains(written_id));
      EXPECT_EQ(to_hex(written), to_hex(files_.at(written_id)));
    }
    ++trees;
  }
  EXPECT_EQ(trees, 3u);
}

TEST_F(LakefsNamespace, ListsWhatItsApiListed) {
  const auto root = expected();
  std::map<std::string, std::string> metaranges;  // of the commits we know
  for (const auto& commit : root.at("log of main").as_array()) {
    metaranges[text(commit.at("id"))] = text(commit.at("meta_range_id"));
  }
  const std::string head = text(root.at("log of main").as_array()[0].at("id"));
  const tree_testing::Model model = lakefs_.read(metaranges.at(head));
  const auto& objects = root.at("objects").at("main").as_array();
  ASSERT_EQ(model.size(), objects.size());
  for (const auto& value : objects) {
    const auto& object = value.as_object();
    const Entry& entry = model.at(text(object.at("path")));
    EXPECT_EQ(entry.size_bytes, object.at("size_bytes").as_int64());
    EXPECT_EQ(entry.etag, text(object.at("checksum")));
    EXPECT_EQ(entry.content_type, text(object.at("content_type")));
    EXPECT_EQ(entry.last_modified_ms / 1000, object.at("mtime").as_int64());
    EXPECT_EQ("<namespace>/" + entry.address, text(object.at("physical_address")));
    EXPECT_EQ(lakefs_.trees.get(metaranges.at(head), text(object.at("path"))).value(), entry);
  }
}

}  // namespace
}  // namespace anabranch::versioning
