// Handlers of the routes about items.
#include <utility>

#include "actors/routes.hpp"

namespace freshet {

void load_items(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  self->send(self->state.others->publisher, load_atom::value, std::move(call));
}

}  // namespace freshet
