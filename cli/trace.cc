// nepactl trace
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/chrome_trace.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "cli/words.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

struct TraceFlags {
  std::string job;
  std::string to;
  bool table = false;
};

std::string SecondsText(absl::Duration duration) {
  return absl::StrFormat("%.3f", absl::ToDoubleSeconds(duration));
}

// `spans` sorted.
Table SpanTable(const std::vector<v1::TraceSpan>& spans) {
  Table table({{"AT [s]", Align::kRight},
               {"TOOK [s]", Align::kRight},
               {"ATTEMPT", Align::kRight},
               {"PROCESS"},
               {"THREAD"},
               {"WHAT"}});
  for (const v1::TraceSpan& span : spans) {
    table.AddRow(
        {SecondsText(rpc::FromMessage(span.begin()) - rpc::FromMessage(spans.front().begin())),
         SecondsText(rpc::FromMessage(span.duration())),
         span.attempt() == 0 ? std::string() : absl::StrCat(span.attempt()), span.process(),
         span.thread(), span.name()});
  }
  return table;
}

absl::StatusOr<int> Trace(Context& context, const TraceFlags& flags) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(flags.job));
  NEPA_ASSIGN_OR_RETURN(std::vector<v1::TraceSpan> spans, context.client().GetTrace(job.id()));
  if (flags.table) {
    SortSpans(&spans);
    context.Print(SpanTable(spans));
    return kExitDone;
  }
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Event> events, context.client().ListEvents(job.id()));
  const std::string text = DumpJson(ChromeTrace(job, std::move(spans), events));
  if (flags.to.empty()) {
    context.Print(text);
    return kExitDone;
  }
  NEPA_RETURN_IF_ERROR(io::WriteFileAtomically(flags.to, text));
  context.Note(absl::StrCat(JobTitle(job), ": its trace is ", flags.to,
                            "; open it with https://ui.perfetto.dev or chrome://tracing"));
  return kExitDone;
}

}  // namespace

void AddTrace(CommandLine& line) {
  const auto flags = std::make_shared<TraceFlags>();
  CLI::App* const command =
      line.Add("trace", "Write where a job's time went, in the Chrome trace format (Perfetto)",
               "  nepactl trace fashion-pretrain --to trace.json\n"
               "  nepactl trace j17 --table      the same for people: what took how long",
               [flags](Context& context) { return Trace(context, *flags); });
  AddJobArgument(command, &flags->job);
  CLI::Option* const to =
      command->add_option("--to", flags->to, "The file to write; without it, standard output")
          ->type_name("FILE");
  command->add_flag("--table", flags->table, "Print a table instead")->excludes(to);
}

}  // namespace nepa::cli
