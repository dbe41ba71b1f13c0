// What:    the actor that takes events and items arriving over HTTP, makes them durable and answers.
// Why:     POST /v1/events is answered only when the log holds the events (group commit, or the broker's
//          acknowledgement); state changes only through consumption, with a broker or without. Items are metadata, not
//          events: they go into the store and the catalogue at once, so the next answer shows them.
// Order:   one publisher changes items one after the other, so a PATCH reads what it changes undisturbed.
// Threads: an actor with a thread of its own: bodies may be 10 MiB, and the store is written for items.
#pragma once

#include <memory>

#include "actors/interfaces.hpp"
#include "io/events/event_codec.hpp"
#include "io/events/event_source.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct publisher_context {
  event_sink* sink = nullptr;
  event_store* store = nullptr;
  item_catalogue* catalogue = nullptr;
  std::shared_ptr<visibility> visible;
  const clock* time = nullptr;
};

class publisher {
 public:
  explicit publisher(publisher_context context) : context_(std::move(context)), decoder_(*context_.time) {}

  void publish_events(const http::exchange_ptr& call);
  void publish_items(const http::exchange_ptr& call);
  /// PUT, PATCH or DELETE, as the request's method says.
  void change_item(const http::exchange_ptr& call, const std::string& item_id);

 private:
  http::response put_item(const http::request& in, const std::string& item_id);
  http::response patch_item(const http::request& in, const std::string& item_id);
  http::response delete_item(const http::request& in, const std::string& item_id);
  /// Durable and in the catalogue when it returns.
  status store_item(const item& value);

  publisher_context context_;
  event_decoder decoder_;
};

struct publisher_state {
  static inline const char* name = "publisher";
  std::unique_ptr<publisher> logic;
};
publisher_actor::behavior_type make_publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                              publisher_context context);

}  // namespace freshet
