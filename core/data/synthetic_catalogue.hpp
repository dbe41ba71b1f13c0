// What: the categories of the synthetic shop, and the words its items are described with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/random.hpp"
#include "core/data/item.hpp"

namespace freshet {

struct shop_category {
  std::string_view name;
  /// Share of the catalogue and of the first glances, relative to the others.
  double weight{};
  double median_price{};
  /// Day of the year on which it sells best, and how much: 0 = no season.
  double season_day{};
  double season_strength{};
};

inline constexpr std::size_t shop_categories = 12;
[[nodiscard]] const shop_category& category_of_shop(std::size_t category);

/// Title, category, brand, description and the attributes colour and material.
void describe(item& described, std::size_t category, random_source& random);

}  // namespace freshet
