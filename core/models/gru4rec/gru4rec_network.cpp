#include "core/models/gru4rec/gru4rec_network.hpp"

#include <algorithm>

namespace freshet {
namespace {

constexpr std::size_t gates = 3;

/// Columns of each gate move to where the padded gate begins.
void spread(const matrix<float>& from, std::size_t units, std::size_t width, float* to) {
  for (std::size_t row = 0; row < from.rows(); ++row) {
    for (std::size_t gate = 0; gate < gates; ++gate) {
      std::copy_n(from.row(row).data() + gate * units, units, to + (row * gates + gate) * width);
    }
  }
}

matrix<float> gather(const float* from, std::size_t rows, std::size_t units, std::size_t width) {
  matrix<float> to(rows, gates * units);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t gate = 0; gate < gates; ++gate) {
      std::copy_n(from + (row * gates + gate) * width, units, to.row(row).data() + gate * units);
    }
  }
  return to;
}

}  // namespace

padded_layer::padded_layer(std::size_t inputs, std::size_t units) : inputs_(inputs), units_(units), values_(size()) {}

padded_layer::padded_layer(const gru4rec_layer& from) : padded_layer(from.input.rows(), from.recurrent.rows()) {
  spread(from.input, units_, width(), input());
  spread(from.recurrent, units_, width(), recurrent());
  for (std::size_t gate = 0; gate < gates; ++gate) {
    std::copy_n(from.bias.data() + gate * units_, units_, bias() + gate * width());
  }
}

gru4rec_layer padded_layer::without_padding() const {
  return {gather(input(), inputs_, units_, width()), gather(recurrent(), units_, units_, width()),
          gather(bias(), 1, units_, width()).values()};
}

gru4rec_network::gru4rec_network(const std::vector<gru4rec_layer>& layers) {
  for (const auto& layer : layers) layers_.emplace_back(layer);
}

std::vector<float> gru4rec_network::state_after(std::span<const float* const> inputs) const {
  const auto& kernels = best_gru4rec_kernels();
  std::vector<std::vector<float>> states;
  std::size_t width_max = 0;
  for (const auto& layer : layers_) {
    states.emplace_back(layer.width());
    width_max = std::max(width_max, layer.width());
  }
  std::vector<float> from_input(gates * width_max);
  std::vector<float> from_state(gates * width_max);
  for (const float* input : inputs) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto& layer = layers_[l];
      const std::size_t width = layer.width();
      float* state = states[l].data();
      std::copy_n(layer.bias(), gates * width, from_input.data());
      kernels.multiply({.a = input,
                        .b = layer.input(),
                        .b_stride = gates * width,
                        .c = from_input.data(),
                        .rows = 1,
                        .inner = layer.inputs(),
                        .columns = gates * width});
      kernels.multiply({.a = state,
                        .b = layer.recurrent(),
                        .b_stride = gates * width,
                        .c = from_state.data(),
                        .rows = 1,
                        .inner = layer.units(),
                        .columns = gates * width,
                        .fresh = true});
      kernels.step_forward({from_input.data(), from_state.data(), state, state, width});
      input = state;
    }
  }
  states.back().resize(layers_.back().units());
  return std::move(states.back());
}

}  // namespace freshet
