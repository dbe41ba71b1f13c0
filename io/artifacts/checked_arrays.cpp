#include "io/artifacts/checked_arrays.hpp"

#include <algorithm>
#include <cmath>

#include "io/files/npy.hpp"

namespace freshet {
namespace {

status check_finite(std::span<const float> values, const std::filesystem::path& path) {
  const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad == values.end()) return success{};
  return error{error_code::corrupted, path.string() + " holds a value that is not finite at element " +
                                          std::to_string(bad - values.begin()) + "; train the model again"};
}

}  // namespace

result<matrix<float>> read_finite_matrix(const std::filesystem::path& path) {
  FRESHET_ASSIGN(auto values, read_npy_matrix(path));
  FRESHET_TRY(check_finite(values.values(), path));
  return values;
}

result<std::vector<float>> read_finite_vector(const std::filesystem::path& path) {
  FRESHET_ASSIGN(auto values, read_npy_vector(path));
  FRESHET_TRY(check_finite(values, path));
  return values;
}

}  // namespace freshet
