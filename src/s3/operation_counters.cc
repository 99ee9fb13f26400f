#include "s3/operation_counters.h"

#include "s3/operations.h"

namespace anabranch::s3 {

OperationCounters::OperationCounters(metrics::Registry& registry)
    : registry_(registry), counters_(std::make_unique<Classes[]>(operations().size() + 2)) {}

std::size_t OperationCounters::index_of(std::string_view operation) const {
  const auto rows = operations();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name.data() == operation.data()) return i;  // names are literals of the table
  }
  return rows.size() + (operation == kUnknown ? 0 : 1);
}

void OperationCounters::count(std::string_view operation, int status) {
  constexpr const char* kClasses[kStatusClasses] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
  const std::size_t hundreds = status >= 100 && status < 600 ? static_cast<std::size_t>(status) / 100 : 0;
  auto& slot = counters_[index_of(operation)][hundreds];
  metrics::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &registry_.counter("anabranch_s3_requests_total", "S3 requests answered, by operation",
                                 {{"operation", std::string(operation)}, {"status", kClasses[hundreds]}});
    slot.store(counter, std::memory_order_release);
  }
  counter->add();
}

}  // namespace anabranch::s3
