#include "io/artifacts/item_content.hpp"

#include <gtest/gtest.h>

#include "io/files/atomic_file.hpp"
#include "io/files/npy.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

item titled(std::string id, std::string title) {
  item described{.item_id = std::move(id)};
  described.title = std::move(title);
  return described;
}

const item lantern = titled("a", "red lantern");
const item bowl = titled("b", "blue bowl");
const std::vector<const item*> items{&lantern, &bowl, nullptr};
const std::vector<std::string> ids{"a", "b", "c"};

TEST(item_content, comes_from_the_text_in_the_wanted_length) {
  const auto content = item_content::open(items, ids, {.dimensions = 32});
  ASSERT_TRUE(content);
  EXPECT_EQ(content->vectors.rows(), 3U);
  EXPECT_EQ(content->vectors.columns(), 32U);
  EXPECT_EQ(content->vectors.row(2)[0], 0);
}

TEST(item_content, comes_from_the_embeddings_where_there_are_some) {
  const testing::temporary_directory directory;
  const auto path = directory.path() / "vectors.npy";
  matrix<float> vectors(2, 2);
  vectors.values() = {3, 4, 0, 2};
  ASSERT_TRUE(write_npy(path, vectors.view()));
  ASSERT_TRUE(write_file_atomically(directory.path() / "vectors_ids.json", R"(["b","a"])"));
  const auto content = item_content::open(items, ids, {.embeddings = path.string()});
  ASSERT_TRUE(content) << content.failure().message;
  EXPECT_EQ(content->vectors.values(), (std::vector<float>{0, 1, .6F, .8F, 0, 0}));
}

TEST(item_content, names_embeddings_that_are_not_there) {
  const auto content = item_content::open(items, ids, {.embeddings = "/nowhere/vectors.npy"});
  ASSERT_FALSE(content);
  EXPECT_NE(content.failure().message.find("/nowhere/vectors"), std::string::npos);
}

}  // namespace
}  // namespace freshet
