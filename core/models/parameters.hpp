// What:   the parameters of a model family by name, as they stand in <type>_params.json and behind --params.
// Why:    one loose form for the command line, files and search over parameters; each family turns it into an options
//         struct of its own, once, with a sentence for what it cannot use.
// Errors: invalid_argument naming the parameter, the value, and the bounds or the known names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"

namespace freshet {

using parameter = std::variant<bool, double, std::string>;
using parameters = std::map<std::string, parameter, std::less<>>;

/// `64`, `0.01`, `"cg"`, `true`: the value as a sentence shows it.
[[nodiscard]] std::string to_string(const parameter& value);

struct number_bounds {
  double min{};
  double max{};
};

/// Reads parameters into fields and remembers the first thing that was wrong.
class parameter_reader {
 public:
  /// `family` opens every sentence; both must outlive the reader.
  parameter_reader(std::string_view family, const parameters& given) : family_(family), given_(&given) {}

  /// Each leaves the field as it is when the parameter was not given.
  void number(std::string_view name, number_bounds bounds, double& field);
  void integer(std::string_view name, number_bounds bounds, std::uint32_t& field);
  /// Sets `field` to the number of the word in `words`.
  void choice(std::string_view name, const std::vector<std::string_view>& words, std::size_t& field);
  /// A parameter that others write and that changes nothing here.
  void ignore(std::string_view name) { known_.push_back(name); }

  /// The first error, an unknown name included.
  status finish();

 private:
  const parameter* find(std::string_view name);
  void reject(std::string_view name, const parameter& value, const std::string& wanted);
  bool read_number(std::string_view name, number_bounds bounds, bool whole, double& field);

  std::string_view family_;
  const parameters* given_;
  std::vector<std::string_view> known_;
  std::string failure_;
};

}  // namespace freshet
