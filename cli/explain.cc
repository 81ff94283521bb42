// nepactl explain
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/format.h"
#include "cli/job_argument.h"
#include "cli/job_text.h"
#include "cli/words.h"
#include "common/base/status.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

// What to do about a phase, where there is something.
std::string Advice(const v1::Job& job) {
  switch (job.phase()) {
    case v1::PHASE_PAUSED:
      return absl::StrCat("nepactl resume ", job.id(), " goes on where it stopped");
    case v1::PHASE_FAILED:
    case v1::PHASE_RESTARTING:
      return absl::StrCat("nepactl logs ", job.id(), " shows what its ranks wrote, nepactl events ",
                          job.id(), " its story");
    default:
      return "";
  }
}

std::string SlotsText(const std::vector<v1::Worker>& workers) {
  int64_t ready = 0, free = 0, total = 0;
  for (const v1::Worker& worker : workers) {
    if (worker.state() != v1::WORKER_STATE_READY) continue;
    ++ready;
    free += worker.slots().free();
    total += worker.slots().total();
  }
  if (ready == 0) return "no worker is ready: start one with nepa-worker --coordinator HOST:PORT";
  return absl::StrCat(free, " of ", total, " free, on ", ready,
                      ready == 1 ? " ready worker" : " ready workers");
}

absl::StatusOr<int> Explain(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(name));
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, context.client().ListWorkers());
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Event> events, context.client().ListEvents(job.id()));
  if (context.json()) {
    Json json = JobJson(job);
    Json list = Json::array();
    for (const v1::Worker& worker : workers) list.push_back(WorkerJson(worker));
    context.PrintJson({{"id", json["id"]},
                       {"name", json["name"]},
                       {"phase", json["phase"]},
                       {"reason", json["reason"]},
                       {"exit", json["exit"]},
                       {"last_event", events.empty() ? Json(nullptr) : EventJson(events.back())},
                       {"workers", list}});
    return kExitDone;
  }
  FieldList fields;
  fields.Add("Job", JobTitle(job));
  fields.Add("Phase", {PhaseWord(job.phase()), PhaseColor(job.phase())});
  fields.Add("Why", job.reason());
  if (job.has_exit()) fields.Add("Exit", ExitText(job));
  if (!events.empty()) {
    fields.Add("Last event",
               absl::StrCat(events.back().kind(), ", ",
                            AgeText(context.now() - rpc::FromMessage(events.back().time())),
                            " ago: ", events.back().message()));
  }
  if (!IsFinal(job.phase())) fields.Add("Slots", SlotsText(workers));
  if (const std::string advice = Advice(job); !advice.empty()) fields.Add("Next", advice);
  context.Print(fields);
  return kExitDone;
}

}  // namespace

void AddExplain(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command =
      line.Add("explain", "Say why a job is in its phase: what it waits for, why it failed",
               "  nepactl explain j17", [job](Context& context) { return Explain(context, *job); });
  AddJobArgument(command, job.get());
}

}  // namespace nepa::cli
