// nepactl pause
#include "cli/change_job.h"
#include "cli/commands.h"

namespace nepa::cli {

void AddPause(CommandLine& line) {
  AddJobChange(line, "pause", "Stop a job at a checkpoint of its last step and free its slots",
               "  nepactl pause j17\n  nepactl resume j17", &Client::PauseJob);
}

}  // namespace nepa::cli
