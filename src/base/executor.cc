#include "base/executor.h"

namespace anabranch {
namespace {
thread_local Executor* current_executor = nullptr;
}

Executor* Executor::current() noexcept { return current_executor; }

Executor::Scope::Scope(Executor* executor) noexcept : before_(current_executor) {
  current_executor = executor;
}
Executor::Scope::~Scope() { current_executor = before_; }

}  // namespace anabranch
