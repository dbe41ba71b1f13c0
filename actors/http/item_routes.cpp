// Handlers of the routes about items.
#include <memory>
#include <utility>

#include "actors/http/routes.hpp"

namespace freshet {
namespace {

item_task_ptr task_of(http::exchange_ptr call, const http::path_parameters& path) {
  return std::make_shared<item_task>(item_task{std::move(call), path.front()});
}

}  // namespace

void load_items(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  self->send(self->state.others->publisher, load_atom::value, std::move(call));
}

void show_item(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  self->send(self->state.others->librarian, task_of(std::move(call), path));
}

void change_item(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  self->send(self->state.others->publisher, task_of(std::move(call), path));
}

}  // namespace freshet
