// `freshet generate`: writes the files of a synthetic shop.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/data/synthetic_shop.hpp"
#include "io/events/event_codec.hpp"
#include "io/files/csv_writer.hpp"
#include "io/files/item_json.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/progress.hpp"

namespace freshet::tools {
namespace {

struct generate_flags {
  shop_options shop;
  std::string output = ".";
  std::string format = "csv";
};

/// A text file that is written in large pieces; the first failure is kept for `close`.
class text_file {
 public:
  explicit text_file(std::filesystem::path path) : path_(std::move(path)), file_(path_, std::ios::binary) {}

  std::string& buffer() { return buffer_; }
  void flush_when_full() {
    if (buffer_.size() >= buffer_bytes) flush();
  }
  status close() {
    flush();
    file_.close();
    if (!file_) return error{error_code::io_failure, "cannot write " + path_.string() + "; is the disk full?"};
    return success{};
  }

 private:
  static constexpr std::size_t buffer_bytes = 1 << 20;
  void flush() {
    file_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.clear();
  }

  std::filesystem::path path_;
  std::ofstream file_;
  std::string buffer_;
};

using fields = std::vector<std::string>;

std::string decimal(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", number);
  return text;
}

const fields event_columns{"user_id", "item_id", "ts", "qty", "event_type", "session_id"};
fields to_fields(const event& each) {
  return {each.user_id,    each.item_id,   std::to_string(each.ts), std::to_string(each.qty),
          each.event_type, each.session_id};
}

const fields item_columns{"item_id",     "title",    "category",      "brand",  "price",
                          "description", "avg_star", "num_sold_time", "colour", "material"};
fields to_fields(const item& each) {
  const auto attribute = [&](const char* name) { return std::get<std::string>(each.attributes.at(name)); };
  return {each.item_id,         *each.title,          *each.category,          *each.brand,
          decimal(*each.price), *each.description,    decimal(*each.avg_star), decimal(*each.num_sold_time),
          attribute("colour"),  attribute("material")};
}

status write_items(const synthetic_shop& shop, const generate_flags& flags, const std::filesystem::path& path) {
  text_file file(path);
  const bool csv = flags.format == "csv";
  if (csv) append_csv_record(file.buffer(), item_columns);
  shop.for_each_item([&](const item& each) {
    if (csv) {
      append_csv_record(file.buffer(), to_fields(each));
    } else {
      file.buffer() += encode_item_json(each) + '\n';
    }
    file.flush_when_full();
  });
  return file.close();
}

status write_events(const synthetic_shop& shop, const generate_flags& flags, const std::filesystem::path& path) {
  text_file file(path);
  progress shown("events");
  const bool csv = flags.format == "csv";
  if (csv) append_csv_record(file.buffer(), event_columns);
  std::uint64_t count = 0;
  shop.for_each_event([&](const event& each) {
    if (csv) {
      append_csv_record(file.buffer(), to_fields(each));
    } else {
      file.buffer() += encode(each) + '\n';
    }
    file.flush_when_full();
    ++count;
    shown.update({.count = count, .part = count, .whole = flags.shop.events});
    return true;
  });
  return file.close();
}

int generate(const generate_flags& flags) {
  const std::filesystem::path directory(flags.output);
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) {
    return fail("generate", {error_code::io_failure, "cannot make " + flags.output + ": " + failed.message()});
  }
  const synthetic_shop shop(flags.shop);
  const auto events = directory / ("events." + flags.format);
  const auto items = directory / ("items." + flags.format);
  if (const auto written = write_items(shop, flags, items); !written) return fail("generate", written.failure());
  if (const auto written = write_events(shop, flags, events); !written) return fail("generate", written.failure());
  std::printf("%s: %llu events of %u users\n%s: %u items\n", events.c_str(),
              static_cast<unsigned long long>(flags.shop.events), flags.shop.users, items.c_str(), flags.shop.items);
  return exit_ok;
}

}  // namespace

void add_generate(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "generate", "Writes the events and items of a shop that does not exist.",
                              "freshet generate --users 2000 --items 500 --events 50000 --output shop");
  auto flags = std::make_shared<generate_flags>();
  constexpr std::uint32_t most = 0x7fffffff;
  command.add_option("--users", flags->shop.users, "How many users")
      ->check(CLI::Range(1U, most))
      ->capture_default_str();
  command.add_option("--items", flags->shop.items, "How many items")
      ->check(CLI::Range(1U, most))
      ->capture_default_str();
  command.add_option("--events", flags->shop.events, "How many events, over one year")->capture_default_str();
  command.add_option("--seed", flags->shop.seed, "The same seed gives the same files")->capture_default_str();
  command.add_option("--output", flags->output, "Directory for events.<format> and items.<format>")
      ->type_name("DIR")
      ->capture_default_str();
  command.add_option("--format", flags->format, "csv or ndjson")
      ->check(CLI::IsMember({"csv", "ndjson"}))
      ->capture_default_str();
  command.callback([&call, flags] { call.run = [flags] { return generate(*flags); }; });
}

}  // namespace freshet::tools
