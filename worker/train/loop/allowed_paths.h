// Which folders of this machine a job may read: those its worker allows (--allow-path).
//
// Any thread. Follows symbolic links as they are now.
#ifndef NEPA_WORKER_TRAIN_LOOP_ALLOWED_PATHS_H_
#define NEPA_WORKER_TRAIN_LOOP_ALLOWED_PATHS_H_

#include "common/config/job_spec.h"
#include "common/frames/trainer_job.h"
#include "worker/train/loop/ending.h"

namespace nepa::loop {

// Adds a fault for each path of the job file that leads out of order.allowed_paths, by ".." or a
// link too. Opens none of them. Nothing where the order does not confine.
void CheckAllowedPaths(const frames::TrainerJob& order, const config::JobFile& job,
                       JobFaults& faults);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_ALLOWED_PATHS_H_
