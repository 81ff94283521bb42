// nepactl resume
#include "cli/change_job.h"
#include "cli/commands.h"

namespace nepa::cli {

void AddResume(CommandLine& line) {
  AddJobChange(line, "resume", "Queue a paused job again, from where it stopped",
               "  nepactl resume j17", &Client::ResumeJob);
}

}  // namespace nepa::cli
