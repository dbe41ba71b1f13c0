// What: the settings of the service as the store wants them.
#pragma once

#include "config/options.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

[[nodiscard]] inline store_options to_store_options(const options& settings) {
  store_options made;
  made.block_cache_bytes = settings.store.block_cache_mb << 20;
  made.retention_days = settings.retention.days;
  return made;
}

}  // namespace freshet
