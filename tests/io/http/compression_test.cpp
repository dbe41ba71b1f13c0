#include "io/http/compression.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/base/random.hpp"

namespace freshet::http {
namespace {

response of(std::string type, std::size_t bytes, field_list headers = {}) {
  return {
      .status = 200, .content_type = std::move(type), .body = std::string(bytes, 'x'), .headers = std::move(headers)};
}

TEST(compression, accept_encoding_is_read_with_its_weights) {
  for (const char* yes : {"gzip", "GZIP", "x-gzip", "br, gzip", "deflate;q=1, gzip ; q=0.001", "*", "br;q=1,*;q=0.5",
                          "gzip;foo=bar", "*;q=0, gzip"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const char* no :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "gzipped", ",,;q=1"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

TEST(compression, small_binary_and_encoded_bodies_travel_as_they_are) {
  EXPECT_TRUE(worth_compressing(of("application/json", 1025)));
  EXPECT_TRUE(worth_compressing(of("application/problem+json", 2000)));
  EXPECT_TRUE(worth_compressing(of("text/html; charset=utf-8", 2000)));
  EXPECT_FALSE(worth_compressing(of("application/json", 1024)));
  EXPECT_FALSE(worth_compressing(of("image/png", 5000)));
  EXPECT_FALSE(worth_compressing(of("application/json", 5000, {{"content-encoding", "br"}})));
}

TEST(compression, what_does_not_shrink_is_not_compressed) {
  random_source random(1);
  std::string noise(5000, '\0');
  for (char& c : noise) c = static_cast<char>(random.below(256));
  gzip_pool pool;
  EXPECT_EQ(pool.compress(noise), std::nullopt);
  // The compressor that gave up is as good as new.
  const auto packed = pool.compress(std::string(5000, 'x'));
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), 200u);
}

TEST(compression, threads_share_a_pool_and_get_equal_bytes) {
  gzip_pool pool;
  const std::string body(50'000, 'y');
  const auto expected = pool.compress(body);
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (std::size_t t = 0; t < equal.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) equal[t] += pool.compress(body) == expected;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, 20));
}

}  // namespace
}  // namespace freshet::http
