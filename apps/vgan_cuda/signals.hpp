// Ctrl-C and SIGTERM as a polite request to stop.
#pragma once

namespace vgan::app {

/// From here on SIGINT, SIGTERM and SIGHUP, those that are not ignored already, ask for a stop
/// instead of ending the process. A second SIGINT kills at once; one that comes within a quarter of
/// a second of the first is the same one, sent to the process and to its group, as timeout(1) does
/// it.
void catch_stop_signals();

/// Whether a stop was asked for.
bool stop_requested();

}  // namespace vgan::app
