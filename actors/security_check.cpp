#include "actors/security_check.hpp"

namespace freshet {

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

status check_security(const options& settings) {
  const auto& security = settings.security;
  if (is_loopback(settings.server.host) || !security.api_keys.empty() || security.allow_anonymous) return success{};
  return error{
      error_code::invalid_argument,
      "server.host " + settings.server.host +
          " is reachable from other machines and no API key is configured; configure security.api_keys, serve on "
          "127.0.0.1, or set security.allow_anonymous: true to let everybody in"};
}

}  // namespace freshet
