// What: the generated shop, ingested, trained and served by the real program: once for each way its ids look.
// Rule: the tests of one program share it; one that changes something chooses users and items of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {

/// A row of items.csv.
struct shop_item {
  std::string id;
  std::string title;
  std::string category;
  std::string brand;
  double price{};
  double avg_star{};
  double num_sold_time{};
  std::string colour;
};

enum class shop_ids {
  texts,    // u1, i1
  integers  // 1, 1
};

using id_list = std::vector<std::string>;

class served_shop {
 public:
  static constexpr std::size_t events = 4'000;

  /// `configuration` is YAML; empty = defaults.
  explicit served_shop(shop_ids ids = shop_ids::texts, const std::string& configuration = "", bool trained = true);

  service_process& service() { return *service_; }
  const std::map<std::string, shop_item>& items() const { return items_; }
  const shop_item& item(const std::string& id) const { return items_.at(id); }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void train(const std::string& seed);
  /// Takes the flags of `freshet`; fails the test when it fails.
  void run(const std::vector<std::string>& arguments);

  /// What the user has had to do with, by the events file.
  id_list seen_by(const std::string& user) const;
  /// How many events of the item the file has.
  std::size_t events_of(const std::string& item) const;
  /// Every item in the order of the current model for the user, by POST /v1/recommend without any condition.
  id_list ranking_for(const std::string& user, bool exclude_seen = true);

 private:
  void make_files(shop_ids ids);
  void read_items();
  void read_events();

  temporary_directory directory_;
  std::map<std::string, shop_item> items_;
  std::map<std::string, id_list> seen_;
  std::unique_ptr<service_process> service_;
};

/// The ones that all tests of this program share.
served_shop& shop_of_texts();
served_shop& shop_of_integers();

/// The item ids of a list, in order.
id_list ids_of(const service_process::answer& answer, const char* list = "recommendations", const char* id = "item_id");
/// A header field, in whatever case; empty when there is none.
std::string field_of(const service_process::answer& answer, std::string_view name);
/// The first k that pass.
template <class Passes>
id_list first_of(const id_list& ranking, std::size_t k, Passes passes) {
  id_list found;
  for (const auto& id : ranking) {
    if (found.size() < k && passes(id)) found.push_back(id);
  }
  return found;
}

}  // namespace freshet::testing
