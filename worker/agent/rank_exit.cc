#include "worker/agent/rank_exit.h"

#include <csignal>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nepa::agent {
namespace {

std::string SignalName(int number) {
  const char* const name = ::sigabbrev_np(number);
  return name != nullptr ? absl::StrCat("SIG", name) : absl::StrCat("signal ", number);
}

std::string LastWords(const std::string& log_tail) {
  const absl::string_view text = absl::StripAsciiWhitespace(log_tail);
  if (text.empty()) return "Its log is empty.";
  return absl::StrCat("The last lines of its log:\n", text);
}

}  // namespace

frames::Exit ExplainEnd(const ProcessEnd& end) {
  if (end.signal_number == SIGKILL) {
    return {frames::ExitKind::kKilled,
            "the trainer was killed by SIGKILL. Out of memory? The kernel's log (dmesg) says so if "
            "it was; a smaller batch.micro or fewer slots on this worker need less."};
  }
  if (end.signal_number != 0) {
    return {frames::ExitKind::kKilled,
            absl::StrCat("the trainer was ended by ", SignalName(end.signal_number), ". ",
                         LastWords(end.log_tail))};
  }
  return {frames::ExitKind::kInternal,
          absl::StrCat("the trainer ended with status ", end.exit_status, " without saying why. ",
                       LastWords(end.log_tail))};
}

}  // namespace nepa::agent
