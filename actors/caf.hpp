// What: the C++ Actor Framework as Freshet uses it. The only file with version-specific code (CAF 0.17.6); a later
//       CAF needs this file and the signatures in interfaces.hpp.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/execution_unit.hpp>
#include <caf/response_promise.hpp>
#include <caf/result.hpp>
#include <caf/resumable.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// Messages inside one process carry pointers to immutable values, which CAF must be told are never serialised.
#define FRESHET_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)

namespace freshet {

using run_atom = caf::atom_constant<caf::atom("run")>;
using flush_atom = caf::atom_constant<caf::atom("flush")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;
using reload_atom = caf::atom_constant<caf::atom("reload")>;
using extend_atom = caf::atom_constant<caf::atom("extend")>;
using warmup_atom = caf::atom_constant<caf::atom("warmup")>;
using load_atom = caf::atom_constant<caf::atom("load")>;
using status_atom = caf::atom_constant<caf::atom("status")>;
using cancel_atom = caf::atom_constant<caf::atom("cancel")>;
using crash_atom = caf::atom_constant<caf::atom("crash")>;
using pause_atom = caf::atom_constant<caf::atom("pause")>;

/// An actor that was told to stop leaves with this reason; any other reason is a crash, and the supervisor restarts.
inline constexpr auto stopped = caf::exit_reason::user_shutdown;

}  // namespace freshet
