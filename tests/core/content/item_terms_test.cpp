#include "core/content/item_terms.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

using terms = std::vector<std::string>;

terms terms_of(const item& described) {
  term_reader reader;
  const auto read = reader.read(described);
  return {read.begin(), read.end()};
}

TEST(item_terms, are_the_words_in_lower_case_without_single_bytes) {
  item described{.item_id = "1"};
  described.title = "WHITE Metal-Lantern, T 6pc";
  EXPECT_EQ(terms_of(described), (terms{"white", "metal", "lantern", "6pc"}));
}

TEST(item_terms, keep_the_bytes_of_other_scripts) {
  item described{.item_id = "1"};
  described.title = "Sữa rửa mặt";
  EXPECT_EQ(terms_of(described), (terms{"sữa", "rửa", "mặt"}));
}

TEST(item_terms, name_category_brand_and_text_attributes_as_a_whole_too) {
  item described{.item_id = "1"};
  described.category = "Tea and Coffee";
  described.brand = "Acme";
  described.attributes = {{"colour", "red"}, {"gift", true}, {"sold_out", false}, {"weight", 2.5}};
  EXPECT_EQ(terms_of(described), (terms{"category=Tea and Coffee", "tea", "and", "coffee", "brand=Acme", "acme",
                                        "colour=red", "red", "gift=true"}));
}

TEST(item_terms, of_an_item_without_text_are_none) {
  item described{.item_id = "1"};
  described.price = 3;
  described.title = " -- ";
  EXPECT_TRUE(terms_of(described).empty());
}

TEST(item_terms, of_an_item_do_not_depend_on_those_read_before) {
  item longer{.item_id = "1"}, described{.item_id = "2"};
  longer.description = std::string(1000, 'x') + " lantern";
  described.title = "Blue bowl";
  described.attributes = {{"", "a"}, {"", ""}, {"gift", true}};
  term_reader reader;
  for (const auto* each : {&described, &longer, &described}) {
    const auto read = reader.read(*each);
    EXPECT_EQ(terms(read.begin(), read.end()), terms_of(*each));
  }
}

}  // namespace
}  // namespace freshet
