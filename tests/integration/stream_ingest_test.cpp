// `freshet stream-ingest` as it runs beside a shop: files that arrive, are half written, are bad, or come again; kills.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "io/files/atomic_file.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* header = "user_id,item_id,ts\n";

std::string rows(const std::string& user, int count) {
  std::string text;
  for (int row = 0; row < count; ++row) text += user + ",i," + std::to_string(1'291'191'960 + row) + "\n";
  return text;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

class stream_ingest : public ::testing::Test {
 protected:
  stream_ingest() { std::filesystem::create_directory(drops()); }
  std::filesystem::path drops() const { return directory_ / "drops"; }
  void put(const std::string& name, const std::string& content) const {
    ASSERT_TRUE(write_file_atomically(drops() / name, content));
  }
  std::unique_ptr<child_process> start() {
    return std::make_unique<child_process>(
        std::vector<std::string>{FRESHET_BINARY, "stream-ingest", "drops", "--db", "db", "--poll-interval", "1"},
        directory_.path(), "stream" + std::to_string(++started_));
  }
  command_result once() const {
    return run_freshet({"stream-ingest", "drops", "--db", "db", "--once", "--json"}, directory_.path());
  }
  std::int64_t events() const {
    const auto done = run_freshet({"inspect", "--db", "db", "--json"}, directory_.path());
    return done.exit_code == 0 ? boost::json::parse(done.output).at("events").as_int64() : -1;
  }
  static ::testing::AssertionResult tells(const child_process& process, const std::string& text) {
    return eventually([&] { return process.output().find(text) != std::string::npos; });
  }

  temporary_directory directory_;
  int started_ = 0;
};

TEST_F(stream_ingest, takes_what_is_there_and_what_arrives_and_remembers_it_over_a_restart) {
  put("a.csv", header + rows("ada", 3));
  auto process = start();
  ASSERT_TRUE(tells(*process, "a.csv: 3 read, 3 applied, 0 duplicates, 0 rejected")) << process->errors();
  put("b.ndjson", R"({"user_id":"bob","item_id":"i","ts":1291191960})"
                  "\n");
  ASSERT_TRUE(tells(*process, "b.ndjson: 1 read, 1 applied")) << process->errors();
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait(30s), 0);
  EXPECT_EQ(events(), 4);

  put("c.csv", header + rows("eve", 2));
  process = start();
  ASSERT_TRUE(tells(*process, "c.csv: 2 read")) << process->errors();
  process->signal(SIGINT);
  EXPECT_EQ(process->wait(30s), 0);
  EXPECT_THAT(process->output(), Not(HasSubstr("a.csv")));
  EXPECT_THAT(process->errors(), IsEmpty());
  EXPECT_EQ(events(), 6);
}

TEST_F(stream_ingest, leaves_a_file_that_is_being_written_until_it_is_closed) {
  const auto process = start();
  std::ofstream writer(drops() / "slow.csv");
  writer << header << rows("ada", 2) << std::flush;
  // Files are taken in the order of their age, so the slow one had its turn before this.
  put("quick.csv", header + rows("bob", 1));
  ASSERT_TRUE(tells(*process, "quick.csv: 1 read")) << process->errors();
  EXPECT_THAT(process->output(), Not(HasSubstr("slow.csv")));
  writer << rows("eve", 2);
  writer.close();
  EXPECT_TRUE(tells(*process, "slow.csv: 4 read, 4 applied")) << process->errors();
  EXPECT_EQ(count_of(process->output(), "slow.csv"), 1U);
}

TEST_F(stream_ingest, tells_of_a_bad_file_once_and_goes_on_with_the_others) {
  put("a_columns.csv", "a,b\n1,2\n");
  put("b_damaged.parquet", "no parquet");
  put("c_rows.csv", header + std::string("u,i,later\n"));
  put("d_good.csv", header + rows("ada", 2) + "u,i,later\n");
  const auto process = start();
  ASSERT_TRUE(tells(*process, "d_good.csv: 3 read, 2 applied, 0 duplicates, 1 rejected")) << process->errors();
  // Several looks later.
  for (const auto* name : {"e.csv", "f.csv", "g.csv"}) {
    put(name, header + rows("bob", 1));
    ASSERT_TRUE(tells(*process, std::string(name) + ": 1 read")) << process->errors();
  }
  const auto errors = process->errors();
  EXPECT_THAT(errors,
              AllOf(HasSubstr("a_columns.csv"), HasSubstr("b_damaged.parquet"), HasSubstr("none of the 1 rows of")));
  EXPECT_EQ(count_of(errors, "\n"), 3U) << errors;
  EXPECT_THAT(process->output(), Not(HasSubstr("rejected.ndjson: ")));
  put("a_columns.csv", header + rows("eve", 1));
  EXPECT_TRUE(tells(*process, "a_columns.csv: 1 read, 1 applied")) << "mended";
}

TEST_F(stream_ingest, once_takes_what_is_there_and_tells_what_it_could_not_take) {
  EXPECT_EQ(once().exit_code, 0) << "an empty directory";
  put("a.csv", header + rows("ada", 2));
  std::ofstream writer(drops() / "slow.csv");
  writer << header << std::flush;
  const auto first = once();
  EXPECT_EQ(first.exit_code, 0) << first.errors;
  EXPECT_THAT(first.errors, HasSubstr("slow.csv is still being written"));
  EXPECT_EQ(boost::json::parse(first.output).at_pointer("/events/applied").as_int64(), 2);
  put("bad.csv", "a,b\n1,2\n");
  const auto second = once();
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output, IsEmpty());
  EXPECT_THAT(second.errors, HasSubstr("bad.csv"));
  EXPECT_EQ(run_freshet({"stream-ingest", "nowhere", "--db", "db"}, directory_.path()).exit_code, 1);
  EXPECT_EQ(run_freshet({"stream-ingest", "--db", "db"}, directory_.path()).exit_code, 2);
}

TEST_F(stream_ingest, killed_at_any_moment_it_loses_nothing_and_doubles_nothing) {
  constexpr int files = 12, rows_each = 4'000;
  for (int number = 0; number < files; ++number) {
    put("f" + std::to_string(number) + ".csv", header + rows("u" + std::to_string(number), rows_each));
  }
  for (std::size_t taken = 1; taken < files; taken += 2) {
    const auto process = start();
    // At least one more each time, so that the kill comes somewhere in the next ones.
    ASSERT_TRUE(eventually([&] { return !process->output().empty(); })) << process->errors();
    process->signal(SIGKILL);
    EXPECT_EQ(process->wait(30s), 128 + SIGKILL);
  }
  const auto last = once();
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_EQ(events(), files * rows_each);
}

TEST_F(stream_ingest, lets_other_commands_have_the_database_and_hands_over_to_a_service) {
  const auto process = start();
  put("a.csv", header + rows("ada", 3));
  ASSERT_TRUE(tells(*process, "a.csv: 3 read")) << process->errors();
  ASSERT_TRUE(write_file_atomically(directory_ / "other.csv", header + rows("bob", 1)));
  const auto beside = run_freshet({"ingest", "--events", "other.csv", "--db", "db"}, directory_.path());
  EXPECT_EQ(beside.exit_code, 0) << beside.errors;
  service_process service(directory_.path());
  put("b.csv", header + rows("eve", 2));
  ASSERT_TRUE(tells(*process, "b.csv: 2 read")) << process->errors();
  EXPECT_EQ(service.get("/v1/users/eve/events").body.at("events").as_array().size(), 2U);
  EXPECT_EQ(service.stop(), 0);
  put("c.csv", header + rows("ida", 2));
  ASSERT_TRUE(tells(*process, "c.csv: 2 read")) << process->errors();
  EXPECT_EQ(events(), 8);
  const auto second = run_freshet({"stream-ingest", "drops", "--db", "db", "--once"}, directory_.path());
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.errors, HasSubstr("takes in the files of drops already"));
}

}  // namespace
}  // namespace freshet::testing
