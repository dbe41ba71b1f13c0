#include "io/files/ndjson_reader.hpp"

#include <boost/json.hpp>

#include "io/events/event_codec.hpp"
#include "io/events/event_fields.hpp"
#include "io/files/item_json.hpp"
#include "io/files/ndjson_splitter.hpp"

namespace freshet {
namespace {

namespace json = boost::json;

constexpr std::string_view oversized = "longer than 1 MiB; a line is at most that";

/// What the two readers share: lines, their numbers and limits. `decode` gives a Row, or the bad row.
template <class Row>
class ndjson_reader : public row_reader<Row> {
 public:
  using row = typename row_reader<Row>::row;
  explicit ndjson_reader(std::unique_ptr<input_stream> input) : lines_(std::move(input)) {}

  result<std::optional<row>> next() override {
    FRESHET_ASSIGN(const bool has_line, lines_.next());
    std::optional<row> found;
    if (has_line) found.emplace(current());
    return found;
  }
  std::uint64_t bytes_read() const override { return lines_.input().bytes_read(); }
  std::uint64_t bytes_total() const override { return lines_.input().bytes_total(); }

 protected:
  virtual row decode(std::string_view line) = 0;
  bad_row bad(std::string_view kind, std::string reason) const {
    const auto& line = lines_.line();
    return bad_row{.line = line.number, .reason = std::move(reason), .bytes = std::string(line.bytes), .kind = kind};
  }

 private:
  row current() {
    if (lines_.line().is_oversized) return bad("too_long", std::string(oversized));
    return decode(lines_.line().bytes);
  }

  ndjson_splitter lines_;
};

class ndjson_event_reader final : public ndjson_reader<event> {
 public:
  ndjson_event_reader(std::unique_ptr<input_stream> input, column_map columns, const clock& time)
      : ndjson_reader(std::move(input)), columns_(std::move(columns)), decoder_(time) {}

 private:
  row decode(std::string_view line) override {
    if (!columns_.empty()) line = renamed(line);
    auto decoded = decoder_.decode(line);
    if (auto* good = std::get_if<event>(&decoded)) return std::move(*good);
    auto& why = std::get<rejection>(decoded);
    return bad(to_string(why.reason), std::move(why.message));
  }

  /// The line with its mapped members under their fields' names. What is no object goes to the decoder as it is.
  std::string_view renamed(std::string_view line) {
    json::error_code failure;
    auto document = json::parse({line.data(), line.size()}, failure);
    auto* object = failure ? nullptr : document.if_object();
    if (object == nullptr) return line;
    json::object out;
    for (const auto& [field, column] : columns_) {
      if (const auto* value = object->if_contains(column)) out[field] = *value;
    }
    for (auto& member : *object) {
      if (!is_replaced(std::string_view(member.key()))) out.insert(std::move(member));
    }
    renamed_ = json::serialize(out);
    return renamed_;
  }
  /// Mapped members, and other spellings of a field that is mapped.
  bool is_replaced(std::string_view member) const {
    for (const auto& [field, column] : columns_) {
      if (column == member) return true;
      const auto spelling = find_event_spelling(member);
      if (spelling && to_string(event_spellings()[*spelling].field) == field) return true;
    }
    return false;
  }

  column_map columns_;
  event_decoder decoder_;
  std::string renamed_;
};

class ndjson_item_reader final : public ndjson_reader<item> {
 public:
  ndjson_item_reader(std::unique_ptr<input_stream> input, const read_options& options)
      : ndjson_reader(std::move(input)), columns_(options.columns), ignored_(options.ignored_columns) {}

 private:
  row decode(std::string_view line) override {
    auto decoded = decode_item_json(line, columns_, ignored_);
    if (auto* good = std::get_if<item>(&decoded)) return std::move(*good);
    auto& why = std::get<row_problem>(decoded);
    return bad(why.kind, std::move(why.reason));
  }

  column_map columns_;
  std::vector<std::string> ignored_;
};

}  // namespace

std::unique_ptr<event_reader> read_ndjson_events(std::unique_ptr<input_stream> input, column_map columns,
                                                 const clock& time) {
  return std::make_unique<ndjson_event_reader>(std::move(input), std::move(columns), time);
}

std::unique_ptr<item_reader> read_ndjson_items(std::unique_ptr<input_stream> input, const read_options& options) {
  return std::make_unique<ndjson_item_reader>(std::move(input), options);
}

}  // namespace freshet
