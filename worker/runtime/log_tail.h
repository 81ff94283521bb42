// The last lines of a rank's log, for the message of an end that the rank did not explain.
#ifndef NEPA_WORKER_RUNTIME_LOG_TAIL_H_
#define NEPA_WORKER_RUNTIME_LOG_TAIL_H_

#include <string>

namespace nepa::worker {

// At most 10 whole lines and 4 KiB from the end of the file, trailing newlines taken off; empty if
// it cannot be read. Any thread.
std::string LogTail(const std::string& path);

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_LOG_TAIL_H_
