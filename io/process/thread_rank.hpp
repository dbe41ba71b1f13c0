// What:    how a thread stands to the others when there are more of them than processors.
// Why:     a thread that wakes up for a request may wait for a whole scheduler tick (4 ms) behind one that computes,
//          whatever their nice values: Linux lets who runs go on until its slice is used up, unless the one who wakes
//          up has a shorter slice. So whoever computes for long asks for a long slice, and is stopped at once.
// Source:  EEVDF scheduler, slices by sched_setattr(2), Linux 6.12; older kernels take the nice value and nothing else.
// Threads: of the calling thread, and of those it starts later.
#pragma once

namespace freshet {

enum class thread_rank {
  /// As every thread begins.
  equal,
  /// The same share of a processor, but those above go first when they wake up.
  yielding,
  /// The same once more.
  patient,
  /// A small share, and all others go first when they wake up: work that nobody waits for.
  behind,
};

/// False where the system refuses: then others wait longer, and nothing else is different.
bool rank_this_thread(thread_rank rank);

}  // namespace freshet
