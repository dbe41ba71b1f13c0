// Handlers of the routes that hand out documents of the program.
#include "actors/http/routes.hpp"
#include "io/http/document.hpp"

namespace freshet {

void show_openapi(frontend_pointer, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_document(http::openapi_document(), call->in()));
}

void show_docs(frontend_pointer, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_document(http::docs_page(), call->in()));
}

void show_dashboard(frontend_pointer, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_document(http::dashboard_page(), call->in()));
}

}  // namespace freshet
