// The one error type of the library, and what each kind of error means to a process.
#pragma once

#include <stdexcept>
#include <string>

namespace vgan {

/// What went wrong, as a process exit status (sysexits.h where it has a word for it).
enum class ErrorCode : int {
  usage = 2,         ///< the command line cannot be understood
  diverged = 3,      ///< NaN or Inf in a loss or gradient
  bad_data = 65,     ///< a file's content is not what its format promises
  no_device = 69,    ///< the device asked for is absent, or has too little memory
  internal = 70,     ///< a broken promise of this library or of one it calls
  io = 74,           ///< the operating system refused to read or write
  interrupted = 75,  ///< stopped early on request; a checkpoint was saved
  bad_config = 78,   ///< a setting has a value that it cannot have
};

/// The parts of an error message. Empty parts are left out of the line.
struct ErrorDetail {
  std::string what;     ///< what failed, e.g. "cannot read IDX images"
  std::string where;    ///< file and offset, row and column, shape against shape, or setting
  std::string found;    ///< what was there
  std::string allowed;  ///< what may be there
  std::string remedy;   ///< what to do about it
};

/// Thrown by every part of the library. `what()` is one line:
/// "WHAT: WHERE: found FOUND; allowed ALLOWED; REMEDY".
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, ErrorDetail detail);

  ErrorCode code() const noexcept { return code_; }
  int exit_code() const noexcept { return static_cast<int>(code_); }
  const ErrorDetail& detail() const noexcept { return detail_; }

 private:
  ErrorCode code_;
  ErrorDetail detail_;
};

}  // namespace vgan
