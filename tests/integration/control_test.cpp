// `freshet ctl` and the routes behind it, on the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::command_result;
using ::testing::HasSubstr;

std::string text(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}
using testing::service_process;
using testing::small_shop;

class control : public ::testing::Test {
 protected:
  command_result ctl(const service_process& service, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ctl");
    arguments.insert(arguments.end(), {"--url", service.address()});
    return testing::run_freshet(arguments, shop.directory());
  }
  boost::json::value document(const service_process& service, std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const auto done = ctl(service, std::move(arguments));
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    boost::system::error_code failed;
    return boost::json::parse(done.output, failed);
  }

  small_shop shop;
};

TEST_F(control, shows_how_the_service_is) {
  shop.ingest();
  service_process service(shop.directory());
  const auto status = document(service, {"status"});
  EXPECT_EQ(status.at("status"), "serving");
  EXPECT_TRUE(status.at("model").is_null());
  EXPECT_EQ(status.at("store").at("events"), small_shop::events);
  EXPECT_FALSE(status.at("ingestion").at("paused").as_bool());
  EXPECT_GE(status.at("actors").as_array().size(), 8U);
  for (const auto& actor : status.at("actors").as_array()) {
    EXPECT_TRUE(actor.at("alive").as_bool()) << actor;
    EXPECT_EQ(actor.at("restarts"), 0) << actor;
  }
  const auto in_words = ctl(service, {"status"});
  EXPECT_THAT(in_words.output, HasSubstr("ingestion"));
  EXPECT_THAT(in_words.output, HasSubstr("|- trend_counter"));
  EXPECT_THAT(in_words.output, HasSubstr("mailbox"));
  EXPECT_THAT(service.get("/metrics?format=prometheus").raw.body,
              HasSubstr("freshet_actor_mailbox_messages{actor=\"updater/0\"}"));
}

TEST_F(control, watches_the_status_until_it_is_interrupted) {
  service_process service(shop.directory());
  testing::child_process watching({FRESHET_BINARY, "ctl", "status", "--watch", "0.05", "--url", service.address()},
                                  shop.directory(), "watch");
  const auto looks = [&] {
    std::size_t count = 0;
    const auto printed = watching.output();
    for (auto at = printed.find("service "); at != std::string::npos; at = printed.find("service ", at + 1)) ++count;
    return count;
  };
  for (int i = 0; i < 2'000 && looks() < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GE(looks(), 3U);
  EXPECT_TRUE(watching.running());
}

TEST_F(control, verifies_what_the_guide_has_checked_after_a_rollback) {
  shop.ingest();
  shop.train("popularity", "1");
  service_process service(shop.directory());
  EXPECT_EQ(ctl(service, {"warmup", "--force"}).exit_code, 0);
  // Beside other tests nobody can promise a latency.
  std::ofstream(shop.path("patient.yaml")) << "targets: {p99: 60000}\n";
  const auto good = ctl(service, {"verify", "--config", shop.path("patient.yaml")});
  EXPECT_EQ(good.exit_code, 0) << good.output << good.errors;
  for (const char* check : {"health   ok", "model    ok", "caches   ok", "answers  ok", "latency  ok", "errors   ok"}) {
    EXPECT_THAT(good.output, HasSubstr(check));
  }
  const auto other = ctl(service, {"verify", "--config", shop.path("patient.yaml"), "--model", "als_19700101_v1"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.output, HasSubstr("expected als_19700101_v1"));
}

TEST_F(control, pauses_and_resumes_ingestion_without_losing_an_event) {
  service_process service(shop.directory());
  EXPECT_EQ(document(service, {"pause"}).at("status"), "paused");
  EXPECT_TRUE(document(service, {"status"}).at("ingestion").at("paused").as_bool());
  EXPECT_THAT(service.get("/readyz?verbose").raw.body, HasSubstr("paused by command"));
  EXPECT_EQ(service.post("/v1/events", R"({"user_id":"ada","item_id":"lamp","ts":1700000000})").status, 202U);
  EXPECT_EQ(service.get("/v1/users/ada").status, 404U) << "it waits in the log";
  EXPECT_EQ(document(service, {"resume"}).at("status"), "running");
  EXPECT_EQ(service.post("/v1/events?wait=visible", R"({"user_id":"ada","item_id":"chair","ts":1700000000})").status,
            202U);
  EXPECT_EQ(service.get("/v1/users/ada").body.at("events"), 2);
}

TEST_F(control, activates_a_model_and_rolls_back) {
  shop.ingest();
  shop.train("popularity", "1");
  shop.train("popularity", "2");
  service_process service(shop.directory());
  const auto models = service.get("/v1/models").body;
  ASSERT_EQ(models.at("models").as_array().size(), 2U);
  const auto first = text(models.at("models").at(0).at("model_id"));
  const auto second = text(models.at("models").at(1).at("model_id"));
  EXPECT_EQ(text(models.at("serving")), second);
  EXPECT_EQ(text(models.at("current")), second);

  const auto activated = document(service, {"activate", first});
  EXPECT_EQ(activated.at("status"), "activated");
  EXPECT_EQ(text(activated.at("previous_model_id")), second);
  EXPECT_EQ(text(service.get("/model_info").body.at("model_id")), first);
  EXPECT_EQ(document(service, {"activate", first}).at("status"), "no_update");

  const auto back = document(service, {"rollback"});
  EXPECT_EQ(back.at("status"), "rolled_back");
  EXPECT_EQ(text(back.at("new_model_id")), second);
  EXPECT_EQ(text(service.get("/model_info").body.at("model_id")), second);

  const auto unknown = ctl(service, {"activate", "als_19700101_v1"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("no model \"als_19700101_v1\" is registered (404)"));
  const auto nowhere = ctl(service, {"rollback"});
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.errors, HasSubstr("no model to go back to"));
}

TEST_F(control, refuses_a_model_that_does_not_load_before_the_registry_names_it) {
  shop.ingest();
  shop.train("als", "1");
  shop.train("als", "2");
  service_process service(shop.directory());
  const auto models = service.get("/v1/models").body;
  const auto first = text(models.at("models").at(0).at("model_id"));
  for (const auto& file : std::filesystem::recursive_directory_iterator(shop.path("artifacts"))) {
    const auto version = file.path().parent_path().filename().string();
    if (file.path().filename() == "als_V.npy" && first.ends_with(version))
      std::filesystem::resize_file(file.path(), 64);
  }
  const auto refused = service.post("/v1/models/" + first + "/activate", "");
  EXPECT_EQ(refused.status, 409U) << refused.raw.body;
  EXPECT_EQ(service.get("/v1/models").body.at("current"), models.at("current"));
  EXPECT_EQ(service.get("/v1/models").body.at("serving"), models.at("serving"));
}

TEST_F(control, drains_the_service) {
  service_process service(shop.directory());
  EXPECT_EQ(document(service, {"drain"}).at("status"), "draining");
  EXPECT_EQ(service.process().wait(std::chrono::seconds(30)), 0);
}

TEST_F(control, says_when_nobody_listens) {
  const auto done = testing::run_freshet({"ctl", "status", "--url", "http://127.0.0.1:1"}, shop.directory());
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.errors, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace freshet
