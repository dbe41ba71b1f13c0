// The protocols `files` and `sessions`: splits as others published them.
#include "core/base/hash.hpp"
#include "core/data/feature_table.hpp"
#include "core/data/interaction_log.hpp"
#include "core/data/string_map.hpp"
#include "core/evaluation/next_item.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/pair_file.hpp"
#include "tools/freshet/evaluation_protocol.hpp"

namespace freshet::tools {
namespace {

/// Ids in the order in which they came.
class numbering {
 public:
  std::uint32_t of(std::string_view id) {
    if (const auto found = numbers_.find(id); found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(ids_.size());
    numbers_.emplace(id, number);
    ids_.emplace_back(id);
    return number;
  }
  std::optional<std::uint32_t> find(std::string_view id) const {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }
  std::size_t size() const { return ids_.size(); }
  std::vector<std::string> take() { return std::move(ids_); }

 private:
  string_map<std::uint32_t> numbers_;
  std::vector<std::string> ids_;
};

struct file_ids {
  numbering users;
  numbering items;

  user_row row_of_user(std::string_view user) { return user_row{users.of(user)}; }
  item_row row_of_item(std::string_view item) { return item_row{items.of(item)}; }
};

result<std::vector<logged_interaction>> read_log(const std::string& path, file_ids& ids) {
  std::vector<logged_interaction> log;
  FRESHET_TRY(read_pairs(path, [&](const pair_line& line) {
    log.push_back({.user = ids.row_of_user(line.user),
                   .item = ids.row_of_item(line.item),
                   .strength = line.strength,
                   .ts = line.ts,
                   .session = line.session.empty() ? 0 : hash64(line.session)});
  }));
  return log;
}

struct held_out_items {
  evaluation_case about;
  std::vector<item_row> relevant;
  std::vector<item_row> candidates;
};

/// A case for each user of the test file, in the order in which they come.
result<std::vector<held_out_items>> read_test(const std::string& path, file_ids& ids) {
  std::vector<held_out_items> held_out;
  absl::flat_hash_map<user_row, std::size_t> place_of;
  FRESHET_TRY(read_pairs(path, [&](const pair_line& line) {
    const auto user = ids.row_of_user(line.user);
    const auto [found, is_new] = place_of.try_emplace(user, held_out.size());
    if (is_new) held_out.push_back({.about = {.user = user, .ts = line.ts}});
    auto& of_user = held_out[found->second];
    of_user.about.ts = std::min(of_user.about.ts, line.ts);
    of_user.relevant.push_back(ids.row_of_item(line.item));
  }));
  return held_out;
}

/// What is relevant is a candidate, whether the list names it or not.
status read_candidates(const std::string& path, file_ids& ids, std::vector<held_out_items>& held_out) {
  absl::flat_hash_map<user_row, std::size_t> place_of;
  for (std::size_t i = 0; i < held_out.size(); ++i) place_of[held_out[i].about.user] = i;
  FRESHET_TRY(read_lists(path, [&](std::string_view user, std::span<const std::string_view> items) {
    const auto found = place_of.find(ids.row_of_user(user));
    if (found == place_of.end()) return;
    auto& list = held_out[found->second].candidates;
    for (const auto item : items) list.push_back(ids.row_of_item(item));
  }));
  for (auto& each : held_out) {
    if (each.candidates.empty()) {
      return error{error_code::invalid_argument, path + " has no candidates for every user of the test file"};
    }
    each.candidates.insert(each.candidates.end(), each.relevant.begin(), each.relevant.end());
  }
  return success{};
}

result<evaluation_cases> read_file_cases(const protocol_flags& flags, file_ids& ids) {
  FRESHET_ASSIGN(auto held_out, read_test(flags.test, ids));
  if (!flags.candidates.empty()) FRESHET_TRY(read_candidates(flags.candidates, ids, held_out));
  evaluation_cases cases;
  for (auto& each : held_out) {
    cases.add(each.about, std::move(each.relevant));
    if (!flags.candidates.empty()) cases.candidates.add(std::move(each.candidates));
  }
  return cases;
}

result<evaluation_cases> read_session_cases(const protocol_flags& flags, file_ids& ids) {
  event_sequences sessions;
  if (!flags.prefixes.empty()) {
    FRESHET_TRY(read_prefixes(flags.prefixes, [&](std::span<const std::string_view> items) {
      for (const auto item : items) sessions.events.push_back({ids.row_of_item(item), 0, 0});
      sessions.offsets.push_back(sessions.events.size());
    }));
    return last_item_cases(std::make_shared<const event_sequences>(std::move(sessions)));
  }
  FRESHET_ASSIGN(auto log, read_log(flags.test, ids));
  const auto users = to_training_data(std::move(log), {ids.users.size(), ids.items.size()});
  return next_item_cases(std::make_shared<const event_sequences>(split_sessions(users.sequences)));
}

/// Items that nobody touched are passed by.
result<std::shared_ptr<const item_features>> read_item_features(const std::string& path, file_ids& ids) {
  feature_table table(ids.items.size());
  FRESHET_ASSIGN(const auto reader, open_items(path, {}));
  while (true) {
    FRESHET_ASSIGN(const auto row, reader->next());
    if (!row) break;
    if (const auto* bad = std::get_if<bad_row>(&*row)) {
      return error{error_code::corrupted, path + ", line " + std::to_string(bad->line) + ": " + bad->reason};
    }
    const auto& described = std::get<item>(*row);
    if (const auto number = ids.items.find(described.item_id)) table.add(item_row{*number}, described);
  }
  return std::make_shared<const item_features>(table.finish());
}

error needs(const protocol_flags& flags, const char* what) {
  return {error_code::invalid_argument, "the protocol " + flags.name + " needs " + what};
}

status check_flags(const protocol_flags& flags) {
  if (flags.train.empty()) return needs(flags, "--train FILE");
  if (flags.name == "files" && flags.test.empty()) return needs(flags, "--test FILE");
  if (flags.name == "sessions" && flags.unordered) return needs(flags, "the order that --unordered takes away");
  if (flags.name == "sessions" && flags.test.empty() == flags.prefixes.empty())
    return needs(flags, "one of --test FILE and --prefixes FILE");
  return success{};
}

}  // namespace

result<protocol_data> read_protocol_files(const protocol_flags& flags,
                                          const std::optional<std::vector<std::string>>& model_items) {
  FRESHET_TRY(check_flags(flags));
  file_ids ids;
  if (model_items) {
    for (const auto& id : *model_items) ids.items.of(id);
  }
  FRESHET_ASSIGN(auto log, read_log(flags.train, ids));
  const std::size_t users = ids.users.size();
  protocol_data data;
  const bool in_sessions = flags.name == "sessions";
  FRESHET_ASSIGN(data.cases, in_sessions ? read_session_cases(flags, ids) : read_file_cases(flags, ids));
  if (data.cases.size() == 0) {
    return error{error_code::invalid_argument,
                 (flags.test.empty() ? flags.prefixes : flags.test) + " holds nothing to predict"};
  }
  auto train = to_training_data(std::move(log), {users, ids.items.size()});
  if (flags.unordered) train.sequences = {};
  if (!flags.items.empty()) {
    FRESHET_ASSIGN(train.features, read_item_features(flags.items, ids));
  }
  data.item_ids = ids.items.take();
  if (!flags.side.embeddings.empty()) {
    FRESHET_ASSIGN(train.embeddings, read_embeddings(flags.side.embeddings, data.item_ids));
  }
  data.train = std::make_shared<const training_data>(std::move(train));
  if (!in_sessions) {
    data.cases.told = told_by(data.train);
    data.user_ids = ids.users.take();
  }
  return data;
}

}  // namespace freshet::tools
