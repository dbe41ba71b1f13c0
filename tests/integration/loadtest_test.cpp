// `freshet loadtest` against a running service.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

TEST(loadtest, asks_known_and_unknown_users_and_posts_events_besides) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const auto done = shop.run({"loadtest", "--port", std::to_string(service.port()), "--db", shop.path("db"), "--rate",
                              "200", "--duration", "1", "--mix", "mixed", "--events-rate", "50", "--json"});
  const auto report = boost::json::parse(done.output);
  const auto& asked = report.at("recommendations");
  EXPECT_EQ(asked.at("requests").to_number<int>(), 200);
  EXPECT_EQ(asked.at("errors").to_number<int>(), 0);
  EXPECT_EQ(asked.at("statuses").at("200").to_number<int>(), 200);
  EXPECT_GE(asked.at("latency_ms").at("p99").to_number<double>(), asked.at("latency_ms").at("p50").to_number<double>());
  const auto posted = report.at("events").at("statuses").at("202").to_number<int>();
  EXPECT_GT(posted, 0);
  const auto counts = boost::json::parse(shop.run({"inspect", "--db", shop.path("db"), "--json"}).output);
  EXPECT_GT(counts.at("events").to_number<std::uint64_t>(), small_shop::events);
}

TEST(loadtest, asks_for_every_kind_on_every_surface_and_draws_the_run) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const std::vector<std::string> command{"loadtest",
                                         "--port",
                                         std::to_string(service.port()),
                                         "--db",
                                         shop.path("db"),
                                         "--total",
                                         "150",
                                         "--json",
                                         "--kinds",
                                         "recommend=1,similar=1,batch=1,filtered=1,reranked=1"};
  for (const char* surface : {"guide", "lite", "v1"}) {
    auto line = command;
    line.insert(line.end(), {"--surface", surface});
    const auto report = boost::json::parse(shop.run(line).output).at("recommendations");
    EXPECT_EQ(report.at("errors").to_number<int>(), 0) << surface << boost::json::serialize(report.at("statuses"));
    int sum = 0;
    for (const auto& [kind, each] : report.at("kinds").as_object()) {
      EXPECT_GT(each.at("latency_ms").at("p99.9").to_number<double>(), 0) << kind;
      sum += each.at("requests").to_number<int>();
    }
    EXPECT_EQ(report.at("kinds").as_object().size(), 5U) << surface;
    EXPECT_EQ(sum, 150);
  }
  const auto wrong = run_freshet({"loadtest", "--kinds", "recommend=1,bulk=2"}, shop.directory());
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE(wrong.errors.find("\"bulk=2\""), std::string::npos) << wrong.errors;
}

TEST(loadtest, draws_latency_by_second_where_gnuplot_is_installed) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const auto done = run_freshet({"loadtest", "--port", std::to_string(service.port()), "--db", shop.path("db"),
                                 "--total", "50", "--plot", shop.path("load.svg")},
                                shop.directory());
  if (done.exit_code == 0) {
    std::string line;
    std::ifstream svg(shop.path("load.svg"));
    std::getline(svg, line);
    EXPECT_NE(line.find("<?xml"), std::string::npos) << line;
  } else {
    EXPECT_NE(done.errors.find("gnuplot is not installed"), std::string::npos) << done.errors;
  }
}

TEST(loadtest, fails_when_more_requests_fail_than_allowed) {
  small_shop shop;
  shop.ingest();
  service_process service(shop.directory());
  const auto refused =
      run_freshet({"loadtest", "--port", std::to_string(service.port()), "--total", "20"}, shop.directory());
  EXPECT_EQ(refused.exit_code, 1) << "there is no model";
  EXPECT_NE(refused.errors.find("20 of 20 requests failed"), std::string::npos) << refused.errors;
}

TEST(loadtest, of_a_service_that_is_not_there_names_the_address) {
  temporary_directory directory;
  const auto port = std::to_string(free_port());
  const auto refused = run_freshet({"loadtest", "--port", port, "--events-rate", "5"}, directory.path());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.errors.find("nobody listens at localhost:" + port), std::string::npos) << refused.errors;
}

}  // namespace
}  // namespace freshet::testing
