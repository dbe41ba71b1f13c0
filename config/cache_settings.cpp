// The sections cache, warmup and hot_reload.on_update.
#include "config/setting_kinds.hpp"
#include "config/setting_sections.hpp"

namespace freshet {

namespace {

using namespace setting_kinds;

constexpr double entries_max = 100e6;
constexpr double year_seconds = 31'536'000;

}  // namespace

void declare_caches(std::vector<setting>& all) {
  all.insert(all.end(),
             {
                 live(boolean("cache.enabled", FRESHET_AT(cache.enabled),
                              "Whether answers and lists are kept; users' queries always are.")),
                 live(number("cache.user_profile.max_size", FRESHET_AT(cache.user_profile.max_size), 1, entries_max,
                             "Users whose query is kept ready; the least recently asked for make room.")),
                 live(number("cache.user_profile.ttl_seconds", FRESHET_AT(cache.user_profile.ttl), 1, year_seconds,
                             "How long a query is used before it is computed anew; an event renews it at once.")),
                 live(number("cache.item_similarity.max_size", FRESHET_AT(cache.item_similarity.max_size), 0,
                             entries_max, "Lists of similar items that are kept.")),
                 live(number("cache.item_similarity.ttl_seconds", FRESHET_AT(cache.item_similarity.ttl), 0,
                             year_seconds, "How long such a list is kept.")),
                 live(number("cache.fallback.max_size", FRESHET_AT(cache.fallback.max_size), 0, entries_max,
                             "Fallback lists that are kept.")),
                 live(number("cache.fallback.ttl_seconds", FRESHET_AT(cache.fallback.ttl), 0, year_seconds,
                             "How long a fallback list is kept.")),
                 live(number("cache.response.max_size", FRESHET_AT(cache.response.max_size), 0, entries_max,
                             "Whole answers that are kept.", {"CACHE_SIZE"})),
                 live(number("cache.response.ttl_seconds", FRESHET_AT(cache.response.ttl), 0, year_seconds,
                             "How long an answer is kept where the request does not say.", {"CACHE_EXPIRY"})),
             });
}

void declare_warmup(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          live(boolean(
              "hot_reload.on_update.clear_item_similarity_cache",
              FRESHET_AT(hot_reload.on_update.clear_item_similarity_cache),
              "Whether a new model empties the lists of similar items at once; they could not be found any more.")),
          live(boolean(
              "hot_reload.on_update.clear_user_profile_cache",
              FRESHET_AT(hot_reload.on_update.clear_user_profile_cache),
              "Whether a new model empties the users' queries at once; else each is renewed when it is asked for.")),
          live(boolean("hot_reload.on_update.re_warmup", FRESHET_AT(hot_reload.on_update.re_warmup),
                       "Whether the caches are warmed up again for a new model.")),
          live(boolean("warmup.enabled", FRESHET_AT(warmup.enabled),
                       "Whether caches are filled without being asked to; POST /cache_warmup does it in any case.")),
          live(number("warmup.num_popular_items", FRESHET_AT(warmup.num_popular_items), 0, 100'000,
                      "Items whose similar ones are computed beforehand, the most popular first.")),
          live(number("warmup.num_user_profiles", FRESHET_AT(warmup.num_user_profiles), 0, 1e6,
                      "Users whose query is computed beforehand, the most active first.")),
          live(boolean("warmup.precompute_similarities", FRESHET_AT(warmup.precompute_similarities),
                       "Whether similar items are computed beforehand.")),
          live(boolean("warmup.warmup_on_startup", FRESHET_AT(warmup.warmup_on_startup),
                       "Whether the first model is warmed up for.")),
      });
}

}  // namespace freshet
