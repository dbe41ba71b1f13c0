// What:    the layers of the recurrent network as the kernels want them, run forward one event at a time for serving,
//          or some steps of many lanes forward and back for training.
// Shapes:  units and inputs rounded up to 16 ("width"); what is beyond is 0 and stays 0, because its gradient is 0.
//          Rows of a pass: step t of lane l is row t x lanes + l.
// Threads: a network may be read by many; a pass belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/models/als/least_squares.hpp"
#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/gru4rec/gru4rec_kernels.hpp"

namespace freshet {

/// One layer's parameters, or their gradient: Wx [input_width x 3 width], Wh [width x 3 width], b [3 width] in a row.
class padded_layer {
 public:
  padded_layer(std::size_t inputs, std::size_t units);
  explicit padded_layer(const gru4rec_layer& from);

  gru4rec_layer without_padding() const;

  std::size_t inputs() const { return inputs_; }
  std::size_t units() const { return units_; }
  std::size_t input_width() const { return padded_width(inputs_); }
  std::size_t width() const { return padded_width(units_); }
  std::size_t size() const { return (input_width() + width() + 1) * 3 * width(); }

  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  float* input() { return data(); }
  const float* input() const { return data(); }
  float* recurrent() { return data() + input_width() * 3 * width(); }
  const float* recurrent() const { return data() + input_width() * 3 * width(); }
  float* bias() { return recurrent() + width() * 3 * width(); }
  const float* bias() const { return recurrent() + width() * 3 * width(); }

 private:
  std::size_t inputs_;
  std::size_t units_;
  aligned_floats values_;
};

class gru4rec_network {
 public:
  explicit gru4rec_network(const std::vector<gru4rec_layer>& layers);

  std::vector<padded_layer>& layers() { return layers_; }
  const std::vector<padded_layer>& layers() const { return layers_; }

  /// The state of the last layer after these inputs, each a row of at least `inputs` floats, from a state of 0.
  std::vector<float> state_after(std::span<const float* const> inputs) const;

 private:
  std::vector<padded_layer> layers_;
};

/// Which rows of a pass begin a session; their lane's state is 0 before them.
struct pass_shape {
  std::size_t steps{};
  std::size_t lanes{};
  std::span<const std::uint8_t> begins;  // [steps x lanes]

  std::size_t rows() const { return steps * lanes; }
};

/// One layer going forward and back over a pass.
class layer_pass {
 public:
  layer_pass(const padded_layer& layer, std::size_t lanes_max, std::size_t rows_max);

  /// inputs [rows x input_width]. Returns the states [rows x width], valid until the next call. Starts from where the
  /// last pass ended.
  const float* forward(const padded_layer& layer, const float* inputs, const pass_shape& shape);

  /// gradient [rows x width] of the states; overwrites `layer_gradient` with the gradient of the layer's parameters and
  /// input_gradient [rows x input_width]. `inputs` as going forward.
  void backward(const padded_layer& layer, const float* inputs, const float* gradient, const pass_shape& shape,
                padded_layer& layer_gradient, float* input_gradient);

  /// From the next pass on lane l continues what was lane kept[l].
  void keep_lanes(std::span<const std::uint32_t> kept);

 private:
  void propagate(const padded_layer& layer, const float* gradient, const pass_shape& shape);

  const gru4rec_kernels* kernels_;
  std::size_t width_;
  aligned_floats carried_;   // [lanes x width]
  aligned_floats previous_;  // [rows x width]
  aligned_floats states_;    // [rows x width]
  aligned_floats gates_;     // [rows x 3 width], and so on
  aligned_floats recurrent_;
  aligned_floats input_gradients_;
  aligned_floats recurrent_gradients_;
  aligned_floats state_gradients_;  // [lanes x width], two of them
  aligned_floats transposed_;
};

}  // namespace freshet
