#include "io/files/incoming_files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <fstream>

#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using names = std::vector<std::string>;

class incoming_files_test : public ::testing::Test {
 protected:
  incoming_files_test() { std::filesystem::create_directory(drops()); }
  std::filesystem::path drops() const { return directory_ / "drops"; }
  std::filesystem::path memory() const { return directory_ / "db" / "taken" / "drops"; }
  std::unique_ptr<incoming_files> open(bool uses_leases = true) {
    auto opened =
        incoming_files::open({.directory = drops(), .memory = memory(), .settle = 0ms, .uses_leases = uses_leases});
    EXPECT_TRUE(opened) << opened.failure().message;
    return std::move(*opened);
  }
  /// `seconds`: of its last change.
  void put(const std::string& name, const std::string& content = "x", std::int64_t seconds = 1'700'000'000) const {
    std::ofstream(drops() / name) << content;
    const timespec times[] = {{.tv_sec = seconds, .tv_nsec = 0}, {.tv_sec = seconds, .tv_nsec = 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, (drops() / name).c_str(), times, 0), 0);
  }
  static names names_of(const std::vector<incoming_file>& files) {
    names found;
    for (const auto& each : files) found.push_back(each.path.filename().string());
    return found;
  }
  static names complete(incoming_files& files) {
    const auto seen = files.look();
    EXPECT_TRUE(seen) << seen.failure().message;
    return seen ? names_of(seen->complete) : names{};
  }
  static void take(incoming_files& files) {
    const auto seen = files.look();
    ASSERT_TRUE(seen);
    for (const auto& each : seen->complete) ASSERT_TRUE(files.note_taken(each));
  }

  testing::temporary_directory directory_;
};

TEST_F(incoming_files_test, shows_event_files_the_oldest_first_and_passes_by_what_is_none) {
  put("b.csv", "x", 30);
  put("a.ndjson.gz", "x", 20);
  put("c.parquet", "x", 10);
  for (const auto* other : {".hidden.csv", "d.csv.tmp", "e.parquet.part", "f.csv.crdownload", "notes.txt", "README",
                            "a.csv.rejected.ndjson"}) {
    put(other);
  }
  put("empty.csv", "");
  std::filesystem::create_directory(drops() / "directory.csv");
  EXPECT_THAT(complete(*open()), ElementsAre("c.parquet", "a.ndjson.gz", "b.csv"));
}

TEST_F(incoming_files_test, a_file_is_not_complete_while_anybody_has_it_open_for_writing) {
  const auto files = open();
  std::ofstream writer(drops() / "e.csv");
  writer << "half" << std::flush;
  const auto seen = files->look();
  ASSERT_TRUE(seen);
  EXPECT_THAT(seen->complete, IsEmpty());
  EXPECT_THAT(names_of(seen->being_written), ElementsAre("e.csv"));
  // Reading it makes no difference.
  std::ifstream reader(drops() / "e.csv");
  writer.close();
  pollfd told{.fd = files->descriptor(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&told, 1, 30'000), 1) << "closing it is told";
  EXPECT_THAT(complete(*files), ElementsAre("e.csv"));
}

TEST_F(incoming_files_test, without_leases_a_file_is_complete_when_it_has_not_changed_since_the_last_look) {
  const auto files = open(/*uses_leases=*/false);
  put("e.csv", "1");
  const auto first = files->look();
  ASSERT_TRUE(first);
  EXPECT_THAT(names_of(first->unsettled), ElementsAre("e.csv"));
  put("e.csv", "12");
  EXPECT_THAT(complete(*files), IsEmpty()) << "longer than before";
  put("e.csv", "13", 1'700'000'001);
  EXPECT_THAT(complete(*files), IsEmpty()) << "changed later than before";
  EXPECT_THAT(complete(*files), ElementsAre("e.csv"));
}

TEST_F(incoming_files_test, what_was_taken_is_known_later_unless_it_was_written_anew) {
  put("a.csv");
  put("b.csv");
  take(*open());
  put("c.csv");
  EXPECT_THAT(complete(*open()), ElementsAre("c.csv"));
  put("b.csv", "xy");
  EXPECT_THAT(complete(*open()), ElementsAre("b.csv", "c.csv"));
}

TEST_F(incoming_files_test, a_memory_that_a_kill_cut_off_gives_up_the_last_file_only) {
  put("a.csv", "x", 1);
  take(*open());
  put("b.csv", "x", 2);
  take(*open());
  const auto whole = *read_file(memory());
  for (std::size_t size = whole.size() / 2; size < whole.size(); ++size) {
    ASSERT_TRUE(write_file_atomically(memory(), whole.substr(0, size)));
    const auto files = open();
    EXPECT_THAT(complete(*files), ElementsAre("b.csv")) << size;
    take(*files);
    EXPECT_EQ(*read_file(memory()), whole);
  }
}

TEST_F(incoming_files_test, a_bad_file_is_not_shown_again_until_it_changes_or_the_program_starts_again) {
  put("a.csv");
  auto files = open();
  files->note_bad(files->look()->complete.front());
  EXPECT_THAT(complete(*files), IsEmpty());
  put("a.csv", "better");
  EXPECT_THAT(complete(*files), ElementsAre("a.csv"));
  files->note_bad(files->look()->complete.front());
  files.reset();
  EXPECT_THAT(complete(*open()), ElementsAre("a.csv"));
}

TEST_F(incoming_files_test, the_memory_does_not_grow_with_files_that_are_gone) {
  put("kept.csv");
  take(*open());
  const auto one = *read_file(memory());
  std::string many = one;
  for (int each = 0; each < 3'000; ++each) {
    char mark[34];
    std::snprintf(mark, sizeof mark, "%032x\n", static_cast<unsigned>(each));
    many += mark;
  }
  ASSERT_TRUE(write_file_atomically(memory(), many));
  EXPECT_THAT(complete(*open()), IsEmpty());
  EXPECT_EQ(*read_file(memory()), one);
}

TEST_F(incoming_files_test, one_process_at_a_time_has_the_memory) {
  const auto first = open();
  const auto second = incoming_files::open({.directory = drops(), .memory = memory()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, error_code::conflict);
  EXPECT_THAT(second.failure().message, HasSubstr(drops().string()));
}

TEST_F(incoming_files_test, a_directory_may_come_and_go) {
  std::filesystem::remove(drops());
  const auto files = open();
  EXPECT_THAT(complete(*files), IsEmpty());
  for (int time = 0; time < 2; ++time) {
    std::filesystem::create_directory(drops());
    pollfd told{.fd = files->descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&told, 1, 30'000), 1);
    put("a.csv");
    EXPECT_THAT(complete(*files), ElementsAre("a.csv"));
    std::filesystem::remove_all(drops());
    EXPECT_THAT(complete(*files), IsEmpty());
  }
}

TEST_F(incoming_files_test, removes_old_files_that_were_taken_with_their_rejected_rows) {
  put("old.csv", "x", 100);
  put("old.csv.rejected.ndjson", "x", 300);
  put("new.csv", "x", 200);
  const auto files = open();
  take(*files);
  put("not_taken.csv", "x", 100);
  EXPECT_EQ(files->remove_taken(200 * 1'000'000'000LL).ok(), true);
  names left;
  for (const auto& each : std::filesystem::directory_iterator(drops())) left.push_back(each.path().filename());
  EXPECT_THAT(left, ::testing::UnorderedElementsAre("new.csv", "not_taken.csv"));
}

}  // namespace
}  // namespace freshet
