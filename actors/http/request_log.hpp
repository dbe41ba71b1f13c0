// What:   the line that the log gets for a request: method, route, status, latency, request id and trace.
// Which:  failures of the service are warnings; refusals, and what changes something, are information. What only reads
//         has no line here, because it is most of the traffic; recommendations have one of their own (finish.cpp).
// Safety: the route's pattern stands in it, not the target: ids of users have their own rules, and keys are nowhere.
#pragma once

#include <chrono>

#include "io/http/message.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

/// `latency=12ms`, whole milliseconds: the operations guide greps for it.
void log_request(log& journal, const http::request& in, unsigned code, std::chrono::nanoseconds took);

}  // namespace freshet
