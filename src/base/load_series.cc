#include "base/load_series.h"

#include <algorithm>
#include <cmath>

namespace anabranch {
namespace {

/// Whole intervals and the present one.
constexpr std::size_t kRingSize = kLoadIntervalsMax + 1;

// Latency steps: four to an octave, from 50 µs on; the last holds all above some two minutes.
constexpr double kStepMinMs = 0.05;
constexpr int kStepsPerOctave = 4;
constexpr std::size_t kSteps = 88;

std::size_t step_of(double ms) {
  if (!(ms > kStepMinMs)) return 0;
  const double step = std::ceil(std::log2(ms / kStepMinMs) * kStepsPerOctave);
  return std::min(kSteps - 1, static_cast<std::size_t>(step));
}

/// The upper bound of a step; of step 0 it is kStepMinMs.
double bound_ms(std::size_t step) {
  return kStepMinMs * std::exp2(static_cast<double>(step) / kStepsPerOctave);
}

using Counter = std::atomic<std::uint64_t>;

void add(Counter& counter, std::uint64_t amount) { counter.fetch_add(amount, std::memory_order_relaxed); }
std::uint64_t load(const Counter& counter) { return counter.load(std::memory_order_relaxed); }

/// The value below which `share` of the observations lie, in a straight line inside its step.
double percentile(const std::array<std::uint64_t, kSteps>& counts, std::uint64_t total, double share) {
  const double wanted = share * static_cast<double>(total);
  double below = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    const auto inside = static_cast<double>(counts[step]);
    if (inside > 0 && below + inside >= wanted) {
      const double low = step == 0 ? 0 : bound_ms(step - 1);
      return low + (bound_ms(step) - low) * (wanted - below) / inside;
    }
    below += inside;
  }
  return 0;
}

}  // namespace

struct LoadSeries::Interval {
  std::atomic<std::int64_t> number{-1};  // its beginning / kLoadIntervalMs
  std::array<Counter, 2> requests{};     // by Protocol
  Counter client_errors{0}, server_errors{0}, received_bytes{0}, sent_bytes{0};
  std::array<std::atomic<std::uint32_t>, kSteps> latencies{};

  void clear() {
    for (Counter* counter :
         {&requests[0], &requests[1], &client_errors, &server_errors, &received_bytes, &sent_bytes}) {
      counter->store(0, std::memory_order_relaxed);
    }
    for (auto& latency : latencies) latency.store(0, std::memory_order_relaxed);
  }
};

LoadSeries::LoadSeries() : intervals_(std::make_unique<Interval[]>(kRingSize)) {}
LoadSeries::~LoadSeries() = default;

LoadSeries::Interval* LoadSeries::interval(TimeMs now) {
  const std::int64_t number = now / kLoadIntervalMs;
  Interval& found = intervals_[static_cast<std::size_t>(number) % kRingSize];
  if (found.number.load(std::memory_order_acquire) == number) return &found;
  const std::lock_guard lock(mutex_);
  const std::int64_t held = found.number.load(std::memory_order_relaxed);
  if (held == number) return &found;
  if (held > number) return nullptr;
  found.clear();
  found.number.store(number, std::memory_order_release);
  return &found;
}

void LoadSeries::observe(Protocol protocol, int status, double seconds, TimeMs now) {
  Interval* const at = interval(now);
  if (at == nullptr) return;
  add(at->requests[static_cast<std::size_t>(protocol)], 1);
  if (status >= 400) add(status < 500 ? at->client_errors : at->server_errors, 1);
  at->latencies[step_of(seconds * 1000)].fetch_add(1, std::memory_order_relaxed);
}

void LoadSeries::observe_traffic(std::uint64_t received_bytes, std::uint64_t sent_bytes, TimeMs now) {
  Interval* const at = interval(now);
  const std::lock_guard lock(mutex_);
  const std::uint64_t received = received_bytes - std::min(received_bytes, received_bytes_);
  const std::uint64_t sent = sent_bytes - std::min(sent_bytes, sent_bytes_);
  received_bytes_ = std::max(received_bytes, received_bytes_);
  sent_bytes_ = std::max(sent_bytes, sent_bytes_);
  if (at == nullptr) return;
  add(at->received_bytes, received);
  add(at->sent_bytes, sent);
}

bool LoadSeries::read(std::int64_t number, LoadPoint& point) const {
  point = {};
  const auto before = restored_.find(number);
  if (before != restored_.end()) point = before->second;
  point.time_ms = number * kLoadIntervalMs;
  const Interval& at = intervals_[static_cast<std::size_t>(number) % kRingSize];
  if (at.number.load(std::memory_order_acquire) != number) return before != restored_.end();
  const std::uint64_t requests_before = point.s3_requests + point.rest_requests;
  point.s3_requests += load(at.requests[static_cast<std::size_t>(Protocol::s3)]);
  point.rest_requests += load(at.requests[static_cast<std::size_t>(Protocol::rest)]);
  point.client_errors += load(at.client_errors);
  point.server_errors += load(at.server_errors);
  point.received_bytes += load(at.received_bytes);
  point.sent_bytes += load(at.sent_bytes);
  std::array<std::uint64_t, kSteps> counts{};
  std::uint64_t total = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    total += counts[step] = at.latencies[step].load(std::memory_order_relaxed);
  }
  // Percentiles cannot be added: in the interval of a restart those of more requests stand.
  if (total == 0 || total < requests_before) return true;
  point.p50_ms = percentile(counts, total, 0.50);
  point.p95_ms = percentile(counts, total, 0.95);
  point.p99_ms = percentile(counts, total, 0.99);
  return true;
}

std::vector<LoadPoint> LoadSeries::points(std::size_t count, TimeMs now) const {
  const std::int64_t present = now / kLoadIntervalMs;
  std::vector<LoadPoint> points;
  LoadPoint point;
  for (auto back = static_cast<std::int64_t>(std::min(count, kLoadIntervalsMax)); back > 0; --back) {
    if (read(present - back, point)) points.push_back(point);
  }
  return points;
}

std::vector<LoadPoint> LoadSeries::history(TimeMs now) const {
  std::vector<LoadPoint> points = this->points(kLoadIntervalsMax, now);
  LoadPoint present;
  if (read(now / kLoadIntervalMs, present)) points.push_back(present);
  return points;
}

void LoadSeries::restore(std::vector<LoadPoint> points) {
  for (LoadPoint& point : points) restored_.emplace(point.time_ms / kLoadIntervalMs, point);
}

}  // namespace anabranch
