#include "io/store/schema.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "core/base/random.hpp"
#include "io/store/byte_codec.hpp"

namespace freshet {
namespace {

event full_event() {
  return {.user_id = "u",
          .item_id = "i",
          .ts = 1'700'000'000,
          .qty = -3,
          .event_type = "rating",
          .value = 4.5F,
          .event_id = "e1",
          .session_id = "session",
          .recommendation_id = "answer",
          .properties = R"({"a":1})"};
}

dead_letter full_letter() {
  return {.source = "topic",
          .partition = partition_id{3},
          .offset = 99,
          .reason = "not_json",
          .message = "why",
          .key = "key",
          .bytes = std::string("\0\x80\xff", 3),
          .headers = {{"a", "1"}, {"b", ""}}};
}

item full_item() {
  return {.item_id = "",
          .title = "t",
          .category = "c",
          .brand = "",
          .description = "d",
          .img_url = "u",
          .price = 9.5,
          .avg_star = 4.0,
          .num_sold_time = 0.0,
          .attributes = {{"colour", "red"}, {"new", true}, {"weight", -1.5}}};
}

std::string encoded(const event& value, std::uint32_t item = 300, std::uint16_t type = 2) {
  std::string out;
  schema::encode_event(out, value, item_index{item}, event_type_index{type});
  return out;
}

/// Every beginning of the bytes, and the bytes with something behind them, must be refused.
void expect_refusal_of_damage(const std::string& bytes, const std::function<bool(std::string_view)>& decodes) {
  EXPECT_TRUE(decodes(bytes));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decodes(std::string_view(bytes).substr(0, length))) << "the first " << length << " bytes";
  }
  EXPECT_FALSE(decodes(bytes + "x"));
}

TEST(byte_codec, gives_back_every_kind_of_number) {
  random_source random(7);
  for (int round = 0; round < 2000; ++round) {
    const auto value = random.next() >> random.below(64);
    const auto number = static_cast<std::int64_t>(random.next()) >> random.below(64);
    std::string out;
    put_varint(out, value);
    put_zigzag(out, number);
    put_big_endian(out, value);
    put_little_endian(out, static_cast<std::uint32_t>(value));
    put_double(out, static_cast<double>(number));
    byte_reader in(out);
    EXPECT_EQ(in.varint(), value);
    EXPECT_EQ(in.zigzag(), number);
    EXPECT_EQ(in.big_endian<std::uint64_t>(), value);
    EXPECT_EQ(in.little_endian<std::uint32_t>(), static_cast<std::uint32_t>(value));
    EXPECT_EQ(in.float64(), static_cast<double>(number));
    EXPECT_TRUE(in.complete());
  }
}

TEST(byte_codec, refuses_a_varint_of_more_than_64_bits) {
  for (const std::string& bytes : {std::string(10, '\xff'), std::string(9, '\xff') + '\x02', std::string(11, '\x80')}) {
    byte_reader in(bytes);
    EXPECT_EQ(in.varint(), 0U);
    EXPECT_FALSE(in.ok());
  }
  const std::string largest = std::string(9, '\xff') + '\x01';
  EXPECT_EQ(byte_reader(largest).varint(), UINT64_MAX);
}

TEST(schema, gives_an_event_back) {
  const auto bytes = encoded(full_event());
  const auto fields = schema::decode_event(bytes);
  ASSERT_TRUE(fields);
  auto expected = full_event();
  expected.user_id.clear();
  expected.item_id.clear();
  expected.event_type.clear();
  EXPECT_EQ(fields->value, expected);

  const auto numbers = schema::decode_interaction(bytes);
  ASSERT_TRUE(numbers);
  EXPECT_EQ(numbers->item, item_index{300});
  EXPECT_EQ(numbers->type, event_type_index{2});
  EXPECT_EQ(numbers->qty, -3);
  EXPECT_EQ(numbers->value, 4.5F);
  EXPECT_EQ(numbers->ts, 1'700'000'000);
}

TEST(schema, writes_a_plain_event_in_the_bytes_that_are_documented) {
  const event plain{.ts = 1};
  EXPECT_EQ(encoded(plain, 5, 0), std::string("\x00\x02\x05", 3));
  EXPECT_TRUE(std::isnan(schema::decode_interaction(encoded(plain, 5, 0))->value));
  const event typed{.ts = -1, .qty = 2, .session_id = "s"};
  EXPECT_EQ(encoded(typed, 200, 1), std::string("\x13\x01\xc8\x01\x01\x04\x01s", 8));
}

TEST(schema, gives_events_with_any_numbers_back) {
  random_source random(11);
  for (int round = 0; round < 1000; ++round) {
    event value;
    value.ts = static_cast<std::int64_t>(random.next());
    value.qty = static_cast<std::int32_t>(random.next());
    if (random.below(2) == 0) value.value = static_cast<float>(random.normal());
    if (random.below(2) == 0) value.event_id = std::string(random.below(300), 'e');
    if (random.below(2) == 0) value.properties = std::string(random.below(300), 'p');
    const auto item = static_cast<std::uint32_t>(random.next());
    const auto type = static_cast<std::uint16_t>(random.next());
    const auto fields = schema::decode_event(encoded(value, item, type));
    ASSERT_TRUE(fields);
    EXPECT_EQ(fields->value, value);
    EXPECT_EQ(fields->numbers.item, item_index{item});
    EXPECT_EQ(fields->numbers.type, event_type_index{type});
  }
}

TEST(schema, refuses_damaged_events) {
  const auto bytes = encoded(full_event());
  expect_refusal_of_damage(bytes, [](auto damaged) { return schema::decode_event(damaged).has_value(); });
  expect_refusal_of_damage(bytes, [](auto damaged) { return schema::decode_interaction(damaged).has_value(); });
  EXPECT_FALSE(schema::decode_event("\x80\x02\x05")) << "a flag that no encoder sets";
  std::string huge_type("\x01\x02\x05", 3);
  put_varint(huge_type, 70'000);
  EXPECT_FALSE(schema::decode_interaction(huge_type));
  std::string huge_qty("\x02\x02\x05", 3);
  put_zigzag(huge_qty, std::int64_t{1} << 40);
  EXPECT_FALSE(schema::decode_interaction(huge_qty));
}

TEST(schema, sorts_events_by_user_and_then_by_key) {
  const auto low = schema::key_of_event(user_index{1}, UINT64_MAX);
  const auto high = schema::key_of_event(user_index{256}, 0);
  const auto higher = schema::key_of_event(user_index{256}, 1ull << 63);
  EXPECT_LT(low, high);
  EXPECT_LT(high, higher);
  EXPECT_LT(low.view(), high.view());
  EXPECT_LT(high.view(), higher.view());
  EXPECT_TRUE(high.view().starts_with(schema::prefix_of_user(user_index{256}).view()));
  const auto position = schema::decode_history_key(higher.view());
  ASSERT_TRUE(position);
  EXPECT_EQ(position->user, user_index{256});
  EXPECT_EQ(position->event_key, 1ull << 63);
  EXPECT_FALSE(schema::decode_history_key(higher.view().substr(1)));
}

TEST(schema, sorts_log_entries_by_partition_and_then_by_offset) {
  const auto low = schema::key_of_log_entry(partition_id{1}, 1'000'000);
  const auto high = schema::key_of_log_entry(partition_id{2}, 255);
  const auto higher = schema::key_of_log_entry(partition_id{2}, 256);
  EXPECT_LT(low.view(), high.view());
  EXPECT_LT(high.view(), higher.view());
  EXPECT_EQ(schema::decode_log_key(higher.view())->offset, 256);
  EXPECT_EQ(schema::decode_log_key(higher.view())->partition, partition_id{2});
}

TEST(schema, gives_items_back_and_refuses_damaged_ones) {
  EXPECT_EQ(schema::decode_item(schema::encode_item(full_item())), full_item());
  EXPECT_EQ(schema::decode_item(schema::encode_item(item{})), item{});
  EXPECT_NE(schema::encode_item(item{}), schema::deleted_item);
  expect_refusal_of_damage(schema::encode_item(full_item()),
                           [](auto damaged) { return schema::decode_item(damaged).has_value(); });
}

TEST(schema, gives_dead_letters_back_and_refuses_damaged_ones) {
  const auto letter = full_letter();
  const auto back = schema::decode_letter(schema::encode_letter(letter));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->source, letter.source);
  EXPECT_EQ(back->partition, letter.partition);
  EXPECT_EQ(back->offset, letter.offset);
  EXPECT_EQ(back->reason, letter.reason);
  EXPECT_EQ(back->message, letter.message);
  EXPECT_EQ(back->key, letter.key);
  EXPECT_EQ(back->bytes, letter.bytes);
  EXPECT_EQ(back->headers, letter.headers);
  expect_refusal_of_damage(schema::encode_letter(letter),
                           [](auto damaged) { return schema::decode_letter(damaged).has_value(); });
}

TEST(schema, gives_positions_back_whatever_the_name_of_their_source) {
  const std::string source("odd\0/name", 9);
  const auto key = schema::key_of_offset(source, partition_id{258});
  const auto position = schema::decode_position(key, schema::encode_offset(1'000'000'000'000));
  ASSERT_TRUE(position);
  EXPECT_EQ(position->source, source);
  EXPECT_EQ(position->partition, partition_id{258});
  EXPECT_EQ(position->next_offset, 1'000'000'000'000);
}

TEST(schema, gives_counters_back_and_refuses_damaged_ones) {
  const schema::totals totals{.folded = 1,
                              .next_user = UINT32_MAX,
                              .next_item = 3,
                              .next_letter = 4,
                              .users = 5,
                              .items = 6,
                              .events = UINT64_MAX,
                              .letters = 8};
  EXPECT_EQ(schema::decode_totals(schema::encode_totals(totals)), totals);
  expect_refusal_of_damage(schema::encode_totals(totals),
                           [](auto damaged) { return schema::decode_totals(damaged).has_value(); });

  const std::vector<schema::item_count> counts{{item_index{0}, 1}, {item_index{70'000}, UINT64_MAX}};
  const auto change = schema::decode_change(schema::encode_change(totals, counts));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->after, totals);
  EXPECT_EQ(change->counts, counts);
  expect_refusal_of_damage(schema::encode_change(totals, counts),
                           [](auto damaged) { return schema::decode_change(damaged).has_value(); });

  const std::vector<std::uint64_t> page{5, 0, 300, 0, 0};
  EXPECT_EQ(schema::decode_counts_page(schema::encode_counts_page(page)), (std::vector<std::uint64_t>{5, 0, 300}));
  EXPECT_FALSE(schema::decode_counts_page(std::string(schema::items_per_page + 1, '\1')));
}

TEST(schema, gives_small_records_back) {
  EXPECT_EQ(schema::decode_version(schema::encode_version(7)), 7U);
  EXPECT_EQ(schema::decode_salts(schema::encode_salts({1, 2})), (schema::salts{1, 2}));
  EXPECT_EQ(schema::decode_sequence(schema::encode_sequence(9)), 9U);
  EXPECT_EQ(schema::decode_log_bounds(schema::encode_log_bounds({3, 4})), (schema::log_bounds{3, 4}));
  EXPECT_EQ(schema::decode_item_id_key(schema::key_of_item_id(item_index{77}).view()), item_index{77});
  const schema::erasure erased{.erased_at = -5, .before = {{"topic", partition_id{7}, 1'000'000'000'000}}};
  const auto back = schema::decode_erasure(schema::encode_erasure(erased));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->erased_at, -5);
  ASSERT_EQ(back->before.size(), 1U);
  EXPECT_EQ(back->before[0].source, "topic");
  EXPECT_EQ(back->before[0].partition, partition_id{7});
  EXPECT_EQ(back->before[0].next_offset, 1'000'000'000'000);
  expect_refusal_of_damage(schema::encode_erasure(erased),
                           [](auto damaged) { return schema::decode_erasure(damaged).has_value(); });
  const auto bytes = schema::encode_user_entry({user_index{77}, "somebody"});
  const auto entry = schema::decode_user_entry(bytes);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->number, user_index{77});
  EXPECT_EQ(entry->id, "somebody");
}

TEST(schema, gives_a_part_of_a_log_entry_back) {
  auto entry = schema::begin_log_entry(1'700'000'000'123, 3);
  for (const char* value : {"a", "b", "c"}) schema::append_log_record(entry, {"key", value});
  EXPECT_EQ(schema::decode_log_entry_head(entry)->records, 3U);
  std::vector<record> records;
  ASSERT_TRUE(schema::decode_log_records(entry, 100, 1, 1, records));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].offset, 101);
  EXPECT_EQ(records[0].key, "key");
  EXPECT_EQ(records[0].value, "b");
  EXPECT_EQ(records[0].timestamp_ms, 1'700'000'000'123);
  expect_refusal_of_damage(entry, [](auto damaged) {
    std::vector<record> read;
    return schema::decode_log_records(damaged, 0, 0, 10, read).has_value();
  });
}

}  // namespace
}  // namespace freshet
