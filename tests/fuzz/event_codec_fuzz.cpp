// What: any bytes are an event or a rejection; an event is valid and survives being written and read again.
// Run:  event_codec_fuzz -max_total_time=60 -max_len=4096 [corpus folder]
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/text.hpp"
#include "io/events/event_codec.hpp"

namespace {

void check(freshet::event_decoder& decoder, const freshet::clock& time, const freshet::decoded_event& out) {
  if (const auto* why = std::get_if<freshet::rejection>(&out)) {
    FRESHET_CHECK(freshet::is_utf8(why->message) && !freshet::has_control_characters(why->message));
    return;
  }
  const auto& read = std::get<freshet::event>(out);
  FRESHET_CHECK(std::holds_alternative<std::monostate>(freshet::validate(read, time)));
  const auto again = decoder.decode(freshet::encode(read));
  FRESHET_CHECK(std::holds_alternative<freshet::event>(again) && std::get<freshet::event>(again) == read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const freshet::manual_clock time(1'800'000'000);
  freshet::event_decoder decoder(time);
  check(decoder, time, decoder.decode(json));
  const std::vector<std::pair<std::string, std::string>> binary_mode{
      {"ce_specversion", "1.0"}, {"ce_source", "/fuzz"}, {"ce_id", "1"}, {"ce_time", std::string(json.substr(0, 30))}};
  check(decoder, time, decoder.decode(json, binary_mode));
  return 0;
}
