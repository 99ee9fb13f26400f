// base/metrics.h — numbers about the running program, and their page for Prometheus.
//
// In:  increments and observations from every layer (lock-free), and functions that know a current value.
// Out: the text exposition format 0.0.4. Register once, keep the reference; a registration takes a lock.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anabranch::metrics {

/// Names and values, shown in this order. Values come from small sets, never from users: each is a time
/// series.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Only grows. Thread safety: any thread, lock-free.
class Counter {
 public:
  void add(std::uint64_t amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  alignas(64) std::atomic<std::uint64_t> value_{0};
};

/// How many observations were at most each bound, and their sum. Thread safety: any thread, lock-free.
class Histogram {
 public:
  /// `bounds` ascend; a last one of +Inf is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value) noexcept;

  struct Snapshot {
    std::vector<std::uint64_t> cumulative;  // for each bound, then for +Inf, which is the count
    double sum = 0;
  };
  Snapshot snapshot() const;
  const std::vector<double>& bounds() const noexcept { return bounds_; }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // bounds_.size() + 1
  std::atomic<double> sum_{0};
};

/// Seconds, 100 µs to 10 s: for requests and disks alike.
const std::vector<double>& latency_bounds_s();

/// Owns all metrics; references it gives out live as long as it does. Thread safety: every method from any
/// thread. Names follow Prometheus (asserted); a name keeps the kind and the bounds of its first registration
/// (asserted).
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The one for this name and labels, made where there is none. By custom a counter's name ends in "_total".
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                       const Labels& labels = {});
  /// `value` is called by render(), and must be callable as long as the registry lives; it must be quick and
  /// must not call the registry. A second one for the same name and labels replaces the first.
  void gauge(const std::string& name, const std::string& help, std::function<double()> value,
             const Labels& labels = {});

  /// The page, families ordered by name. Content-Type: kContentType.
  std::string render() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Family;
  Family& family(const std::string& name, const std::string& help, std::string_view kind);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>> families_;  // guarded by mutex_
};

}  // namespace anabranch::metrics
