#include "io/store/murmur2.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(murmur2, computes_what_the_tests_of_kafka_expect) {
  EXPECT_EQ(murmur2("21"), -973932308);
  EXPECT_EQ(murmur2("foobar"), -790332482);
  EXPECT_EQ(murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(murmur2("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(murmur2("abc"), 479470107);
}

TEST(murmur2, puts_keys_with_a_negative_hash_into_a_partition_too) {
  EXPECT_EQ(partition_of_key("abc", 10), partition_id{7});
  EXPECT_EQ(partition_of_key("21", 10), partition_id{(-973932308 & 0x7fffffff) % 10});
  EXPECT_EQ(partition_of_key("21", 1), partition_id{0});
}

}  // namespace
}  // namespace freshet
