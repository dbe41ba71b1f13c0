// Part of promise D1: closing a store does not wait for its compactions, of which a bulk of events leaves minutes.
#include <rocksdb/env.h>

#include <future>
#include <latch>

#include "io/store/rocks_store.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;
using namespace std::chrono_literals;

/// While it lives, no compaction of this process comes to its turn.
class occupied_compactors {
 public:
  occupied_compactors() {
    for (int i = 0; i < threads_; ++i) {
      rocksdb::Env::Default()->Schedule([](void* self) { static_cast<occupied_compactors*>(self)->occupy(); }, this,
                                        rocksdb::Env::Priority::LOW);
    }
    begun_.wait();
  }
  ~occupied_compactors() {
    over_.count_down();
    ended_.wait();
  }
  occupied_compactors(const occupied_compactors&) = delete;
  occupied_compactors& operator=(const occupied_compactors&) = delete;

 private:
  void occupy() {
    begun_.count_down();
    over_.wait();
    ended_.count_down();
  }

  const int threads_ = rocksdb::Env::Default()->GetBackgroundThreads(rocksdb::Env::Priority::LOW);
  std::latch begun_{threads_};
  std::latch over_{1};
  std::latch ended_{threads_};
};

TEST(store_closing, waits_for_no_compaction_however_many_tables_wait_for_one) {
  // From so many tables on RocksDB slows writers down.
  constexpr std::uint64_t tables = 20;
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  std::future<void> closed;
  {
    const occupied_compactors busy;
    closed = std::async(std::launch::async, [&] {
      for (std::uint64_t n = 0; n < tables; ++n) {
        ASSERT_TRUE(store->apply(batch_of({numbered_event(n)}), false));
        ASSERT_TRUE(expect_value(dynamic_cast<rocks_store&>(*store).files().files())->flush().ok());
      }
      ASSERT_TRUE(store->apply(batch_of({numbered_event(tables)}), true));
      store.reset();
    });
    EXPECT_EQ(closed.wait_for(60s), std::future_status::ready);
  }
  closed.get();
  EXPECT_EQ(expect_value(open_store(directory / "db")->counts()).events, tables + 1);
}

}  // namespace
}  // namespace freshet
