// A running service and the artifacts that change under it. The interval is an hour where notifications must do it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::service_process;
using testing::small_shop;

class hot_reload : public ::testing::Test {
 protected:
  hot_reload() {
    shop.ingest();
    std::ofstream(shop.path("hourly.yaml")) << "hot_reload: {check_interval_seconds: 3600}\n";
  }
  std::unique_ptr<service_process> start() {
    return std::make_unique<service_process>(shop.directory(),
                                             std::vector<std::string>{"--config", shop.path("hourly.yaml")});
  }
  static std::string text(const boost::json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
  }
  static std::string id_and_users(service_process& service) {
    const auto info = service.get("/model_info");
    return info.status == 200 ? text(info.body.at("model_id")) + " " + text(info.body.at("num_users")) : "";
  }
  static bool becomes(service_process& service, const std::string& wanted) {
    for (int i = 0; i < 400 && id_and_users(service) != wanted; ++i) std::this_thread::sleep_for(25ms);
    return id_and_users(service) == wanted;
  }
  static double swaps(service_process& service, const std::string& result) {
    const auto text = service.get("/metrics?format=prometheus").raw.body;
    const auto at = text.find("freshet_model_swaps_total{result=\"" + result + "\"}");
    return at == std::string::npos ? 0 : std::stod(text.substr(text.find(' ', at)));
  }
  void train_into(const std::string& directory, const std::string& factors) {
    shop.run({"train", "als", "--db", shop.path("db"), "--output", shop.path(directory), "--params",
              R"({"factors": )" + factors + R"(, "iterations": 2})"});
  }

  small_shop shop;
};

TEST_F(hot_reload, takes_up_artifacts_that_are_made_later_and_every_new_model_at_once) {
  const auto service = start();
  shop.run({"train", "als", "--db", shop.path("db"), "--output", shop.path("first")});
  shop.run({"model", "import", shop.path("first"), "--activate", "--model-dir", shop.path("artifacts")});
  EXPECT_TRUE(becomes(
      *service,
      "als_" + std::string(fs::directory_iterator(shop.path("artifacts/als"))->path().filename().string()) + " 200"));
  shop.run({"model", "import", shop.path("first"), "--activate", "--model-dir", shop.path("artifacts")});
  for (int i = 0; i < 400 && swaps(*service, "reloaded") < 2; ++i) std::this_thread::sleep_for(25ms);
  EXPECT_EQ(swaps(*service, "reloaded"), 2);
}

TEST_F(hot_reload, refuses_a_torn_copy_until_it_is_whole) {
  train_into("artifacts", "8");
  train_into("new", "16");
  const auto service = start();
  const auto factors = [&] { return text(service->get("/model_info").body.at("factors")); };
  ASSERT_EQ(factors(), "8");
  std::vector<fs::path> files;
  for (const auto& each : fs::directory_iterator(shop.path("new"))) files.push_back(each.path());
  ASSERT_GT(files.size(), 3U);
  // The arrays differ; mappings may be the same in both.
  std::ranges::sort(files, {}, [](const fs::path& file) { return file.filename() == "als_V.npy"; });
  const auto overwrite = [&](const fs::path& file) {
    fs::copy_file(file, fs::path(shop.path("artifacts")) / file.filename(), fs::copy_options::overwrite_existing);
  };
  // Between the first and the last file what lies there is of both models.
  for (std::size_t i = 0; i + 1 < files.size(); ++i) overwrite(files[i]);
  for (int i = 0; i < 400 && swaps(*service, "refused") < 1; ++i) std::this_thread::sleep_for(25ms);
  EXPECT_GE(swaps(*service, "refused"), 1);
  EXPECT_EQ(factors(), "8");
  EXPECT_EQ(service->get("/readyz").status, 200U);
  overwrite(files.back());
  for (int i = 0; i < 400 && factors() != "16"; ++i) std::this_thread::sleep_for(25ms);
  EXPECT_EQ(factors(), "16");
}

TEST_F(hot_reload, recovers_a_damaged_registry_and_serves_on) {
  shop.train("als", "1");
  shop.train("als", "2");
  const auto service = start();
  const auto before = id_and_users(*service);
  std::ofstream(shop.path("artifacts/registry.json")) << "{";
  const auto log = [&] {
    std::ostringstream read;
    read << std::ifstream(shop.path("logs/service/api.log")).rdbuf();
    return read.str();
  };
  for (int i = 0; i < 400 && log().find("is recovered from") == std::string::npos; ++i) {
    std::this_thread::sleep_for(25ms);
  }
  EXPECT_THAT(log(), HasSubstr("is recovered from registry.json.previous"));
  EXPECT_EQ(id_and_users(*service), before) << "the copy names the model before it";
  EXPECT_EQ(text(service->get("/v1/models").body.at("current")), before.substr(0, before.find(' ')));
}

TEST_F(hot_reload, looks_at_intervals_for_what_nobody_tells) {
  shop.train("als", "1");
  std::ofstream(shop.path("secondly.yaml")) << "hot_reload: {check_interval_seconds: 1}\n";
  service_process service(shop.directory(), {"--config", shop.path("secondly.yaml")});
  // Neither written nor renamed: inotify is not asked about times.
  for (const auto& each : fs::recursive_directory_iterator(shop.path("artifacts"))) {
    if (each.path().filename() == "als_V.npy") {
      fs::last_write_time(each.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
    }
  }
  for (int i = 0; i < 400 && swaps(service, "reloaded") < 2; ++i) std::this_thread::sleep_for(25ms);
  EXPECT_EQ(swaps(service, "reloaded"), 2);
}

}  // namespace
}  // namespace freshet
