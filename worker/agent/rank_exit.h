// Why a rank's process ended, in words for people, from what the system says about it.
//
// Pure.
#ifndef NEPA_WORKER_AGENT_RANK_EXIT_H_
#define NEPA_WORKER_AGENT_RANK_EXIT_H_

#include <string>

#include "common/frames/frames.h"

namespace nepa::agent {

// How a process ended, as wait() tells it, and the last lines of its log.
struct ProcessEnd {
  int signal_number = 0;  // 0: it ended by itself
  int exit_status = 0;
  std::string log_tail;
};

// For a rank that sent no exit frame. A signal is kKilled, with its name and, for SIGKILL, the hint
// that the system may have run out of memory; anything else is kInternal with the last lines of the
// log.
frames::Exit ExplainEnd(const ProcessEnd& end);

}  // namespace nepa::agent

#endif  // NEPA_WORKER_AGENT_RANK_EXIT_H_
