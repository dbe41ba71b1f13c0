#include "core/models/gru4rec/gru4rec_optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/models/gru4rec/gru4rec_length.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t rows_in_chunk = 1024;
/// Rows lie anywhere in the memory; so many are on their way.
constexpr std::size_t ahead = 2;
constexpr double beta1 = 0.9;
constexpr double beta2 = 0.999;

}  // namespace

gru4rec_optimizer::gru4rec_optimizer(const gru4rec_options& options, std::size_t threads)
    : kernels_(&best_gru4rec_kernels()),
      kind_(options.optimizer),
      has_velocity_(options.optimizer == gru4rec_update::adam || options.momentum > 0),
      threads_(threads),
      adagrad_{.momentum = static_cast<float>(options.momentum), .epsilon = 1e-6F},
      adam_{.beta1 = static_cast<float>(beta1), .beta2 = static_cast<float>(beta2), .epsilon = 1e-8F} {}

gru4rec_optimizer::memory gru4rec_optimizer::remember(std::size_t size) const {
  return {aligned_floats(size), aligned_floats(has_velocity_ ? size : 0)};
}

void gru4rec_optimizer::begin_step(double learning_rate) {
  ++steps_;
  const auto t = static_cast<double>(steps_);
  adagrad_.learning_rate = static_cast<float>(learning_rate);
  adam_.learning_rate =
      static_cast<float>(learning_rate * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t)));
}

void gru4rec_optimizer::update_at(const moments& of, float* weights, const float* gradient, std::size_t count) const {
  if (kind_ == gru4rec_update::adam) {
    kernels_->adam(adam_, gradient, weights, of.squares, of.velocity, count);
  } else {
    kernels_->adagrad(adagrad_, gradient, weights, of.squares, of.velocity, count);
  }
}

gru4rec_optimizer::moments gru4rec_optimizer::moments_at(memory& of, std::size_t offset) const {
  return {of.squares.data() + offset, has_velocity_ ? of.velocity.data() + offset : nullptr};
}

void gru4rec_optimizer::update(memory& of, float* weights, const float* gradient, std::size_t count) const {
  update_at(moments_at(of, 0), weights, gradient, count);
}

void gru4rec_optimizer::prefetch(memory& of, const float* weights, std::size_t offset, std::size_t count) const {
  const moments at = moments_at(of, offset);
  for (std::size_t k = 0; k < count; k += 16) {
    __builtin_prefetch(weights + offset + k, 1);
    __builtin_prefetch(at.squares + k, 1);
    if (has_velocity_) __builtin_prefetch(at.velocity + k, 1);
  }
}

void gru4rec_optimizer::update_rows(memory& of, float* weights, const touched_rows& rows,
                                    const row_shape& shape) const {
  const std::size_t width = shape.width;
  const std::size_t chunks = (rows.size() + rows_in_chunk - 1) / rows_in_chunk;
  // Threads cost more than a few thousand rows.
  parallel_for(chunks, chunks < 4 ? 1 : threads_, [&](std::size_t chunk, std::size_t) {
    const std::size_t last = std::min(rows.size(), (chunk + 1) * rows_in_chunk);
    for (std::size_t slot = chunk * rows_in_chunk; slot < last; ++slot) {
      const std::size_t offset = rows.items()[slot] * width;
      if (slot + ahead < last) prefetch(of, weights, rows.items()[slot + ahead] * width, width);
      update_at(moments_at(of, offset), weights + offset, rows.gradient(slot), width);
      if (shape.length > 0) set_length({weights + offset, width}, shape.length);
    }
  });
}

void gru4rec_optimizer::update_values(memory& of, float* weights, const touched_rows& rows, std::size_t count,
                                      const float* gradient) const {
  constexpr std::size_t block = 16;
  for (std::size_t first = 0; first < count; first += block) {
    const auto items = rows.items().subspan(first, std::min(block, count - first));
    float values[block] = {}, gradients[block] = {}, squares[block] = {}, velocity[block] = {};
    std::copy_n(gradient + first, items.size(), gradients);
    for (std::size_t i = 0; i < items.size(); ++i) {
      values[i] = weights[items[i]];
      squares[i] = of.squares.data()[items[i]];
      if (has_velocity_) velocity[i] = of.velocity.data()[items[i]];
    }
    update_at({squares, has_velocity_ ? velocity : nullptr}, values, gradients, block);
    for (std::size_t i = 0; i < items.size(); ++i) {
      weights[items[i]] = values[i];
      of.squares.data()[items[i]] = squares[i];
      if (has_velocity_) of.velocity.data()[items[i]] = velocity[i];
    }
  }
}

}  // namespace freshet
