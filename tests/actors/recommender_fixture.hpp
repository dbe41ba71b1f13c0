// What: a recommender with a catalogue of three items and models of two of them, for its tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "actors/recommender.hpp"
#include "core/models/popularity/popularity.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::testing {

struct the_recommender : ::testing::Test {
  the_recommender() {
    for (const char* id : {"a", "b", "c"}) {
      item metadata;
      metadata.item_id = id;
      catalogue.update(item_index{static_cast<std::uint32_t>(id[0] - 'a')}, std::move(metadata));
    }
  }

  static std::shared_ptr<generation> model(std::uint64_t number, std::string model_id = "als_1") {
    auto made = std::make_shared<generation>();
    made->number = number;
    made->model_id = std::move(model_id);
    made->served = std::make_shared<popularity_model>(std::vector<float>{3, 2});
    made->index_of_row = {item_index{0}, item_index{1}};
    made->row_of_index = {item_row{0}, item_row{1}};
    return made;
  }
  static catalogue_list in_one_slice(const item_scores& scores) {
    std::vector<slice_scan> slices;
    slices.emplace_back(scores, row_range{item_row{0}, item_row{2}});
    return {std::make_shared<const std::vector<slice_scan>>(std::move(slices)), nullptr};
  }
  /// The same with content: item "a" and item "b" are alike in one of two ways.
  static std::shared_ptr<generation> model_with_content() {
    auto made = model(1);
    auto known = std::make_shared<item_signals>();
    known->content = matrix<float>(2, 2);
    known->content.values() = {1, 0, .6F, .8F};
    known->popularity = {0, 0};
    made->known = *known;
    made->known_at_load = std::move(known);
    made->cold_start_bias = std::make_shared<const std::vector<float>>(cold_start_bias(made->known, {}));
    made->cold_start = in_one_slice(dense_scores{made->known.content, *made->cold_start_bias});
    made->content = in_one_slice(dense_scores{made->known.content, {}});
    made->metadata.scores.p01 = 1;
    made->metadata.scores.p99 = 5;
    return made;
  }
  void publish(const std::string& user_id, std::uint64_t number, bool known = true, bool cold = false) {
    auto made = std::make_shared<user_query>();
    made->user_id = user_id;
    made->known = known;
    made->generation = number;
    made->cold = cold;
    made->trainable = !cold;
    made->seen = {item_row{1}};
    table.publish(std::move(made));
  }
  recommend_task_ptr ask(http::recommend_query asked) {
    return std::make_shared<recommend_task>(call, std::move(asked));
  }

  recommender with(const recommender_options& options) {
    return recommender({.catalogue = &catalogue, .table = &table, .time = &time, .options = options});
  }

  item_catalogue catalogue;
  user_query_table table{100};
  manual_clock time{1'700'000'000};
  recommender logic = with({});
  std::shared_ptr<recording_exchange> call =
      std::make_shared<recording_exchange>(make_request(http::method::get, "/recommend?user_id=ada"));
};

}  // namespace freshet::testing
