// What:   POST and GET /v1/events and GET /v1/users/{id}/events as typed values.
// Bodies: one event, an array of events (application/json, application/cloudevents+json,
//         application/cloudevents-batch+json), or NDJSON (application/x-ndjson, one a line). CloudEvents in binary
//         mode when the request carries ce-* headers.
// Rule:   one bad event never rejects the others; only a body that is no JSON at all is a problem (400), and one of
//         another content type (415).
// Limits: 100,000 events a request (400 beyond); the answer lists the first 1,000 rejections and says how many
//         there were.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/data/event.hpp"
#include "io/events/event_codec.hpp"
#include "io/events/event_source.hpp"
#include "io/http/message.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {

struct events_request {
  struct accepted_event {
    std::size_t index{};
    event value;
  };
  struct rejected_event {
    std::size_t index{};
    rejection why;
  };
  std::vector<accepted_event> accepted;
  std::vector<rejected_event> rejected;
  /// Answer only when the events shape recommendations (?wait=visible).
  bool wait_visible = false;
};
/// With an Idempotency-Key header, events without an id get "<key>#<index>" as theirs.
[[nodiscard]] parsed<events_request> parse_events(const request& in, event_decoder& decoder);

/// 202 {accepted, duplicates, rejected:[{index, reason, message}], rejected_count}; `duplicates` is null while it is
/// not known yet. `index` counts from 0; blank lines of NDJSON do not count.
[[nodiscard]] response render_events(const events_request& query, std::size_t accepted,
                                     std::optional<std::size_t> duplicates);

struct user_events_request {
  std::size_t limit = 50;  // 1..1000
  /// Opaque: "<ts>.<key in hex>", the `next` of the page before.
  std::optional<std::pair<unix_seconds, std::uint64_t>> before;
};
[[nodiscard]] parsed<user_events_request> parse_user_events(const request& in);
struct listed_event {
  event value;
  std::uint64_t key{};
};
/// {user_id, events: [{item_id, ts, qty, event_type, ...}], next}; `next` is null on the last page.
[[nodiscard]] response render_user_events(std::string_view user_id, const std::vector<listed_event>& events, bool more);

inline constexpr std::size_t recent_events_max = 100;
struct recent_events_request {
  std::size_t limit = 50;  // 1..recent_events_max
};
[[nodiscard]] parsed<recent_events_request> parse_recent_events(const request& in);
struct recent_event {
  event value;
  partition_id partition{};
  log_offset offset{};
  /// When it was accepted; 0 where its log does not tell.
  std::int64_t accepted_ms{};
};
/// {events: [{user_id, item_id, ts, qty, event_type, ..., partition, offset, accepted_at}]}; `accepted_at` is in
/// seconds with three decimals, or null.
[[nodiscard]] response render_recent_events(const std::vector<recent_event>& events);

}  // namespace freshet::http
