// What ranks wrote to stdout and stderr, for clients. Reads the disk and waits: for gRPC's threads,
// not the loop's.
#ifndef NEPA_COORDINATOR_RPC_LOG_READER_H_
#define NEPA_COORDINATOR_RPC_LOG_READER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::coordinator {

// Which logs there are now.
struct LogSituation {
  std::string folder;    // of the job, absolute
  int64_t attempt = 0;   // the latest
  int64_t ranks = 0;     // of the attempt that was asked for
  bool no_more = false;  // the attempt that was asked for has ended; for 0, the job has
};

struct LogRequest {
  int64_t rank = -1;    // -1: all
  int64_t attempt = 0;  // 0: the latest, and the later ones when following
  bool follow = false;
};

inline constexpr size_t kMaxLogPieceBytes = 64 << 10;

// Hands over whole lines, and the rest of a log once its attempt has ended. `situation` tells how
// things stand for an attempt (0: the latest) and may be called at any time. Stops with OK when
// `take` returns false. NOT_FOUND for a rank or an attempt that there is not.
absl::Status ReadLogs(
    const LogRequest& request,
    const std::function<absl::StatusOr<LogSituation>(int64_t attempt)>& situation,
    const std::function<bool(int64_t attempt, int64_t rank, absl::string_view text)>& take,
    const std::function<bool()>& given_up);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_LOG_READER_H_
