// What: what the operating system says about this process, as Prometheus's process_* series have it.
// Source: /proc/self; a figure that cannot be read is 0.
#pragma once

namespace freshet {

struct process_figures {
  double cpu_seconds{};
  double resident_bytes{};
  double virtual_bytes{};
  double open_descriptors{};
  double descriptors_max{};
  double threads{};
  double start_unix_seconds{};
};

[[nodiscard]] process_figures read_process_figures();

}  // namespace freshet
