#include "tests/conformance/served_shop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <regex>
#include <sstream>

#include "io/files/csv_splitter.hpp"
#include "tests/support/memory_stream.hpp"

namespace freshet::testing {
namespace {

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

/// The records of a file after its header.
std::vector<std::vector<std::string>> read_csv(const std::string& path) {
  csv_splitter splitter(std::make_unique<memory_stream>(read_file(path)));
  std::vector<std::vector<std::string>> records;
  while (*splitter.next()) {
    const auto fields = splitter.record().fields;
    records.emplace_back(fields.begin(), fields.end());
  }
  records.erase(records.begin());
  return records;
}

}  // namespace

served_shop::served_shop(shop_ids ids, const std::string& configuration, bool trained) {
  make_files(ids);
  read_items();
  read_events();
  run({"ingest", "--events", path("events.csv"), "--items", path("items.csv"), "--db", path("db")});
  if (trained) train("42");
  std::vector<std::string> flags;
  if (!configuration.empty()) {
    write_file(path("freshet.yaml"), configuration);
    flags = {"--config", path("freshet.yaml")};
  }
  service_ = std::make_unique<service_process>(directory_.path(), flags);
}

void served_shop::make_files(shop_ids ids) {
  run({"generate", "--users", "200", "--items", "80", "--events", std::to_string(events), "--seed", "11", "--output",
       directory_.path().string()});
  if (ids == shop_ids::texts) return;
  const auto rewritten =
      std::regex_replace(read_file(path("events.csv")), std::regex("\nu(\\d+),i(\\d+),"), "\n$1,$2,");
  write_file(path("events.csv"), rewritten);
  write_file(path("items.csv"), std::regex_replace(read_file(path("items.csv")), std::regex("\ni(\\d+),"), "\n$1,"));
}

void served_shop::read_items() {
  // item_id,title,category,brand,price,description,avg_star,num_sold_time,colour,material
  for (const auto& row : read_csv(path("items.csv"))) {
    items_[row[0]] = {row[0], row[1], row[2], row[3], std::stod(row[4]), std::stod(row[6]), std::stod(row[7]), row[8]};
  }
  ASSERT_EQ(items_.size(), 80U);
}

void served_shop::read_events() {
  for (const auto& row : read_csv(path("events.csv"))) seen_[row[0]].push_back(row[1]);
}

void served_shop::train(const std::string& seed) {
  run({"train", "als", "--db", path("db"), "--output", path("artifacts"), "--register", "--seed", seed});
}

void served_shop::run(const std::vector<std::string>& arguments) {
  const auto done = run_freshet(arguments, directory_.path());
  ASSERT_EQ(done.exit_code, 0) << arguments.front() << ":\n" << done.errors << done.output;
}

id_list served_shop::seen_by(const std::string& user) const {
  return seen_.at(user);
}

std::size_t served_shop::events_of(const std::string& item) const {
  std::size_t events_of_item = 0;
  for (const auto& [user, items] : seen_) events_of_item += static_cast<std::size_t>(std::ranges::count(items, item));
  return events_of_item;
}

id_list served_shop::ranking_for(const std::string& user, bool exclude_seen) {
  return ids_of(service_->post("/v1/recommend", R"({"k":1000,"user_id":")" + user + R"(","exclude_seen":)" +
                                                    (exclude_seen ? "true}" : "false}")));
}

served_shop& shop_of_texts() {
  static served_shop shop(shop_ids::texts);
  return shop;
}

served_shop& shop_of_integers() {
  static served_shop shop(shop_ids::integers);
  return shop;
}

id_list ids_of(const service_process::answer& answer, const char* list, const char* id) {
  id_list found;
  if (answer.status != 200) {
    ADD_FAILURE() << answer.status << " " << answer.raw.body;
    return found;
  }
  for (const auto& each : answer.body.at(list).as_array()) {
    const auto& value = each.at(id);
    found.push_back(value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value));
  }
  return found;
}

std::string field_of(const service_process::answer& answer, std::string_view name) {
  const auto same_letters = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  for (const auto& [key, value] : answer.raw.headers) {
    if (std::ranges::equal(key, name, same_letters)) return value;
  }
  return {};
}

}  // namespace freshet::testing
