#include "io/http/control_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace freshet::http {
namespace {

namespace json = boost::json;

TEST(control_api, lists_models_and_marks_which_is_current_and_which_serves) {
  model_list list{.models = {}, .current = "als_2", .serving = "als_1"};
  list.models.push_back({.model_id = "als_1",
                         .model_type = "als",
                         .version = "1",
                         .status = "active",
                         .created_at = "2025-11-08T15:30:00Z",
                         .metrics = {{"ndcg@10", .5}},
                         .hyperparameters = R"({"factors":64})"});
  list.models.push_back({.model_id = "als_2",
                         .model_type = "als",
                         .version = "",
                         .status = "active",
                         .created_at = "",
                         .metrics = {},
                         .hyperparameters = ""});
  EXPECT_EQ(json::parse(render_models(list).body), json::parse(R"({"current":"als_2","serving":"als_1","models":[
      {"model_id":"als_1","model_type":"als","version":"1","status":"active","created_at":"2025-11-08T15:30:00Z",
       "metrics":{"ndcg@10":0.5},"hyperparameters":{"factors":64},"current":false,"serving":true},
      {"model_id":"als_2","model_type":"als","version":null,"status":"active","created_at":null,
       "metrics":{},"hyperparameters":{},"current":true,"serving":false}]})"));
  EXPECT_EQ(json::parse(render_models({}).body), json::parse(R"({"current":null,"serving":null,"models":[]})"));
}

TEST(control_api, shows_how_the_service_is) {
  service_status status;
  status.ready = true;
  status.checks = {{"model", true, "als_1"}};
  status.ingestion_paused = true;
  status.source = "embedded";
  status.partitions = {{partition_id{0}, 5, 9}, {partition_id{1}, 2, -1}};
  status.store = service_status::stored{.users = 1, .items = 2, .events = 3, .dead_letters = 4};
  status.credits = {3, 8};
  status.actors = {{"ingestor", true, 2, 7}};
  const auto body = json::parse(render_status(status).body);
  EXPECT_EQ(body.at("status"), "serving");
  EXPECT_TRUE(body.at("model").is_null());
  EXPECT_EQ(body.at("ingestion"), json::parse(R"({"paused":true,"source":"embedded","partitions":[
      {"partition":0,"position":5,"end":9,"lag":4},{"partition":1,"position":2,"end":null,"lag":null}],"batches_under_way":3,"credits":8})"));
  EXPECT_EQ(body.at("store"), json::parse(R"({"users":1,"items":2,"events":3,"dead_letters":4})"));
  EXPECT_EQ(body.at("actors"), json::parse(R"([{"name":"ingestor","alive":true,"restarts":2,"mailbox":7}])"));

  status.draining = true;
  status.store.reset();
  status.summary.model = model_summary{};
  status.summary.model->model_id = "als_1";
  const auto later = json::parse(render_status(status).body);
  EXPECT_EQ(later.at("status"), "draining");
  EXPECT_EQ(later.at("model").at("model_id"), "als_1");
  EXPECT_TRUE(later.at("store").is_null());
}

TEST(control_api, says_what_a_command_did) {
  EXPECT_EQ(
      json::parse(render_model_change({"activated", "als_1", "als_2", true}).body),
      json::parse(R"({"status":"activated","previous_model_id":"als_1","new_model_id":"als_2","reloaded":true})"));
  EXPECT_EQ(render_control("draining", 202).status, 202U);
  EXPECT_EQ(render_control("paused").body, R"({"status":"paused"})");
}

}  // namespace
}  // namespace freshet::http
