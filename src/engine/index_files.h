// engine/index_files.h — RocksDB's file system over an io::Disk, so that one door leads to the disk and power
// cuts in tests reach the index too.
#pragma once

#include <memory>

namespace rocksdb {
class FileSystem;
}
namespace anabranch::io {
class Disk;
}

namespace anabranch::engine {

/// `disk` must outlive the result. Paths have a leading slash that stands for the disk's root.
std::shared_ptr<rocksdb::FileSystem> make_index_files(io::Disk& disk);

}  // namespace anabranch::engine
