// What:    how a gradient changes parameters: adagrad with momentum, or adam; rows of an embedding that were not
//          touched are left alone, their moments too.
// Source:  Duchi, Hazan, Singer 2011; Kingma, Ba 2015; momentum and epsilon as in Hidasi's implementation.
#pragma once

#include <cstdint>

#include "core/models/als/least_squares.hpp"
#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/gru4rec/gru4rec_candidates.hpp"
#include "core/models/gru4rec/gru4rec_kernels.hpp"

namespace freshet {

class gru4rec_optimizer {
 public:
  gru4rec_optimizer(const gru4rec_options& options, std::size_t threads);

  /// What is remembered of some parameters. Sizes are multiples of 16.
  struct memory {
    aligned_floats squares;
    aligned_floats velocity;
  };
  memory remember(std::size_t size) const;

  /// Once before the updates of each minibatch.
  void begin_step(double learning_rate);
  void update(memory& of, float* weights, const float* gradient, std::size_t count) const;
  struct row_shape {
    std::size_t width{};
    /// What rows are brought back to; 0: nothing.
    float length{};
  };
  /// Rows [. x width] that were touched.
  void update_rows(memory& of, float* weights, const touched_rows& rows, const row_shape& shape) const;
  /// One value for each of the first `count` touched rows.
  void update_values(memory& of, float* weights, const touched_rows& rows, std::size_t count,
                     const float* gradient) const;

 private:
  struct moments {
    float* squares{};
    float* velocity{};  // null: none
  };
  moments moments_at(memory& of, std::size_t offset) const;
  void prefetch(memory& of, const float* weights, std::size_t offset, std::size_t count) const;
  void update_at(const moments& of, float* weights, const float* gradient, std::size_t count) const;

  const gru4rec_kernels* kernels_;
  gru4rec_update kind_;
  bool has_velocity_;
  std::size_t threads_;
  std::uint64_t steps_ = 0;
  adagrad_step adagrad_;
  adam_step adam_;
};

}  // namespace freshet
