// The section targets.
#include "config/setting_kinds.hpp"
#include "config/setting_sections.hpp"

namespace freshet {

using namespace setting_kinds;

void declare_targets(std::vector<setting>& all) {
  constexpr double minute_ms = 60'000;
  all.insert(all.end(), {
                            number("targets.p50", FRESHET_AT(targets.p50), 1, minute_ms,
                                   "Milliseconds within which half of the requests should be answered."),
                            number("targets.p90", FRESHET_AT(targets.p90), 1, minute_ms,
                                   "Milliseconds within which 90 % of the requests should be answered."),
                            number("targets.p95", FRESHET_AT(targets.p95), 1, minute_ms,
                                   "Milliseconds within which 95 % of the requests should be answered."),
                            number("targets.p99", FRESHET_AT(targets.p99), 1, minute_ms,
                                   "Milliseconds within which 99 % of the requests should be answered."),
                            number("targets.error_rate", FRESHET_AT(targets.error_rate), 0, 1,
                                   "Largest share of requests that may fail."),
                            number("targets.hit_rate", FRESHET_AT(targets.hit_rate), 0, 1,
                                   "Smallest share of the caches' look-ups that should find something."),
                            number("targets.fallback_rate", FRESHET_AT(targets.fallback_rate), 0, 1,
                                   "Largest share of the answers that may come from a fallback list."),
                            number("targets.rps", FRESHET_AT(targets.rps), 0, 1e6,
                                   "Requests a second that the service should carry."),
                        });
}

}  // namespace freshet
