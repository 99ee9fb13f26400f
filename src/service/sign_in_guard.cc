#include "service/sign_in_guard.h"

#include <algorithm>

namespace anabranch::service {
namespace {

/// Longer names share a count; no real key is so long.
constexpr std::size_t kNameSizeMax = 128;

/// "192.0.2.1:50000" and "[2001:db8::1]:50000" without the port.
std::string address_name(const std::string& address) {
  const auto colon = address.rfind(':');
  const bool has_port =
      colon != std::string::npos && (address.find(':') == colon || address[colon - 1] == ']');
  return "address " + address.substr(0, has_port ? std::min(colon, kNameSizeMax) : kNameSizeMax);
}

std::string key_name(const std::string& access_key_id) {
  return "key " + access_key_id.substr(0, kNameSizeMax);
}

}  // namespace

TimeMs SignInGuard::wait_of(const std::string& name, TimeMs now) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return 0;
  // Where the ring is full, its next place holds the oldest.
  const TimeMs oldest = found->second->failures[found->second->next];
  return oldest == 0 ? 0 : std::max<TimeMs>(0, oldest + kSignInWindowMs - now);
}

void SignInGuard::note(const std::string& name, TimeMs now) {
  auto found = index_.find(name);
  if (found == index_.end()) {
    if (index_.size() >= kSignInSubjectsMax) {
      index_.erase(subjects_.back().name);
      subjects_.pop_back();
    }
    subjects_.push_front({name, {}, 0});
    found = index_.emplace(name, subjects_.begin()).first;
  } else {
    subjects_.splice(subjects_.begin(), subjects_, found->second);
  }
  Subject& subject = *found->second;
  subject.failures[subject.next] = now;
  subject.next = (subject.next + 1) % subject.failures.size();
}

void SignInGuard::take_back(const std::string& name) {
  const auto found = index_.find(name);
  if (found == index_.end()) return;
  Subject& subject = *found->second;
  const std::size_t last = (subject.next + subject.failures.size() - 1) % subject.failures.size();
  subject.failures[last] = 0;
  subject.next = last;
}

TimeMs SignInGuard::admit(const std::string& address, const std::string& access_key_id) {
  const std::string from = address_name(address), key = key_name(access_key_id);
  const TimeMs now = clock_.now_ms();
  const std::lock_guard lock(mutex_);
  const TimeMs wait = std::max(wait_of(from, now), wait_of(key, now));
  if (wait > 0) return wait;
  note(from, now);
  note(key, now);
  return 0;
}

void SignInGuard::accept(const std::string& address, const std::string& access_key_id) {
  const std::lock_guard lock(mutex_);
  take_back(address_name(address));
  if (const auto found = index_.find(key_name(access_key_id)); found != index_.end()) {
    subjects_.erase(found->second);
    index_.erase(found);
  }
}

void SignInGuard::forgive(const std::string& address, const std::string& access_key_id) {
  const std::lock_guard lock(mutex_);
  take_back(address_name(address));
  take_back(key_name(access_key_id));
}

std::size_t SignInGuard::subjects() const {
  const std::lock_guard lock(mutex_);
  return index_.size();
}

}  // namespace anabranch::service
