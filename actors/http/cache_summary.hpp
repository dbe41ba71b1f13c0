// What: the counters of all caches as the rendering functions of io/http and the metrics take them.
#pragma once

#include <vector>

#include "actors/http/frontend.hpp"
#include "io/http/cache_api.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

[[nodiscard]] http::cache_summary summarize_caches(const frontend_state& state);
[[nodiscard]] std::vector<metrics::cache_figures> cache_figures_of(const caches& kept, const user_query_table& users);

}  // namespace freshet
