// app/load_history.h — the load of the last hour outlives a restart: kept in the store, read at the start.
//
// Its loss loses nothing that anyone was promised: errors are logged and nothing else.
#pragma once

#include "base/clock.h"
#include "base/load_series.h"
#include "kv/store.h"

namespace anabranch::app {

/// Writes what is known now. Blocks until it is durable.
void keep_load(kv::Store& store, const LoadSeries& load, TimeMs now);

/// Hands what was kept to `load`, which has seen nothing yet.
void restore_load(const kv::Store& store, LoadSeries& load);

}  // namespace anabranch::app
