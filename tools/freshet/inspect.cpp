// `freshet inspect`: what the database holds, beside a running service or without one.
#include <boost/json.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>

#include "io/events/event_codec.hpp"
#include "io/files/item_json.hpp"
#include "io/store/event_store.hpp"
#include "io/store/store_settings.hpp"
#include "tools/freshet/command.hpp"

namespace freshet::tools {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* description =
    "Show what the database holds: counts of users, items and events, stored offsets, dead letters, sizes; one user; "
    "one item. Reads beside a running service and never disturbs it.";
constexpr const char* example =
    "freshet inspect --db data/recsys.db --json\n"
    "  freshet inspect --db data/recsys.db --user 17850 --limit 5";

struct inspect_flags {
  std::string db;
  std::string user;
  std::string item;
  bool offsets = false;
  bool dead_letters = false;
  std::size_t limit = 20;
  bool as_json = false;
};

struct disk_usage {
  std::uint64_t tables{};
  std::uint64_t logs{};
  std::uint64_t other{};
};

disk_usage usage_of(const fs::path& database) {
  disk_usage usage;
  std::error_code gone;  // the owner may remove a file between its name and its size
  for (const auto& file : fs::directory_iterator(database, gone)) {
    const auto size = file.is_regular_file(gone) ? file.file_size(gone) : 0;
    if (gone) continue;
    const auto extension = file.path().extension();
    (extension == ".sst" ? usage.tables : extension == ".log" ? usage.logs : usage.other) += size;
  }
  return usage;
}

std::string utc(unix_seconds ts) {
  const std::time_t time = ts;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void print(const json::value& document) {
  std::printf("%s\n", json::serialize(document).c_str());
}

// --- each view as a JSON document, from which the words are printed too

result<json::object> offsets_of(const event_store& store) {
  FRESHET_ASSIGN(const auto positions, store.positions());
  json::array list;
  for (const auto& position : positions) {
    list.push_back({{"source", position.source},
                    {"partition", to_integer(position.partition)},
                    {"next_offset", position.next_offset}});
  }
  return json::object{{"offsets", std::move(list)}};
}

result<json::object> counts_of(const event_store& store) {
  FRESHET_ASSIGN(const auto counts, store.counts());
  FRESHET_ASSIGN(const auto offsets, offsets_of(store));
  const auto usage = usage_of(store.path());
  auto types = store.event_types();
  types.erase(types.begin());  // the first is "no type"
  return json::object{{"users", counts.users},
                      {"items", counts.items},
                      {"events", counts.events},
                      {"dead_letters", counts.dead_letters},
                      {"bytes", {{"tables", usage.tables}, {"logs", usage.logs}, {"other", usage.other}}},
                      {"event_types", json::value_from(types)},
                      {"offsets", offsets.at("offsets")}};
}

result<json::object> user_of(const event_store& store, const inspect_flags& flags) {
  FRESHET_ASSIGN(const auto user, store.find_user(flags.user));
  if (!user) return error{error_code::not_found, "no event of a user '" + flags.user + "' is stored"};
  FRESHET_ASSIGN(const auto history, store.history(*user));
  FRESHET_ASSIGN(const auto events, store.events(*user, flags.limit, std::nullopt));
  json::array list;
  for (const auto& event : events) list.push_back(json::parse(encode(event.value)));
  return json::object{{"user_id", flags.user},
                      {"number", to_integer(*user)},
                      {"event_count", history.size()},
                      {"events", std::move(list)}};
}

result<json::object> item_of(const event_store& store, const std::string& id) {
  FRESHET_ASSIGN(const auto index, store.find_item(id));
  if (!index) return error{error_code::not_found, "no item '" + id + "' is stored"};
  FRESHET_ASSIGN(const auto metadata, store.find_metadata(*index));
  FRESHET_ASSIGN(const bool deleted, store.is_deleted(*index));
  FRESHET_ASSIGN(const auto counts, store.item_event_counts());
  return json::object{{"item_id", id},
                      {"number", to_integer(*index)},
                      {"event_count", counts[to_integer(*index)]},
                      {"deleted", deleted},
                      {"metadata", metadata ? json::parse(encode_item_json(*metadata)) : json::value()}};
}

result<json::object> dead_letters_of(const event_store& store, std::size_t limit) {
  FRESHET_ASSIGN(const auto counts, store.counts());
  FRESHET_ASSIGN(const auto letters, store.waiting_dead_letters(limit));
  json::array list;
  for (const auto& [sequence, letter] : letters) {
    list.push_back({{"sequence", sequence},
                    {"source", letter.source},
                    {"partition", to_integer(letter.partition)},
                    {"offset", letter.offset},
                    {"reason", letter.reason},
                    {"message", letter.message},
                    {"bytes", letter.bytes.size()}});
  }
  return json::object{{"dead_letters", counts.dead_letters}, {"oldest", std::move(list)}};
}

// --- words

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

/// "name  value" for what is plain, a line each for the elements of a list.
void print_words(const json::object& document) {
  for (const auto& [name, value] : document) {
    if (!value.is_array()) {
      std::printf("%-14s %s\n", std::string(name).c_str(), text_of(value).c_str());
      continue;
    }
    std::printf("%s\n", std::string(name).c_str());
    for (const auto& element : value.get_array()) {
      std::string line;
      const auto* fields = element.if_object();
      if (fields == nullptr) line = " " + text_of(element);
      for (const auto& [key, part] : fields != nullptr ? *fields : json::object()) {
        const bool is_time = key == "ts" && part.is_int64();
        line += " " + std::string(key) + "=" + (is_time ? utc(part.get_int64()) : text_of(part));
      }
      std::printf(" %s\n", line.c_str());
    }
  }
}

result<json::object> view_of(const event_store& store, const inspect_flags& flags) {
  if (!flags.user.empty()) return user_of(store, flags);
  if (!flags.item.empty()) return item_of(store, flags.item);
  if (flags.offsets) return offsets_of(store);
  if (flags.dead_letters) return dead_letters_of(store, flags.limit);
  return counts_of(store);
}

int inspect(const invocation& call, const inspect_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("inspect", settings.failure());
  const auto store = event_store::open_reader(settings->store.path, to_store_options(*settings));
  if (!store) return fail("inspect", store.failure());
  const auto document = view_of(**store, flags);
  if (!document) return fail("inspect", document.failure());
  flags.as_json ? print(*document) : print_words(*document);
  return exit_ok;
}

}  // namespace

void add_inspect(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "inspect", description, example);
  auto flags = std::make_shared<inspect_flags>();
  command.add_option("--db", flags->db, "Database directory (store.path)")->type_name("D");
  auto* user = command.add_option("--user", flags->user, "The newest events of this user")->type_name("U");
  auto* item = command.add_option("--item", flags->item, "What is known of this item")->type_name("I");
  auto* offsets = command.add_flag("--offsets", flags->offsets, "The stored offset of every partition");
  auto* letters = command.add_flag("--dead-letters", flags->dead_letters, "The oldest records that were no events");
  for (auto* one : {user, item, offsets, letters}) {
    for (auto* other : {user, item, offsets, letters}) {
      if (one != other) one->excludes(other);
    }
  }
  command.add_option("--limit", flags->limit, "How many events or dead letters to show (20)");
  command.add_flag("--json", flags->as_json, "One JSON object: {users, items, events, ...}");
  command.callback([&call, flags] { call.run = [&call, flags] { return inspect(call, *flags); }; });
}

}  // namespace freshet::tools
