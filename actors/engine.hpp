// What:    the composition root: builds the store, the log or broker, the actors and the HTTP server from the options,
//          and takes them down in order. The only place that knows all parts.
// Start:   store -> catalogue -> source and sink -> actors -> first model -> HTTP. A start while an old process still
//          drains waits for its lock and port, up to the drain deadline.
// Stop:    readiness off -> no new connections -> requests in flight answered -> batch and offset stored -> actors ->
//          store (promise D1).
// Errors:  start: one sentence that names the value and the remedy.
// Threads: start, wait and stop from one thread; request_stop from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

/// A worker takes events in and keeps users' queries current like a service, and nobody reaches it over the network:
/// other commands hand their work over through the owner's socket.
enum class engine_role { service, worker };

class engine {
 public:
  static result<std::unique_ptr<engine>> start(const options& settings, engine_role role = engine_role::service);
  virtual ~engine() = default;

  /// 0 for a worker.
  virtual std::uint16_t port() const = 0;
  virtual std::shared_ptr<log> journal() const = 0;
  /// Returns when somebody requested a stop, or an actor could not be kept alive; then the reason.
  virtual std::string wait() = 0;
  virtual void request_stop(const std::string& reason) = 0;
  /// Takes everything down in order; false when requests in flight had to be cut off or the service gave up.
  virtual bool stop() = 0;
  /// Takes over what may change while running (settings marked live) and looks at the registry now.
  virtual void reconfigure(const options& changed) = 0;
  /// Asks the supervisor how everybody is: a sentence, or nothing when no answer comes in time. From any thread until
  /// `stop`.
  virtual std::optional<std::string> ask(std::chrono::milliseconds timeout) = 0;
};

/// The owner's socket of a database: other commands hand their work over through it.
[[nodiscard]] std::filesystem::path owner_socket(const std::filesystem::path& database);

}  // namespace freshet
