#include <algorithm>

#include "core/models/gru4rec/gru4rec_network.hpp"

namespace freshet {
namespace {

constexpr std::size_t gates = 3;

/// to [columns x rows] = from [rows x columns] transposed; both sizes are multiples of 16.
void transpose(const float* from, std::size_t rows, std::size_t columns, float* to) {
  constexpr std::size_t tile = 16;
  for (std::size_t i = 0; i < rows; i += tile) {
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t r = i; r < i + tile; ++r) to[j * rows + r] = from[r * columns + j];
    }
  }
}

}  // namespace

layer_pass::layer_pass(const padded_layer& layer, std::size_t lanes_max, std::size_t rows_max)
    : kernels_(&best_gru4rec_kernels()),
      width_(layer.width()),
      carried_(lanes_max * width_),
      previous_(rows_max * width_),
      states_(rows_max * width_),
      gates_(rows_max * gates * width_),
      recurrent_(rows_max * gates * width_),
      input_gradients_(rows_max * gates * width_),
      recurrent_gradients_(rows_max * gates * width_),
      state_gradients_(2 * lanes_max * width_),
      transposed_(std::max(width_, layer.input_width()) * gates * width_) {}

void layer_pass::keep_lanes(std::span<const std::uint32_t> kept) {
  for (std::size_t lane = 0; lane < kept.size(); ++lane) {
    if (kept[lane] != lane) std::copy_n(carried_.data() + kept[lane] * width_, width_, carried_.data() + lane * width_);
  }
}

const float* layer_pass::forward(const padded_layer& layer, const float* inputs, const pass_shape& shape) {
  const std::size_t row_gates = gates * width_;
  for (std::size_t row = 0; row < shape.rows(); ++row) {
    std::copy_n(layer.bias(), row_gates, gates_.data() + row * row_gates);
  }
  kernels_->multiply({.a = inputs,
                      .a_row = layer.input_width(),
                      .b = layer.input(),
                      .b_stride = row_gates,
                      .c = gates_.data(),
                      .c_stride = row_gates,
                      .rows = shape.rows(),
                      .inner = layer.inputs(),
                      .columns = row_gates});
  for (std::size_t step = 0; step < shape.steps; ++step) {
    const std::size_t first = step * shape.lanes;
    const float* before = step == 0 ? carried_.data() : states_.data() + (first - shape.lanes) * width_;
    float* previous = previous_.data() + first * width_;
    std::copy_n(before, shape.lanes * width_, previous);
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
      if (shape.begins[first + lane] != 0) std::fill_n(previous + lane * width_, width_, 0.0F);
    }
    kernels_->multiply({.a = previous,
                        .a_row = width_,
                        .b = layer.recurrent(),
                        .b_stride = row_gates,
                        .c = recurrent_.data() + first * row_gates,
                        .c_stride = row_gates,
                        .rows = shape.lanes,
                        .inner = layer.units(),
                        .columns = row_gates,
                        .fresh = true});
    for (std::size_t row = first; row < first + shape.lanes; ++row) {
      kernels_->step_forward({gates_.data() + row * row_gates, recurrent_.data() + row * row_gates,
                              previous_.data() + row * width_, states_.data() + row * width_, width_});
    }
  }
  std::copy_n(states_.data() + (shape.rows() - shape.lanes) * width_, shape.lanes * width_, carried_.data());
  return states_.data();
}

/// From the last step to the first: gradients of what the gates were made of.
void layer_pass::propagate(const padded_layer& layer, const float* gradient, const pass_shape& shape) {
  const std::size_t row_gates = gates * width_;
  const std::size_t lanes_width = shape.lanes * width_;
  if (shape.steps > 1) transpose(layer.recurrent(), width_, row_gates, transposed_.data());
  float* later = state_gradients_.data();
  float* total = later + lanes_width;
  std::fill_n(later, lanes_width, 0.0F);
  for (std::size_t step = shape.steps; step-- > 0;) {
    const std::size_t first = step * shape.lanes;
    for (std::size_t k = 0; k < lanes_width; ++k) total[k] = gradient[first * width_ + k] + later[k];
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
      const std::size_t row = first + lane;
      kernels_->step_backward({gates_.data() + row * row_gates, recurrent_.data() + row * row_gates,
                               previous_.data() + row * width_, total + lane * width_,
                               input_gradients_.data() + row * row_gates, recurrent_gradients_.data() + row * row_gates,
                               later + lane * width_, width_});
    }
    if (step == 0) break;  // what came before this pass is taken as given
    kernels_->multiply({.a = recurrent_gradients_.data() + first * row_gates,
                        .a_row = row_gates,
                        .b = transposed_.data(),
                        .b_stride = width_,
                        .c = later,
                        .c_stride = width_,
                        .rows = shape.lanes,
                        .inner = row_gates,
                        .columns = width_});
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
      if (shape.begins[first + lane] != 0) std::fill_n(later + lane * width_, width_, 0.0F);
    }
  }
}

void layer_pass::backward(const padded_layer& layer, const float* inputs, const float* gradient,
                          const pass_shape& shape, padded_layer& layer_gradient, float* input_gradient) {
  const std::size_t row_gates = gates * width_;
  propagate(layer, gradient, shape);
  kernels_->multiply({.a = inputs,
                      .a_row = 1,
                      .a_column = layer.input_width(),
                      .b = input_gradients_.data(),
                      .b_stride = row_gates,
                      .c = layer_gradient.input(),
                      .c_stride = row_gates,
                      .rows = layer.input_width(),
                      .inner = shape.rows(),
                      .columns = row_gates,
                      .fresh = true});
  kernels_->multiply({.a = previous_.data(),
                      .a_row = 1,
                      .a_column = width_,
                      .b = recurrent_gradients_.data(),
                      .b_stride = row_gates,
                      .c = layer_gradient.recurrent(),
                      .c_stride = row_gates,
                      .rows = width_,
                      .inner = shape.rows(),
                      .columns = row_gates,
                      .fresh = true});
  std::fill_n(layer_gradient.bias(), row_gates, 0.0F);
  for (std::size_t row = 0; row < shape.rows(); ++row) {
    for (std::size_t k = 0; k < row_gates; ++k)
      layer_gradient.bias()[k] += input_gradients_.data()[row * row_gates + k];
  }
  transpose(layer.input(), layer.input_width(), row_gates, transposed_.data());
  kernels_->multiply({.a = input_gradients_.data(),
                      .a_row = row_gates,
                      .b = transposed_.data(),
                      .b_stride = layer.input_width(),
                      .c = input_gradient,
                      .c_stride = layer.input_width(),
                      .rows = shape.rows(),
                      .inner = row_gates,
                      .columns = layer.input_width(),
                      .fresh = true});
}

}  // namespace freshet
