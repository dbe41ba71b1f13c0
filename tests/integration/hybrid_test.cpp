// Hybrid reranking and cold start by the real program.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::small_shop;

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(hybrid, is_measured_against_the_model_alone) {
  small_shop shop;
  shop.ingest();
  shop.train();
  const auto shown = shop.run({"evaluate-hybrid", "--model-dir", "artifacts", "--db", "db", "--num-users", "50",
                               "--topk", "5", "10", "--output", "reports/hybrid.csv"});
  EXPECT_NE(shown.output.find("als: 50 users"), std::string::npos) << shown.output;
  EXPECT_NE(shown.output.find("ndcg@10"), std::string::npos) << shown.output;
  const auto lines = lines_of(shop.path("reports/hybrid.csv"));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "method,k,recall,ndcg,mrr,hit_rate");
  EXPECT_EQ(lines[1].substr(0, 6), "als,5,");
  EXPECT_EQ(lines[4].substr(0, 14), "als+hybrid,10,");
  const auto again =
      shop.run({"evaluate-hybrid", "--model", "als", "--db", "db", "--num-users", "50", "--topk", "5", "10"});
  EXPECT_EQ(again.output, shown.output) << "same seed, same figures";
}

}  // namespace
}  // namespace freshet
