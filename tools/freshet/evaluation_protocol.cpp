#include "tools/freshet/evaluation_protocol.hpp"
#include "io/store/store_settings.hpp"

#include "core/base/hash.hpp"
#include "core/base/text.hpp"
#include "core/evaluation/random_ratio.hpp"
#include "core/evaluation/temporal_global.hpp"
#include "core/evaluation/temporal_loo.hpp"
#include "io/events/timestamp.hpp"
#include "io/store/event_weights.hpp"
#include "tools/freshet/interaction_data.hpp"

namespace freshet::tools {
namespace {

/// Puts one user's history partly into the training data and partly into a case.
using splitter = std::function<void(const std::string& user_id, std::span<const interaction> history,
                                    training_data& train, evaluation_cases& cases)>;

struct split_database {
  const event_store& store;
  const protocol_flags& flags;
  const row_of_item& rows;
  strength_options weights;
  stop_request& stop;
};

result<unix_seconds> read_split_time(const split_database& in) {
  if (!in.flags.split_time.empty()) {
    const auto time = parse_timestamp(in.flags.split_time);
    if (!time)
      return error{error_code::invalid_argument, "--split-time " + in_quotes(in.flags.split_time) + " is no time"};
    return *time;
  }
  std::vector<unix_seconds> times;
  FRESHET_TRY(for_each_user(in.store, {}, [&](const std::string&, std::span<const interaction> history) {
    for (const auto& event : history) times.push_back(event.ts);
    return !in.stop.is_made();
  }));
  if (times.empty()) return error{error_code::invalid_argument, in.store.path().string() + " holds no events"};
  return split_time_of(times, in.flags.test_share);
}

splitter split_by(const split_database& in, std::optional<unix_seconds> split_time) {
  if (in.flags.name == "temporal-global") {
    return [&in, split_time](const auto&, auto history, auto& train, auto& cases) {
      hold_out_after(*split_time, history, in.rows, in.weights, train, cases);
    };
  }
  if (in.flags.name == "ratio") {
    return [&in](const auto& id, auto history, auto& train, auto& cases) {
      const ratio_options drawn{.share = in.flags.test_share, .seed = hash64(id, in.flags.seed)};
      hold_out_share(drawn, history, in.rows, in.weights, train, cases);
    };
  }
  return [&in](const auto&, auto history, auto& train, auto& cases) {
    hold_out_last(history, in.rows, in.weights, train, cases);
  };
}

error nothing_held_out(const split_database& in) {
  const std::string name = in.store.path().string();
  if (in.flags.name == "temporal-global") {
    return {error_code::invalid_argument, name +
                                              " has no user who was told of before the split and turned to "
                                              "something new afterwards; move it with --split-time or --test-share"};
  }
  return {error_code::invalid_argument,
          name + " has no user with events on two items; some are held out and predicted from the others"};
}

void take_replay(replayed_users users, protocol_data& data) {
  auto cases = to_cases(std::make_shared<const replayed_users>(std::move(users)));
  data.cases = std::move(cases.fresh);
  data.stale = std::move(cases.stale);
  data.new_events = std::move(cases.new_events);
}

result<protocol_data> read_database(const options& settings, const protocol_flags& flags,
                                    const std::optional<std::vector<std::string>>& model_items, stop_request& stop) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
  FRESHET_ASSIGN(auto rows, model_items ? rows_behind_model(*store, *model_items) : rows_of_events(*store));
  const split_database in{*store, flags, rows.row_of, strengths_by_type(settings.events, store->event_types()), stop};
  protocol_data data;
  if (flags.name == "temporal-global") {
    FRESHET_ASSIGN(data.split_time, read_split_time(in));
  }
  const auto split = split_by(in, data.split_time);
  training_data train;
  replayed_users replayed{.rows = in.rows, .options = in.weights};
  FRESHET_TRY(for_each_user(*store, {}, [&](const std::string& id, std::span<const interaction> history) {
    if (flags.replay) {
      add_replayed_user(*data.split_time, history, train, replayed);
    } else {
      split(id, history, train, data.cases);
    }
    data.user_ids.push_back(id);
    return !stop.is_made();
  }));
  if (flags.replay) take_replay(std::move(replayed), data);
  if (data.cases.size() == 0) return nothing_held_out(in);
  train.strengths.widen(rows.item_ids.size());
  FRESHET_TRY(add_side_data(*store, rows, flags.side, train));
  data.item_ids = std::move(rows.item_ids);
  data.train = std::make_shared<const training_data>(std::move(train));
  if (!flags.replay) data.cases.told = told_by(data.train);
  return data;
}

}  // namespace

std::vector<std::string> protocol_names() {
  return {"temporal-loo", "temporal-global", "ratio", "files", "sessions"};
}

void add_protocol_flags(CLI::App& command, protocol_flags& protocol) {
  command.add_option("--protocol", protocol.name, "How the data is split")
      ->check(CLI::IsMember(protocol_names()))
      ->capture_default_str();
  command.add_option("--train", protocol.train, "files, sessions: user,item[,strength][,ts][,session] by line");
  command.add_option("--test", protocol.test, "files, sessions: what is to be predicted, in the same form");
  command.add_option("--candidates", protocol.candidates, "files: rank only these: user item item ... by line");
  command.add_flag("--unordered", protocol.unordered, "files: the order of the rows is not that of the events");
  command.add_option("--prefixes", protocol.prefixes, "sessions: instead of --test: item item ... TAB next item");
  command.add_option("--items", protocol.items, "files, sessions: metadata of the items, to learn from (lightfm)");
  command
      .add_option("--test-share", protocol.test_share, "ratio: of each user's items; temporal-global: of all events")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--split-time", protocol.split_time, "temporal-global: hold out what happened from here on");
}

bool reads_files(const std::string& protocol) {
  return protocol == "files" || protocol == "sessions";
}

result<protocol_data> read_protocol(const options& settings, const protocol_flags& flags,
                                    const std::optional<std::vector<std::string>>& model_items, stop_request& stop) {
  if (reads_files(flags.name)) return read_protocol_files(flags, model_items);
  return read_database(settings, flags, model_items, stop);
}

}  // namespace freshet::tools
