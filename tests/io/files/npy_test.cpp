#include "io/files/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "core/base/random.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A .npy file by hand, so that reader and writer cannot share a mistake.
std::string npy_bytes(const std::string& dictionary, const std::string& data, char major = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += {major, '\0', static_cast<char>(dictionary.size() & 0xff), static_cast<char>(dictionary.size() >> 8)};
  if (major == 2) bytes += {'\0', '\0'};
  return bytes + dictionary + data;
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

class npy : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& bytes) {
    EXPECT_TRUE(write_file_atomically(directory_ / "x.npy", bytes));
    return directory_ / "x.npy";
  }
  void expect_refused(const std::string& bytes, error_code code, const std::string& reason) {
    const auto values = read_npy_matrix(file(bytes));
    ASSERT_FALSE(values) << reason;
    EXPECT_EQ(values.failure().code, code) << values.failure().message;
    EXPECT_THAT(values.failure().message, HasSubstr(reason));
    EXPECT_THAT(values.failure().message, HasSubstr("x.npy"));
  }
  testing::temporary_directory directory_;
};

TEST_F(npy, reads_what_numpy_writes) {
  const auto values = read_npy_matrix(file(
      npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n", raw<float>({1, 2, 3, 4, 5, -6}))));
  ASSERT_TRUE(values) << values.failure().message;
  EXPECT_EQ(values->rows(), 2u);
  EXPECT_EQ(values->columns(), 3u);
  EXPECT_THAT(values->values(), ElementsAre(1, 2, 3, 4, 5, -6));
}

TEST_F(npy, reads_version_2_and_any_order_of_keys) {
  const auto values = read_npy_vector(
      file(npy_bytes("{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}\n", raw<float>({7, 8}), 2)));
  ASSERT_TRUE(values) << values.failure().message;
  EXPECT_THAT(*values, ElementsAre(7, 8));
}

TEST_F(npy, narrows_float64) {
  const auto values = read_npy_vector(
      file(npy_bytes("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", raw<double>({0.1, -2}))));
  ASSERT_TRUE(values) << values.failure().message;
  EXPECT_THAT(*values, ElementsAre(0.1f, -2));
}

TEST_F(npy, writes_the_bytes_that_numpy_writes) {
  const std::vector<float> values{1.5f, -2};
  ASSERT_TRUE(write_npy(directory_ / "v.npy", std::span(values)));
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  const std::string padded = dictionary + std::string(117 - dictionary.size(), ' ') + "\n";
  EXPECT_EQ(*read_file(directory_ / "v.npy"), npy_bytes(padded, raw<float>({1.5f, -2})));
}

TEST_F(npy, round_trips_matrices_of_any_shape_and_stride) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (const auto& [rows, columns] : {std::pair{0, 5}, {5, 0}, {1, 1}, {3, 7}, {4000, 100}}) {
    const auto n = static_cast<std::size_t>(rows), d = static_cast<std::size_t>(columns);
    matrix<float> padded(n, d + 3);
    for (float& value : padded.values()) value = static_cast<float>(random.normal());
    ASSERT_TRUE(write_npy(directory_ / "m.npy", matrix_view<const float>(padded.values().data(), n, d, d + 3)));
    const auto read = read_npy_matrix(directory_ / "m.npy");
    ASSERT_TRUE(read) << read.failure().message;
    ASSERT_EQ(read->rows(), n);
    ASSERT_EQ(read->columns(), d);
    for (std::size_t row = 0; row < n; ++row) {
      for (std::size_t column = 0; column < d; ++column) EXPECT_EQ(read->row(row)[column], padded.row(row)[column]);
    }
  }
}

TEST_F(npy, round_trips_indices_and_reads_those_of_numpy) {
  matrix<std::uint32_t> indices(2, 3);
  indices.row(1)[2] = 4'000'000'000U;
  ASSERT_TRUE(write_npy(directory_ / "i.npy", std::as_const(indices).view()));
  EXPECT_EQ(read_npy_indices(directory_ / "i.npy")->values(), indices.values());
  EXPECT_FALSE(read_npy_matrix(directory_ / "i.npy"));
  const auto read = read_npy_indices(
      file(npy_bytes("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }\n", raw<std::int32_t>({7, 8}))));
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_THAT(read->values(), ElementsAre(7, 8));
}

TEST_F(npy, refuses_damage_with_what_is_wrong) {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
  expect_refused("", error_code::corrupted, "within the header");
  expect_refused("PK\3\4 a zip file of arrays", error_code::corrupted, "does not start with");
  expect_refused(npy_bytes(good, raw<float>({1})), error_code::corrupted, "needs 8 bytes of data, the file has 4");
  expect_refused(npy_bytes(good, raw<float>({1, 2, 3})), error_code::corrupted,
                 "needs 8 bytes of data, the file has 12");
  expect_refused(npy_bytes(good, "").substr(0, 30), error_code::corrupted, "within the header");
  expect_refused(npy_bytes("{'descr': '<f4', 'shape': (1, 2)}", ""), error_code::corrupted, "not a dictionary");
  expect_refused(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}", ""), error_code::corrupted,
                 "not a dictionary");
  expect_refused(npy_bytes("__import__('os').system('true')", ""), error_code::corrupted, "not a dictionary");
  expect_refused(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", ""),
                 error_code::corrupted, "too large for any file");
  expect_refused(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 1)}", ""),
                 error_code::corrupted, "the file has 0");
}

TEST_F(npy, refuses_what_it_does_not_read) {
  expect_refused(npy_bytes("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }\n", ""), error_code::unsupported,
                 "pickled objects");
  expect_refused(npy_bytes("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }\n", raw<float>({1, 2})),
                 error_code::unsupported, ">f4");
  expect_refused(npy_bytes("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2), }\n", ""),
                 error_code::unsupported, "float32");
  expect_refused(npy_bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }\n", raw<float>({1, 2})),
                 error_code::unsupported, "Fortran order");
  expect_refused(npy_bytes("{}", "", 3), error_code::unsupported, "version 3");
}

TEST_F(npy, a_vector_is_no_matrix_and_a_matrix_no_vector) {
  const std::vector<float> values{1};
  ASSERT_TRUE(write_npy(directory_ / "v.npy", std::span(values)));
  EXPECT_THAT(read_npy_matrix(directory_ / "v.npy").failure().message, HasSubstr("1 dimensions"));
  ASSERT_TRUE(write_npy(directory_ / "m.npy", matrix_view<const float>(values.data(), 1, 1)));
  EXPECT_THAT(read_npy_vector(directory_ / "m.npy").failure().message, HasSubstr("2 dimensions"));
}

}  // namespace
}  // namespace freshet
