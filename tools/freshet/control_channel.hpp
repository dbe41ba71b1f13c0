// What: how `freshet ctl` reaches a service: by HTTP, or through the control topic of Kafka.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/http/control_commands.hpp"
#include "io/http/message.hpp"

namespace freshet::tools {

class control_channel {
 public:
  virtual ~control_channel() = default;
  /// What the service answered, whatever its status. Errors: unavailable when none came in time.
  virtual result<http::response> send(const http::control_command& command, const boost::json::object& arguments) = 0;
  /// How long to wait between two looks at the same thing: a command through Kafka stays in its topic.
  virtual std::chrono::milliseconds pace() const = 0;
};

/// `url`: http://HOST:PORT, or unix:DB/owner.sock.
[[nodiscard]] result<std::unique_ptr<control_channel>> http_channel(const std::string& url, const std::string& api_key,
                                                                    std::chrono::milliseconds timeout);
/// To kafka.control_topic at kafka.brokers; the first reply counts.
[[nodiscard]] result<std::unique_ptr<control_channel>> kafka_channel(const kafka_options& kafka,
                                                                     const std::string& api_key,
                                                                     std::chrono::milliseconds timeout);

/// The JSON object of an answer. Errors: the sentence of a problem (invalid_argument, or unavailable for a 5xx).
[[nodiscard]] result<boost::json::object> body_of(const http::response& answer);

}  // namespace freshet::tools
