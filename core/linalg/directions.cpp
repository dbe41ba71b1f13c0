#include "core/linalg/directions.hpp"

#include <algorithm>
#include <cmath>

namespace freshet {

matrix<float> directions_of(matrix_view<const float> rows) {
  matrix<float> directions(rows.rows(), rows.columns());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    double squares = 0;
    for (const float value : rows.row(i)) squares += static_cast<double>(value) * value;
    const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    std::transform(rows.row(i).begin(), rows.row(i).end(), directions.row(i).begin(),
                   [&](float value) { return static_cast<float>(value * scale); });
  }
  return directions;
}

}  // namespace freshet
