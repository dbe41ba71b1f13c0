#include "core/data/synthetic_catalogue.hpp"

#include <array>
#include <string>

#include "core/base/check.hpp"

namespace freshet {
namespace {

constexpr std::array<shop_category, shop_categories> categories{{
    {"Kitchen", 1.4, 18, 340, 0.3},
    {"Lighting", 0.7, 45, 330, 0.6},
    {"Garden", 0.9, 25, 140, 1.2},
    {"Stationery", 1.1, 6, 240, 0.7},
    {"Toys", 1.0, 20, 345, 1.3},
    {"Candles", 0.8, 12, 340, 0.9},
    {"Textiles", 1.0, 30, 300, 0.4},
    {"Furniture", 0.5, 140, 60, 0.2},
    {"Sports", 0.9, 35, 170, 0.6},
    {"Books", 1.2, 14, 345, 0.4},
    {"Bags", 0.8, 40, 120, 0.3},
    {"Tea and Coffee", 0.7, 10, 320, 0.5},
}};

using words = std::array<std::string_view, 8>;

constexpr std::array<words, shop_categories> nouns{{
    {"Mixing Bowl", "Cake Tin", "Chopping Board", "Milk Jug", "Recipe Stand", "Spice Rack", "Apron", "Egg Cup"},
    {"Desk Lamp", "Lantern", "Fairy Lights", "Pendant", "Night Light", "Floor Lamp", "Lamp Shade", "Wall Light"},
    {"Watering Can", "Flower Pot", "Bird House", "Plant Labels", "Garden Gloves", "Trellis", "Parasol", "Hammock"},
    {"Notebook", "Fountain Pen", "Gift Tags", "Pencil Case", "Desk Diary", "Wrapping Paper", "Postcards", "Stapler"},
    {"Building Blocks", "Jigsaw", "Teddy Bear", "Spinning Top", "Doll House", "Kite", "Board Game", "Train Set"},
    {"Pillar Candle", "Tea Light Holder", "Scented Candle", "Candlestick", "Wax Melts", "Candle Snuffer", "Taper",
     "Oil Burner"},
    {"Cushion Cover", "Throw", "Tea Towel", "Table Runner", "Bath Mat", "Quilt", "Curtain", "Napkins"},
    {"Side Table", "Bookcase", "Stool", "Coat Stand", "Armchair", "Bench", "Bedside Cabinet", "Mirror"},
    {"Yoga Mat", "Water Bottle", "Skipping Rope", "Tennis Balls", "Rucksack", "Head Torch", "Cycling Gloves", "Tent"},
    {"Cookery Book", "Atlas", "Crime Novel", "Poetry Collection", "Travel Guide", "Biography", "Colouring Book",
     "Dictionary"},
    {"Tote Bag", "Wash Bag", "Lunch Bag", "Satchel", "Shopper", "Purse", "Laptop Sleeve", "Suitcase"},
    {"Teapot", "Coffee Grinder", "Mug", "Tea Tin", "Cafetiere", "Espresso Cup", "Milk Frother", "Tea Strainer"},
}};
constexpr words manners{"Vintage", "Classic", "Folding", "Hand Made", "Small", "Large", "Striped", "Modern"};
constexpr words colours{"white", "red", "blue", "green", "yellow", "black", "grey", "pink"};
constexpr words materials{"cotton", "oak", "ceramic", "steel", "copper", "linen", "bamboo", "glass"};
constexpr words occasions{"everyday use", "a gift",           "small flats",   "the weekend",
                          "guests",       "the whole family", "cold evenings", "long journeys"};
constexpr words brands{"Alder & Finch", "Brightwater", "Corvane",  "Dovecote",
                       "Elmsley",       "Fernhill",    "Greyfold", "Harrow Lane"};

std::string_view pick(const words& from, random_source& random) {
  return from[random.below(from.size())];
}

std::string capitalised(std::string_view word) {
  std::string text(word);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace

const shop_category& category_of_shop(std::size_t category) {
  FRESHET_CHECK(category < categories.size());
  return categories[category];
}

void describe(item& described, std::size_t category, random_source& random) {
  const std::string_view colour = pick(colours, random);
  const std::string_view material = pick(materials, random);
  const std::string manner(pick(manners, random));
  const std::string noun(pick(nouns[category], random));
  described.title = manner + " " + capitalised(colour) + " " + noun;
  described.category = std::string(categories[category].name);
  // Brands specialise: half of the words are tried for each category.
  described.brand = std::string(brands[(category + random.below(brands.size() / 2)) % brands.size()]);
  described.description = noun + " made of " + std::string(material) + ", in " + std::string(colour) + ". For " +
                          std::string(pick(occasions, random)) + ".";
  described.attributes["colour"] = std::string(colour);
  described.attributes["material"] = std::string(material);
}

}  // namespace freshet
