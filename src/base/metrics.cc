#include "base/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/assert.h"

namespace anabranch::metrics {
namespace {

bool is_name(std::string_view text, std::string_view also) {
  const auto is_letter = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || also.find(c) != std::string_view::npos;
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits;
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

/// a="b",c="d": the series' identity within its family too.
std::string to_text(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    ANABRANCH_ASSERT(is_name(name, "_"), "label " + name);
    if (!text.empty()) text += ',';
    text += name + "=\"";
    append_escaped(text, value, true);
    text += '"';
  }
  return text;
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels,
                      const Histogram& histogram) {
  const Histogram::Snapshot now = histogram.snapshot();
  const std::string prefix = labels.empty() ? "" : labels + ",";
  for (std::size_t i = 0; i < now.cumulative.size(); ++i) {
    const double bound =
        i < histogram.bounds().size() ? histogram.bounds()[i] : std::numeric_limits<double>::infinity();
    append_sample(out, name + "_bucket", prefix + "le=\"" + to_text(bound) + "\"",
                  std::to_string(now.cumulative[i]));
  }
  append_sample(out, name + "_sum", labels, to_text(now.sum));
  append_sample(out, name + "_count", labels, std::to_string(now.cumulative.back()));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  ANABRANCH_ASSERT(std::is_sorted(bounds_.begin(), bounds_.end(), std::less_equal<>()),
                   std::to_string(bounds_.size()) + " bounds that do not ascend");
}

void Histogram::observe(double value) noexcept {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot result;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    count += counts_[i].load(std::memory_order_relaxed);
    result.cumulative.push_back(count);
  }
  result.sum = sum_.load(std::memory_order_relaxed);
  return result;
}

const std::vector<double>& latency_bounds_s() {
  static const std::vector<double> bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                             0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return bounds;
}

struct Registry::Family {
  std::string help;
  std::string_view kind;
  // By labels. A family fills one of them.
  std::map<std::string, std::unique_ptr<Counter>> counters;
  std::map<std::string, std::unique_ptr<Histogram>> histograms;
  std::map<std::string, std::function<double()>> gauges;
};

Registry::Registry() = default;
Registry::~Registry() = default;

Registry::Family& Registry::family(const std::string& name, const std::string& help, std::string_view kind) {
  ANABRANCH_ASSERT(is_name(name, "_:"), "metric " + name);
  auto& found = families_[name];
  if (!found) found = std::make_unique<Family>(Family{help, kind, {}, {}, {}});
  ANABRANCH_ASSERT(found->kind == kind, name + " is a " + std::string(found->kind));
  return *found;
}

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& found = family(name, help, "counter").counters[to_text(labels)];
  if (!found) found = std::make_unique<Counter>();
  return *found;
}

Histogram& Registry::histogram(const std::string& name, const std::string& help,
                               const std::vector<double>& bounds, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& series = family(name, help, "histogram").histograms;
  ANABRANCH_ASSERT(series.empty() || series.begin()->second->bounds() == bounds, name + " has other bounds");
  auto& found = series[to_text(labels)];
  if (!found) found = std::make_unique<Histogram>(bounds);
  return *found;
}

void Registry::gauge(const std::string& name, const std::string& help, std::function<double()> value,
                     const Labels& labels) {
  const std::lock_guard lock(mutex_);
  family(name, help, "gauge").gauges[to_text(labels)] = std::move(value);
}

std::string Registry::render() const {
  const std::lock_guard lock(mutex_);
  std::string page;
  for (const auto& [name, family] : families_) {
    page += "# HELP " + name + ' ';
    append_escaped(page, family->help, false);
    page += "\n# TYPE " + name + ' ';
    page += family->kind;
    page += '\n';
    for (const auto& [labels, counter] : family->counters) {
      append_sample(page, name, labels, std::to_string(counter->value()));
    }
    for (const auto& [labels, value] : family->gauges) append_sample(page, name, labels, to_text(value()));
    for (const auto& [labels, histogram] : family->histograms)
      append_histogram(page, name, labels, *histogram);
  }
  return page;
}

}  // namespace anabranch::metrics
