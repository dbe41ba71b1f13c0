// What:   where `ingest` puts events and items: the database itself, or the running service that owns it.
// Why:    one process writes a database (spec "One owner of the database"); when that is a service, the rows go to it
//         through <db>/owner.sock and shape its answers at once.
// Errors: conflict when another process owns the database and has no socket; cancelled by a stop while the service was
//         busy; what the database or the service said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/store/event_store.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

struct refused_row {
  std::size_t index{};
  std::string reason;
};

struct rows_taken {
  std::uint64_t applied{};
  /// Nothing: the service does not know yet, and counts them as applied.
  std::optional<std::uint64_t> duplicates = 0;
  /// Older than what is retained, or from before the erasure of their user.
  std::uint64_t dropped{};
  std::vector<refused_row> refused;
};

class ingest_target {
 public:
  virtual ~ingest_target() = default;
  /// Durable when it returns.
  virtual result<rows_taken> put_events(const ingest_batch& batch) = 0;
  virtual result<rows_taken> put_items(std::span<const item> items) = 0;
  /// Everything is on disk; to be called once, at the end.
  virtual status finish() = 0;
  /// What the database holds now; nothing when a service owns it.
  virtual result<std::optional<store_counts>> counts() const = 0;
  virtual bool is_service() const = 0;
};

/// Creates the database and missing parent directories. A busy service is asked again for a minute, or until `stop`.
[[nodiscard]] result<std::unique_ptr<ingest_target>> open_ingest_target(const std::filesystem::path& db,
                                                                        const store_options& options,
                                                                        stop_condition& stop);
/// The service behind an address of io/http/client.hpp.
[[nodiscard]] result<std::unique_ptr<ingest_target>> connect_ingest_target(const std::string& address,
                                                                           stop_condition& stop);

}  // namespace freshet::tools
