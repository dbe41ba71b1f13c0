// What:   every model family that can be trained, by name, behind one function type.
// Why:    `train`, `evaluate` and a search over parameters know no family: each is defined in <family>_family.cpp and
//         adding one is a line in trainer.cpp.
// Errors: as the family's own header says; an unknown parameter or a value out of bounds is invalid_argument.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "core/models/parameters.hpp"
#include "core/models/training.hpp"

namespace freshet {

struct data_size {
  std::uint64_t users{};
  std::uint64_t items{};
  std::uint64_t entries{};
};

struct trainer {
  std::string_view name;
  /// One line for the help.
  std::string_view summary;
  /// All parameters, those not given with their defaults.
  result<parameters> (*complete)(const parameters& given);
  /// Peak memory of training on data of this size, the data included. `completed` came from `complete`.
  std::uint64_t (*memory_bytes)(const data_size& size, const parameters& completed);
  result<trained_model> (*train)(const training_data& data, const parameters& completed,
                                 const training_context& context);
  /// Whether it looks at the features and embeddings of training_data; what would have no effect is refused, not read.
  bool uses_features = false;
  bool uses_embeddings = false;
  /// Whether stopping it early leaves a whole model: not where several are trained one after the other.
  bool stops_early = true;
  /// Whether it begins with training_context::from where that is given.
  bool starts_warm = false;
};

[[nodiscard]] std::span<const trainer> trainers();
/// Refuses an unknown name by listing the known ones.
[[nodiscard]] result<const trainer*> find_trainer(std::string_view name);

}  // namespace freshet
