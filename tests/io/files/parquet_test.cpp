#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>

#include "core/base/random.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/event_writer.hpp"
#include "io/files/parquet_library.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr unix_seconds start = 1'291'191'960;

/// Of literals, which outlive every write.
parquet_column text_column(const std::vector<std::string_view>& values) {
  parquet_column column{.kind = parquet_kind::text};
  column.is_valid.assign(values.size(), 1);
  column.texts.assign(values.begin(), values.end());
  return column;
}
parquet_column integer_column(std::vector<std::int64_t> values) {
  parquet_column column{.kind = parquet_kind::integer};
  column.is_valid.assign(values.size(), 1);
  column.integers = std::move(values);
  return column;
}
parquet_column real_column(std::vector<double> values) {
  parquet_column column{.kind = parquet_kind::real};
  column.is_valid.assign(values.size(), 1);
  column.reals = std::move(values);
  return column;
}

class parquet_test : public ::testing::Test {
 protected:
  parquet_test() {
    auto loaded = load_parquet_library();
    FRESHET_CHECK(loaded.ok(), "the plug-in is built before this test");
    library_ = *loaded;
  }

  std::string write(const std::vector<parquet_write_field>& fields, const std::vector<parquet_column>& columns,
                    const parquet_write_options& options = {}) {
    const auto path = directory_ / "x.parquet";
    auto sink = library_->create(path, fields, options);
    EXPECT_TRUE(sink) << sink.failure().message;
    const auto written = (*sink)->write(columns, columns.front().is_valid.size());
    EXPECT_TRUE(written) << written.failure().message;
    EXPECT_TRUE((*sink)->close());
    return path.string();
  }
  template <class Row>
  struct rows_read {
    std::vector<Row> rows;
    std::vector<bad_row> bad;
  };
  template <class Row>
  static result<rows_read<Row>> read_all(row_reader<Row>& reader) {
    rows_read<Row> all;
    for (;;) {
      FRESHET_ASSIGN(auto row, reader.next());
      if (!row) return all;
      if (auto* value = std::get_if<Row>(&*row)) all.rows.push_back(std::move(*value));
      if (auto* bad = std::get_if<bad_row>(&*row)) all.bad.push_back(std::move(*bad));
    }
  }
  result<rows_read<event>> read(const std::string& path, const read_options& options = {}) {
    FRESHET_ASSIGN(const auto reader, open_events(path, options, time_));
    return read_all(*reader);
  }
  std::vector<event> random_events(std::size_t count, random_source& random) {
    std::vector<event> events(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto& each = events[i];
      each.user_id = "u" + std::to_string(random.below(1'000));
      each.item_id = std::to_string(random.below(100));
      each.ts = start + static_cast<unix_seconds>(i);
      each.qty = static_cast<std::int32_t>(random.below(20)) - 5;
      each.event_id = std::to_string(i);
      if (random.below(2) == 0) each.event_type = "view";
      if (random.below(2) == 0) each.value = static_cast<float>(random.below(10)) / 2;
      if (random.below(5) == 0) each.session_id = "s" + std::to_string(random.below(50));
      if (random.below(5) == 0) each.recommendation_id = "r";
      if (random.below(5) == 0) each.properties = "{\"a\":1}";
    }
    return events;
  }
  std::string write_events(const std::vector<event>& events, const parquet_write_options& options = {}) {
    const auto path = (directory_ / "events.parquet").string();
    auto writer = create_event_writer(path, options);
    EXPECT_TRUE(writer) << writer.failure().message;
    for (const auto& each : events) EXPECT_TRUE((*writer)->add(each));
    const auto finished = (*writer)->finish();
    EXPECT_TRUE(finished) << finished.failure().message;
    return path;
  }

  const parquet_library* library_ = nullptr;
  testing::temporary_directory directory_;
  manual_clock time_{1'700'000'000};
};

TEST_F(parquet_test, events_written_are_read_back_with_every_codec_and_many_row_groups) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  random_source random(seed);
  const auto events = random_events(25'000, random);
  for (const auto codec : {parquet_codec::none, parquet_codec::snappy, parquet_codec::zstd}) {
    for (const bool has_dictionaries : {true, false}) {
      const auto path =
          write_events(events, {.codec = codec, .has_dictionaries = has_dictionaries, .row_group_rows = 1'000});
      const auto all = read(path);
      ASSERT_TRUE(all) << all.failure().message;
      EXPECT_THAT(all->bad, IsEmpty());
      EXPECT_TRUE(all->rows == events);
    }
  }
}

TEST_F(parquet_test, no_events_are_a_file_of_no_rows) {
  const auto all = read(write_events({}));
  ASSERT_TRUE(all) << all.failure().message;
  EXPECT_THAT(all->rows, IsEmpty());
}

TEST_F(parquet_test, whole_ids_timestamps_and_spelled_columns_are_understood) {
  const auto path = write({{"CustomerID", parquet_type::int64},
                           {"product_id", parquet_type::int32},
                           {"timestamp", parquet_type::timestamp_ms},
                           {"quantity", parquet_type::int64},
                           {"rating", parquet_type::float64}},
                          {integer_column({17850, -2}), integer_column({7, 8}), integer_column({start, start + 1}),
                           integer_column({3, -1}), real_column({4.5, 2})},
                          {.codec = parquet_codec::snappy});
  const auto all = read(path, {.columns = {{"user_id", "CustomerID"}}});
  ASSERT_TRUE(all) << all.failure().message;
  ASSERT_THAT(all->rows, SizeIs(2));
  EXPECT_EQ(all->rows[0].user_id, "17850");
  EXPECT_EQ(all->rows[0].item_id, "7");
  EXPECT_EQ(all->rows[0].ts, start);
  EXPECT_EQ(all->rows[0].qty, 3);
  EXPECT_EQ(all->rows[0].value, 4.5f);
  EXPECT_EQ(all->rows[1].user_id, "-2");
}

TEST_F(parquet_test, the_same_rows_have_the_identity_they_have_in_csv) {
  const auto parquet = read(
      write({{"user_id", parquet_type::int64}, {"item_id", parquet_type::text}, {"ts", parquet_type::timestamp_ms}},
            {integer_column({1, 1}), text_column({"i", "i"}), integer_column({start, start})}));
  ASSERT_TRUE(parquet) << parquet.failure().message;
  ASSERT_TRUE(
      write_file_atomically(directory_ / "e.csv", "user_id,item_id,ts,qty\n1,i,1291191960,1\n1,i,1291191960,\n"));
  const auto csv = read((directory_ / "e.csv").string());
  ASSERT_TRUE(csv) << csv.failure().message;
  EXPECT_EQ(parquet->rows, csv->rows);
}

TEST_F(parquet_test, a_bad_row_is_rendered_as_json) {
  auto users = text_column({"u", "u", "u"});
  users.is_valid[1] = 0;
  const auto all = read(
      write({{"user_id", parquet_type::text},
             {"item_id", parquet_type::text},
             {"ts", parquet_type::int64},
             {"unrelated", parquet_type::text}},
            {users, text_column({"i", "i", "i"}), integer_column({start, start, 17}), text_column({"x", "y", "z"})}));
  ASSERT_TRUE(all) << all.failure().message;
  EXPECT_THAT(all->rows, SizeIs(1));
  ASSERT_THAT(all->bad, SizeIs(2));
  EXPECT_EQ(all->bad[0].line, 2u);
  EXPECT_EQ(all->bad[0].kind, "missing_field");
  EXPECT_EQ(all->bad[0].bytes, "{\"user_id\":null,\"item_id\":\"i\",\"ts\":1291191960}");
  EXPECT_EQ(all->bad[1].line, 3u);
  EXPECT_EQ(all->bad[1].kind, "bad_time");
}

TEST_F(parquet_test, a_file_without_a_needed_column_is_refused) {
  const auto refused = read(write({{"user_id", parquet_type::text}, {"when", parquet_type::int64}},
                                  {text_column({"u"}), integer_column({start})}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr("has no column item_id; it has user_id, when"));
}

TEST_F(parquet_test, items_keep_their_types_and_gaps_stay_gaps) {
  auto colors = text_column({"red", "12"});
  colors.is_valid[0] = 0;
  const auto path = write({{"item_id", parquet_type::int64},
                           {"title", parquet_type::text},
                           {"price", parquet_type::float64},
                           {"color", parquet_type::text},
                           {"fragile", parquet_type::boolean},
                           {"weight", parquet_type::float32}},
                          {integer_column({1, 2}), text_column({"a", "b"}), real_column({1.5, std::nan("")}), colors,
                           integer_column({1, 0}), real_column({0.5, 2})});
  const auto reader = open_items(path, {});
  ASSERT_TRUE(reader) << reader.failure().message;
  const auto all = read_all(**reader);
  ASSERT_TRUE(all) << all.failure().message;
  EXPECT_THAT(all->bad, IsEmpty());
  EXPECT_THAT(
      all->rows,
      ElementsAre(item{.item_id = "1", .title = "a", .price = 1.5, .attributes = {{"fragile", true}, {"weight", 0.5}}},
                  item{.item_id = "2",
                       .title = "b",
                       .attributes = {{"color", std::string("12")}, {"fragile", false}, {"weight", 2.0}}}));
}

TEST_F(parquet_test, no_flipped_byte_of_a_page_changes_an_event) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  random_source random(seed);
  const auto events = random_events(2'000, random);
  const auto path = write_events(events);
  const auto good = *read_file(path);
  // Behind the pages stands the footer (its length, then "PAR1", at the very end), for which Parquet has no checksum.
  std::uint32_t footer_bytes = 0;
  std::memcpy(&footer_bytes, good.data() + good.size() - 8, sizeof footer_bytes);
  const auto pages_end = good.size() - 8 - footer_bytes;
  ASSERT_GT(pages_end, good.size() / 2);
  int noticed = 0;
  for (int attempt = 0; attempt < 300; ++attempt) {
    auto damaged = good;
    const auto place = random.below(pages_end);
    damaged[place] = static_cast<char>(damaged[place] ^ (1u << random.below(8)));
    ASSERT_TRUE(write_file_atomically(path, damaged));
    const auto all = read(path);
    noticed += all ? 0 : 1;
    if (!all) {
      EXPECT_THAT(all.failure().message, HasSubstr(path));
      continue;
    }
    // Statistics in front of a page may change, the events may not.
    EXPECT_TRUE(all->rows == events) << "byte " << place;
  }
  EXPECT_GT(noticed, 150);
}

TEST_F(parquet_test, what_is_no_parquet_file_is_refused_with_its_name) {
  const auto path = (directory_ / "e.parquet").string();
  const auto whole = *read_file(write_events({{.user_id = "u", .item_id = "i", .ts = start}}));
  for (const auto& bytes :
       {std::string(), std::string("user_id,item_id,ts\n"), std::string("PAR1PAR1"), std::string(1000, '\0'),
        whole.substr(0, whole.size() / 2), "XXXX" + whole.substr(4, whole.size() - 8) + "XXXX"}) {
    ASSERT_TRUE(write_file_atomically(path, bytes));
    const auto refused = read(path);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().code, error_code::corrupted);
    EXPECT_THAT(refused.failure().message, HasSubstr(path));
  }
  EXPECT_THAT(read((directory_ / "missing.parquet").string()).failure().message, HasSubstr("No such file"));
  EXPECT_THAT(read("-", {.format = file_format::parquet}).failure().message, HasSubstr("standard input"));
}

TEST_F(parquet_test, an_unfinished_file_does_not_appear) {
  {
    auto writer = create_event_writer(directory_ / "new.parquet");
    ASSERT_TRUE(writer) << writer.failure().message;
    ASSERT_TRUE((*writer)->add({.user_id = "u", .item_id = "i", .ts = start}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(parquet_test, the_plug_in_does_not_capture_openssl) {
  // Arrow's libraries are in the process now, and export OpenSSL's functions; nobody else may see them.
  std::ifstream mapped("/proc/self/maps");
  const std::string maps{std::istreambuf_iterator<char>(mapped), {}};
  ASSERT_THAT(maps, HasSubstr("libparquet.so"));
  for (const char* function : {"EVP_DigestInit_ex", "SSL_CTX_new", "CRYPTO_free"}) {
    void* found = ::dlsym(RTLD_DEFAULT, function);
    Dl_info owner{};
    if (found == nullptr || ::dladdr(found, &owner) == 0) continue;
    EXPECT_THAT(owner.dli_fname, ::testing::Not(HasSubstr("parquet"))) << function;
  }
  void* parquet = ::dlopen("libparquet.so.2600", RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(parquet, nullptr);
  EXPECT_NE(::dlsym(parquet, "EVP_DigestInit_ex"), nullptr) << "Arrow exports no OpenSSL any more: remove this test";
}

}  // namespace
}  // namespace freshet
