#include "io/artifacts/item_embeddings.hpp"

#include <gtest/gtest.h>

#include "io/files/atomic_file.hpp"
#include "io/files/npy.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

class item_embeddings_file : public ::testing::Test {
 protected:
  void write(const std::string& ids) {
    matrix<float> vectors(2, 3);
    vectors.values() = {1, 2, 3, 4, 5, 6};
    ASSERT_TRUE(write_npy(path_, vectors.view()));
    ASSERT_TRUE(write_file_atomically(directory_.path() / "bert_ids.json", ids));
  }
  std::string refusal() const {
    const auto read = read_item_embeddings(path_);
    return read ? "" : read.failure().message;
  }

  testing::temporary_directory directory_;
  std::filesystem::path path_ = directory_.path() / "bert.npy";
};

TEST_F(item_embeddings_file, is_aligned_with_items_by_id) {
  write(R"(["lamp", 7])");
  const auto read = read_item_embeddings(path_);
  ASSERT_TRUE(read) << read.failure().message;
  const auto aligned = align(*read, std::vector<std::string>{"7", "chair", "lamp"});
  EXPECT_EQ(aligned.vectors.values(), (std::vector<float>{4, 5, 6, 0, 0, 0, 1, 2, 3}));
  EXPECT_EQ(aligned.known, (std::vector<bool>{true, false, true}));
}

TEST_F(item_embeddings_file, whose_ids_do_not_fit_is_refused) {
  write(R"(["lamp"])");
  EXPECT_NE(refusal().find("holds 1 ids where"), std::string::npos) << refusal();
  write(R"(["lamp", "lamp"])");
  EXPECT_NE(refusal().find("holds the id lamp twice"), std::string::npos) << refusal();
  write(R"({"lamp": 0})");
  EXPECT_NE(refusal().find("holds no list"), std::string::npos) << refusal();
  write(R"(["lamp", null])");
  EXPECT_NE(refusal().find("element 1 is null"), std::string::npos) << refusal();
  write(R"(["lamp", )");
  EXPECT_NE(refusal().find("bert_ids.json"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace freshet
