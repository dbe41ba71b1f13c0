#include "core/models/hybrid/hybrid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.hpp"

namespace freshet {
namespace {

/// The power of two that brings the root mean square of the values nearest to 1: exact to multiply with.
double unit_scale(double squares, std::size_t count) {
  if (!(squares > 0)) return 1;
  return std::exp2(-std::round(0.5 * std::log2(squares / static_cast<double>(count))));
}

bool is_dense(const item_scores& scores) {
  return std::holds_alternative<dense_scores>(scores) || std::holds_alternative<constant_scores>(scores);
}

bool is_constant(const model& each) {
  return std::holds_alternative<constant_scores>(each.scores());
}

/// The parts of a query that is a blend in the order of `hybrid_model::add_terms`.
void flatten(query asked, std::vector<query>& into) {
  auto* blend = std::get_if<blend_query>(&asked);
  if (blend == nullptr) return into.push_back(std::move(asked));
  for (auto& part : blend->parts) flatten(std::move(part), into);
}

error unusable(const std::string& why) {
  return {error_code::invalid_argument, "hybrid: " + why};
}

status check(const std::vector<hybrid_part>& parts, const hybrid_options& options) {
  if (parts.empty() || parts.size() > hybrid_parts_max) {
    return unusable("a blend of " + std::to_string(parts.size()) + " models; give 1 to " +
                    std::to_string(hybrid_parts_max));
  }
  double sum = 0;
  bool any_content = false;
  for (const auto& part : parts) {
    FRESHET_CHECK(part.served != nullptr);
    if (part.served->items() != parts.front().served->items()) {
      return unusable("a part has " + std::to_string(part.served->items()) + " items where the first has " +
                      std::to_string(parts.front().served->items()));
    }
    if (!(part.weight >= 0) || !std::isfinite(part.weight)) {
      return unusable("weight " + std::to_string(part.weight) + "; give numbers from 0 up");
    }
    if (!(part.score_std > 0) || !std::isfinite(part.score_std)) {
      return unusable("a part's scores deviate by " + std::to_string(part.score_std) + "; train it again");
    }
    sum += part.weight;
    any_content |= knows_content(part.served->type()) && part.weight > 0;
  }
  if (!(sum > 0)) return unusable("every weight is 0; give at least one part a weight");
  if (options.strategy == cold_start_strategy::content_only && options.cold_start_threshold > 0 && !any_content) {
    return unusable(
        "content_only needs a part that knows what items are (bert_als, lightfm); add one, or take another strategy");
  }
  return success{};
}

}  // namespace

const std::vector<std::string_view>& cold_start_words() {
  static const std::vector<std::string_view> words{"content_boost", "content_only", "equal"};
  return words;
}

bool knows_content(std::string_view type) {
  return type == "bert_als" || type == "lightfm";
}

result<std::shared_ptr<const hybrid_model>> hybrid_model::blend(std::vector<hybrid_part> parts,
                                                                const hybrid_options& options) {
  FRESHET_TRY(check(parts, options));
  return std::shared_ptr<const hybrid_model>(new hybrid_model(std::move(parts), options));
}

hybrid_model::hybrid_model(std::vector<hybrid_part> parts, const hybrid_options& options)
    : parts_(std::move(parts)), options_(options) {
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    add_terms(p, parts_[p].served->scores(), 1);
    const auto likes = [&](std::size_t each) {
      return std::pair(!is_constant(*parts_[each].served), parts_[each].weight);
    };
    if (likes(p) > likes(similar_)) similar_ = p;
  }
  concatenate();
  compose();
}

void hybrid_model::add_terms(std::size_t part, const item_scores& scores, double weight) {
  const auto* blend = std::get_if<blend_scores>(&scores);
  if (blend == nullptr) return terms_.push_back({.part = part, .scores = scores, .weight = weight});
  for (std::size_t p = 0; p < blend->parts.size(); ++p) {
    add_terms(part, blend->parts[p], weight * double{blend->weights[p]});
  }
}

void hybrid_model::concatenate() {
  std::vector<term*> dense;
  for (auto& each : terms_) {
    if (!is_dense(each.scores)) continue;
    dense.push_back(&each);
    each.column = columns_;
    const auto* block = std::get_if<dense_scores>(&each.scores);
    columns_ += block == nullptr ? 1 : block->factors.columns() + (block->bias.empty() ? 0 : 1);
  }
  const auto* only = dense.size() == 1 ? std::get_if<dense_scores>(&dense.front()->scores) : nullptr;
  if (columns_ == 0 || (only != nullptr && only->bias.empty())) return;
  concatenated_ = matrix<float>(items(), columns_);
  for (auto* each : dense) write_block(*each);
}

void hybrid_model::write_block(term& block) {
  const auto* dense = std::get_if<dense_scores>(&block.scores);
  const std::size_t width = dense == nullptr ? 0 : dense->factors.columns();
  const auto bias = dense == nullptr ? std::get<constant_scores>(block.scores).scores : dense->bias;
  double squares = 0;
  for (std::size_t row = 0; row < items() && width > 0; ++row) {
    for (const double value : dense->factors.row(row)) squares += value * value;
  }
  double bias_squares = 0;
  for (const double value : bias) bias_squares += value * value;
  block.factor_scale = unit_scale(squares, items() * width);
  block.bias_scale = unit_scale(bias_squares, bias.size());
  for (std::size_t row = 0; row < items(); ++row) {
    const auto into = concatenated_.row(row).subspan(block.column);
    for (std::size_t j = 0; j < width; ++j) {
      into[j] = dense->factors.row(row)[j] * static_cast<float>(block.factor_scale);
    }
    if (!bias.empty()) into[width] = bias[row] * static_cast<float>(block.bias_scale);
  }
}

void hybrid_model::compose() {
  std::vector<item_scores> parts;
  if (concatenated_.columns() > 0) {
    parts.push_back(dense_scores{.factors = concatenated_.view(), .bias = {}});
  } else if (columns_ > 0) {
    parts.push_back(
        std::find_if(terms_.begin(), terms_.end(), [](auto& each) { return is_dense(each.scores); })->scores);
  }
  for (const auto& each : terms_) {
    if (!is_dense(each.scores)) parts.push_back(each.scores);
  }
  const std::vector<float> weights(parts.size(), 1.0F);
  scores_ = parts.size() == 1 ? parts.front() : item_scores(blend_scores{.parts = parts, .weights = weights});
}

std::size_t hybrid_model::factors() const {
  return std::holds_alternative<dense_scores>(scores_) ? columns_ : 0;
}

std::vector<double> hybrid_model::weights_for(std::size_t interactions) const {
  const bool is_cold = interactions < options_.cold_start_threshold;
  std::vector<double> weights;
  for (const auto& part : parts_) {
    double weight = part.weight;
    const bool content = knows_content(part.served->type());
    if (is_cold && options_.strategy == cold_start_strategy::content_boost && content) weight *= 2;
    if (is_cold && options_.strategy == cold_start_strategy::content_only && !content) weight = 0;
    if (is_cold && options_.strategy == cold_start_strategy::equal) weight = 1;
    weights.push_back(weight);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (auto& weight : weights) weight /= sum;
  return weights;
}

std::vector<double> hybrid_model::factors_for(const user_interactions& user) const {
  auto factors = weights_for(user.strengths.size());
  for (std::size_t p = 0; p < parts_.size(); ++p) factors[p] /= parts_[p].score_std;
  return factors;
}

void hybrid_model::put(const term& one, const query& asked, double factor, dense_query& dense,
                       std::vector<query>& sparse) const {
  if (const auto* taste_of_user = std::get_if<sparse_query>(&asked)) {
    auto& scaled = std::get<sparse_query>(sparse.emplace_back(*taste_of_user)).weights;
    for (auto& each : scaled) each.strength = static_cast<float>(factor * double{each.strength});
    if (factor == 0) scaled.clear();
    return;
  }
  std::size_t column = one.column;
  if (const auto* own = std::get_if<dense_query>(&asked)) {
    for (const double value : own->factors) {
      dense.factors[column++] = static_cast<float>(factor / one.factor_scale * value);
    }
    if (std::get<dense_scores>(one.scores).bias.empty()) return;
  }
  dense.factors[column] = static_cast<float>(factor / one.bias_scale);
}

query hybrid_model::fold_in(const user_interactions& user) const {
  const auto factors = factors_for(user);
  dense_query dense{std::vector<float>(columns_)};
  std::vector<query> sparse;
  std::size_t next = 0;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    std::vector<query> asked;
    flatten(parts_[p].served->fold_in(user), asked);
    for (const auto& each : asked) {
      FRESHET_CHECK(next < terms_.size() && terms_[next].part == p, "a query of the shape of the scores");
      put(terms_[next], each, factors[p] * terms_[next].weight, dense, sparse);
      ++next;
    }
  }
  if (sparse.empty()) return dense;
  if (columns_ > 0) sparse.insert(sparse.begin(), std::move(dense));
  if (sparse.size() == 1) return std::move(sparse.front());
  return blend_query{std::move(sparse)};
}

std::vector<contribution> hybrid_model::explain(const user_interactions& user, item_row item) const {
  const auto factors = factors_for(user);
  std::vector<contribution> sum;
  for (const auto& each : user.strengths) sum.push_back({each.item, 0});
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const auto of_part = parts_[p].served->explain(user, item);
    FRESHET_CHECK(of_part.size() == sum.size(), "a contribution for every item of the strengths");
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i].amount += static_cast<float>(factors[p] * double{of_part[i].amount});
    }
  }
  return sum;
}

}  // namespace freshet
