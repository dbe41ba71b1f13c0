#include "io/files/event_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/base/random.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What has tripped writers of text: separators, quotes, spaces at the ends, digits. Ids hold no control characters.
std::string awkward_text(random_source& random) {
  static constexpr std::string_view parts[] = {",", "\"", " ", "\\", "'", ";", "é", "名", "0", "a"};
  std::string text;
  for (auto left = 1 + random.below(6); left > 0; --left) text += parts[random.below(std::size(parts))];
  return text;
}

std::vector<event> awkward_events(std::size_t count, random_source& random) {
  std::vector<event> events(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& each = events[i];
    each.user_id = awkward_text(random);
    each.item_id = awkward_text(random);
    each.ts = 1'291'191'960 + static_cast<unix_seconds>(random.below(400'000'000));
    each.qty = static_cast<std::int32_t>(random.below(20)) - 5;
    each.event_id = awkward_text(random) + std::to_string(i);
    if (random.below(2) == 0) each.event_type = awkward_text(random);
    if (random.below(2) == 0) each.value = static_cast<float>(random.uniform() * 1e6);
    if (random.below(3) == 0) each.session_id = awkward_text(random);
    if (random.below(3) == 0) each.recommendation_id = awkward_text(random);
    if (random.below(3) == 0) each.properties = R"({"note":"a \"b\",\n c","n":[1,2.5]})";
  }
  return events;
}

class event_writer_test : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::vector<event> read(const std::string& name) {
    const auto reader = open_events(path(name), {}, time_);
    EXPECT_TRUE(reader) << reader.failure().message;
    std::vector<event> events;
    for (;;) {
      const auto row = (*reader)->next();
      EXPECT_TRUE(row) << row.failure().message;
      if (!row || !*row) return events;
      const auto* bad = std::get_if<bad_row>(&**row);
      EXPECT_EQ(bad, nullptr) << name << " line " << bad->line << ": " << bad->reason << "\n" << bad->bytes;
      if (const auto* value = std::get_if<event>(&**row)) events.push_back(*value);
    }
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(directory_.path())) names.push_back(each.path());
    return names;
  }

  testing::temporary_directory directory_;
  manual_clock time_{1'700'000'000};
};

TEST_F(event_writer_test, every_format_gives_the_events_back) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  random_source random(seed);
  const auto events = awkward_events(3'000, random);
  for (const auto* name : {"e.parquet", "e.csv", "e.csv.gz", "e.csv.zst", "e.ndjson", "e.ndjson.gz", "e.jsonl.zst"}) {
    auto writer = create_event_writer_by_name(path(name));
    ASSERT_TRUE(writer) << writer.failure().message;
    for (const auto& each : events) ASSERT_TRUE((*writer)->add(each));
    ASSERT_TRUE((*writer)->finish());
    const auto back = read(name);
    ASSERT_EQ(back.size(), events.size()) << name;
    for (std::size_t i = 0; i < events.size(); ++i) ASSERT_EQ(back[i], events[i]) << name << " row " << i;
  }
}

TEST_F(event_writer_test, no_events_are_a_file_that_can_be_read) {
  for (const auto* name : {"e.parquet", "e.csv.gz", "e.ndjson.zst"}) {
    auto writer = create_event_writer_by_name(path(name));
    ASSERT_TRUE(writer) << writer.failure().message;
    ASSERT_TRUE((*writer)->finish());
    EXPECT_THAT(read(name), IsEmpty()) << name;
  }
}

TEST_F(event_writer_test, without_finish_nothing_is_left_and_nothing_is_replaced) {
  ASSERT_TRUE(write_file_atomically(directory_ / "old.csv.gz", "old"));
  for (const auto* name : {"old.csv.gz", "new.parquet", "new.ndjson"}) {
    auto writer = create_event_writer_by_name(path(name));
    ASSERT_TRUE(writer) << writer.failure().message;
    ASSERT_TRUE((*writer)->add({.user_id = "u", .item_id = "i", .ts = 1'291'191'960}));
  }
  EXPECT_THAT(files(), ::testing::ElementsAre(path("old.csv.gz")));
  EXPECT_EQ(*read_file(directory_ / "old.csv.gz"), "old");
}

TEST_F(event_writer_test, a_name_that_tells_no_format_is_refused_before_anything_is_written) {
  for (const auto* name : {"events", "e.txt", "e.csv.xz", "e.parquet.gz"}) {
    const auto refused = create_event_writer_by_name(path(name));
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.failure().code, error_code::invalid_argument);
    EXPECT_THAT(refused.failure().message, HasSubstr(name));
    EXPECT_THAT(refused.failure().message, HasSubstr("end it in .parquet, .csv or .ndjson"));
  }
  EXPECT_THAT(files(), IsEmpty());
}

}  // namespace
}  // namespace freshet
