#include "io/artifacts/id_mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::temporary_directory;

class id_mapping : public ::testing::Test {
 protected:
  std::string refusal(const std::string& text, std::size_t rows) {
    std::ofstream(path_, std::ios::binary) << text;
    const auto ids = read_id_mapping(path_, rows);
    return ids ? "read" : ids.failure().message;
  }

  temporary_directory directory_;
  std::filesystem::path path_ = directory_ / "item_mapping.json";
};

TEST_F(id_mapping, reads_ids_by_row_in_any_order) {
  std::ofstream(path_) << R"({"b": 1, "a\u00e9\"": 0, "10": 2})";
  EXPECT_THAT(*read_id_mapping(path_, 3), ElementsAre("a\xc3\xa9\"", "b", "10"));
}

TEST_F(id_mapping, reads_back_what_it_wrote_across_pieces_of_the_stream) {
  std::vector<std::string> ids;
  for (int i = 0; i < 60'000; ++i) ids.push_back("item \"" + std::to_string(i * 7919) + "\n\xc3\xa9");
  ASSERT_TRUE(write_id_mapping(path_, ids));
  EXPECT_GT(std::filesystem::file_size(path_), 1u << 20);
  EXPECT_EQ(*read_id_mapping(path_, ids.size()), ids);
}

TEST_F(id_mapping, of_nothing_is_empty) {
  ASSERT_TRUE(write_id_mapping(path_, {}));
  EXPECT_TRUE(read_id_mapping(path_, 0)->empty());
}

TEST_F(id_mapping, refuses_what_is_no_mapping_naming_file_and_reason) {
  EXPECT_THAT(refusal(R"({"a": 0, "b": 0})", 2),
              AllOf(HasSubstr("item_mapping.json"), HasSubstr("row 0 is given twice")));
  EXPECT_THAT(refusal(R"({"a": 0, "a": 1})", 2), HasSubstr("\"a\" is given twice"));
  EXPECT_THAT(refusal(R"({"a": 2, "b": 0})", 2), HasSubstr("row 2 of \"a\" is outside"));
  EXPECT_THAT(refusal(R"({"a": 0})", 2), HasSubstr("names 1 rows where the model has 2"));
  EXPECT_THAT(refusal(R"({"a": 0, "": 1})", 2), HasSubstr("an id is empty"));
  EXPECT_THAT(refusal("{\"" + std::string(257, 'x') + "\": 0}", 1), HasSubstr("longer than 256 bytes"));
  for (const char* text :
       {"", "{", "[]", "3", "null", R"({"a": -1})", R"({"a": 0.5})", R"({"a": "0"})", R"({"a": [0]})",
        R"({"a": {"b": 0}})", R"({"a": null})", R"({"a": true})", R"({"a": 0} x)", "{\"\xff\": 0}"}) {
    EXPECT_THAT(refusal(text, 1), HasSubstr("item_mapping.json")) << text;
  }
}

TEST_F(id_mapping, refuses_to_write_ids_that_could_not_be_read_back) {
  EXPECT_FALSE(write_id_mapping(path_, {"a", ""}));
  EXPECT_FALSE(write_id_mapping(path_, {"\xff"}));
  EXPECT_FALSE(write_id_mapping(path_, {std::string(257, 'x')}));
  EXPECT_FALSE(write_id_mapping(path_, {"a", "a"}));
}

}  // namespace
}  // namespace freshet
