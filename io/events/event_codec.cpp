#include "io/events/event_codec.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/text.hpp"
#include "io/events/event_fields.hpp"
#include "io/events/event_validation.hpp"
#include "io/events/json_span.hpp"
#include "io/events/timestamp.hpp"

namespace freshet {
namespace {

namespace dom = simdjson::dom;

using complaint = std::optional<rejection>;

rejection reject(rejection_reason reason, std::string_view field, std::string_view why) {
  std::string message(field);
  message += ": ";
  message += why;
  return {reason, std::move(message)};
}

/// A value as it stands in the record, for messages; objects and arrays are only named.
std::string shown(const dom::element& value) {
  switch (value.type()) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::STRING:
      return in_quotes(value.get_string().value_unsafe());
    default:
      return simdjson::minify(value);
  }
}

/// One field as the producer gave it.
struct member {
  dom::element value;
  /// Place in event_spellings: smaller wins. -1 = not given.
  int spelling = -1;
  /// Place in its object.
  std::size_t position = 0;
  /// What to call it in messages.
  std::string_view name;

  explicit operator bool() const { return spelling >= 0; }
};

struct members {
  std::array<member, event_fields_count> of_field;

  member& operator[](event_field field) { return of_field[static_cast<std::size_t>(field)]; }
};

/// Sorts the members of an object into the fields of an event; a spelling that occurs twice is ambiguous.
complaint collect(const dom::object& object, members& found) {
  const auto spellings = event_spellings();
  std::uint64_t seen = 0;
  std::size_t position = 0;
  for (const auto [key, value] : object) {
    const std::size_t here = position++;
    const auto spelling = find_event_spelling(key);
    if (!spelling) continue;
    const std::uint64_t bit = std::uint64_t{1} << *spelling;
    if (seen & bit) return reject(rejection_reason::repeated_field, key, "stands twice in one record; give it once");
    seen |= bit;
    if (value.is_null()) continue;
    member& slot = found[spellings[*spelling].field];
    const int rank = static_cast<int>(*spelling);
    if (!slot || rank < slot.spelling) slot = {value, rank, here, spellings[*spelling].name};
  }
  return std::nullopt;
}

/// A name or an id: a string, or an integer as its decimal text.
complaint read_text(const dom::element& value, std::string_view name, std::string& out) {
  switch (value.type()) {
    case dom::element_type::STRING:
      out = value.get_string().value_unsafe();
      return std::nullopt;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      out = simdjson::minify(value);
      return std::nullopt;
    default:
      return reject(rejection_reason::bad_type, name, shown(value) + " is neither a string nor an integer");
  }
}

complaint read_id(const member& given, std::string& out) {
  if (auto bad = read_text(given.value, given.name, out)) return bad;
  return check_id(given.name, out);
}

/// What may be left out may be empty too.
complaint read_optional_id(const member& given, std::string& out) {
  if (!given) return std::nullopt;
  if (auto bad = read_text(given.value, given.name, out)) return bad;
  return check_optional_id(given.name, out);
}

/// The number a JSON number or the text of one spells; nothing when it is neither.
std::optional<double> as_number(const dom::element& value) {
  double number = 0;
  if (value.get_double().get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

complaint read_quantity(const member& given, std::int32_t& out) {
  if (!given) return std::nullopt;
  const auto number = as_number(given.value);
  if (!number)
    return reject(rejection_reason::bad_type, given.name, shown(given.value) + " is not a number; give an integer");
  constexpr double limit = std::numeric_limits<std::int32_t>::max();
  if (!(*number >= -limit && *number <= limit) || *number != std::trunc(*number)) {
    return reject(rejection_reason::bad_number, given.name,
                  shown(given.value) + " is not an integer of at most 2147483647; give units");
  }
  out = static_cast<std::int32_t>(*number);
  return std::nullopt;
}

complaint read_value(const member& given, std::optional<float>& out) {
  if (!given) return std::nullopt;
  const auto number = as_number(given.value);
  if (!number) return reject(rejection_reason::bad_type, given.name, shown(given.value) + " is not a number; give one");
  if (auto bad = check_value(given.name, *number)) return bad;
  out = static_cast<float>(*number);
  return std::nullopt;
}

complaint not_a_time(std::string_view name, std::string_view given) {
  return reject(rejection_reason::bad_time, name,
                std::string(given) + " is not a time; give unix seconds, unix milliseconds or RFC 3339");
}

complaint read_time_text(std::string_view name, std::string_view text, unix_seconds now, unix_seconds& out) {
  const auto time = parse_timestamp(text);
  if (!time) return not_a_time(name, in_quotes(text));
  out = *time;
  return check_time(name, out, now);
}

complaint read_time(const member& given, unix_seconds now, unix_seconds& out) {
  switch (given.value.type()) {
    case dom::element_type::INT64:
      out = from_epoch_number(given.value.get_int64().value_unsafe());
      break;
    case dom::element_type::DOUBLE: {
      // Python's time.time(): seconds with a fraction, which is dropped.
      const double number = given.value.get_double().value_unsafe();
      if (!(std::abs(number) < 1e17)) return not_a_time(given.name, shown(given.value));
      out = from_epoch_number(static_cast<std::int64_t>(number));
      break;
    }
    case dom::element_type::STRING:
      return read_time_text(given.name, given.value.get_string().value_unsafe(), now, out);
    case dom::element_type::UINT64:
      return not_a_time(given.name, shown(given.value));
    default:
      return reject(rejection_reason::bad_type, given.name,
                    shown(given.value) + " is not a time; give unix seconds, unix milliseconds or RFC 3339");
  }
  return check_time(given.name, out, now);
}

/// What a CloudEvent says about the event around its data.
struct envelope {
  std::string source;
  std::string id;
  std::string type;
  /// Empty = CloudEvents lets it go without one.
  std::string time;
};

/// The identity of a CloudEvent is the pair; a source holds no space.
complaint read_identity(const envelope& from, std::string_view id_name, std::string_view source_name,
                        std::string& event_id) {
  if (auto bad = check_id(id_name, from.id)) return bad;
  if (auto bad = check_id(source_name, from.source)) return bad;
  event_id = from.source + ' ' + from.id;
  if (event_id.size() <= id_bytes_max) return std::nullopt;
  return reject(
      rejection_reason::bad_id, id_name,
      in_quotes(event_id) + " (source and id) has " + std::to_string(event_id.size()) + " bytes; give at most 256");
}

complaint check_version(std::string_view name, std::string_view version) {
  if (version.starts_with("1.")) return std::nullopt;
  return reject(rejection_reason::bad_type, name, in_quotes(version) + " is not supported; send CloudEvents 1.0");
}

std::optional<envelope> binary_envelope(record_headers headers, std::string_view& version) {
  std::optional<envelope> found;
  envelope parts;
  for (const auto& [name, value] : headers) {
    if (name == "ce_specversion") {
      version = value;
      found.emplace();
    } else if (name == "ce_source") {
      parts.source = value;
    } else if (name == "ce_id") {
      parts.id = value;
    } else if (name == "ce_type") {
      parts.type = value;
    } else if (name == "ce_time") {
      parts.time = value;
    }
  }
  if (found) *found = std::move(parts);
  return found;
}

/// One attribute of a structured CloudEvent; absent stays empty.
complaint read_attribute(const dom::object& object, std::string_view name, std::string& out) {
  dom::element value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return read_text(value, name, out);
}

}  // namespace

struct event_decoder::state {
  explicit state(const clock& source) : time(source) {}

  const clock& time;
  dom::parser parser;

  complaint fill(std::string_view text, const dom::object& object, const envelope* around, event& out);
  complaint fill_structured(std::string_view text, const dom::object& object, event& out);
  complaint read_record(std::string_view text, record_headers headers, event& out);
};

/// `text` are the bytes of `object`.
complaint event_decoder::state::fill(std::string_view text, const dom::object& object, const envelope* around,
                                     event& out) {
  members given;
  if (auto bad = collect(object, given)) return bad;
  if (const member& properties = given[event_field::properties]) {
    if (!properties.value.is_object()) {
      return reject(rejection_reason::bad_type, properties.name, shown(properties.value) + " is not an object");
    }
    out.properties = without_white_space(member_text(text, properties.position));
    member& item = given[event_field::item_id];
    dom::element nested;
    if (!item && properties.value.at_key("product_id").get(nested) == simdjson::SUCCESS && !nested.is_null()) {
      item = {nested, 0, 0, "properties.product_id"};
    }
  }
  const auto missing = [](std::string_view field) {
    return reject(rejection_reason::missing_field, field, "is missing; every event needs it");
  };
  if (!given[event_field::user_id]) return missing("user_id");
  if (!given[event_field::item_id]) return missing("item_id");
  if (auto bad = read_id(given[event_field::user_id], out.user_id)) return bad;
  if (auto bad = read_id(given[event_field::item_id], out.item_id)) return bad;

  const unix_seconds now = time.now_seconds();
  if (const member& ts = given[event_field::ts]) {
    if (auto bad = read_time(ts, now, out.ts)) return bad;
  } else if (around == nullptr) {
    return missing("ts");
  } else if (around->time.empty()) {
    out.ts = now;
  } else if (auto bad = read_time_text("time", around->time, now, out.ts)) {
    return bad;
  }

  if (auto bad = read_quantity(given[event_field::qty], out.qty)) return bad;
  if (auto bad = read_value(given[event_field::value], out.value)) return bad;
  if (auto bad = read_optional_id(given[event_field::event_type], out.event_type)) return bad;
  if (auto bad = read_optional_id(given[event_field::session_id], out.session_id)) return bad;
  if (auto bad = read_optional_id(given[event_field::recommendation_id], out.recommendation_id)) return bad;
  if (around == nullptr) return read_optional_id(given[event_field::event_id], out.event_id);
  if (!out.event_type.empty()) return std::nullopt;
  out.event_type = around->type;
  return check_optional_id("type", out.event_type);
}

complaint event_decoder::state::fill_structured(std::string_view text, const dom::object& object, event& out) {
  dom::element data;
  std::size_t data_position = 0;
  std::size_t position = 0;
  std::size_t data_members = 0;
  for (const auto [key, value] : object) {
    if (key == "data") {
      data = value;
      data_position = position;
      ++data_members;
    }
    ++position;
  }
  if (data_members > 1)
    return reject(rejection_reason::repeated_field, "data", "stands twice in one record; give it once");
  if (data_members == 0) {
    return reject(rejection_reason::missing_field, "data", "is missing; send the event as a JSON object in data");
  }
  if (!data.is_object()) {
    return reject(rejection_reason::bad_type, "data", shown(data) + " is not an object; send the event in data");
  }
  envelope around;
  if (auto bad = read_attribute(object, "id", around.id)) return bad;
  if (auto bad = read_attribute(object, "source", around.source)) return bad;
  if (auto bad = read_attribute(object, "type", around.type)) return bad;
  if (auto bad = read_attribute(object, "time", around.time)) return bad;
  if (auto bad = read_identity(around, "id", "source", out.event_id)) return bad;
  return fill(member_text(text, data_position), data.get_object().value_unsafe(), &around, out);
}

complaint event_decoder::state::read_record(std::string_view text, record_headers headers, event& out) {
  dom::element root;
  if (const auto failed = parser.parse(text.data(), text.size()).get(root)) {
    if (failed == simdjson::NUMBER_ERROR) {
      return reject(rejection_reason::bad_number, "record",
                    in_quotes(text) + " holds a number that is malformed or beyond what a double can hold");
    }
    return reject(rejection_reason::not_json, "record", in_quotes(text) + " is not JSON; send one JSON object");
  }
  dom::object object;
  if (root.get_object().get(object)) {
    return reject(rejection_reason::not_an_object, "record", shown(root) + " is not an object; send one JSON object");
  }
  std::string_view version;
  if (const auto around = binary_envelope(headers, version)) {
    if (auto bad = check_version("ce_specversion", version)) return bad;
    if (auto bad = read_identity(*around, "ce_id", "ce_source", out.event_id)) return bad;
    return fill(text, object, &*around, out);
  }
  dom::element specversion;
  if (object.at_key("specversion").get(specversion) == simdjson::SUCCESS) {
    std::string given;
    if (auto bad = read_text(specversion, "specversion", given)) return bad;
    if (auto bad = check_version("specversion", given)) return bad;
    return fill_structured(text, object, out);
  }
  return fill(text, object, nullptr, out);
}

event_decoder::event_decoder(const clock& time) : state_(new state(time)) {}
event_decoder::~event_decoder() = default;

decoded_event event_decoder::decode(std::string_view json, record_headers headers) {
  event out;
  if (auto bad = state_->read_record(json, headers, out)) return *std::move(bad);
  return out;
}

}  // namespace freshet
