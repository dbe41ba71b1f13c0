// What: where a client on this machine reaches the service that the settings describe.
#pragma once

#include <string>

#include "config/options.hpp"

namespace freshet::tools {

[[nodiscard]] inline std::string service_url(const server_options& settings) {
  const bool anywhere = settings.host == "0.0.0.0" || settings.host == "::";
  const bool is_ipv6 = settings.host.find(':') != std::string::npos;
  const std::string host = anywhere ? "127.0.0.1" : is_ipv6 ? "[" + settings.host + "]" : settings.host;
  return "http://" + host + ":" + std::to_string(settings.port);
}

}  // namespace freshet::tools
