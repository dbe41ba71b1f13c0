// What: what the frontend knows of the service, as the rendering functions of io/http/service_api.hpp take it.
#pragma once

#include "actors/http/frontend.hpp"
#include "io/http/service_api.hpp"

namespace freshet {

[[nodiscard]] http::service_summary summarize(const frontend_state& state);

}  // namespace freshet
