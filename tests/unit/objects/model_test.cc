// What this proves: random calls in random order do what a few maps do. Replay a failure with the seed it
// prints:
//   TEST_SEED=<seed> ctest -R objects_model
#include <algorithm>
#include <array>
#include <set>

#include "objects/record.h"
#include "support/seed.h"
#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

constexpr int kSteps = 3'000;
constexpr std::array kBucketNames = {"bucket-a", "bucket-b"};

/// The promises, as maps.
struct ModelObject {
  std::string bytes;
  std::string etag;
  std::string content_type;
  bool pinned = false;  // by a pin made while it was there
};
struct ModelUpload {
  std::string key;
  std::map<unsigned, std::string> parts;
};
struct ModelBucket {
  std::map<std::string, ModelObject> objects;
  std::map<std::pair<std::string, std::string>, std::string> retained;  // (key, etag) → bytes
  std::vector<std::pair<std::string, TimeMs>> open_pins;                // prefix, until
  std::map<std::string, ModelUpload> uploads;
};

class Model : public testing::Test {
 protected:
  Model() : seed_(testing_support::seed()), random_(seed_) {}

  std::size_t pick(std::size_t count) { return random_() % count; }
  bool once_in(std::size_t times) { return pick(times) == 0; }
  std::string any_key() {
    static constexpr std::array kPieces = {"a", "b", "/", "a/", "-", "c"};
    std::string key = kPieces[pick(kPieces.size())];
    while (!once_in(2)) key += kPieces[pick(kPieces.size())];
    return key.substr(0, 4);
  }
  std::string any_prefix() { return once_in(3) ? "" : any_key(); }
  std::string any_bytes() { return pattern(pick(6), static_cast<unsigned>(pick(3))); }
  std::string any_bucket() { return kBucketNames[pick(kBucketNames.size())]; }

  /// What becomes of an object that loses its key.
  void retire(ModelBucket& bucket, const std::string& key) {
    const auto found = bucket.objects.find(key);
    if (found == bucket.objects.end()) return;
    bool kept = found->second.pinned;
    for (const auto& [prefix, until_ms] : bucket.open_pins) {
      kept = kept || (key.starts_with(prefix) && stores_.clock.now_ms() < until_ms);
    }
    if (kept) bucket.retained[{key, found->second.etag}] = found->second.bytes;
    bucket.objects.erase(found);
  }
  void set(ModelBucket& bucket, const std::string& key, ModelObject object) {
    retire(bucket, key);
    bucket.objects[key] = std::move(object);
  }

  void create_bucket(const std::string& name) {
    const auto created = block_on(stores_.store.create_bucket(name, ""));
    ASSERT_EQ(error_of(created), model_.contains(name) ? "bucket_exists" : "none");
    model_.try_emplace(name);
  }
  void delete_bucket(const std::string& name) {
    const auto deleted = block_on(stores_.store.delete_bucket(name));
    const auto found = model_.find(name);
    if (found == model_.end()) {
      ASSERT_EQ(error_of(deleted), "no_such_bucket");
      return;
    }
    const bool empty = found->second.objects.empty() && found->second.retained.empty();
    ASSERT_EQ(error_of(deleted), empty ? "none" : "bucket_not_empty");
    if (empty) model_.erase(found);
  }
  void put(const std::string& name, ModelBucket& bucket) {
    const std::string key = any_key();
    const std::string bytes = any_bytes();
    const auto found = bucket.objects.find(key);
    WriteCondition condition;
    std::string expected = "none";
    if (once_in(4)) {
      condition.if_none_match = "*";
      if (found != bucket.objects.end()) expected = "precondition_failed";
    } else if (once_in(4)) {
      condition.if_match = to_hex(md5(any_bytes()));
      if (found == bucket.objects.end()) {
        expected = "no_such_key";
      } else if (found->second.etag != *condition.if_match) {
        expected = "precondition_failed";
      }
    }
    ReceiveOptions options;
    options.content_type = std::to_string(pick(3));
    const auto done = stores_.put(name, key, bytes, condition, options);
    ASSERT_EQ(error_of(done), expected);
    if (done) set(bucket, key, {bytes, to_hex(md5(bytes)), options.content_type});
  }
  void remove(const std::string& name, ModelBucket& bucket) {
    std::vector<std::string> keys = {any_key(), any_key(), any_key()};
    std::set<std::string> there;
    for (const auto& key : keys) {
      if (bucket.objects.contains(key)) there.insert(key);
    }
    std::vector<Removal> removals;
    for (const auto& key : keys) removals.push_back({key, {}});
    const auto outcomes = block_on(stores_.store.remove_all(name, std::move(removals)));
    ASSERT_TRUE(outcomes);
    ASSERT_EQ(std::count_if(outcomes->begin(), outcomes->end(), [](const auto& o) { return o.value(); }),
              static_cast<std::ptrdiff_t>(there.size()));
    for (const auto& key : there) retire(bucket, key);
  }
  void copy(const std::string& name, ModelBucket& bucket) {
    const std::string from = any_key();
    const std::string to = once_in(3) ? from : any_key();
    const auto source = bucket.objects.find(from);
    CopyOptions options;
    options.replace_metadata = once_in(2);
    options.content_type = "copied";
    const auto done = stores_.copy(name, from, to, options);
    ASSERT_EQ(error_of(done), source == bucket.objects.end() ? "no_such_key" : "none");
    if (!done) return;
    ModelObject object = source->second;
    object.pinned = false;
    if (options.replace_metadata) object.content_type = "copied";
    set(bucket, to, object);
  }
  void pin(const std::string& name, ModelBucket& bucket) {
    const std::string prefix = any_prefix();
    const TimeMs open_for_ms = once_in(3) ? static_cast<TimeMs>(pick(300)) : 0;
    ASSERT_TRUE(block_on(stores_.store.pin(name, prefix, open_for_ms)));
    for (auto& [key, object] : bucket.objects) object.pinned = object.pinned || key.starts_with(prefix);
    if (open_for_ms > 0) bucket.open_pins.emplace_back(prefix, stores_.clock.now_ms() + open_for_ms);
  }
  void begin_upload(const std::string& name, ModelBucket& bucket) {
    const auto upload = block_on(stores_.store.create_upload(name, any_key(), {.content_type = "upload"}));
    ASSERT_TRUE(upload);
    bucket.uploads[upload->upload_id].key = upload->key;
  }
  void change_upload(const std::string& name, ModelBucket& bucket) {
    if (bucket.uploads.empty()) return;
    const auto found =
        std::next(bucket.uploads.begin(), static_cast<std::ptrdiff_t>(pick(bucket.uploads.size())));
    const auto& [id, upload] = *found;
    const UploadInfo info{upload.key, id, 0, {}, false};
    if (once_in(6)) {
      ASSERT_TRUE(block_on(stores_.store.abort_upload(name, upload.key, id)));
      bucket.uploads.erase(found);
    } else if (once_in(3)) {
      complete(name, bucket, found);
    } else {
      const auto number = static_cast<unsigned>(1 + pick(4));
      const std::string bytes = once_in(8) ? big_ : any_bytes();
      ASSERT_TRUE(stores_.put_part(info, name, number, bytes));
      found->second.parts[number] = bytes;
    }
  }
  void complete(const std::string& name, ModelBucket& bucket,
                std::map<std::string, ModelUpload>::iterator found) {
    const auto& [id, upload] = *found;
    std::vector<CompletedPart> parts;
    std::string bytes;
    std::string md5s;
    std::string expected = "none";
    for (const auto& [number, part] : upload.parts) {
      if (once_in(3)) continue;
      if (!parts.empty() && upload.parts.at(parts.back().number).size() < kPartSizeMin)
        expected = "entity_too_small";
      parts.push_back({number, to_hex(md5(part))});
      bytes += part;
      md5s += md5(part);
    }
    if (parts.empty()) expected = "malformed";
    const auto done = stores_.complete({upload.key, id, 0, {}, false}, name, parts);
    ASSERT_EQ(error_of(done), expected);
    if (!done) return;
    const std::string etag = to_hex(md5(md5s)) + "-" + std::to_string(parts.size());
    set(bucket, upload.key, {bytes, etag, "upload"});
    bucket.uploads.erase(found);
  }

  void check_list(const std::string& name, const ModelBucket& bucket) {
    static constexpr std::array kDelimiters = {"", "/", "a", "a/", "-b"};
    ListRequest request{any_prefix(), kDelimiters[pick(kDelimiters.size())], once_in(2) ? "" : any_key(),
                        static_cast<unsigned>(once_in(4) ? 1'000 : pick(4))};
    std::vector<std::string> expected;
    bool truncated = false;
    for (const auto& [key, object] : bucket.objects) {
      if (!key.starts_with(request.prefix) || key <= request.start_after) continue;
      const std::size_t fold =
          request.delimiter.empty() ? std::string::npos : key.find(request.delimiter, request.prefix.size());
      const std::string line =
          fold == std::string::npos ? key : key.substr(0, fold + request.delimiter.size()) + "*";
      if (line == request.start_after + "*" || (!expected.empty() && expected.back() == line)) continue;
      if (expected.size() == request.keys_max) {
        truncated = request.keys_max > 0;
        break;
      }
      expected.push_back(line);
    }
    const auto page = stores_.store.list(name, request);
    ASSERT_TRUE(page);
    std::vector<std::string> lines;
    for (const auto& item : page->items) {
      lines.push_back(item.info.key + (item.is_prefix ? "*" : ""));
      if (!item.is_prefix) {
        ASSERT_EQ(item.info.etag, bucket.objects.at(item.info.key).etag);
      }
    }
    ASSERT_EQ(lines, expected) << "prefix " << request.prefix << " delimiter " << request.delimiter
                               << " after " << request.start_after << " max " << request.keys_max;
    ASSERT_EQ(page->truncated, truncated);
  }
  void check_all(const std::string& name, const ModelBucket& bucket) {
    std::int64_t total = 0;
    for (const auto& [key, object] : bucket.objects) {
      total += static_cast<std::int64_t>(object.bytes.size());
      const auto head = stores_.store.head(name, key);
      ASSERT_TRUE(head) << key;
      ASSERT_EQ(head->etag, object.etag);
      ASSERT_EQ(head->content_type, object.content_type);
      ASSERT_TRUE(bytes_of(stores_, name, key) == object.bytes) << key;
      ASSERT_TRUE(stores_.store.open_imported(name, key, object.etag, object.bytes.size()));
    }
    for (const auto& [id, bytes] : bucket.retained) {
      auto reader = stores_.store.open_imported(name, id.first, id.second, bytes.size());
      ASSERT_TRUE(reader) << id.first << " " << id.second;
      ASSERT_TRUE(read_whole(**reader) == bytes);
    }
    const auto usage = stores_.store.usage(name).value();
    ASSERT_EQ(usage.objects, static_cast<std::int64_t>(bucket.objects.size()));
    ASSERT_EQ(usage.bytes, total);
    ASSERT_EQ(stores_.store.list_uploads(name, "", "", "", "", 1'000)->uploads.size(), bucket.uploads.size());
  }
  void step() {
    const std::string name = any_bucket();
    if (once_in(20)) return create_bucket(name);
    if (once_in(20)) return delete_bucket(name);
    const auto found = model_.find(name);
    if (found == model_.end()) return;
    ModelBucket& bucket = found->second;
    stores_.clock.advance(static_cast<TimeMs>(pick(3)));
    switch (pick(10)) {
      case 0:
      case 1:
      case 2:
        return put(name, bucket);
      case 3:
        return remove(name, bucket);
      case 4:
        return copy(name, bucket);
      case 5:
        if (once_in(4)) pin(name, bucket);
        return;
      case 6:
        if (bucket.uploads.size() < 4) begin_upload(name, bucket);
        return;
      case 7:
        return change_upload(name, bucket);
      default:
        return check_list(name, bucket);
    }
  }
  void clear(const std::string& name, ModelBucket& bucket) {
    while (!bucket.objects.empty()) {
      ASSERT_TRUE(stores_.remove(name, bucket.objects.begin()->first).value());
      retire(bucket, bucket.objects.begin()->first);
    }
    for (const auto& [id, upload] : bucket.uploads) {
      ASSERT_TRUE(block_on(stores_.store.abort_upload(name, upload.key, id)));
    }
    bucket.uploads.clear();
  }
  /// Blobs and manifests that retained records name.
  void collect_retained(std::set<BlobId>& blobs, std::size_t& manifests) {
    ASSERT_TRUE(stores_.kv.scan("or", "os", [&](std::string_view, std::string_view value) {
      const auto record = decode_object(value).value();
      std::vector<Slice> slices = record.slices;
      if (record.manifest) {
        ++manifests;
        const auto chunk = stores_.kv.get(keys::manifest_chunk(record.manifest->id, 0)).value();
        slices = decode_manifest(*chunk)->slices;
      }
      for (const Slice& slice : slices) blobs.insert(slice.blob);
      return kv::ScanStep::next();
    }));
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  Stores stores_;
  const std::string big_ = pattern(kPartSizeMin, 9);
  std::map<std::string, ModelBucket> model_;
};

TEST_F(Model, RandomCallsDoWhatMapsDoAndLeakNothing) {
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed_));
  for (int i = 0; i < kSteps; ++i) {
    step();
    ASSERT_FALSE(HasFatalFailure()) << "at step " << i;
    if (i % 250 == 0) {
      for (auto& [name, bucket] : model_) check_all(name, bucket);
      ASSERT_FALSE(HasFatalFailure()) << "at step " << i;
    }
  }
  std::size_t retained = 0;
  for (auto& [name, bucket] : model_) {
    check_all(name, bucket);
    clear(name, bucket);
    check_all(name, bucket);
    retained += bucket.retained.size();
  }
  std::set<BlobId> blobs;
  std::size_t manifests = 0;
  collect_retained(blobs, manifests);
  EXPECT_EQ(count_keys(stores_, "or"), retained);
  EXPECT_EQ(count_keys(stores_, "om"), manifests);
  for (const char* prefix : {"oo", "ou", "ov", "ox"}) EXPECT_EQ(count_keys(stores_, prefix), 0U) << prefix;
  EXPECT_EQ(stores_.blobs.published_count(), blobs.size());
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
}

}  // namespace
}  // namespace anabranch::objects
