// nepactl logs
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct LogsFlags {
  std::string job;
  bool follow = false;
  int32_t rank = -1;
  int64_t attempt = 0;
};

// The lines of a piece; the piece's last line break ends its last line and begins none.
std::vector<absl::string_view> LinesOf(absl::string_view text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// With several ranks each line says whose it is.
std::string PieceText(const v1::ReadLogsResponse& piece, bool json, bool named) {
  if (!json && !named) return piece.text();
  std::string text;
  for (const absl::string_view line : LinesOf(piece.text())) {
    if (json) {
      absl::StrAppend(&text, DumpJsonLine({{"rank", piece.rank()},
                                           {"attempt", piece.attempt()},
                                           {"line", std::string(line)}}));
    } else {
      absl::StrAppend(&text, "rank ", piece.rank(), " | ", line, "\n");
    }
  }
  return text;
}

absl::StatusOr<int> Logs(Context& context, const LogsFlags& flags) {
  v1::ReadLogsRequest request;
  request.set_job(flags.job);
  request.set_rank(flags.rank);
  request.set_attempt(flags.attempt);
  request.set_follow(flags.follow);
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(flags.job));
  request.set_job(job.id());
  bool any = false;
  NEPA_RETURN_IF_ERROR(
      context.client().ReadLogs(request, [&](const v1::ReadLogsResponse& piece) -> absl::Status {
        any = true;
        const bool named = flags.rank < 0 && (job.ranks() > 1 || piece.rank() > 0);
        context.Print(PieceText(piece, context.json(), named));
        return absl::OkStatus();
      }));
  if (!any) {
    context.Note(job.attempt() == 0 ? "Nothing yet: the job has not started."
                                    : "Nothing: no rank wrote to its log.");
  }
  return kExitDone;
}

}  // namespace

void AddLogs(CommandLine& line) {
  const auto flags = std::make_shared<LogsFlags>();
  CLI::App* const command =
      line.Add("logs", "Print what a job's ranks wrote to stdout and stderr",
               "  nepactl logs j17\n"
               "  nepactl logs j17 -f                 go on until the job has ended\n"
               "  nepactl logs j17 --rank 3 --attempt 1\n"
               "  nepactl logs j17 -o json            one object a line: rank, attempt, line",
               [flags](Context& context) { return Logs(context, *flags); });
  AddJobArgument(command, &flags->job);
  command->add_flag("-f,--follow", flags->follow, "Go on until the job has ended");
  command->add_option("--rank", flags->rank, "Only this rank [all]")
      ->check(IsCount())
      ->type_name("N");
  command->add_option("--attempt", flags->attempt, "This attempt [the latest]")
      ->check(IsCount())
      ->type_name("N");
}

}  // namespace nepa::cli
