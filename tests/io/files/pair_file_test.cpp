#include "io/files/pair_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

class pair_file : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = (directory_ / "file").string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// Each pair as "user item strength ts session".
  std::vector<std::string> pairs(const std::string& text) {
    std::vector<std::string> read;
    const auto done = read_pairs(write(text), [&](const pair_line& line) {
      read.push_back(std::string(line.user) + " " + std::string(line.item) + " " +
                     std::to_string(static_cast<int>(line.strength)) + " " + std::to_string(line.ts) + " " +
                     std::string(line.session));
    });
    if (!done) read.push_back(done.failure().message);
    return read;
  }

  testing::temporary_directory directory_;
};

using texts = std::vector<std::string>;

TEST_F(pair_file, holds_columns_in_their_order) {
  EXPECT_EQ(pairs("u,i\nv,j,3,1600000000,s\nw,k,,,t"), (texts{"u i 1 0 ", "v j 3 1600000000 s", "w k 1 0 t"}));
  EXPECT_EQ(pairs("u\ti 1\t2\r\n\r\n"), texts{"u i 1 2 0 "});
}

TEST_F(pair_file, may_name_its_columns) {
  EXPECT_EQ(pairs("session,item,user\n4,i,u\n"), texts{"u i 1 0 4"});
}

TEST_F(pair_file, that_is_none_is_refused_by_line) {
  EXPECT_NE(pairs("u,i\nu\n").back().find("line 2: a user and an item are needed"), std::string::npos);
  EXPECT_NE(pairs("u,i,-1\n").back().find("\"-1\" is no strength"), std::string::npos);
  EXPECT_NE(pairs("u,i,1,yesterday\n").back().find("\"yesterday\" is no time"), std::string::npos);
  EXPECT_FALSE(read_pairs((directory_ / "missing").string(), [](const auto&) {}));
}

TEST_F(pair_file, of_lists_takes_any_separator) {
  texts read;
  const auto visit = [&](std::string_view name, std::span<const std::string_view> items) {
    read.emplace_back(name);
    for (const auto item : items) read.emplace_back(item);
  };
  EXPECT_TRUE(read_lists(write("u 1 2\nv\t3,4 \n"), visit));
  EXPECT_EQ(read, (texts{"u", "1", "2", "v", "3", "4"}));
}

TEST_F(pair_file, of_prefixes_needs_what_came_next) {
  texts read;
  const auto visit = [&](std::span<const std::string_view> items) {
    for (const auto item : items) read.emplace_back(item);
  };
  EXPECT_TRUE(read_prefixes(write("1 2\t3\n4\t5\n"), visit));
  EXPECT_EQ(read, (texts{"1", "2", "3", "4", "5"}));
  EXPECT_FALSE(read_prefixes(write("1 2 3\n"), visit));
  EXPECT_FALSE(read_prefixes(write("1\t\n"), visit));
}

}  // namespace
}  // namespace freshet
