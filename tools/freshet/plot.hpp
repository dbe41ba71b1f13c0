// What:   an SVG of points and a line over them, drawn by gnuplot in a process of its own.
// Errors: unavailable where gnuplot is not installed; io_failure where it fails.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace freshet::tools {

struct plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  /// Series of (x, y); an empty one is left out.
  struct series {
    std::string name;
    std::vector<std::pair<double, double>> values;
    bool is_line = false;
  };
  std::vector<series> shown;
};

/// What gnuplot is told.
[[nodiscard]] std::string to_script(const plot& drawn, const std::filesystem::path& svg);
[[nodiscard]] status draw(const plot& drawn, const std::filesystem::path& svg);

}  // namespace freshet::tools
