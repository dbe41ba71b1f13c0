// What: sections of the settings table that stand in files of their own. Internal to config/.
#pragma once

#include <vector>

#include "config/settings.hpp"

namespace freshet {

void declare_caches(std::vector<setting>& all);
/// warmup and hot_reload.on_update.
void declare_warmup(std::vector<setting>& all);
/// retrain.
void declare_retraining(std::vector<setting>& all);
/// rollout and live_guard.
void declare_rollout(std::vector<setting>& all);
/// retrain.params.
[[nodiscard]] setting_family retraining_parameters();
void declare_targets(std::vector<setting>& all);

}  // namespace freshet
