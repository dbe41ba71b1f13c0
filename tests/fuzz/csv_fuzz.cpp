// What: any bytes split into records the same way wherever a read ends; good records survive being written and split
//       again; every row of an events or items file is one or says why not.
// Run:  csv_fuzz -max_total_time=60 -max_len=4096 [corpus folder]
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/text.hpp"
#include "io/events/event_codec.hpp"
#include "io/files/csv_splitter.hpp"
#include "io/files/csv_writer.hpp"
#include "io/files/table_reader.hpp"
#include "tests/support/memory_stream.hpp"

namespace {

using freshet::testing::memory_stream;

struct record {
  std::vector<std::string> fields;
  std::string bytes;
  bool is_good{};
  std::uint64_t line{};
  friend bool operator==(const record&, const record&) = default;
};

std::vector<record> split(const std::string& text, std::size_t piece) {
  freshet::csv_splitter splitter(std::make_unique<memory_stream>(text, piece));
  std::vector<record> records;
  while (*splitter.next()) {
    const auto& found = splitter.record();
    records.push_back(
        {{found.fields.begin(), found.fields.end()}, std::string(found.bytes), found.problem.empty(), found.line});
  }
  return records;
}

void check_round_trip(const std::vector<record>& records) {
  std::string written;
  std::vector<std::vector<std::string>> good;
  for (const auto& each : records) {
    if (!each.is_good) continue;
    good.push_back(each.fields);
    freshet::append_csv_record(written, each.fields);
  }
  // A byte order mark in front of the first field would be taken for the file's.
  if (written.starts_with("\xef\xbb\xbf")) return;
  const auto again = split(written, 1 << 16);
  FRESHET_CHECK(again.size() == good.size());
  for (std::size_t at = 0; at < good.size(); ++at) FRESHET_CHECK(again[at].fields == good[at]);
}

template <class Row>
void check_rows(freshet::row_reader<Row>& rows) {
  for (;;) {
    const auto row = rows.next();
    FRESHET_CHECK(row.ok());
    if (!row->has_value()) return;
    if (const auto* bad = std::get_if<freshet::bad_row>(&**row)) {
      FRESHET_CHECK(!bad->kind.empty() && freshet::is_utf8(bad->reason) &&
                    !freshet::has_control_characters(bad->reason));
    }
  }
}

template <class Open>
void check_file(const std::string& text, Open open) {
  auto table = freshet::open_csv_table(std::make_unique<memory_stream>(text), "fuzz");
  if (!table) return;
  if (auto rows = open(std::move(*table))) check_rows(**rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto whole = split(text, 1 << 16);
  FRESHET_CHECK(whole == split(text, 1 + size % 7));
  check_round_trip(whole);

  const freshet::manual_clock time(1'800'000'000);
  check_file("user_id,item_id,ts,qty,value,properties\n" + text, [&](std::unique_ptr<freshet::table> table) {
    return freshet::read_events(std::move(table), {}, time, "fuzz");
  });
  check_file(text, [](std::unique_ptr<freshet::table> table) {
    return freshet::read_items(std::move(table), {}, freshet::text_attributes::read_numbers, "fuzz");
  });
  return 0;
}
