// What:    a shop that does not exist: a catalogue, and a year of its customers' events in time order.
// Why:     tests, the demo and load tests need data with the structure that models live from, and no licence.
// Structure: every user and item has a latent taste, every user favourite categories and a purse; items differ widely
//          in popularity, some are launched during the year; sessions stay near what was last looked at; nights,
//          weekdays, growth and the weeks before Christmas show in the times; categories have seasons.
// Events:  "view", followed by "add_to_cart" about one time in three and then "purchase" about one time in two; session
//          ids, but no event ids.
// Same:    the same options give the same items and events on every platform whose exp and log agree.
// Units:   times in unix seconds, from 2025-01-01 on; prices in no currency.
// Limits:  1..2^31 users and items.
// Cost:    memory for users, items and the sessions under way, whatever the number of events.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/data/event.hpp"
#include "core/data/item.hpp"

namespace freshet {

struct shop_options {
  std::uint32_t users = 2'000;
  std::uint32_t items = 500;
  std::uint64_t events = 50'000;
  std::uint64_t seed = 42;
};

class synthetic_shop {
 public:
  explicit synthetic_shop(const shop_options& options);

  /// Every item once: "i1", "i2", ...
  void for_each_item(const std::function<void(const item&)>& visit) const;
  /// Exactly `events` events by ascending time; users are "u1", "u2", ..., numbered as they first come. All come when
  /// there are a dozen events for each. `visit` returns false to stop.
  void for_each_event(const std::function<bool(const event&)>& visit) const;

 private:
  static constexpr std::size_t tastes = 8;
  using taste_vector = std::array<float, tastes>;

  struct shop_item {
    std::uint32_t category{};
    /// Logarithm of the price over its category's median.
    float dearness{};
    float popularity{};
    unix_seconds launch{};
    taste_vector taste{};
  };
  struct shop_user {
    std::array<std::uint32_t, 3> favourites{};
    float purse{};
    taste_vector taste{};
  };
  struct session;

  void make_items(random_source& random);
  void make_users(random_source& random);
  void make_calendar();

  std::uint32_t next_visitor(random_source& random, double share_of_year, std::uint32_t& arrived) const;
  std::uint32_t draw_category(random_source& random, const shop_user& user, unix_seconds when) const;
  static double appeal(const shop_item& seen, const session& visit);
  std::uint32_t draw_item(random_source& random, const session& visit) const;
  unix_seconds time_at(double share_of_year) const;
  std::vector<event> make_session(random_source& random, std::uint64_t number, double share_of_year,
                                  std::uint32_t who) const;

  shop_options options_;
  std::vector<shop_item> items_;
  std::vector<shop_user> users_;
  /// Running sums, for drawing by bisection.
  std::vector<double> activity_;
  std::vector<double> traffic_;  // by hour of the year
  struct shelf {
    std::vector<std::uint32_t> items;
    std::vector<double> popularity;
  };
  std::vector<shelf> shelves_;  // by category
};

}  // namespace freshet
