// How many threads prepare a rank's images.
#ifndef NEPA_WORKER_TRAIN_LOOP_LOADER_THREADS_H_
#define NEPA_WORKER_TRAIN_LOOP_LOADER_THREADS_H_

#include "worker/train/loop/session.h"

namespace nepa::loop {

// data.loader_threads where given. Else one for every four processors of a rank that also computes
// on them, since an image takes far longer to train on than to prepare; all of them beside a GPU.
int LoaderThreads(const Session& session);

// The rank's threads: the order's, or one a processor.
int RankThreads(const frames::TrainerJob& order);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_LOADER_THREADS_H_
