#include "engine/core.h"

#include "base/clock.h"

namespace anabranch::engine {

Core::Core(io::Disk& the_disk, const Options& the_options)
    : disk(the_disk),
      options(the_options),
      segments(disk, options, health),
      buffers(options.write_piece_bytes, kKeptWriteBuffersMax),
      id_high(static_cast<std::uint64_t>(system_clock().now_ms()) << 20),
      readers("engine-read", options.read_threads),
      writers("engine-write", options.write_threads) {}

BlobId Core::next_id() { return {id_high.fetch_add(1, std::memory_order_relaxed), random_blob_id().low}; }

}  // namespace anabranch::engine
