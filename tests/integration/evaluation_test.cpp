// `freshet evaluate` by every protocol, from files to numbers.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

namespace json = boost::json;

class evaluation : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(directory_ / name) << text; }

  command_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "evaluate");
    return run_freshet(arguments, directory_.path());
  }
  json::value evaluate(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const auto done = run(arguments);
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return done.exit_code == 0 ? json::parse(done.output) : json::value();
  }
  static double metric(const json::value& result, const char* name, std::size_t model = 0) {
    return result.at("models").at(model).at("metrics").at(name).to_number<double>();
  }

  temporary_directory directory_;
};

TEST_F(evaluation, of_given_files_ranks_what_the_user_has_not_touched) {
  // Popularity: a 3, b 2, c 1, d 1, e 0.
  write("train", "u,a\nu,b\nv,a\nv,b\nv,c\nw,a\nw,d\n");
  write("test", "u,c\nw,e\nw,b\n");
  const auto result = evaluate({"--protocol", "files", "--train", "train", "--test", "test", "--model", "popularity",
                                "--topk", "1", "3", "--lists", "lists.tsv"});
  // u: c d e; w: b c e.
  EXPECT_DOUBLE_EQ(metric(result, "hr@1"), 1);
  EXPECT_DOUBLE_EQ(metric(result, "recall@1"), 0.75);
  EXPECT_DOUBLE_EQ(metric(result, "recall@3"), 1);
  EXPECT_DOUBLE_EQ(metric(result, "ndcg@3"), (1 + 1.5 / (1 + 1 / std::log2(3.0))) / 2);
  EXPECT_EQ(result.at("cases").to_number<int>(), 2);
  EXPECT_EQ(result.at("models").at(0).at("intervals").at("recall@1").at(0).to_number<double>(), 0.5);

  std::ifstream lists(directory_ / "lists.tsv");
  std::string user, item;
  int rank{};
  double score{};
  std::map<std::string, std::string> of_user;
  while (lists >> user >> rank >> item >> score) of_user[user] += item;
  EXPECT_EQ(of_user, (std::map<std::string, std::string>{{"u", "cde"}, {"w", "bce"}}));
}

TEST_F(evaluation, of_given_files_ranks_only_the_candidates) {
  write("train", "u\ta\nu\tb\nv\ta\nv\tb\nv\tc\n");
  write("test", "u\tc\nv\td\n");
  write("candidates", "u a c c\nv\tb d\n");
  const auto result = evaluate({"--protocol", "files", "--train", "train", "--test", "test", "--candidates",
                                "candidates", "--model", "popularity", "--topk", "2"});
  EXPECT_DOUBLE_EQ(metric(result, "hr@2"), 1);
  EXPECT_DOUBLE_EQ(metric(result, "mrr@2"), 0.5) << "behind a and b";
  write("candidates", "u a\n");
  const auto refused = run({"--protocol", "files", "--train", "train", "--test", "test", "--candidates", "candidates",
                            "--model", "popularity"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.errors.find("no candidates for every user"), std::string::npos) << refused.errors;
}

TEST_F(evaluation, of_sessions_asks_for_the_next_item) {
  write("train", "s,a\ns,b\nt,a\nt,b\nr,c\n");
  write("prefixes", "a\tb\na b\tc\n");
  write("test", "user,session,item\nx,1,a\nx,1,b\nx,2,c\ny,3,b\ny,3,b\n");
  const auto pairs = evaluate(
      {"--protocol", "sessions", "--train", "train", "--prefixes", "prefixes", "--model", "popularity", "--topk", "2"});
  EXPECT_DOUBLE_EQ(metric(pairs, "recall@2"), 0.5) << "a and b stay in the list";
  EXPECT_DOUBLE_EQ(metric(pairs, "mrr@2"), 0.25);
  const auto sessions =
      evaluate({"--protocol", "sessions", "--train", "train", "--test", "test", "--model", "popularity"});
  EXPECT_EQ(sessions.at("cases").to_number<int>(), 2);
  EXPECT_DOUBLE_EQ(metric(sessions, "mrr@10"), 0.5);
  EXPECT_EQ(run({"--protocol", "sessions", "--train", "train", "--model", "popularity"}).exit_code, 1);
}

TEST_F(evaluation, of_given_files_learns_from_what_is_known_of_the_items) {
  write("train", "u,a\nu,b\nv,c\nv,d\nw,a\n");
  write("test", "w,b\n");
  write("items.csv", "item_id,category\na,x\nb,x\nc,x\nd,x\nother,y\n");
  std::vector<std::string> asked{"--protocol", "files", "--train", "train", "--test", "test", "--model", "lightfm"};
  const auto without = evaluate(asked);
  asked.insert(asked.end(), {"--items", "items.csv"});
  const auto with = evaluate(asked);
  EXPECT_NE(metric(without, "diversity@10"), metric(with, "diversity@10")) << "likeness is that of the features";
}

TEST_F(evaluation, compares_several_models) {
  small_shop shop;
  shop.ingest();
  const auto result =
      evaluate({"--protocol", "ratio", "--db", shop.path("db"), "--model", "popularity", "--model", "als", "--model",
                "als", "--params", "{}", "--params", "{\"factors\": 8}", "--topk", "10", "--bootstrap", "200"});
  std::set<std::string> names;
  for (const auto& each : result.at("models").as_array()) names.emplace(each.at("model").as_string());
  EXPECT_EQ(names, (std::set<std::string>{"popularity", "als", "als 2"}));
  EXPECT_EQ(result.at("models").at(1).at("params").at("factors").to_number<int>(), 8);
  EXPECT_EQ(result.at("compared").as_array().size(), 10U);
  const auto& ndcg = result.at("compared").at(2);
  EXPECT_EQ(ndcg.at("metric").as_string(), "ndcg@10");
  EXPECT_NEAR(ndcg.at("difference").to_number<double>(), metric(result, "ndcg@10", 1) - metric(result, "ndcg@10", 0),
              1e-9);
  EXPECT_EQ(run({"--model", "als", "--params", "{}", "--params", "{}"}).exit_code, 2);
}

TEST_F(evaluation, replays_what_happened_after_the_split) {
  small_shop shop;
  shop.ingest();
  const std::vector<std::string> split{"--protocol", "temporal-global", "--db", shop.path("db"), "--topk",
                                       "10",         "--model",         "als",  "--params",      "{\"factors\": 8}"};
  auto replayed = split;
  replayed.insert(replayed.end(), {"--replay", "--curve", "curve.csv"});
  const auto at_once = evaluate(split), fed = evaluate(replayed);
  EXPECT_EQ(at_once.at("split_time"), fed.at("split_time"));
  const auto& replay = fed.at("replay").at(0);
  EXPECT_NEAR(replay.at("value_of_freshness").to_number<double>(),
              metric(fed, "ndcg@10", 0) - metric(fed, "ndcg@10", 1), 1e-9);
  const auto& nothing_new = replay.at("by_new_events").at(0);
  EXPECT_EQ(nothing_new.at("at").to_number<int>(), 0);
  EXPECT_EQ(nothing_new.at("fresh"), nothing_new.at("stale"));
  std::ifstream curve(directory_ / "curve.csv");
  std::string line;
  std::getline(curve, line);
  EXPECT_EQ(line, "model,by,at,cases,fresh,stale");
  if (std::system("command -v gnuplot >/dev/null") == 0) {
    std::ifstream plot(directory_ / "curve.svg");
    const std::string svg{std::istreambuf_iterator<char>(plot), {}};
    EXPECT_NE(svg.find("<svg"), std::string::npos);
    EXPECT_NE(svg.find("als, told of them"), std::string::npos);
    EXPECT_NE(svg.find("als, not told"), std::string::npos);
  }
  auto without_split = replayed;
  without_split[1] = "ratio";
  EXPECT_EQ(run(without_split).exit_code, 2);
}

TEST_F(evaluation, stops_early_and_trains_on_everything_for_as_long_as_was_best) {
  small_shop shop;
  shop.ingest();
  const std::vector<std::string> als{"--db", shop.path("db"), "--model", "als"};
  auto early = als;
  early.insert(early.end(), {"--json", "--early-stopping", "hr@5", "--patience", "1"});
  const auto done = run(early);
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  const auto found = done.errors.find("best hr@5 of");
  ASSERT_NE(found, std::string::npos) << done.errors;
  const std::string iterations = std::to_string(std::stoi(done.errors.substr(done.errors.find("after ", found) + 6)));
  auto told = als;
  told.insert(told.end(), {"--params", "{\"iterations\": " + iterations + "}"});
  EXPECT_EQ(json::parse(done.output).at("models").at(0).at("metrics"), evaluate(told).at("models").at(0).at("metrics"));
  EXPECT_EQ(run({"--db", shop.path("db"), "--model", "als", "--early-stopping", "auc"}).exit_code, 1);
}

}  // namespace
}  // namespace freshet::testing
