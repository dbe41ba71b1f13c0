#include "io/files/npy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "core/base/check.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {
namespace {

static_assert(std::endian::native == std::endian::little, "the arrays are written as they lie in memory");

constexpr std::string_view magic = "\x93NUMPY";
/// Longest header that is believed; NumPy writes 118 bytes.
constexpr std::size_t header_bytes_max = 64 << 10;
constexpr std::size_t piece_bytes = 1 << 20;

enum class element_kind { floats, indices };

struct array_header {
  std::size_t element_bytes{};  // 4 or 8
  std::vector<std::size_t> shape;
  std::size_t elements{};
};

error damaged(const std::filesystem::path& path, std::string_view what) {
  return error{error_code::corrupted, path.string() + " is not a readable .npy file: " + std::string(what)};
}

error refused(const std::filesystem::path& path, std::string_view what, element_kind wanted) {
  const char* type = wanted == element_kind::floats ? "float32" : "uint32";
  return error{error_code::unsupported, path.string() + " " + std::string(what) +
                                            "; save it with numpy.save(path, array.astype('" + type + "'))"};
}

status check_type(const std::string& descr, element_kind wanted, const std::filesystem::path& path) {
  if (descr.find('O') != std::string::npos) return refused(path, "holds pickled objects, which are never read", wanted);
  const bool floats = wanted == element_kind::floats;
  if (floats ? descr == "<f4" || descr == "<f8" : descr == "<u4" || descr == "<i4") return success{};
  return refused(path,
                 "has element type " + descr +
                     (floats ? ", not float32 or float64 (little-endian)" : ", not uint32 or int32 (little-endian)"),
                 wanted);
}

/// The Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, keys in any order.
class header_parser {
 public:
  explicit header_parser(std::string_view text) : rest_(text) {}

  bool parse() {
    if (!take('{')) return false;
    while (!take('}')) {
      const auto key = quoted();
      if (!key || !take(':') || !value_of(*key)) return false;
      if (!take(',')) {
        if (!take('}')) return false;
        break;
      }
    }
    skip_spaces();
    return rest_.empty() && has_order_ && has_shape_ && !descr_.empty();
  }
  const std::string& descr() const { return descr_; }
  bool is_fortran() const { return is_fortran_; }
  const std::vector<std::size_t>& shape() const { return shape_; }

 private:
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n\t"), rest_.size())); }
  bool take(char expected) {
    skip_spaces();
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> quoted() {
    if (!take('\'')) return std::nullopt;
    const auto end = rest_.find('\'');
    if (end == std::string_view::npos) return std::nullopt;
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return word;
  }
  bool value_of(std::string_view key) {
    if (key == "descr") {
      skip_spaces();
      // A list describes a record array, which is refused by its type later.
      if (rest_.starts_with('[')) return skip_list();
      const auto word = quoted();
      descr_ = word.value_or("");
      return word.has_value();
    }
    if (key == "fortran_order") return order();
    return key == "shape" && shape_tuple();
  }
  bool skip_list() {
    const auto end = rest_.find(']');
    if (end == std::string_view::npos) return false;
    descr_ = rest_.substr(0, end + 1);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool order() {
    skip_spaces();
    has_order_ = true;
    is_fortran_ = rest_.starts_with("True");
    if (!is_fortran_ && !rest_.starts_with("False")) return false;
    rest_.remove_prefix(is_fortran_ ? 4 : 5);
    return true;
  }
  bool shape_tuple() {
    if (!take('(')) return false;
    has_shape_ = true;
    shape_.clear();
    while (!take(')')) {
      skip_spaces();
      std::size_t extent = 0;
      const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (failure != std::errc{}) return false;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      shape_.push_back(extent);
      if (!take(',')) return take(')');
    }
    return true;
  }

  std::string_view rest_;
  std::string descr_;
  bool is_fortran_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
  std::vector<std::size_t> shape_;
};

result<std::string> read_exactly(const file_descriptor& file, std::size_t bytes, const std::filesystem::path& path) {
  std::string text(bytes, '\0');
  FRESHET_ASSIGN(const std::size_t got, read_fully(file, text, path));
  if (got != bytes) return damaged(path, "it ends within the header");
  return text;
}

/// The dictionary behind the magic, of version 1.0 (16-bit length) or 2.0 (32-bit).
result<std::string> read_dictionary(const file_descriptor& file, const std::filesystem::path& path,
                                    element_kind wanted) {
  FRESHET_ASSIGN(const auto start, read_exactly(file, magic.size() + 2, path));
  if (!start.starts_with(magic)) return damaged(path, "it does not start with \\x93NUMPY");
  const int major = static_cast<unsigned char>(start[magic.size()]);
  if (major != 1 && major != 2)
    return refused(path, "has .npy format version " + std::to_string(major) + ", not 1 or 2", wanted);
  FRESHET_ASSIGN(const auto length_bytes, read_exactly(file, major == 1 ? 2 : 4, path));
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes.size(); ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(length_bytes[i])) << (8 * i);
  }
  if (length > header_bytes_max) return damaged(path, "its header claims " + std::to_string(length) + " bytes");
  return read_exactly(file, length, path);
}

/// Number of elements, or nothing when their bytes do not fit in a size_t.
std::optional<std::size_t> elements_of(const std::vector<std::size_t>& shape, std::size_t element_bytes) {
  std::size_t elements = 1;
  for (const std::size_t extent : shape) {
    if (extent != 0 && elements > std::numeric_limits<std::size_t>::max() / element_bytes / extent) return std::nullopt;
    elements *= extent;
  }
  return elements;
}

/// Leaves the file at the first element. The size is compared before anything of that size is allocated.
result<array_header> read_header(const file_descriptor& file, const std::filesystem::path& path, element_kind wanted) {
  FRESHET_ASSIGN(const auto dictionary, read_dictionary(file, path, wanted));
  header_parser parser(dictionary);
  if (!parser.parse()) return damaged(path, "its header is not a dictionary of descr, fortran_order and shape");
  FRESHET_TRY(check_type(parser.descr(), wanted, path));
  if (parser.is_fortran()) return refused(path, "is in Fortran order", wanted);

  array_header header{.element_bytes = parser.descr() == "<f8" ? 8u : 4u, .shape = parser.shape()};
  const auto elements = elements_of(header.shape, header.element_bytes);
  if (!elements) return damaged(path, "its shape is too large for any file");
  header.elements = *elements;

  struct stat facts {};
  const auto header_end = ::lseek(file.number(), 0, SEEK_CUR);
  if (header_end < 0 || ::fstat(file.number(), &facts) != 0) return system_failure("cannot read", path);
  const auto data_bytes = static_cast<std::size_t>(facts.st_size - header_end);
  if (data_bytes != header.elements * header.element_bytes) {
    return damaged(path, "its shape needs " + std::to_string(header.elements * header.element_bytes) +
                             " bytes of data, the file has " + std::to_string(data_bytes));
  }
  return header;
}

/// Fills `values`, whose bytes are those of the file.
template <class T>
status read_plain(const file_descriptor& file, std::vector<T>& values, const std::filesystem::path& path) {
  const auto bytes = std::as_writable_bytes(std::span(values));
  FRESHET_ASSIGN(const std::size_t got, read_fully(file, {reinterpret_cast<char*>(bytes.data()), bytes.size()}, path));
  if (got != bytes.size()) return damaged(path, "it was cut short while it was read");
  return success{};
}

status read_elements(const file_descriptor& file, const array_header& header, std::vector<float>& values,
                     const std::filesystem::path& path) {
  values.resize(header.elements);
  if (header.element_bytes == sizeof(float)) return read_plain(file, values, path);
  std::vector<double> piece(std::min(header.elements, piece_bytes / sizeof(double)));
  for (std::size_t done = 0; done < header.elements;) {
    const std::size_t count = std::min(piece.size(), header.elements - done);
    FRESHET_ASSIGN(const std::size_t got,
                   read_fully(file, {reinterpret_cast<char*>(piece.data()), count * sizeof(double)}, path));
    if (got != count * sizeof(double)) return damaged(path, "it was cut short while it was read");
    std::transform(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count),
                   values.begin() + static_cast<std::ptrdiff_t>(done),
                   [](double value) { return static_cast<float>(value); });
    done += count;
  }
  return success{};
}

error wrong_dimensions(const std::filesystem::path& path, std::size_t dimensions, std::string_view wanted) {
  return damaged(path, "it has " + std::to_string(dimensions) + " dimensions where " + std::string(wanted));
}

/// Version 1.0, padded with spaces so that the data starts at a multiple of 64 (numpy.lib.format).
std::string render_header(const std::string& type, const std::string& shape) {
  std::string dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  const std::size_t prefix = magic.size() + 4;
  const std::size_t total = (prefix + dictionary.size() + 1 + 63) / 64 * 64;
  dictionary.append(total - prefix - dictionary.size() - 1, ' ');
  dictionary += '\n';
  std::string header(magic);
  header += {'\1', '\0', static_cast<char>(dictionary.size() & 0xff), static_cast<char>(dictionary.size() >> 8)};
  return header + dictionary;
}

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class T>
status write_matrix(const std::filesystem::path& path, const std::string& type, matrix_view<const T> values) {
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  const std::string shape = "(" + std::to_string(values.rows()) + ", " + std::to_string(values.columns()) + ")";
  FRESHET_TRY(file.write(render_header(type, shape)));
  std::string piece;
  for (std::size_t row = 0; row < values.rows(); ++row) {
    piece += bytes_of<T>(values.row(row));
    if (piece.size() < piece_bytes && row + 1 < values.rows()) continue;
    FRESHET_TRY(file.write(piece));
    piece.clear();
  }
  return file.commit();
}

}  // namespace

result<matrix<float>> read_npy_matrix(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const auto file, open_for_reading(path));
  FRESHET_ASSIGN(const auto header, read_header(file, path, element_kind::floats));
  if (header.shape.size() != 2) return wrong_dimensions(path, header.shape.size(), "a matrix needs 2");
  matrix<float> values(header.shape[0], header.shape[1]);
  FRESHET_TRY(read_elements(file, header, values.values(), path));
  return values;
}

result<std::vector<float>> read_npy_vector(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const auto file, open_for_reading(path));
  FRESHET_ASSIGN(const auto header, read_header(file, path, element_kind::floats));
  if (header.shape.size() != 1) return wrong_dimensions(path, header.shape.size(), "a vector needs 1");
  std::vector<float> values;
  FRESHET_TRY(read_elements(file, header, values, path));
  return values;
}

result<matrix<std::uint32_t>> read_npy_indices(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const auto file, open_for_reading(path));
  FRESHET_ASSIGN(const auto header, read_header(file, path, element_kind::indices));
  if (header.shape.size() != 2) return wrong_dimensions(path, header.shape.size(), "a matrix needs 2");
  matrix<std::uint32_t> values(header.shape[0], header.shape[1]);
  FRESHET_TRY(read_plain(file, values.values(), path));
  return values;
}

status write_npy(const std::filesystem::path& path, matrix_view<const float> values) {
  return write_matrix(path, "<f4", values);
}

status write_npy(const std::filesystem::path& path, matrix_view<const std::uint32_t> values) {
  return write_matrix(path, "<u4", values);
}

status write_npy(const std::filesystem::path& path, std::span<const float> values) {
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  FRESHET_TRY(file.write(render_header("<f4", "(" + std::to_string(values.size()) + ",)")));
  FRESHET_TRY(file.write(bytes_of(values)));
  return file.commit();
}

result<std::size_t> npy_rows(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const auto file, open_for_reading(path));
  FRESHET_ASSIGN(const auto header, read_header(file, path, element_kind::floats));
  return header.shape.empty() ? 0 : header.shape[0];
}

status zero_npy_rows(const std::filesystem::path& path, std::span<const std::size_t> rows, std::size_t keep_last) {
  const file_descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open()) return system_failure("cannot write", path);
  FRESHET_ASSIGN(const auto header, read_header(file, path, element_kind::floats));
  const auto start = ::lseek(file.number(), 0, SEEK_CUR);
  const std::size_t columns = header.shape.size() == 2 ? header.shape[1] : 1;
  FRESHET_CHECK(!header.shape.empty() && keep_last <= columns);
  const std::string zeros((columns - keep_last) * header.element_bytes, '\0');
  for (const auto row : rows) {
    FRESHET_CHECK(row < header.shape[0]);
    const auto place = start + static_cast<off_t>(row * columns * header.element_bytes);
    if (::lseek(file.number(), place, SEEK_SET) != place) return system_failure("cannot write", path);
    FRESHET_TRY(write_fully(file, zeros, path));
  }
  if (::fsync(file.number()) != 0) return system_failure("cannot flush", path);
  return success{};
}

}  // namespace freshet
