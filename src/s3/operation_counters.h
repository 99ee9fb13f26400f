// s3/operation_counters.h — how many requests of each operation were answered, by class of status. Private to
// s3.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string_view>

#include "base/metrics.h"

namespace anabranch::s3 {

/// anabranch_s3_requests_total{operation, status}. A series begins with its first request. Thread safety: any
/// thread; lock-free but for that first request.
class OperationCounters {
 public:
  /// What no row of the table stands for; and requests that were refused before their row was looked up.
  static constexpr std::string_view kUnknown = "Unknown";
  static constexpr std::string_view kUnauthenticated = "Unauthenticated";

  /// `registry` must outlive this object.
  explicit OperationCounters(metrics::Registry& registry);
  /// `operation`: the name of a row, or one of the two above.
  void count(std::string_view operation, int status);

 private:
  static constexpr std::size_t kStatusClasses = 6;  // 1xx to 5xx; 0: other
  using Classes = std::array<std::atomic<metrics::Counter*>, kStatusClasses>;
  std::size_t index_of(std::string_view operation) const;

  metrics::Registry& registry_;
  std::unique_ptr<Classes[]> counters_;  // one per row, then for the two others
};

}  // namespace anabranch::s3
