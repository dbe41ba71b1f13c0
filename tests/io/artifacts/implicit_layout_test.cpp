// A model directory as a Python program leaves it that trained with the package `implicit` and saved with NumPy;
// tests/support/implicit_model.py does the same with the package itself.
#include <gtest/gtest.h>

#include <bit>
#include <fstream>

#include "core/base/random.hpp"
#include "core/models/als/als.hpp"
#include "io/artifacts/model_directory.hpp"
#include "tests/support/reference_als.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::temporary_directory;

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(0.3 * random.normal());
  return values;
}

/// numpy.save: magic, version 1.0, a header padded to 64 bytes, the values.
void save_as_numpy(const std::filesystem::path& path, const matrix<float>& values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(values.rows()) + ", " +
                       std::to_string(values.columns()) + "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file << std::string("\x93NUMPY\x01\x00", 8) << static_cast<char>(header.size() % 256)
       << static_cast<char>(header.size() / 256) << header;
  file.write(reinterpret_cast<const char*>(values.values().data()),
             static_cast<std::streamsize>(values.values().size() * sizeof(float)));
}

void save_mapping(const std::filesystem::path& path, const char* front, std::size_t count) {
  std::ofstream file(path);
  for (std::size_t i = 0; i < count; ++i) {
    file << (i == 0 ? "{" : ", ") << '"' << front << i << "\": " << i;
  }
  file << "}";
}

TEST(implicit_layout, is_served_as_implicit_recalculates_its_users) {
  static_assert(std::endian::native == std::endian::little);
  const temporary_directory directory;
  const auto items = random_matrix(30, 8, 1);
  save_as_numpy(directory / "als_U.npy", random_matrix(10, 8, 2));
  save_as_numpy(directory / "als_V.npy", items);
  save_mapping(directory / "user_mapping.json", "u", 10);
  save_mapping(directory / "item_mapping.json", "i", 30);
  std::ofstream(directory / "als_params.json")
      << R"({"factors": 8, "regularization": 0.05, "iterations": 5, "alpha": 3.0, "confidence": "implicit"})";

  const auto loaded = load_model(directory.path());
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->item_ids[7], "i7");

  // implicit/cpu/als.py, user_linear_equation: A = YtY + reg I + sum (c - 1) y yt, b = sum c y, c = alpha r.
  const taste history{{item_row{2}, 1}, {item_row{9}, 4}, {item_row{20}, 2.5F}};
  const auto y = testing::to_dense(items);
  testing::dense a = y.transpose() * y + 0.05 * testing::dense::Identity(8, 8);
  Eigen::VectorXd b = Eigen::VectorXd::Zero(8);
  for (const auto& [item, strength] : history) {
    const Eigen::VectorXd row = y.row(to_integer(item)).transpose();
    a += (3.0 * strength - 1) * row * row.transpose();
    b += 3.0 * strength * row;
  }
  const Eigen::VectorXd scores = y * a.ldlt().solve(b);
  const auto query = loaded->served->fold_in({.strengths = history});
  for (std::uint32_t i = 0; i < 30; ++i) {
    EXPECT_NEAR(score_of(loaded->served->scores(), query, item_row{i}), scores(i), 1e-4);
  }
}

}  // namespace
}  // namespace freshet
