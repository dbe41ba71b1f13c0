// What: the whole path of a recommendation without mailboxes, over a random catalogue: a model and rows behind it,
//       items hidden, deleted and within their time, a user who has seen some; and the same answer by its definition.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <set>

#include "actors/recommender.hpp"
#include "actors/scorer.hpp"
#include "tests/support/naive_ranking.hpp"
#include "tests/support/random_filters.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/recording_exchange.hpp"
#include "tests/support/recording_log.hpp"

namespace freshet::testing {

/// A catalogue with a model, and one user who asks.
class random_shop {
 public:
  static constexpr unix_seconds now = 1'800'000'000;

  explicit random_shop(random_source& random) : random_(random) {
    const auto model_items = 1 + random.below(150);
    const bool dense = random.below(2) == 0;
    served_ = dense ? std::make_shared<random_biased>(model_items, 1 + random.below(20), random.next())
                    : random_popularity(model_items, random.next());
    tail_ = dense ? mapped_rows{random_matrix(random.below(100), served_->factors(), random), {}} : mapped_rows{};
    tail_.bias.resize(tail_.factors.rows(), .5F);
    make_items(model_items + tail_.factors.rows());
    make_generation();
    make_user();
    logic_.use(generation_);
    for (std::size_t slice = 0; slice < generation_->ranking.slices->size(); ++slice) {
      scorers_.emplace_back(slice, finish_);
    }
  }

  /// All known ids and some that are not.
  std::string any_id() { return random_.below(10) == 0 ? "unknown" : items_[random_.below(items_.size())].item_id; }

  boost::json::value answer(http::request in, recommend_task::request asked) {
    auto call = std::make_shared<recording_exchange>(std::move(in));
    auto task = std::make_shared<recommend_task>(call, std::move(asked));
    switch (logic_.prepare(*task)) {
      case recommender::next_step::rank:
        task->parts.resize(scorers_.size() * task->lanes.size());
        task->scorers_left = scorers_.size();
        for (auto& each : scorers_) {
          each.add(task);
          each.flush();
        }
        break;
      case recommender::next_step::finish:
        finish_(*task);
        break;
      default:
        break;
    }
    if (!call->answer()) return nullptr;
    EXPECT_EQ(call->answer()->status, 200U) << call->answer()->body;
    return boost::json::parse(call->answer()->body);
  }

  struct scored_item {
    float score;
    item_row row;
    std::string id;
  };
  struct wanted {
    std::function<bool(const item&)> passes = [](const item&) { return true; };
    std::set<std::string> excluded;
    std::set<std::string> included;
    bool exclude_seen = true;
    std::function<float(const item&, float)> boost = [](const item&, float score) { return score; };
  };
  /// By the definition: every item that qualifies, best first.
  std::vector<scored_item> ranked(const query& asked, const item_scores& scores, const wanted& conditions) const {
    std::vector<scored_item> list;
    for (std::size_t at = 0; at < generation_->rows(); ++at) {
      const item_row row{static_cast<std::uint32_t>(at)};
      if (generation_->index_of(row) == no_item) continue;
      const auto& each = items_[to_integer(generation_->index_of(row))];
      if (!shown(each) || !conditions.passes(each) || conditions.excluded.contains(each.item_id)) continue;
      if (conditions.exclude_seen && seen_.contains(each.item_id)) continue;
      if (!conditions.included.empty() && !conditions.included.contains(each.item_id)) continue;
      list.push_back({conditions.boost(each, score(asked, scores, at)), row, each.item_id});
    }
    std::ranges::sort(
        list, [](const auto& a, const auto& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; });
    return list;
  }
  std::vector<scored_item> ranked_for_user(const wanted& conditions) const {
    return ranked(user_->asked, served_->scores(), conditions);
  }
  /// An item of the model that may be shown, or nothing.
  std::optional<item_row> any_row() {
    const item_row row{static_cast<std::uint32_t>(random_.below(served_->items()))};
    return deleted_.contains(id_of(row)) ? std::nullopt : std::optional(row);
  }
  const std::string& id_of(item_row row) const { return items_[to_integer(generation_->index_of(row))].item_id; }
  const model& served() const { return *served_; }

 private:
  float score(const query& asked, const item_scores& scores, std::size_t row) const {
    if (row < served_->items()) return naive_score(scores, asked, row);
    return naive_score(dense_scores{tail_.factors.view(), tail_.bias}, asked, row - tail_begin());
  }

  bool shown(const item& each) const {
    if (deleted_.contains(each.item_id)) return false;
    const auto number = [&](const char* name) {
      const auto value = value_of(each, name);
      return value ? std::optional(std::get<double>(*value)) : std::nullopt;
    };
    if (value_of(each, "hidden") == attribute_value(true)) return false;
    if (const auto from = number("available_from"); from && *from > now) return false;
    if (const auto until = number("available_until"); until && *until <= now) return false;
    return true;
  }

  void make_items(std::size_t count) {
    for (std::size_t at = 0; at < count; ++at) {
      auto made = random_item(random_, "i" + std::to_string(at));
      if (random_.below(8) == 0) made.attributes["hidden"] = random_.below(2) == 0;
      if (random_.below(12) == 0) made.attributes["available_from"] = static_cast<double>(now - 1 + random_.below(3));
      if (random_.below(12) == 0) made.attributes["available_until"] = static_cast<double>(now - 1 + random_.below(3));
      const item_index index{static_cast<std::uint32_t>(at)};
      catalogue_.update(index, made);
      if (random_.below(15) == 0) {
        catalogue_.erase(index);
        deleted_.insert(made.item_id);
      }
      items_.push_back(std::move(made));
    }
  }

  void make_generation() {
    auto made = std::make_shared<generation>();
    made->number = 1;
    made->model_id = "random_1";
    made->served = served_;
    const auto shuffled = shuffled_items();
    const std::size_t of_model = served_->items();
    made->row_of_index.resize(items_.size());
    for (std::size_t at = 0; at < shuffled.size(); ++at) {
      if (at == of_model) made->index_of_row.resize(tail_begin(), no_item);
      const item_row row{static_cast<std::uint32_t>(made->index_of_row.size())};
      made->index_of_row.push_back(shuffled[at]);
      if (at < of_model) {
        made->row_of_index[to_integer(shuffled[at])] = row;
      } else {
        made->tail_row_of_index[shuffled[at]] = row;
      }
    }
    std::vector<slice_scan> slices;
    const auto slice_count = 1 + random_.below(3);
    for (const auto& part : cut_rows(of_model, slice_count)) slices.emplace_back(served_->scores(), part);
    made->ranking = {std::make_shared<const std::vector<slice_scan>>(std::move(slices)), make_tail(slice_count)};
    made->similarity = made->ranking;
    generation_ = std::move(made);
  }

  /// Rows are in another order than items.
  std::vector<item_index> shuffled_items() {
    std::vector<item_index> shuffled;
    for (std::uint32_t at = 0; at < items_.size(); ++at) shuffled.push_back(item_index{at});
    for (std::size_t at = items_.size(); at > 1; --at) std::swap(shuffled[at - 1], shuffled[random_.below(at)]);
    return shuffled;
  }

  std::size_t tail_begin() const { return (served_->items() + rows_per_word - 1) / rows_per_word * rows_per_word; }

  std::shared_ptr<const std::vector<tail_scan>> make_tail(std::size_t parts) const {
    if (tail_.factors.rows() == 0) return nullptr;
    std::vector<tail_scan> tail;
    for (const auto& part : cut_rows(tail_.factors.rows(), parts)) {
      mapped_rows rows{.factors = matrix<float>(0, tail_.factors.columns()), .bias = {}};
      for (auto row = part.begin(); row < part.end(); ++row) {
        const auto factors = tail_.factors.row(row);
        rows.factors.append({factors.data(), 1, factors.size()});
        rows.bias.push_back(tail_.bias[row]);
      }
      tail.emplace_back(item_row{static_cast<std::uint32_t>(tail_begin() + part.begin())}, std::move(rows));
    }
    return std::make_shared<const std::vector<tail_scan>>(std::move(tail));
  }

  void make_user() {
    auto made = std::make_shared<user_query>();
    made->user_id = "u";
    made->known = true;
    made->trainable = true;
    made->generation = 1;
    const auto touched = random_.below(std::min<std::size_t>(served_->items(), 20) + 1);
    const auto did = random_user(served_->items(), touched, random_.next());
    made->asked = served_->fold_in(did);
    for (const auto& [row, strength] : did.strengths) {
      made->seen.push_back(row);
      seen_.insert(id_of(row));
    }
    for (const auto& [index, row] : generation_->tail_row_of_index) {
      if (random_.below(5) != 0) continue;
      made->seen_without_row.push_back(index);
      seen_.insert(id_of(row));
    }
    user_ = made;
    table_.publish(std::move(made));
  }

  random_source& random_;
  std::shared_ptr<const model> served_;
  mapped_rows tail_;
  std::vector<item> items_;
  std::set<std::string> deleted_;
  std::set<std::string> seen_;
  generation_ptr generation_;
  user_query_ptr user_;

  item_catalogue catalogue_;
  user_query_table table_{10};
  manual_clock time_{now};
  caches kept_{cache_options{}};
  metrics measured_;
  recording_log journal_;
  finisher finish_{catalogue_, kept_, measured_, journal_, logging_options{}};
  recommender logic_{{.kept = &kept_, .catalogue = &catalogue_, .table = &table_, .time = &time_, .options = {}}};
  std::vector<scorer> scorers_;
};

}  // namespace freshet::testing
