#include "io/artifacts/id_mapping.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <limits>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/data/event.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

constexpr std::size_t piece_bytes = 256 << 10;

/// The events of Boost.JSON's parser for one flat object of whole numbers.
class mapping_handler {
 public:
  using failure = boost::json::error_code;
  using view = boost::json::string_view;
  static constexpr std::size_t max_object_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_array_size = 0;
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = 0;

  explicit mapping_handler(std::size_t rows) : ids(rows), given_(rows) {}

  bool on_document_begin(failure&) { return true; }
  bool on_document_end(failure&) { return true; }
  bool on_object_begin(failure& failed) { return ++depth_ == 1 || refuse("a value is an object", failed); }
  bool on_object_end(std::size_t, failure&) { return true; }
  bool on_array_begin(failure& failed) { return refuse("it holds a list", failed); }
  bool on_array_end(std::size_t, failure&) { return true; }
  bool on_key_part(view part, std::size_t so_far, failure& failed) {
    id_.append(part.data(), part.size());
    return so_far <= id_bytes_max || refuse("an id is longer than 256 bytes", failed);
  }
  bool on_key(view part, std::size_t size, failure& failed) {
    if (!on_key_part(part, size, failed)) return false;
    return size > 0 || refuse("an id is empty", failed);
  }
  bool on_string_part(view, std::size_t, failure& failed) { return refuse_value(failed); }
  bool on_string(view, std::size_t, failure& failed) { return refuse_value(failed); }
  bool on_number_part(view, failure&) { return true; }
  bool on_int64(std::int64_t row, view, failure& failed) {
    return row < 0 ? refuse_value(failed) : on_uint64(static_cast<std::uint64_t>(row), {}, failed);
  }
  bool on_uint64(std::uint64_t row, view, failure& failed) {
    if (depth_ == 0) return refuse("it is no object", failed);
    if (row >= ids.size()) {
      return refuse("row " + std::to_string(row) + " of " + in_quotes(id_) + " is outside the model's " +
                        std::to_string(ids.size()) + " rows",
                    failed);
    }
    if (given_[row]) return refuse("row " + std::to_string(row) + " is given twice", failed);
    given_[row] = true;
    ids[row] = std::exchange(id_, {});
    ++count;
    return true;
  }
  bool on_double(double, view, failure& failed) { return refuse_value(failed); }
  bool on_bool(bool, failure& failed) { return refuse_value(failed); }
  bool on_null(failure& failed) { return refuse_value(failed); }
  bool on_comment_part(view, failure&) { return true; }
  bool on_comment(view, failure&) { return true; }

  std::vector<std::string> ids;
  std::size_t count = 0;
  std::string reason;

 private:
  bool refuse(std::string why, failure& failed) {
    reason = std::move(why);
    failed = boost::json::error::syntax;
    return false;
  }
  bool refuse_value(failure& failed) { return refuse("the row of " + in_quotes(id_) + " is no whole number", failed); }

  int depth_ = 0;
  std::string id_;
  std::vector<bool> given_;
};

error damaged(const std::filesystem::path& path, const std::string& why) {
  return {error_code::corrupted, path.string() + " is not a mapping of ids to rows: " + why};
}

status check_distinct(const std::vector<std::string>& ids, const std::filesystem::path& path) {
  std::unordered_set<std::string_view> seen;
  seen.reserve(ids.size());
  for (const auto& id : ids) {
    if (!id.empty() && !seen.insert(id).second) return damaged(path, in_quotes(id) + " is given twice");
  }
  return success{};
}

}  // namespace

result<std::vector<std::string>> read_id_mapping(const std::filesystem::path& path, std::size_t rows,
                                                 unnamed_rows unnamed) {
  FRESHET_ASSIGN(const file_descriptor file, open_for_reading(path));
  boost::json::basic_parser<mapping_handler> parser(boost::json::parse_options{}, rows);
  const mapping_handler& read = parser.handler();
  std::string piece(piece_bytes, '\0');
  for (bool more = true; more;) {
    FRESHET_ASSIGN(const std::size_t got, read_fully(file, piece, path));
    more = got == piece.size();
    boost::json::error_code failed;
    const std::size_t parsed = parser.write_some(more, piece.data(), got, failed);
    if (!failed && parsed < got) failed = boost::json::error::extra_data;
    if (failed) return damaged(path, read.reason.empty() ? failed.message() : read.reason);
  }
  if (unnamed == unnamed_rows::refused && read.count != rows) {
    return damaged(path,
                   "it names " + std::to_string(read.count) + " rows where the model has " + std::to_string(rows));
  }
  FRESHET_TRY(check_distinct(read.ids, path));
  return std::move(parser.handler().ids);
}

status write_id_mapping(const std::filesystem::path& path, const std::vector<std::string>& ids, unnamed_rows unnamed) {
  for (const auto& id : ids) {
    if (id.empty() && unnamed == unnamed_rows::allowed) continue;
    if (id.empty() || id.size() > id_bytes_max || !is_utf8(id)) {
      return error{error_code::invalid_argument,
                   path.string() + ": id " + in_quotes(id) + " is not UTF-8 of 1 to 256 bytes"};
    }
  }
  FRESHET_TRY(check_distinct(ids, path));
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  std::string piece = "{";
  const char* separator = "\n";
  for (std::size_t row = 0; row < ids.size(); ++row) {
    if (ids[row].empty()) continue;
    piece += std::exchange(separator, ",\n");
    append_json_string(piece, ids[row]);
    piece += ": ";
    append_json_unsigned(piece, row);
    if (piece.size() < piece_bytes) continue;
    FRESHET_TRY(file.write(piece));
    piece.clear();
  }
  FRESHET_TRY(file.write(piece + "\n}\n"));
  return file.commit();
}

}  // namespace freshet
