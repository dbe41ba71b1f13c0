// What every file of the repository keeps to.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "tests/tidy/source_tree.hpp"

namespace freshet {
namespace {

using testing::place;

constexpr std::size_t lines_max = 400;

TEST(files, of_code_are_at_most_four_hundred_lines_long) {
  for (const auto& file : testing::source_files()) {
    EXPECT_TRUE(!file.is_code() || file.lines.size() <= lines_max) << file.path << ": two nouns in one file?";
  }
}

bool is_part_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Whether `text` holds `word` with nothing in front that would make it a part of another name.
bool holds(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at == 0 || !is_part_of_name(text[at - 1])) return true;
  }
  return false;
}

TEST(files, name_no_place_of_one_machine_and_leave_nothing_undone) {
  std::vector<std::string> words{"TODO", "FIXME"};
  for (const char* directory : {"work", "tmp", "home"}) words.push_back("/" + std::string(directory) + "/");
  for (const auto& file : testing::source_files()) {
    // Which must name them.
    if (file.path == "tests/tidy/text_test.cpp") continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const auto& word : words) {
        EXPECT_FALSE(holds(file.lines[i], word)) << place(file, i) << ": " << word;
      }
    }
  }
}

TEST(headers, open_with_what_they_are) {
  for (const auto& file : testing::source_files()) {
    if (!file.is_header()) continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines.front().starts_with("// What:")) << file.path << " starts with: " << file.lines.front();
    EXPECT_NE(std::find(file.lines.begin(), file.lines.end(), "#pragma once"), file.lines.end()) << file.path;
  }
}

TEST(code, is_without_tabs_and_trailing_spaces) {
  for (const auto& file : testing::source_files()) {
    if (!file.is_code()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_EQ(file.lines[i].find_first_of("\t\r"), std::string::npos) << place(file, i);
      EXPECT_FALSE(file.lines[i].ends_with(' ')) << place(file, i);
    }
  }
}

}  // namespace
}  // namespace freshet
