#include "core/models/gru4rec/gru4rec_length.hpp"

#include <cmath>

#include "core/linalg/kernels.hpp"

namespace freshet {

float set_length(std::span<float> vector, float length) {
  const float norm = std::sqrt(best_kernels().dot(vector.data(), vector.data(), vector.size()));
  if (!(norm > 0)) return 0;
  const float scale = length / norm;
  // Blocks of a known size become vectors.
  constexpr std::size_t block = 16;
  std::size_t k = 0;
  for (; k + block <= vector.size(); k += block) {
    for (std::size_t j = k; j < k + block; ++j) vector[j] *= scale;
  }
  for (; k < vector.size(); ++k) vector[k] *= scale;
  return scale;
}

void back_through_length(std::span<const float> direction, float length, float scale, std::span<float> gradient) {
  const float along = best_kernels().dot(direction.data(), gradient.data(), gradient.size()) / (length * length);
  for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] = scale * (gradient[k] - along * direction[k]);
}

}  // namespace freshet
