// The training of one rank, from its first step to its last frame.
#ifndef NEPA_WORKER_TRAIN_LOOP_TRAIN_H_
#define NEPA_WORKER_TRAIN_LOOP_TRAIN_H_

#include "absl/status/status.h"
#include "worker/train/collective/collective.h"
#include "worker/train/loop/control.h"
#include "worker/train/loop/frame_output.h"
#include "worker/train/loop/session.h"

namespace nepa::loop {

// Trains `session` until its schedule ends, or until `stop` is asked for. Sends every frame but the
// last (Exit), for which it returns the status: OK for a whole run, else ExitFor(status).
//
// Evaluates and writes checkpoints when the job file says so; rank 0 alone writes, and appends to
// the ledger.
absl::Status Train(Session& session, collective::Collective& collective, const StopRequest& stop,
                   FrameOutput& output, SpanLog& spans);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_TRAIN_H_
