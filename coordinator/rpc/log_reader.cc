#include "coordinator/rpc/log_reader.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status.h"

namespace nepa::coordinator {
namespace {

using Take = std::function<bool(int64_t attempt, int64_t rank, absl::string_view text)>;

// How often a followed log is looked at: it may be written on another machine, and a shared file
// system tells nobody.
constexpr absl::Duration kLookAgain = absl::Milliseconds(200);

// The logs of one attempt, from where they were read last.
class AttemptLogs {
 public:
  AttemptLogs(const std::string& folder, int64_t attempt)
      : folder_(absl::StrCat(folder, "/logs/attempt-", attempt)), attempt_(attempt) {}

  int64_t attempt() const { return attempt_; }

  // Hands over what is new. `to_the_end`: also a last line without its end. False: stop.
  bool Pump(int64_t first_rank, int64_t end_rank, bool to_the_end, const Take& take) {
    for (int64_t rank = first_rank; rank < end_rank; ++rank) {
      if (!PumpRank(rank, to_the_end, take)) return false;
    }
    return true;
  }

 private:
  bool PumpRank(int64_t rank, bool to_the_end, const Take& take) {
    std::ifstream file(absl::StrCat(folder_, "/rank-", rank, ".log"), std::ios::binary);
    if (!file) return true;  // not there yet, or never
    std::streamoff& offset = offsets_[rank];
    std::string text(kMaxLogPieceBytes, '\0');
    for (;;) {
      file.clear();
      file.seekg(offset);
      file.read(text.data(), static_cast<std::streamsize>(text.size()));
      absl::string_view piece(text.data(), static_cast<size_t>(file.gcount()));
      const bool more = piece.size() == text.size();
      const size_t line_end = piece.rfind('\n');
      if (line_end != absl::string_view::npos) {
        if (more || !to_the_end) piece = piece.substr(0, line_end + 1);
      } else if (!more && !to_the_end) {
        return true;
      }
      if (piece.empty()) return true;
      if (!take(attempt_, rank, piece)) return false;
      offset += static_cast<std::streamoff>(piece.size());
    }
  }

  std::string folder_;
  int64_t attempt_;
  std::map<int64_t, std::streamoff> offsets_;
};

absl::Status CheckRequest(const LogRequest& request, const LogSituation& now) {
  if (request.attempt > now.attempt) {
    return absl::NotFoundError(
        absl::StrCat("there is no attempt ", request.attempt, "; the latest is ", now.attempt));
  }
  if (request.rank >= 0 && now.attempt > 0 && request.rank >= now.ranks) {
    return absl::NotFoundError(absl::StrCat("there is no rank ", request.rank, "; the attempt has ",
                                            now.ranks, " ranks, from 0"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadLogs(const LogRequest& request,
                      const std::function<absl::StatusOr<LogSituation>(int64_t)>& situation,
                      const Take& take, const std::function<bool()>& given_up) {
  NEPA_ASSIGN_OR_RETURN(LogSituation now, situation(request.attempt));
  NEPA_RETURN_IF_ERROR(CheckRequest(request, now));
  AttemptLogs logs(now.folder, request.attempt == 0 ? now.attempt : request.attempt);
  int64_t ranks = 0;  // the most that any attempt so far had
  while (!given_up()) {
    // The situation is older than what is read next, so nothing that was written is missed.
    const bool newer = request.attempt == 0 && now.attempt > logs.attempt();
    const bool to_the_end = !request.follow || newer || now.no_more;
    ranks = std::max(ranks, now.ranks);
    const int64_t first = std::max<int64_t>(request.rank, 0);
    const int64_t end = request.rank < 0 ? ranks : first + 1;
    if (!logs.Pump(first, end, to_the_end, take)) return absl::OkStatus();
    if (!request.follow || (now.no_more && !newer)) return absl::OkStatus();
    if (newer) {
      logs = AttemptLogs(now.folder, logs.attempt() + 1);
      continue;
    }
    absl::SleepFor(kLookAgain);
    NEPA_ASSIGN_OR_RETURN(now, situation(request.attempt));
  }
  return absl::OkStatus();
}

}  // namespace nepa::coordinator
