// A service that trains its own successors, on the real program: by command and by itself, refused, ended and killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using testing::service_process;
using testing::small_shop;

std::string text(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

class retraining : public ::testing::Test {
 protected:
  retraining() { shop.ingest(); }

  std::vector<std::string> with_settings(const std::string& yaml) const {
    std::ofstream(shop_path("service.yaml")) << yaml;
    return {"--config", shop_path("service.yaml")};
  }
  std::string shop_path(const std::string& name) const { return (shop.directory() / name).string(); }

  /// The task when it has ended.
  static boost::json::value wait_for(service_process& service, const std::string& id) {
    boost::json::value task;
    EXPECT_TRUE(testing::eventually([&] {
      task = service.get("/v1/tasks/" + id).body;
      return text(task.at("state")) != "running";
    })) << id;
    return task;
  }
  static boost::json::value train(service_process& service, const std::string& body = "") {
    const auto begun = service.post("/v1/train", body);
    EXPECT_EQ(begun.status, 202U) << begun.raw.body;
    return begun.status == 202 ? wait_for(service, text(begun.body.at("id"))) : boost::json::value();
  }
  static std::string serving(service_process& service) { return text(service.get("/model_info").body.at("model_id")); }

  /// Registered as something else than before; the current model is unchanged by it.
  boost::json::value registered(const std::string& id) {
    return boost::json::parse(shop.run({"model", "show", id, "--model-dir", shop.path("artifacts"), "--json"}).output);
  }
  std::size_t registered_models() {
    const auto list = shop.run({"model", "list", "--model-dir", shop.path("artifacts"), "--json"});
    return boost::json::parse(list.output).at("models").as_array().size();
  }

  small_shop shop;
};

constexpr const char* endless = R"({"model":"bpr","params":{"iterations":100000}})";

TEST_F(retraining, makes_the_first_model_and_then_a_successor_of_it) {
  service_process service(shop.directory(),
                          with_settings("retrain: {model: als, params: {factors: 8}, keep_models: 1}\n"));
  const auto first = train(service);
  EXPECT_EQ(text(first.at("state")), "succeeded") << first;
  EXPECT_TRUE(first.at("gate").is_null()) << "there was nothing to compare it with";
  EXPECT_EQ(serving(service), text(first.at("model_id")));
  EXPECT_EQ(service.get("/model_info").body.at("factors"), 8) << "retrain.params";

  const auto begun = service.post("/v1/train", R"({"seed":7})");
  ASSERT_EQ(begun.status, 202U) << begun.raw.body;
  const auto second_id = text(begun.body.at("id"));
  const auto refused = service.post("/v1/train", "");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.raw.body, HasSubstr(second_id));
  const auto second = wait_for(service, second_id);
  EXPECT_EQ(text(second.at("state")), "succeeded") << second;
  EXPECT_THAT(text(second.at("gate")), HasSubstr("of " + text(first.at("model_id"))));
  EXPECT_EQ(serving(service), text(second.at("model_id")));
  const auto shown = registered(text(second.at("model_id")));
  EXPECT_GT(shown.at("gate").at("candidate").to_number<double>(), 0) << shown;
  EXPECT_GT(shown.at("gate").at("current").to_number<double>(), 0) << shown;

  // keep_models: the third leaves itself and the one before it, which a rollback would go to.
  const auto third = train(service, R"({"seed":8})");
  EXPECT_EQ(text(third.at("state")), "succeeded") << third;
  EXPECT_TRUE(std::filesystem::exists(text(registered(text(second.at("model_id"))).at("path"))));
  const auto list = service.get("/v1/models").body.at("models").as_array();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(text(list.at(0).at("status")), "archived");

  const auto tasks = testing::run_freshet({"ctl", "tasks", "--url", service.address()}, shop.directory());
  EXPECT_THAT(tasks.output, HasSubstr(second_id));
  EXPECT_THAT(tasks.output, HasSubstr("succeeded"));
  EXPECT_THAT(service.get("/metrics?format=prometheus").raw.body,
              HasSubstr("freshet_trainings_total{result=\"succeeded\"} 3"));
}

TEST_F(retraining, refuses_a_candidate_that_ranks_worse_and_keeps_both_figures) {
  service_process service(shop.directory(), with_settings("retrain: {model: als, params: {factors: 8}}\n"));
  EXPECT_EQ(text(train(service).at("state")), "succeeded");
  const auto before = serving(service);
  const auto done = train(service, R"({"model":"als","params":{"factors":1,"iterations":1,"regularization":100000}})");
  EXPECT_EQ(text(done.at("state")), "refused") << done;
  EXPECT_THAT(text(done.at("gate")), HasSubstr("below 0.98"));
  EXPECT_EQ(serving(service), before);
  const auto shown = registered(text(done.at("model_id")));
  EXPECT_EQ(text(shown.at("status")), "failed");
  EXPECT_THAT(text(shown.at("reason")), HasSubstr("refused by the quality gate"));
  EXPECT_LT(shown.at("gate").at("candidate").to_number<double>(), shown.at("gate").at("current").to_number<double>());
  EXPECT_EQ(service.post("/v1/models/" + text(done.at("model_id")) + "/activate", "").status, 409U);
}

TEST_F(retraining, follows_settings_that_are_read_again) {
  service_process service(shop.directory(), with_settings("retrain: {model: als, params: {factors: 8}}\n"));
  EXPECT_EQ(text(train(service).at("state")), "succeeded");
  EXPECT_EQ(service.get("/model_info").body.at("factors"), 8);
  with_settings(
      "retrain: {model: als, params: {factors: 4, iterations: 3}, schedule: 1s,\n"
      "          quality_gate: {metric: recall@7, min_ratio_to_current: 0}}\n");
  service.process().signal(SIGHUP);
  boost::json::value begun;
  ASSERT_TRUE(testing::eventually([&] {
    const auto tasks = service.get("/v1/tasks").body;
    for (const auto& each : tasks.at("tasks").as_array()) {
      if (text(each.at("asked_by")) == "schedule 1s" && text(each.at("state")) == "succeeded") begun = each;
    }
    return !begun.is_null();
  })) << service.get("/v1/tasks").raw.body;
  EXPECT_THAT(text(begun.at("gate")), HasSubstr("recall@7"));
  EXPECT_EQ(service.get("/model_info").body.at("factors"), 4) << "retrain.params";
}

TEST_F(retraining, is_followed_by_the_command_line_until_it_ends) {
  service_process service(shop.directory(), with_settings("retrain: {model: als, params: {factors: 8}}\n"));
  const auto line = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ctl");
    arguments.insert(arguments.end(), {"--wait", "--url", service.address()});
    return arguments;
  };
  const auto ctl = [&](std::vector<std::string> arguments) {
    return testing::run_freshet(line(std::move(arguments)), shop.directory());
  };
  const auto follow = [&](std::vector<std::string> arguments, const char* name) {
    auto words = line(std::move(arguments));
    words.insert(words.begin(), FRESHET_BINARY);
    return testing::child_process(std::move(words), shop.directory(), name);
  };
  const auto good = ctl({"train", "--json"});
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_EQ(text(boost::json::parse(good.output).at("state")), "succeeded");
  const auto weak = R"({"factors":1,"iterations":1,"regularization":100000})";
  const auto refused = ctl({"train", "--model", "als", "--params", weak});
  EXPECT_EQ(refused.exit_code, 3) << refused.errors;
  EXPECT_THAT(refused.output, HasSubstr("below 0.98"));
  const auto failed = ctl({"train", "--model", "als", "--params", R"({"factors":0})"});
  EXPECT_EQ(failed.exit_code, 1) << failed.errors;
  EXPECT_THAT(failed.output, HasSubstr("factors"));

  auto left = follow({"train", "--model", "bpr", "--params", R"({"iterations":100000})"}, "left");
  EXPECT_TRUE(testing::eventually([&] { return !left.errors().empty(); }));
  left.signal(SIGINT);
  EXPECT_EQ(left.wait(std::chrono::seconds(30)), 128 + SIGINT) << left.errors();
  const auto task = service.get("/v1/tasks").body.at("tasks").at(0);
  const auto id = text(task.at("id"));
  EXPECT_EQ(text(task.at("state")), "running") << "whoever waits no more ends nothing";
  EXPECT_THAT(left.errors(), HasSubstr(id + " goes on; `freshet ctl cancel " + id + " --url " + service.address()));

  auto again = follow({"task", id}, "again");
  const auto cancelled = testing::run_freshet({"ctl", "cancel", id, "--url", service.address()}, shop.directory());
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled.errors;
  EXPECT_EQ(again.wait(std::chrono::seconds(30)), 4) << again.errors();
  EXPECT_EQ(ctl({"task", "train-1-1"}).exit_code, 1);
}

TEST_F(retraining, begins_by_itself_after_so_many_new_events) {
  service_process service(shop.directory(), with_settings("retrain: {model: popularity, min_new_events: 4001}\n"));
  EXPECT_TRUE(service.get("/v1/tasks").body.at("tasks").as_array().empty());
  service.post("/v1/events?wait=visible", R"({"user_id":"ada","item_id":"1","ts":1700000000})");
  for (int tries = 0; tries < 600 && service.get("/model_info").status != 200; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const auto tasks = service.get("/v1/tasks").body.at("tasks").as_array();
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(text(tasks.front().at("asked_by")), "4001 new events");
  EXPECT_EQ(serving(service), text(tasks.front().at("model_id")));
}

TEST_F(retraining, that_is_cancelled_killed_or_out_of_bounds_changes_nothing) {
  shop.train();
  service_process service(shop.directory(), with_settings("retrain: {nice: 19}\n"));
  const auto before = serving(service);
  const auto models = registered_models();

  const auto begun = service.post("/v1/train", endless);
  ASSERT_EQ(begun.status, 202U) << begun.raw.body;
  const auto id = text(begun.body.at("id"));
  const auto cancelled = testing::run_freshet({"ctl", "cancel", id, "--url", service.address()}, shop.directory());
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled.errors;
  EXPECT_EQ(text(wait_for(service, id).at("state")), "cancelled");
  EXPECT_EQ(service.send(http::method::delete_, "/v1/tasks/" + id).status, 409U);
  EXPECT_EQ(service.send(http::method::delete_, "/v1/tasks/train-1-1").status, 404U);

  const auto again = text(service.post("/v1/train", endless).body.at("id"));
  const auto child = testing::await_child_of(service.process().pid());
  ASSERT_GT(child, 0);
  // Priority and nice in /proc/PID/stat, which the child sets itself once it has begun.
  std::string facts;
  for (int tries = 0; tries < 600 && facts.find(" 39 19 ") == std::string::npos; ++tries) {
    std::ostringstream read;
    read << std::ifstream("/proc/" + std::to_string(child) + "/stat").rdbuf();
    facts = read.str();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(facts, HasSubstr(" 39 19 ")) << "priority 39, nice 19";
  EXPECT_THAT(facts, HasSubstr("(freshet)"));
  ::kill(child, SIGKILL);
  const auto killed = wait_for(service, again);
  EXPECT_EQ(text(killed.at("state")), "failed");
  EXPECT_THAT(text(killed.at("reason")), HasSubstr("signal 9"));

  EXPECT_EQ(service.post("/v1/train", R"({"model":"oracle"})").status, 422U);
  EXPECT_EQ(service.post("/v1/train", R"({"colour":"red"})").status, 422U);
  const auto wrong = train(service, R"({"model":"als","params":{"factors":0}})");
  EXPECT_EQ(text(wrong.at("state")), "failed");
  EXPECT_THAT(text(wrong.at("reason")), HasSubstr("factors"));

  EXPECT_EQ(serving(service), before);
  EXPECT_EQ(registered_models(), models);
  EXPECT_EQ(service.get("/recommend?user_id=u1").status, 200U);
  EXPECT_EQ(service.stop(), 0);
}

TEST_F(retraining, is_ended_when_it_takes_too_much_time_or_memory) {
  shop.train();
  {
    service_process service(shop.directory(), with_settings("retrain: {time_limit_seconds: 1}\n"));
    const auto late = train(service, endless);
    EXPECT_EQ(text(late.at("state")), "failed");
    EXPECT_THAT(text(late.at("reason")), HasSubstr("retrain.time_limit_seconds"));
  }
  service_process service(shop.directory(), with_settings("retrain: {memory_limit_mb: 32}\n"));
  const auto before = serving(service);
  EXPECT_EQ(text(train(service).at("state")), "failed");
  EXPECT_EQ(serving(service), before);
}

TEST_F(retraining, begins_with_the_factors_of_the_model_in_service) {
  for (const std::string family : {"als", "bpr"}) {
    SCOPED_TRACE(family);
    const auto train_with = [&](const std::string& params, std::vector<std::string> more) {
      more.insert(more.begin(), {"train", family, "--db", shop.path("db"), "--params", params});
      return shop.run(more);
    };
    train_with(R"({"factors":16,"iterations":20})", {"--output", shop.path("artifacts"), "--register"});
    const auto list = shop.run({"model", "list", "--model-dir", shop.path("artifacts"), "--json"});
    const auto directory = text(registered(text(boost::json::parse(list.output).at("current"))).at("path"));
    // Users and items come and go meanwhile.
    std::ofstream(shop.path("more.csv")) << "user_id,item_id,ts\nnew,fresh,1700000000\nnew,i1,1700000001\n"
                                         << "u2,fresh,1700000002\nu3,fresh,1700000003\n";
    shop.run({"ingest", "--events", shop.path("more.csv"), "--db", shop.path("db")});
    shop.run({"gdpr", "delete-user", "--yes", "--user-id", "u1", "--db", shop.path("db"), "--model-dir",
              shop.path("artifacts")});

    const auto loss_of = [&](int iterations, const std::vector<std::string>& more) {
      const auto params = R"({"factors":16,"iterations":)" + std::to_string(iterations) + "}";
      std::vector<std::string> arguments{"--output", shop.path("copy")};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const auto said = train_with(params, arguments).output;
      const auto at = said.find("loss ");
      return at == std::string::npos ? -1 : std::stod(said.substr(at + 5));
    };
    const double warm = loss_of(1, {"--warm-start", directory});
    EXPECT_GT(warm, 0);
    EXPECT_LT(warm, loss_of(5, {})) << "one iteration goes farther than five of a training that begins anew";

    const auto smaller = testing::run_freshet({"train", family, "--db", shop.path("db"), "--output", shop.path("copy"),
                                               "--params", R"({"factors":8})", "--warm-start", directory},
                                              shop.directory());
    EXPECT_EQ(smaller.exit_code, 0);
    EXPECT_THAT(smaller.errors, HasSubstr("trained anew: the model to begin with has another number of factors"));
    const auto other = testing::run_freshet(
        {"train", "ease", "--db", shop.path("db"), "--output", shop.path("ease"), "--warm-start", directory},
        shop.directory());
    EXPECT_EQ(other.exit_code, 0);
    EXPECT_THAT(other.errors, HasSubstr("trained anew: ease always begins anew"));
  }
}

}  // namespace
}  // namespace freshet
