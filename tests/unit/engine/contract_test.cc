// What this proves: the engine keeps both storage contracts, on a folder and in memory, with small segments.
#include "engine/engine.h"
#include "io/memory_disk.h"
#include "io/posix_disk.h"
#include "support/scratch.h"
#include "support/store_contract.h"
#include "unit/engine/engine_options.h"

namespace anabranch::testing_support {
namespace {

template <class Disk>
class EnginePair final : public StorePair {
 public:
  template <class... Arguments>
  explicit EnginePair(const engine::Options& options, Arguments&&... arguments)
      : disk_(std::forward<Arguments>(arguments)...), engine_(engine::Engine::open(disk_, options).value()) {}
  kv::Store& keys() override { return engine_->kv(); }
  blob::Store& blobs() override { return engine_->blobs(); }

 private:
  Disk disk_;
  std::unique_ptr<engine::Engine> engine_;
};

class FolderPair final : public StorePair {
 public:
  explicit FolderPair(const engine::Options& options) : pair_(options, scratch_.path()) {}
  kv::Store& keys() override { return pair_.keys(); }
  blob::Store& blobs() override { return pair_.blobs(); }

 private:
  ScratchDirectory scratch_;
  EnginePair<io::PosixDisk> pair_;
};

std::unique_ptr<StorePair> on_folder() { return std::make_unique<FolderPair>(engine::Options()); }
std::unique_ptr<StorePair> on_folder_small() { return std::make_unique<FolderPair>(small_engine_options()); }
std::unique_ptr<StorePair> in_memory() {
  return std::make_unique<EnginePair<io::MemoryDisk>>(small_engine_options());
}

INSTANTIATE_TEST_SUITE_P(EngineOnFolder, StoreContract, testing::Values(&on_folder));
INSTANTIATE_TEST_SUITE_P(EngineOnFolderSmall, StoreContract, testing::Values(&on_folder_small));
INSTANTIATE_TEST_SUITE_P(EngineInMemory, StoreContract, testing::Values(&in_memory));

}  // namespace
}  // namespace anabranch::testing_support
