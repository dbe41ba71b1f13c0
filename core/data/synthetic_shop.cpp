#include "core/data/synthetic_shop.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>
#include <span>
#include <string>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/data/synthetic_catalogue.hpp"

namespace freshet {
namespace {

constexpr unix_seconds year_start = 1'735'689'600;  // 2025-01-01, a Wednesday
constexpr unix_seconds hour = 3600;
constexpr std::uint32_t days = 365;
constexpr std::uint32_t hours = 24 * days;
constexpr unix_seconds year = hours * hour;
constexpr double two_pi = 2 * std::numbers::pi;

/// What a stream of random numbers is for.
enum class purpose : std::uint64_t { items, users, events, words };

random_source source_for(const shop_options& options, purpose use) {
  return random_source(hash_combine(options.seed, static_cast<std::uint64_t>(use)));
}

/// An index with probability by running sums.
std::uint32_t draw(random_source& random, std::span<const double> sums) {
  const double point = random.uniform() * sums.back();
  const auto found = std::upper_bound(sums.begin(), sums.end() - 1, point);
  return static_cast<std::uint32_t>(found - sums.begin());
}

template <class Vector>
float dot(const Vector& a, const Vector& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

template <class Vector>
Vector random_direction(random_source& random) {
  Vector direction;
  for (auto& value : direction) value = static_cast<float>(random.normal());
  const float length = std::sqrt(dot(direction, direction));
  for (auto& value : direction) value /= length;
  return direction;
}

double season(std::size_t category, unix_seconds when) {
  const auto& of_shop = category_of_shop(category);
  const double day = static_cast<double>(when - year_start) / (24 * hour);
  return std::exp(of_shop.season_strength * std::cos(two_pi * (day - of_shop.season_day) / days));
}

/// Relative traffic of an hour of the year.
double traffic_at(std::uint32_t hour_of_year) {
  const double day = hour_of_year / 24;
  const double hour_of_day = hour_of_year % 24;
  const double daily = 0.15 + std::pow(0.5 - 0.5 * std::cos(two_pi * (hour_of_day - 4) / 24), 2);
  const std::uint32_t weekday = (hour_of_year / 24 + 2) % 7;  // 0 = Monday
  const double weekly = weekday == 6 ? 1.25 : weekday == 5 ? 1.1 : 0.95;
  const double growth = 0.7 + 0.6 * day / days;
  const double christmas = 1 + 0.9 * std::exp(-std::pow((day - 340) / 14, 2));
  return daily * weekly * growth * christmas;
}

}  // namespace

/// What a visitor looks at: enough to draw the next item.
struct synthetic_shop::session {
  const shop_user* user{};
  std::uint32_t category{};
  const shop_item* last{};
  unix_seconds now{};
};

synthetic_shop::synthetic_shop(const shop_options& options) : options_(options) {
  FRESHET_CHECK(options.users > 0 && options.items > 0);
  auto random_items = source_for(options, purpose::items);
  make_items(random_items);
  auto random_users = source_for(options, purpose::users);
  make_users(random_users);
  make_calendar();
}

void synthetic_shop::make_items(random_source& random) {
  shelves_.resize(std::min<std::size_t>(shop_categories, options_.items));
  std::vector<double> weights;
  std::vector<taste_vector> centres;
  for (std::size_t category = 0; category < shelves_.size(); ++category) {
    weights.push_back((weights.empty() ? 0 : weights.back()) + category_of_shop(category).weight);
    centres.push_back(random_direction<taste_vector>(random));
  }
  items_.resize(options_.items);
  for (std::uint32_t number = 0; number < options_.items; ++number) {
    shop_item& made = items_[number];
    // No category stays empty.
    made.category = number < shelves_.size() ? number : draw(random, weights);
    made.dearness = static_cast<float>(0.6 * random.normal());
    made.popularity = static_cast<float>(std::exp(1.3 * random.normal()));
    const bool from_start = number < shelves_.size() || random.uniform() < 0.8;
    made.launch = year_start + (from_start ? 0 : static_cast<unix_seconds>(random.uniform() * 0.8 * year));
    const auto own = random_direction<taste_vector>(random);
    for (std::size_t i = 0; i < tastes; ++i) made.taste[i] = 0.6F * centres[made.category][i] + 0.8F * own[i];

    shelf& place = shelves_[made.category];
    const double before = place.popularity.empty() ? 0 : place.popularity.back();
    place.items.push_back(number);
    place.popularity.push_back(before + made.popularity);
  }
}

void synthetic_shop::make_users(random_source& random) {
  users_.resize(options_.users);
  activity_.reserve(options_.users);
  for (auto& user : users_) {
    for (auto& favourite : user.favourites) favourite = static_cast<std::uint32_t>(random.below(shelves_.size()));
    user.purse = static_cast<float>(0.7 * random.normal());
    user.taste = random_direction<taste_vector>(random);
    activity_.push_back((activity_.empty() ? 0 : activity_.back()) + std::exp(random.normal()));
  }
}

void synthetic_shop::make_calendar() {
  for (std::uint32_t each = 0; each < hours; ++each) {
    traffic_.push_back((traffic_.empty() ? 0 : traffic_.back()) + traffic_at(each));
  }
}

unix_seconds synthetic_shop::time_at(double share_of_year) const {
  const double point = share_of_year * traffic_.back();
  const auto found = std::upper_bound(traffic_.begin(), traffic_.end() - 1, point);
  const double before = found == traffic_.begin() ? 0 : *(found - 1);
  const double share_of_hour = std::min(1.0, (point - before) / (*found - before));
  return year_start + (found - traffic_.begin()) * hour + static_cast<unix_seconds>(share_of_hour * (hour - 1));
}

/// Three in ten customers are waiting when the shop opens, the others come during the year.
std::uint32_t synthetic_shop::next_visitor(random_source& random, double share_of_year, std::uint32_t& arrived) const {
  const double expected = std::min(1.0, 0.3 + 0.75 * share_of_year) * options_.users;
  if (arrived == 0 || (arrived < options_.users && arrived < expected)) return arrived++;
  return draw(random, std::span(activity_).first(arrived));
}

std::uint32_t synthetic_shop::draw_category(random_source& random, const shop_user& user, unix_seconds when) const {
  // Favourites with 0.5, 0.3 and 0.2; now and then anything. Out of season people often think again.
  for (int tries = 0; tries < 4; ++tries) {
    const double point = random.uniform();
    const std::uint32_t favourite = user.favourites[point < 0.5 ? 0 : point < 0.8 ? 1 : 2];
    const bool wanders = random.uniform() < 0.1;
    const auto category = wanders ? static_cast<std::uint32_t>(random.below(shelves_.size())) : favourite;
    if (random.uniform() * 2 < season(category, when)) return category;
  }
  return user.favourites[0];
}

double synthetic_shop::appeal(const shop_item& seen, const session& visit) {
  const double misfit = seen.dearness - visit.user->purse;
  const double near = visit.last == nullptr ? 0 : dot(visit.last->taste, seen.taste);
  return std::exp(3.0 * dot(visit.user->taste, seen.taste) + 1.5 * near - 0.4 * misfit * misfit);
}

std::uint32_t synthetic_shop::draw_item(random_source& random, const session& visit) const {
  constexpr std::size_t looked_over = 10;
  const shelf& place = shelves_[visit.category];
  std::array<std::uint32_t, looked_over> numbers;
  std::vector<double> appeals;
  for (auto& number : numbers) {
    number = place.items[draw(random, place.popularity)];
    const shop_item& seen = items_[number];
    const double before = appeals.empty() ? 0 : appeals.back();
    appeals.push_back(before + (seen.launch > visit.now ? 0 : appeal(seen, visit)));
  }
  return appeals.back() > 0 ? numbers[draw(random, appeals)] : place.items.front();
}

std::vector<event> synthetic_shop::make_session(random_source& random, std::uint64_t number, double share_of_year,
                                                std::uint32_t who) const {
  session visit{.user = &users_[who], .now = time_at(share_of_year)};
  visit.category = draw_category(random, *visit.user, visit.now);
  event base;
  base.user_id = "u" + std::to_string(who + 1);
  base.session_id = "s" + std::to_string(number + 1);
  std::vector<event> events;
  const auto add = [&](const char* type, std::int32_t qty) {
    events.push_back(base);
    events.back().ts = visit.now;
    events.back().event_type = type;
    events.back().qty = qty;
  };
  do {
    const std::uint32_t item = draw_item(random, visit);
    visit.last = &items_[item];
    base.item_id = "i" + std::to_string(item + 1);
    add("view", 1);
    if (random.uniform() < 0.35) {
      visit.now += 5 + static_cast<unix_seconds>(random.below(90));
      const auto qty = 1 + static_cast<std::int32_t>(random.uniform() < 0.2 ? random.below(5) : 0);
      add("add_to_cart", qty);
      if (random.uniform() < 0.5) {
        visit.now += 20 + static_cast<unix_seconds>(random.below(240));
        add("purchase", qty);
      }
    }
    visit.now += 10 + static_cast<unix_seconds>(random.below(180));
    if (random.uniform() < 0.35) visit.category = draw_category(random, *visit.user, visit.now);
  } while (random.uniform() < 0.75);
  return events;
}

void synthetic_shop::for_each_item(const std::function<void(const item&)>& visit) const {
  auto random = source_for(options_, purpose::words);
  for (std::uint32_t number = 0; number < options_.items; ++number) {
    const shop_item& made = items_[number];
    item described;
    described.item_id = "i" + std::to_string(number + 1);
    describe(described, made.category, random);
    const double price = category_of_shop(made.category).median_price * std::exp(made.dearness);
    described.price = std::floor(price) + 0.99;
    described.avg_star = std::round(10 * std::clamp(4.1 + 0.5 * random.normal(), 1.0, 5.0)) / 10;
    described.num_sold_time = std::round(20 * made.popularity);
    visit(described);
  }
}

void synthetic_shop::for_each_event(const std::function<bool(const event&)>& visit) const {
  // Sessions overlap: events wait here until no session can start before them.
  struct waiting {
    event what;
    std::uint64_t number;
  };
  const auto later = [](const waiting& a, const waiting& b) {
    return a.what.ts > b.what.ts || (a.what.ts == b.what.ts && a.number > b.number);
  };
  std::priority_queue<waiting, std::vector<waiting>, decltype(later)> pending(later);

  auto random = source_for(options_, purpose::events);
  std::uint64_t planned = 0;
  std::uint32_t arrived = 0;
  for (std::uint64_t number = 0; planned < options_.events; ++number) {
    const double share = static_cast<double>(planned) / static_cast<double>(options_.events);
    const std::uint32_t who = next_visitor(random, share, arrived);
    for (auto& each : make_session(random, number, share, who)) {
      if (planned == options_.events) break;
      pending.push({std::move(each), planned++});
    }
    const unix_seconds next = time_at(static_cast<double>(planned) / static_cast<double>(options_.events));
    while (!pending.empty() && pending.top().what.ts < next) {
      if (!visit(pending.top().what)) return;
      pending.pop();
    }
  }
  for (; !pending.empty(); pending.pop()) {
    if (!visit(pending.top().what)) return;
  }
}

}  // namespace freshet
