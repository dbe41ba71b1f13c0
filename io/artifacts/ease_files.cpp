#include <algorithm>

#include "core/models/ease/ease.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

static_assert(sizeof(item_row) == sizeof(std::uint32_t));

/// A model of another program may have none: weights of the paper's form need none.
result<ease_options> read_options(const model_layout& layout, const loaded_model& model) {
  if (model.params.empty()) return ease_options{};
  const auto options = [&]() -> result<ease_options> {
    FRESHET_ASSIGN(const auto given, known_parameters_from_json(model.params, to_parameters(ease_options{})));
    return ease_options_from(given);
  }();
  if (!options) return in_context(layout.params().string(), options.failure());
  return options;
}

std::string shape_of(std::size_t rows, std::size_t columns) {
  return std::to_string(rows) + " x " + std::to_string(columns);
}

result<ease_weights> read_strongest(const model_layout& layout, matrix<float> values) {
  const auto path = layout.file("B_columns.npy");
  FRESHET_ASSIGN(const auto columns, read_npy_indices(path));
  if (columns.rows() != values.rows() || columns.columns() != values.columns()) {
    return error{error_code::corrupted, path.string() + " is " + shape_of(columns.rows(), columns.columns()) +
                                            " where " + layout.file("B.npy").filename().string() + " is " +
                                            shape_of(values.rows(), values.columns())};
  }
  ease_weights weights;
  for (std::size_t row = 1; row <= values.rows(); ++row) weights.offsets.push_back(row * values.columns());
  weights.columns.reserve(columns.values().size());
  for (const std::uint32_t column : columns.values()) {
    if (column >= values.rows()) {
      return error{error_code::corrupted, path.string() + " names the item row " + std::to_string(column) + " of " +
                                              std::to_string(values.rows()) + "; train the model again"};
    }
    weights.columns.push_back(item_row{column});
  }
  weights.values = std::move(values.values());
  return weights;
}

result<ease_weights> read_weights(const model_layout& layout) {
  FRESHET_ASSIGN(auto values, read_finite_matrix(layout.file("B.npy")));
  std::error_code unknown;
  if (std::filesystem::exists(layout.file("B_columns.npy"), unknown)) return read_strongest(layout, std::move(values));
  if (values.rows() != values.columns()) {
    return error{error_code::corrupted, layout.file("B.npy").string() + " is " +
                                            shape_of(values.rows(), values.columns()) +
                                            "; a matrix of item-item weights has as many columns as rows, or its "
                                            "columns stand in " +
                                            layout.file("B_columns.npy").filename().string()};
  }
  return whole_matrix(std::move(values));
}

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(const ease_options options, read_options(layout, into));
  FRESHET_ASSIGN(auto weights, read_weights(layout));
  into.served = std::make_shared<ease_model>(std::move(weights), options);
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto* ease = dynamic_cast<const ease_model*>(trained.served.get());
  FRESHET_CHECK(ease != nullptr);
  const ease_weights& weights = ease->weights();
  const std::size_t items = ease->items();
  const std::size_t columns = items == 0 ? 0 : weights.values.size() / items;
  FRESHET_TRY(write_npy(layout.file("B.npy"), matrix_view<const float>(weights.values.data(), items, columns)));
  if (weights.columns.empty()) return success{};
  matrix<std::uint32_t> numbers(items, columns);
  std::transform(weights.columns.begin(), weights.columns.end(), numbers.values().begin(),
                 [](item_row column) { return to_integer(column); });
  return write_npy(layout.file("B_columns.npy"), std::as_const(numbers).view());
}

}  // namespace

model_family ease_files() {
  return {"ease", "B.npy", false, load, save};
}

}  // namespace freshet
