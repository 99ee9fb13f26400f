// tests/crash/workload.h — a seeded sequence of batches, what the store must hold after any number of them,
// and the check that it does. The power-cut and the kill tests share it; each step is a pure function of seed
// and state.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/inspect.h"
#include "support/store_helpers.h"

namespace anabranch::crash {

using testing_support::pattern_bytes;

struct Content {
  std::uint64_t seed = 0;
  std::size_t size_bytes = 0;
};

/// What the store holds after `steps` batches.
struct Model {
  std::uint64_t steps = 0;
  std::int64_t counter = 0;
  std::map<std::string, std::string> plain;
  std::map<std::string, Content> blobs;  // the content under each key; shared ones have the same seed
};

/// One batch, before it knows any blob id.
struct Step {
  std::uint64_t number = 0;  // from 1
  std::int64_t delta = 0;
  std::vector<std::pair<std::string, std::string>> puts;
  std::vector<std::string> erases;
  std::vector<std::pair<std::string, Content>> blob_puts;        // release what the key held
  std::vector<std::pair<std::string, std::string>> blob_copies;  // source, target
  std::vector<std::string> blob_erases;
};

/// Sizes around every border: nothing, inline, one chunk, the small limit, several extents, spilled extents.
inline const std::vector<std::size_t>& blob_sizes() {
  static const std::vector<std::size_t> sizes = {0,      1,      100,     4096,    4096,    5000,
                                                 65'536, 70'000, 131'072, 131'073, 300'000, 700'000};
  return sizes;
}

class Workload {
 public:
  explicit Workload(std::uint64_t seed) : seed_(seed) {}
  const Model& model() const { return model_; }

  /// The next step; the model goes on past it.
  Step next() {
    Step step;
    step.number = ++model_.steps;
    std::mt19937_64 random(seed_ * 0x9E3779B97F4A7C15ULL + step.number);
    step.delta = static_cast<std::int64_t>(random() % 100) - 50;
    model_.counter += step.delta;
    const std::string plain = "plain/" + std::to_string(random() % 12);
    if (random() % 4 == 0) {
      step.erases.push_back(plain);
      model_.plain.erase(plain);
    } else {
      const std::string value = pattern_bytes(random() % 300, random());
      step.puts.emplace_back(plain, value);
      model_.plain[plain] = value;
    }
    const std::string key = "blob/" + std::to_string(random() % 8);
    switch (random() % 6) {
      case 0:
        if (model_.blobs.erase(key) > 0) step.blob_erases.push_back(key);
        break;
      case 1: {
        const std::string target = "blob/" + std::to_string(random() % 8);
        if (target == key || !model_.blobs.contains(key)) break;
        step.blob_copies.emplace_back(key, target);
        model_.blobs[target] = model_.blobs[key];
        break;
      }
      default: {
        const Content content{random(), blob_sizes()[random() % blob_sizes().size()]};
        step.blob_puts.emplace_back(key, content);
        model_.blobs[key] = content;
      }
    }
    return step;
  }

  void skip_to(std::uint64_t steps) {
    while (model_.steps < steps) next();
  }

 private:
  const std::uint64_t seed_;
  Model model_;
};

/// Turns steps into batches on an engine. Several may be under way; outcomes come in order.
class Runner {
 public:
  explicit Runner(engine::Engine& engine) : engine_(engine) {
    const auto scanned =
        engine_.kv().scan("blob/", "blob0", [&](std::string_view key, std::string_view value) {
          ids_[std::string(key)] = BlobId::decode(value);
          return kv::ScanStep::next();
        });
    ready_ = scanned.has_value();
  }
  /// False: the disk failed before the first step.
  bool ready() const { return ready_; }

  /// Writes the step's blobs (blocking) and sends its batch. False: a blob could not be written; nothing was
  /// sent.
  bool submit(const Step& step, const std::function<void(Result<void>)>& done) {
    kv::Batch batch;
    auto writers = std::make_shared<std::vector<std::unique_ptr<blob::Writer>>>();
    batch.put("step", std::to_string(step.number));
    batch.add("count", step.delta);
    for (const auto& [key, value] : step.puts) batch.put(key, value);
    for (const auto& key : step.erases) batch.erase(key);
    auto ids = ids_;
    for (const auto& [key, content] : step.blob_puts) {
      auto writer =
          engine_.blobs().create(content.seed % 2 == 0 ? std::optional(content.size_bytes) : std::nullopt);
      const std::string bytes = pattern_bytes(content.size_bytes, content.seed);
      if (!testing_support::append(*writer, bytes) || !testing_support::finish(*writer)) return false;
      batch.publish(writer->id());
      batch.put(key, writer->id().encode());
      replace(batch, ids, key, writer->id());
      writers->push_back(std::move(writer));
    }
    for (const auto& [source, target] : step.blob_copies) {
      const BlobId id = ids.at(source);
      batch.share(id);
      batch.put(target, id.encode());
      replace(batch, ids, target, id);
    }
    for (const auto& key : step.blob_erases) {
      batch.release(ids.at(key));
      batch.erase(key);
      ids.erase(key);
    }
    ids_ = std::move(ids);
    kept_.push_back(writers);  // writers live until the batch is done; the log thread must not destroy them
    engine_.kv().commit(std::move(batch), done);
    return true;
  }
  /// After all outcomes of earlier submits have come.
  void forget_writers() { kept_.clear(); }

 private:
  static void replace(kv::Batch& batch, std::map<std::string, BlobId>& ids, const std::string& key,
                      BlobId id) {
    const auto before = ids.find(key);
    if (before != ids.end()) batch.release(before->second);
    ids[key] = id;
  }

  engine::Engine& engine_;
  bool ready_ = false;
  std::map<std::string, BlobId> ids_;
  std::vector<std::shared_ptr<std::vector<std::unique_ptr<blob::Writer>>>> kept_;
};

/// The number of batches that the store holds; checks that it holds exactly these, whole, and counts them
/// rightly. `acknowledged` <= result <= `submitted`.
inline std::uint64_t verify(engine::Engine& engine, std::uint64_t seed, std::uint64_t acknowledged,
                            std::uint64_t submitted) {
  const auto step = engine.kv().get("step");
  EXPECT_TRUE(step) << step.error().message;
  const std::uint64_t steps = step && *step ? std::stoull(**step) : 0;
  EXPECT_GE(steps, acknowledged) << "an acknowledged batch is lost";
  EXPECT_LE(steps, submitted);
  Workload workload(seed);
  workload.skip_to(steps);
  const Model& model = workload.model();

  std::map<std::string, std::string> plain;
  std::map<std::string, BlobId> ids;
  const auto scanned = engine.kv().scan("", "", [&](std::string_view key, std::string_view value) {
    if (key.starts_with("plain/")) plain.emplace(key, value);
    if (key.starts_with("blob/")) ids.emplace(key, BlobId::decode(value));
    return kv::ScanStep::next();
  });
  EXPECT_TRUE(scanned) << scanned.error().message;
  EXPECT_EQ(plain, model.plain);
  const auto counter = engine.kv().get("count");
  EXPECT_TRUE(counter);
  if (counter) {
    EXPECT_EQ(kv::decode_counter(counter->value_or("")), model.counter);
  }
  EXPECT_EQ(ids.size(), model.blobs.size());
  std::set<std::uint64_t> distinct;
  for (const auto& [key, content] : model.blobs) {
    distinct.insert(content.seed);
    const auto bytes = testing_support::read_blob(engine.blobs(), ids[key]);
    EXPECT_TRUE(bytes) << key << ": " << bytes.error().message;
    if (bytes) {
      EXPECT_TRUE(*bytes == pattern_bytes(content.size_bytes, content.seed)) << key << " has other bytes";
    }
  }
  const auto report = engine::check(engine);
  EXPECT_TRUE(report) << report.error().message;
  if (report) {
    for (const auto& problem : report->problems) ADD_FAILURE() << "fsck: " << problem;
    EXPECT_EQ(report->blobs, distinct.size()) << "a blob leaked or is missing";
  }
  return steps;
}

}  // namespace anabranch::crash
