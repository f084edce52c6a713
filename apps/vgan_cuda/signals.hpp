// Ctrl-C and SIGTERM as a polite request to stop.
#pragma once

namespace vgan::app {

/// From here on SIGINT and SIGTERM ask for a stop instead of ending the process. A second SIGINT
/// kills at once; one that comes within a quarter of a second of the first is the same one, sent
/// to the process and to its group, as timeout(1) does it.
void catch_stop_signals();

/// Whether a stop was asked for.
bool stop_requested();

/// A pipe that is closed at the other end is an error of the write, not the end of the process.
void ignore_closed_pipes();

}  // namespace vgan::app
