// `freshet inspect` on a small database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "io/files/atomic_file.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::command_result;
using ::testing::HasSubstr;

class inspect : public ::testing::Test {
 protected:
  inspect() {
    EXPECT_TRUE(write_file_atomically(directory_ / "events.csv",
                                      "user_id,item_id,ts,event_type\nada,lamp,1700000000,view\n"
                                      "ada,chair,1700000100,purchase\nbob,lamp,1700000200,view\n"));
    EXPECT_TRUE(write_file_atomically(directory_ / "items.csv", "item_id,title,price\nlamp,A lamp,9.5\nvase,Vase,3\n"));
    const auto done = testing::run_freshet({"ingest", "--events", "events.csv", "--items", "items.csv", "--db", "db"},
                                           directory_.path());
    EXPECT_EQ(done.exit_code, 0) << done.errors;
  }
  command_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"inspect", "--db", "db"});
    return testing::run_freshet(arguments, directory_.path());
  }
  boost::json::object document(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const auto done = run(std::move(arguments));
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return boost::json::parse(done.output).as_object();
  }

  testing::temporary_directory directory_;
};

TEST_F(inspect, counts_users_items_and_events) {
  const auto counts = document({});
  EXPECT_EQ(counts.at("users").as_int64(), 2);
  EXPECT_EQ(counts.at("items").as_int64(), 3);
  EXPECT_EQ(counts.at("events").as_int64(), 3);
  EXPECT_EQ(counts.at("dead_letters").as_int64(), 0);
  EXPECT_GT(counts.at("bytes").at("tables").as_int64() + counts.at("bytes").at("logs").as_int64(), 0);
  EXPECT_THAT(run({}).output, HasSubstr("events         3\n"));
}

TEST_F(inspect, shows_the_newest_events_of_a_user) {
  const auto user = document({"--user", "ada", "--limit", "1"});
  EXPECT_EQ(user.at("event_count").as_int64(), 2);
  ASSERT_EQ(user.at("events").as_array().size(), 1U);
  EXPECT_EQ(user.at("events").at(0).at("item_id").as_string(), "chair");
  EXPECT_THAT(run({"--user", "ada"}).output, HasSubstr("2023-11-14T22:15:00Z"));
}

TEST_F(inspect, shows_what_is_known_of_an_item) {
  const auto lamp = document({"--item", "lamp"});
  EXPECT_EQ(lamp.at("event_count").as_int64(), 2);
  EXPECT_EQ(lamp.at("metadata").at("title").as_string(), "A lamp");
  EXPECT_TRUE(document({"--item", "chair"}).at("metadata").is_null());
}

TEST_F(inspect, fails_with_a_sentence_for_what_is_not_there) {
  const auto nobody = run({"--user", "nobody"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.errors, HasSubstr("'nobody'"));
  const auto none = testing::run_freshet({"inspect", "--db", "none"}, directory_.path());
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.errors, HasSubstr("there is no database at none"));
  EXPECT_EQ(run({"--user", "ada", "--offsets"}).exit_code, 2) << "one view at a time";
}

}  // namespace
}  // namespace freshet
