#include "io/artifacts/factor_files.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

constexpr std::size_t factors_max = 1024;
constexpr std::string_view bias_file = "item_bias.npy";

matrix<float> without_last_column(const matrix<float>& wide) {
  matrix<float> narrow(wide.rows(), wide.columns() - 1);
  for (std::size_t row = 0; row < wide.rows(); ++row) {
    std::copy_n(wide.row(row).begin(), narrow.columns(), narrow.row(row).begin());
  }
  return narrow;
}

bool has_bias_column(const factor_arrays& arrays) {
  const std::size_t columns = arrays.users.columns();
  if (columns < 2 || arrays.users.rows() == 0) return false;
  for (std::size_t row = 0; row < arrays.users.rows(); ++row) {
    if (arrays.users.row(row)[columns - 1] != 1) return false;
  }
  return true;
}

/// What no user can change is a bias, not a factor: the fold-in must not fit it.
void take_bias_from_column(factor_arrays& arrays) {
  for (std::size_t row = 0; row < arrays.items.rows(); ++row) {
    arrays.item_bias[row] = arrays.items.row(row)[arrays.items.columns() - 1];
  }
  arrays.users = without_last_column(arrays.users);
  arrays.items = without_last_column(arrays.items);
}

}  // namespace

result<std::vector<float>> read_finite_vector_of(const std::filesystem::path& path, std::size_t rows,
                                                 std::string_view of_what) {
  FRESHET_ASSIGN(auto values, read_finite_vector(path));
  if (values.size() == rows) return values;
  return error{error_code::corrupted, path.string() + " has " + std::to_string(values.size()) +
                                          " values where the model has " + std::to_string(rows) + " " +
                                          std::string(of_what)};
}

result<factor_arrays> read_factors(const model_layout& layout) {
  factor_arrays arrays;
  FRESHET_ASSIGN(arrays.items, read_finite_matrix(layout.file("V.npy")));
  FRESHET_ASSIGN(arrays.users, read_finite_matrix(layout.file("U.npy")));
  const std::size_t factors = arrays.items.columns();
  if (factors == 0 || factors > factors_max) {
    return error{error_code::corrupted, layout.file("V.npy").string() + " has " + std::to_string(factors) +
                                            " factors; expected 1 to " + std::to_string(factors_max)};
  }
  if (arrays.users.columns() != factors) {
    return error{error_code::corrupted,
                 layout.file("U.npy").string() + " has " + std::to_string(arrays.users.columns()) + " factors where " +
                     layout.file("V.npy").filename().string() + " has " + std::to_string(factors)};
  }
  std::error_code unknown;
  if (std::filesystem::exists(layout.file(bias_file), unknown)) {
    FRESHET_ASSIGN(arrays.item_bias, read_finite_vector_of(layout.file(bias_file), arrays.items.rows(), "items"));
  } else {
    arrays.item_bias.resize(arrays.items.rows());
    if (has_bias_column(arrays)) take_bias_from_column(arrays);
  }
  return arrays;
}

status write_factors(const model_layout& layout, const loaded_model& trained) {
  const auto scores = trained.served->scores();
  const auto* dense = std::get_if<dense_scores>(&scores);
  FRESHET_CHECK(dense != nullptr && trained.user_factors.columns() == dense->factors.columns());
  FRESHET_TRY(write_npy(layout.file("U.npy"), trained.user_factors.view()));
  FRESHET_TRY(write_npy(layout.file("V.npy"), dense->factors));
  if (dense->bias.empty()) return success{};
  return write_npy(layout.file(bias_file), dense->bias);
}

}  // namespace freshet
