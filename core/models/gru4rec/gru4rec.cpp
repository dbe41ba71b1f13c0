#include "core/models/gru4rec/gru4rec.hpp"

#include <algorithm>

#include "core/linalg/directions.hpp"
#include "core/models/gru4rec/gru4rec_length.hpp"
#include "core/models/gru4rec/gru4rec_network.hpp"

namespace freshet {
namespace {

/// The last session of the sequence, or all of it; its last events.
std::span<const dated_item> events_that_count(const std::vector<dated_item>& sequence, gru4rec_sequences kind) {
  std::size_t first = sequence.size() - std::min(sequence.size(), gru4rec_events_max);
  if (kind == gru4rec_sequences::session) {
    std::size_t begin = sequence.size();
    while (begin > first && sequence[begin - 1].session == sequence.back().session) --begin;
    first = begin;
  }
  return std::span(sequence).subspan(first);
}

std::string shape_of(const matrix<float>& of) {
  return "[" + std::to_string(of.rows()) + " x " + std::to_string(of.columns()) + "]";
}

error mismatch(const std::string& name, const std::string& found, const std::string& expected) {
  return {error_code::corrupted, name + " is " + found + "; expected " + expected + " to fit the other arrays"};
}

}  // namespace

status validate(const gru4rec_weights& weights) {
  const auto& output = weights.output;
  if (output.columns() == 0 || output.columns() > 1024) return mismatch("Wy", shape_of(output), "1 to 1024 columns");
  if (weights.output_bias.size() != output.rows()) {
    return mismatch("by", "[" + std::to_string(weights.output_bias.size()) + "]",
                    "[" + std::to_string(output.rows()) + "]");
  }
  if (weights.layers.empty()) return error{error_code::corrupted, "there is no layer"};
  const bool shared = weights.embedding.rows() == 0;
  if (!shared && weights.embedding.rows() != output.rows()) {
    return mismatch("E", shape_of(weights.embedding), std::to_string(output.rows()) + " rows");
  }
  std::size_t inputs = shared ? output.columns() : weights.embedding.columns();
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    const auto& layer = weights.layers[l];
    const std::string number = l == 0 ? "" : std::to_string(l + 1);
    const std::size_t hidden = l + 1 == weights.layers.size() ? output.columns() : layer.recurrent.rows();
    const std::string columns = " x " + std::to_string(3 * hidden) + "]";
    if (hidden == 0 || hidden > 1024 || layer.recurrent.rows() != hidden || layer.recurrent.columns() != 3 * hidden) {
      return mismatch("Wh" + number, shape_of(layer.recurrent), "[" + std::to_string(hidden) + columns);
    }
    if (inputs == 0 || inputs > 1024 || layer.input.rows() != inputs || layer.input.columns() != 3 * hidden) {
      return mismatch("Wx" + number, shape_of(layer.input), "[" + std::to_string(inputs) + columns);
    }
    if (layer.bias.size() != 3 * hidden) {
      return mismatch("b" + number, "[" + std::to_string(layer.bias.size()) + "]",
                      "[" + std::to_string(3 * hidden) + "]");
    }
    inputs = hidden;
  }
  return success{};
}

gru4rec_model::gru4rec_model(gru4rec_weights weights, const gru4rec_options& options)
    : options_(options),
      weights_(std::move(weights)),
      network_(std::make_unique<gru4rec_network>(weights_.layers)),
      directions_(directions_of(weights_.output.view())) {
  FRESHET_CHECK(validate(weights_).ok(), "weights that fit together");
}

gru4rec_model::~gru4rec_model() = default;

item_scores gru4rec_model::scores() const {
  return dense_scores{weights_.output.view(), weights_.output_bias};
}

item_scores gru4rec_model::similarity_scores() const {
  return dense_scores{directions_.view(), {}};
}

query gru4rec_model::fold_in(const user_interactions& user) const {
  const auto& embedding = weights_.embedding.rows() == 0 ? weights_.output : weights_.embedding;
  std::vector<const float*> inputs;
  for (const auto& event : events_that_count(user.sequence, options_.sequences)) {
    FRESHET_CHECK(to_integer(event.item) < items(), "a sequence's rows are rows of the model");
    inputs.push_back(embedding.row(to_integer(event.item)).data());
  }
  auto state = network_->state_after(inputs);
  if (options_.score_scale > 0) set_length(state, static_cast<float>(options_.score_scale));
  return dense_query{std::move(state)};
}

query gru4rec_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto direction = directions_.row(to_integer(item));
  return dense_query{{direction.begin(), direction.end()}};
}

}  // namespace freshet
