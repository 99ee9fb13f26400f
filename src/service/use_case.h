// service/use_case.h — the shape of a use case: authorise, then read (inline or on the pool) or write
// (await).
#pragma once

#include <type_traits>
#include <utility>

#include "auth/principal.h"
#include "base/workers.h"
#include "service/types.h"

namespace anabranch::service {

/// For reads: `function` returns a Result and may be run twice (see inline_or_on).
template <class Function>
auto authorized_read(Workers& workers, Caller caller, Action action, Resource resource, Function function)
    -> Task<std::invoke_result_t<Function&>> {
  auto allowed = auth::authorize(caller.principal, action, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = inline_or_on(workers, std::move(function));
  co_return co_await std::move(task);
}

/// For reads that cost more than a look into memory: always on the pool.
template <class Function>
auto authorized_work(Workers& workers, Caller caller, Action action, Resource resource, Function function)
    -> Task<std::invoke_result_t<Function&>> {
  auto allowed = auth::authorize(caller.principal, action, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = on_workers(workers, std::move(function));
  co_return co_await std::move(task);
}

/// For writes: `start` returns the task that does it.
template <class Start>
auto authorized_write(Caller caller, Action action, Resource resource, Start start)
    -> std::invoke_result_t<Start&> {
  auto allowed = auth::authorize(caller.principal, action, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = start();
  co_return co_await std::move(task);
}

}  // namespace anabranch::service
