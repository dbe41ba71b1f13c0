// What: what a route asks of the caller's key.
#pragma once

namespace freshet {

/// none = everybody may; the others are what an API key is given for. No scope contains another.
enum class access_scope { none, read, ingest, admin };

}  // namespace freshet
