// tests/support/memory_stores.h — a key store and a blob store in memory that commit together.
#pragma once

#include "blob/memory_store.h"
#include "kv/blob_ledger.h"
#include "kv/memory_store.h"

namespace anabranch::testing_support {

struct MemoryStores {
  blob::MemoryStore blobs;
  kv::LedgerOver<blob::MemoryStore> ledger{blobs};
  kv::MemoryStore keys{&ledger};
};

}  // namespace anabranch::testing_support
