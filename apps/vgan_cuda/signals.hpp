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

/// A pipe that is closed at the other end and a file-size limit are errors of the write, not the
/// end of the process. A standard stream that is closed becomes /dev/null, so that no file of ours
/// takes its number and with it what is printed.
void prepare_streams();

}  // namespace vgan::app
