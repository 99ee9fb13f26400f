// runner/overlay.h — folders that show one set of files to many, each of whom writes into its own: overlayfs
// in a mount namespace of this process. Private to runner.
#pragma once

#include <string>

#include "base/result.h"

namespace anabranch::runner {

/// Tries, in a child process and below `folder`, which is made, all that a run may do to such a view. Errors:
/// unavailable, with the step that failed and why; io.
Result<void> try_overlay(const std::string& folder);

/// From now on this process and all that it starts see mounts that nobody else does; they end with the last
/// of these processes. Root makes a mount namespace, everybody else a user namespace too, in which the user
/// keeps their own number and the commands have no rights that they had not before. To be called while there
/// is but one thread. Errors: unavailable.
Result<void> enter_own_mounts();

/// A mounted overlay, as long as it lives. Thread safety: none; several may be made at a time.
class OverlayMount {
 public:
  OverlayMount() = default;
  /// Shows at `target` what is in `lower` and `upper`; what is written goes to `upper`. `scratch` is
  /// overlayfs's own, of the same file system as `upper`. All are folders that are there. Errors:
  /// unavailable.
  static Result<OverlayMount> make(const std::string& lower, const std::string& upper,
                                   const std::string& scratch, const std::string& target);
  OverlayMount(OverlayMount&& other) noexcept;
  OverlayMount& operator=(OverlayMount&& other) noexcept;
  ~OverlayMount();

 private:
  OverlayMount(std::string target, std::string scratch)
      : target_(std::move(target)), scratch_(std::move(scratch)) {}
  void unmount();
  std::string target_;  // empty: there is none
  std::string scratch_;
};

}  // namespace anabranch::runner
