#include "core/models/gru4rec/gru4rec_step.hpp"

#include <algorithm>

#include "core/models/gru4rec/gru4rec_length.hpp"

namespace freshet {
namespace {

void pad_rows(const matrix<float>& from, std::size_t width, float* to) {
  for (std::size_t row = 0; row < from.rows(); ++row)
    std::copy_n(from.row(row).data(), from.columns(), to + row * width);
}

matrix<float> without_padding(const float* from, std::size_t rows, std::size_t columns) {
  matrix<float> to(rows, columns);
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy_n(from + row * padded_width(columns), columns, to.row(row).data());
  }
  return to;
}

/// Each element 0 with probability 1 - keep, else 1 / keep, to a share of 2^-16.
void draw_mask(double keep, random_source& random, float* mask, std::size_t count) {
  const auto kept_below = static_cast<std::uint32_t>(keep * 65536);
  const auto scale = static_cast<float>(65536.0 / kept_below);
  for (std::size_t k = 0; k < count; k += 4) {
    std::uint64_t bits = random.next();
    for (std::size_t j = k; j < k + 4; ++j, bits >>= 16) mask[j] = (bits & 0xFFFF) < kept_below ? scale : 0;
  }
}

void multiply_by(const float* mask, float* values, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) values[k] *= mask[k];
}

std::size_t rows_max(const gru4rec_options& options) {
  return std::size_t{options.batch_size} * options.unroll_steps;
}

std::size_t candidates_max(std::size_t items, const gru4rec_options& options) {
  return options.n_sample == 0 ? items : std::min(items, rows_max(options) + options.n_sample);
}

}  // namespace

gru4rec_parameters::gru4rec_parameters(const gru4rec_weights& from)
    : network(from.layers),
      output(from.output.rows() * padded_width(from.output.columns())),
      bias(from.output.rows()),
      items_(from.output.rows()),
      shared_(from.embedding.rows() == 0),
      own_embedding_(from.embedding.rows() * padded_width(from.embedding.columns())) {
  pad_rows(from.output, width(), output.data());
  pad_rows(from.embedding, input_width(), own_embedding_.data());
  std::copy(from.output_bias.begin(), from.output_bias.end(), bias.data());
}

gru4rec_weights gru4rec_parameters::without_padding() const {
  gru4rec_weights weights;
  if (!shared_) weights.embedding = freshet::without_padding(own_embedding_.data(), items_, inputs());
  for (const auto& layer : network.layers()) weights.layers.push_back(layer.without_padding());
  weights.output = freshet::without_padding(output.data(), items_, units());
  weights.output_bias.assign(bias.data(), bias.data() + items_);
  return weights;
}

gru4rec_step::gru4rec_step(const gru4rec_parameters& learned, const gru4rec_options& options, std::size_t threads)
    : output(learned.items(), learned.width(),
             std::min(learned.items(), candidates_max(learned.items(), options) + rows_max(options))),
      bias(padded_width(candidates_max(learned.items(), options))),
      embedding(learned.shared_embedding() ? 0 : learned.items(), learned.input_width(),
                learned.shared_embedding() ? 0 : std::min(learned.items(), rows_max(options))),
      score_scale_(static_cast<float>(options.score_scale)),
      keep_hidden_(1 - options.dropout),
      keep_input_(1 - options.embedding_dropout),
      shared_(learned.shared_embedding()),
      output_pass_({learned.width(), rows_max(options), candidates_max(learned.items(), options)}, options, threads) {
  const auto add = [&](std::size_t width) {
    values_.emplace_back(rows_max(options) * width);
    masks_.emplace_back(rows_max(options) * width);
    gradients_.emplace_back(rows_max(options) * width);
  };
  for (const auto& layer : learned.network.layers()) {
    add(layer.input_width());
    layers.emplace_back(layer.inputs(), layer.units());
    passes_.emplace_back(layer, options.batch_size, rows_max(options));
  }
  add(learned.width());
}

void gru4rec_step::gather_inputs(gru4rec_parameters& learned, const session_batch& batch) {
  const std::size_t width = learned.input_width();
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    std::copy_n(learned.embedding() + batch.inputs[row] * width, width, values_.front().data() + row * width);
  }
}

void gru4rec_step::draw_candidates(const candidate_sampler& sampler, const session_batch& batch,
                                   random_source& random) {
  targets_.clear();
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (batch.active[row] != 0) targets_.push_back(batch.targets[row]);
  }
  output.clear();
  sampler.draw(targets_, random, output);
  candidates = output.size();
  slots_.assign(batch.rows(), 0);
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (batch.active[row] != 0) slots_[row] = static_cast<std::uint32_t>(output.add(batch.targets[row]));
  }
}

void gru4rec_step::scatter_input_gradients(const session_batch& batch, std::size_t width) {
  auto& into = shared_ ? output : embedding;
  if (!shared_) embedding.clear();
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (batch.active[row] == 0) continue;
    float* sum = into.gradient(into.add_zeroed(batch.inputs[row]));
    const float* gradient = gradients_.front().data() + row * width;
    for (std::size_t k = 0; k < width; ++k) sum[k] += gradient[k];
  }
}

double gru4rec_step::run(gru4rec_parameters& learned, const candidate_sampler& sampler, const session_batch& batch,
                         random_source& random) {
  const pass_shape shape{batch.steps, batch.lanes, batch.begins};
  const auto keep_at = [&](std::size_t l) { return l == 0 ? keep_input_ : keep_hidden_; };
  const auto& network = learned.network.layers();
  gather_inputs(learned, batch);
  for (std::size_t l = 0; l <= network.size(); ++l) {
    const std::size_t size = batch.rows() * (l == 0 ? learned.input_width() : network[l - 1].width());
    if (l > 0) {
      passes_[l - 1].keep_lanes(batch.kept);
      std::copy_n(passes_[l - 1].forward(network[l - 1], values_[l - 1].data(), shape), size, values_[l].data());
    }
    if (keep_at(l) == 1) continue;
    draw_mask(keep_at(l), random, masks_[l].data(), size);
    multiply_by(masks_[l].data(), values_[l].data(), size);
  }
  const auto row_of = [&](aligned_floats& values, std::size_t row) {
    return std::span<float>(values.data() + row * learned.width(), learned.width());
  };
  scales_.resize(batch.rows());
  for (std::size_t row = 0; score_scale_ > 0 && row < batch.rows(); ++row) {
    scales_[row] = set_length(row_of(values_.back(), row), score_scale_);
  }
  draw_candidates(sampler, batch, random);
  const double loss =
      output_pass_.run({learned.output.data(), learned.bias.data(), sampler.corrections().data()},
                       values_.back().data(), {slots_, batch.active}, output, gradients_.back().data(), bias.data());
  for (std::size_t row = 0; score_scale_ > 0 && row < batch.rows(); ++row) {
    back_through_length(row_of(values_.back(), row), score_scale_, scales_[row], row_of(gradients_.back(), row));
  }
  for (std::size_t l = network.size() + 1; l-- > 0;) {
    const std::size_t size = batch.rows() * (l == 0 ? learned.input_width() : network[l - 1].width());
    if (keep_at(l) != 1) multiply_by(masks_[l].data(), gradients_[l].data(), size);
    if (l == 0) break;
    passes_[l - 1].backward(network[l - 1], values_[l - 1].data(), gradients_[l].data(), shape, layers[l - 1],
                            gradients_[l - 1].data());
  }
  scatter_input_gradients(batch, learned.input_width());
  return loss;
}

}  // namespace freshet
