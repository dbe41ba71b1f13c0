// Reading: histories, events, items, dead letters.
#include <algorithm>
#include <limits>

#include "io/store/rocks_store.hpp"

namespace freshet {
namespace {

bool newer(const stored_event& a, const stored_event& b) {
  return std::pair(a.value.ts, a.key) > std::pair(b.value.ts, b.key);
}

}  // namespace

unix_seconds rocks_store::oldest_kept() const {
  constexpr unix_seconds day = 86'400;
  const unix_seconds days = retention_days_.load();
  if (days == 0) return std::numeric_limits<unix_seconds>::min();
  return (options_.time != nullptr ? options_.time->now_seconds() : system_clock().now_seconds()) - days * day;
}

result<std::optional<user_index>> rocks_store::find_user(std::string_view user_id) const {
  return users_.find(user_id);
}

result<std::optional<item_index>> rocks_store::find_item(std::string_view item_id) const {
  const auto number = items_.find(item_id);
  if (!number) return std::optional<item_index>();
  return std::optional(static_cast<item_index>(*number));
}

result<std::string> rocks_store::item_id(item_index item) const {
  if (const auto name = items_.name(to_integer(item))) return std::string(*name);
  // Its batch is written, but not yet known to memory.
  FRESHET_ASSIGN(auto id, db_->get(family::ids, schema::key_of_item_id(item).view()));
  if (!id) return error{error_code::not_found, "there is no item number " + std::to_string(to_integer(item))};
  return std::move(*id);
}

result<std::string> rocks_store::type_name(event_type_index type) const {
  if (const auto name = types_.name(to_integer(type))) return std::string(*name);
  FRESHET_ASSIGN(auto name, db_->get(family::meta, schema::numbered_key(schema::type_prefix, to_integer(type))));
  if (!name) return error{error_code::not_found, "there is no event type number " + std::to_string(to_integer(type))};
  return std::move(*name);
}

result<interaction> rocks_store::read_interaction(std::string_view key, std::string_view value) const {
  const auto position = schema::decode_history_key(key);
  auto read = schema::decode_interaction(value);
  if (!position || !read) return damaged("an event");
  read->key = position->event_key;
  return *read;
}

status rocks_store::sort_canonically(user_history& history) const {
  std::sort(history.begin(), history.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.ts, a.item, a.key) < std::tuple(b.ts, b.item, b.key);
  });
  // Where several items share a second, the words decide, not the numbers: those depend on the order of arrival.
  std::vector<std::pair<std::string, interaction>> tied;
  for (auto first = history.begin(); first != history.end();) {
    const auto last = std::find_if(first, history.end(), [&](const auto& event) { return event.ts != first->ts; });
    if (first->item != std::prev(last)->item) {
      tied.clear();
      for (auto at = first; at != last; ++at) {
        FRESHET_ASSIGN(auto id, item_id(at->item));
        tied.emplace_back(std::move(id), *at);
      }
      // Events of one item are in the order of their keys already.
      std::stable_sort(tied.begin(), tied.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      std::transform(tied.begin(), tied.end(), first, [](const auto& pair) { return pair.second; });
    }
    first = last;
  }
  return success{};
}

result<user_history> rocks_store::history(user_index user) const {
  user_history found;
  const auto oldest = oldest_kept();
  const auto prefix = schema::prefix_of_user(user);
  FRESHET_TRY(db_->for_each(family::hist, database::with_prefix(prefix.view()), database::blocks::cached,
                            [&](auto key, auto value) -> result<scan> {
                              FRESHET_ASSIGN(const auto read, read_interaction(key, value));
                              if (read.ts >= oldest) found.push_back(read);
                              return scan::go_on;
                            }));
  FRESHET_TRY(sort_canonically(found));
  return found;
}

status rocks_store::for_each_history(const std::function<bool(user_index, std::span<const interaction>)>& visit) const {
  user_history current;
  const auto oldest = oldest_kept();
  user_index user{};
  bool stopped = false;
  const auto finish_user = [&]() -> status {
    if (current.empty()) return success{};
    FRESHET_TRY(sort_canonically(current));
    stopped = !visit(user, current);
    current.clear();
    return success{};
  };
  const auto outcome =
      db_->for_each(family::hist, {}, database::blocks::passing, [&](auto key, auto value) -> result<scan> {
        FRESHET_ASSIGN(const auto read, read_interaction(key, value));
        const auto owner = schema::decode_history_key(key)->user;
        if (owner != user) FRESHET_TRY(finish_user());
        if (stopped) return scan::stop;
        user = owner;
        if (read.ts >= oldest) current.push_back(read);
        return scan::go_on;
      });
  FRESHET_TRY(outcome);
  return stopped ? status(success{}) : finish_user();
}

result<std::vector<consumed_position>> rocks_store::for_each_event(
    const std::function<bool(const interaction&)>& visit) const {
  FRESHET_ASSIGN(const auto moment, db_->snapshot());
  FRESHET_ASSIGN(auto positions, read_positions(moment.get()));
  const auto oldest = oldest_kept();
  const auto read = [&](auto key, auto value) -> result<scan> {
    FRESHET_ASSIGN(const auto event, read_interaction(key, value));
    if (event.ts < oldest) return scan::go_on;
    return visit(event) ? scan::go_on : scan::stop;
  };
  FRESHET_TRY(db_->for_each(family::hist, {}, database::blocks::passing, read, moment.get()));
  return positions;
}

result<stored_event> rocks_store::read_stored_event(std::uint64_t key, std::string_view value) const {
  auto fields = schema::decode_event(value);
  if (!fields) return damaged("an event");
  stored_event found{std::move(fields->value), key};
  FRESHET_ASSIGN(found.value.item_id, item_id(fields->numbers.item));
  FRESHET_ASSIGN(found.value.event_type, type_name(fields->numbers.type));
  return found;
}

result<std::vector<stored_event>> rocks_store::events(user_index user, std::size_t limit,
                                                      std::optional<event_cursor> after) const {
  std::vector<stored_event> found;
  // Twice the limit is gathered before the older half is dropped: linear time, and memory for a page only.
  const auto gathered_max = limit > 100'000 ? SIZE_MAX : 2 * limit + 64;
  const auto keep_newest = [&] {
    if (found.size() <= limit) return;
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit), found.end(), newer);
    found.resize(limit);
  };
  const auto oldest = oldest_kept();
  const auto prefix = schema::prefix_of_user(user);
  FRESHET_TRY(db_->for_each(family::hist, database::with_prefix(prefix.view()), database::blocks::cached,
                            [&](auto key, auto value) -> result<scan> {
                              FRESHET_ASSIGN(const auto read, read_interaction(key, value));
                              if (read.ts < oldest) return scan::go_on;
                              if (after && std::pair(read.ts, read.key) >= std::pair(after->ts, after->key))
                                return scan::go_on;
                              FRESHET_ASSIGN(auto event, read_stored_event(read.key, value));
                              found.push_back(std::move(event));
                              if (found.size() >= gathered_max) keep_newest();
                              return scan::go_on;
                            }));
  keep_newest();
  std::sort(found.begin(), found.end(), newer);
  if (found.empty()) return found;
  const auto id = user_id(user);
  // Erased while the events were read.
  if (!id && id.failure().code == error_code::not_found) return std::vector<stored_event>();
  if (!id) return id.failure();
  for (auto& event : found) event.value.user_id = *id;
  return found;
}

result<std::optional<item>> rocks_store::find_metadata(item_index index) const {
  FRESHET_ASSIGN(const auto value, db_->get(family::items, schema::key_of_item(index).view()));
  if (!value || *value == schema::deleted_item) return std::optional<item>();
  auto found = schema::decode_item(*value);
  if (!found) return damaged("the metadata of item number " + std::to_string(to_integer(index)));
  FRESHET_ASSIGN(found->item_id, item_id(index));
  return found;
}

status rocks_store::for_each_item(const std::function<void(item_index, const item&)>& visit) const {
  return db_->for_each(family::items, {}, database::blocks::passing, [&](auto key, auto value) -> result<scan> {
    if (value == schema::deleted_item) return scan::go_on;
    const auto number = schema::number_of_key<std::uint32_t>("", key);
    auto found = schema::decode_item(value);
    if (!number || !found) return damaged("the metadata of an item");
    const auto index = static_cast<item_index>(*number);
    FRESHET_ASSIGN(found->item_id, item_id(index));
    visit(index, *found);
    return scan::go_on;
  });
}

result<bool> rocks_store::is_deleted(item_index index) const {
  FRESHET_ASSIGN(const auto value, db_->get(family::items, schema::key_of_item(index).view()));
  return value && *value == schema::deleted_item;
}

result<std::vector<item_index>> rocks_store::deleted_items() const {
  std::vector<item_index> deleted;
  FRESHET_TRY(db_->for_each(family::items, {}, database::blocks::passing, [&](auto key, auto value) -> result<scan> {
    if (value != schema::deleted_item) return scan::go_on;
    const auto number = schema::number_of_key<std::uint32_t>("", key);
    if (!number) return damaged("the record of a deleted item");
    deleted.push_back(static_cast<item_index>(*number));
    return scan::go_on;
  }));
  return deleted;
}

result<std::vector<event_store::waiting_letter>> rocks_store::waiting_dead_letters(std::size_t limit) const {
  std::vector<waiting_letter> letters;
  if (limit == 0) return letters;
  FRESHET_TRY(db_->for_each(family::meta, database::with_prefix(schema::letter_prefix), database::blocks::passing,
                            [&](auto key, auto value) -> result<scan> {
                              const auto sequence = schema::number_of_key<std::uint64_t>(schema::letter_prefix, key);
                              auto letter = schema::decode_letter(value);
                              if (!sequence || !letter) return damaged("a dead letter");
                              letters.push_back({*sequence, std::move(*letter)});
                              return letters.size() < limit ? scan::go_on : scan::stop;
                            }));
  return letters;
}

}  // namespace freshet
