#include "core/base/sha256.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(sha256, gives_the_digests_of_the_standards_examples) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(sha256, is_read_back_from_its_digits_in_either_case) {
  const auto digest = sha256("freshet");
  std::string digits = to_hex(digest);
  EXPECT_EQ(parse_sha256(digits), digest);
  for (char& digit : digits) digit = static_cast<char>(std::toupper(static_cast<unsigned char>(digit)));
  EXPECT_EQ(parse_sha256(digits), digest);
}

TEST(sha256, of_another_length_or_with_other_letters_is_none) {
  const std::string digits = to_hex(sha256("freshet"));
  EXPECT_EQ(parse_sha256(digits.substr(1)), std::nullopt);
  EXPECT_EQ(parse_sha256(digits + "0"), std::nullopt);
  EXPECT_EQ(parse_sha256("g" + digits.substr(1)), std::nullopt);
  EXPECT_EQ(parse_sha256(""), std::nullopt);
}

TEST(sha256, digests_are_equal_only_when_every_byte_is) {
  const auto digest = sha256("freshet");
  EXPECT_TRUE(equal_in_constant_time(digest, digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    auto other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(digest, other)) << i;
  }
}

}  // namespace
}  // namespace freshet
