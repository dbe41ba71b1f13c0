#include "actors/librarian.hpp"

#include <fstream>
#include <sstream>

#include "core/models/popularity/popularity.hpp"
#include "tests/actors/items_fixture.hpp"

namespace freshet {
namespace {

using testing::body_of;

struct the_librarian : testing::small_store {
  librarian make() {
    return librarian({.store = store.get(),
                      .audit = std::make_shared<audit_log>(directory / "logs", time),
                      .time = &time,
                      .artifacts = directory / "artifacts",
                      .events = {},
                      .fallback = {}});
  }
  std::string audit() const {
    std::ostringstream text;
    text << std::ifstream(directory / "logs" / "gdpr.log").rdbuf();
    return text.str();
  }
  /// Knows the first `items` item numbers and was trained with these users.
  static generation_ptr model(std::size_t items, const std::vector<std::string>& users,
                              std::string model_id = "als_1") {
    auto made = std::make_shared<generation>();
    made->model_id = std::move(model_id);
    made->served = std::make_shared<popularity_model>(std::vector<float>(items, 1.F));
    for (std::uint32_t row = 0; row < items; ++row) {
      made->index_of_row.push_back(item_index{row});
      made->row_of_index.push_back(item_row{row});
    }
    string_map<user_row> rows;
    for (std::uint32_t row = 0; row < users.size(); ++row) rows.emplace(users[row], user_row{row});
    made->trained_users = std::make_shared<const string_map<user_row>>(std::move(rows));
    made->user_factors = std::make_shared<const matrix<float>>(users.size(), 1);
    return made;
  }

  http::request in = testing::make_request(http::method::get, "/v1/whatever");
};

TEST_F(the_librarian, shows_an_item_until_it_is_deleted) {
  const auto number = put("lamp", {{"color", "red"}});
  apply({touch("ada", "chair", 1)});
  const auto logic = make();
  EXPECT_EQ(body_of(logic.show_item("lamp", in)),
            boost::json::parse(R"({"item_id":"lamp","title":"The lamp","color":"red"})"));
  EXPECT_EQ(body_of(logic.show_item("chair", in)), boost::json::parse(R"({"item_id":"chair"})"))
      << "known from an event alone";
  EXPECT_EQ(logic.show_item("table", in).status, 404U);
  ASSERT_TRUE(store->remove_items({&number, 1}));
  EXPECT_EQ(logic.show_item("lamp", in).status, 404U);
}

TEST_F(the_librarian, tells_the_state_of_a_user) {
  apply({touch("ada", "lamp", 10, "view"), touch("ada", "lamp", 20, "purchase", 3), touch("ada", "chair", 15, "view"),
         touch("ada", "table", 30, "view", -1)});
  auto logic = make();
  const auto before = body_of(logic.show_user("ada", in));
  EXPECT_EQ(before.at("events"), 4);
  EXPECT_EQ(before.at("first_ts"), 10);
  EXPECT_EQ(before.at("last_ts"), 30);
  EXPECT_EQ(before.at("items_seen"), 3);
  EXPECT_EQ(before.at("event_types"), boost::json::parse(R"({"view":3,"purchase":1})"));
  EXPECT_EQ(before.at("top_items"), boost::json::parse(R"([{"item_id":"lamp","events":2,"strength":4},
                                                           {"item_id":"chair","events":1,"strength":1}])"))
      << "what was sent back is no taste";
  EXPECT_TRUE(before.at("cold").as_bool()) << "there is no model yet";
  EXPECT_TRUE(before.at("trainable").as_bool()) << "four events are enough";
  EXPECT_TRUE(before.at("model_id").is_null());

  logic.use(model(2, {}, ""));
  EXPECT_TRUE(body_of(logic.show_user("ada", in)).at("cold").as_bool()) << "what is popular is no model of users";

  logic.use(model(2, {"ada", "bob"}));
  const auto after = body_of(logic.show_user("ada", in));
  EXPECT_TRUE(after.at("trained").as_bool());
  EXPECT_TRUE(after.at("trainable").as_bool());
  EXPECT_FALSE(after.at("cold").as_bool());
  EXPECT_EQ(after.at("model_id"), "als_1");
  EXPECT_EQ(body_of(logic.show_user("bob", in)).at("events"), 0) << "known to the model alone";
  EXPECT_EQ(logic.show_user("carl", in).status, 404U);

  model_trial trial{.candidate = model(2, {"ada"}, "als_2"), .stage = rollout_stage::canary, .share = 1};
  logic.use(std::make_shared<const model_trial>(trial));
  EXPECT_EQ(body_of(logic.show_user("ada", in)).at("model_id"), "als_2") << "the model that answers the user";
  EXPECT_EQ(logic.show_user("bob", in).status, 404U);
  EXPECT_EQ(logic.export_user("bob", in).status, 200U) << "the model in service still has a row";
  trial.stage = rollout_stage::shadow;
  logic.use(std::make_shared<const model_trial>(trial));
  EXPECT_EQ(body_of(logic.show_user("ada", in)).at("model_id"), "als_1");
}

TEST_F(the_librarian, exports_what_there_is_of_a_user_and_records_that) {
  apply({touch("ada", "lamp", 10)});
  auto logic = make();
  logic.use(model(1, {"bob"}));
  const auto answer = logic.export_user("ada", in);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(body_of(answer).at("events").as_array().size(), 1U);
  EXPECT_EQ(body_of(answer).at("export_timestamp"), 1'700'000'000);
  EXPECT_EQ(body_of(logic.export_user("bob", in)).at("events").as_array().size(), 0U);
  EXPECT_EQ(logic.export_user("carl", in).status, 404U);
  EXPECT_EQ(audit(),
            "2023-11-14 22:13:20 - DATA_EXPORT - user_id=ada - success\n"
            "2023-11-14 22:13:20 - DATA_EXPORT - user_id=bob - success\n"
            "2023-11-14 22:13:20 - DATA_EXPORT - user_id=carl - failure: no data of this user is stored\n");
}

TEST_F(the_librarian, exports_nothing_that_it_cannot_record) {
  apply({touch("ada", "lamp", 10)});
  std::ofstream(directory / "logs") << "a file where the directory should be";
  const auto answer = make().export_user("ada", in);
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body.find("lamp"), std::string::npos);
}

TEST_F(the_librarian, lists_no_model_where_there_is_no_registry) {
  EXPECT_EQ(body_of(make().list_models(in)), boost::json::parse(R"({"current":null,"serving":null,"models":[]})"));
}

}  // namespace
}  // namespace freshet
